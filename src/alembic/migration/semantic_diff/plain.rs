//! A module without what makes no difference when it runs.

use rustpython_ruff_python_ast::visitor::transformer::{self, Transformer};
use rustpython_ruff_python_ast::{Alias, Expr, Stmt, StmtAssign, StmtFunctionDef};
use rustpython_ruff_text_size::TextRange;

use crate::alembic::migration::interpret::NAMES;

/// What a module does when it runs.
#[derive(Debug)]
pub(super) struct Plain {
    /// The names that it imports.
    pub(super) imports: Vec<Imported>,
    /// All else.
    pub(super) statements: Vec<Stmt>,
}

/// A name that a module imports.
#[derive(Debug)]
pub(super) struct Imported {
    /// The name as the module has it, and the dotted path of what it stands for.
    pub(super) binding: (String, String),
    /// Where it is imported.
    pub(super) range: TextRange,
}

/// Takes from a module its docstrings, its annotations and the four identifiers, and sorts out its imports.
///
/// Classes are left as they are: what makes tables of them reads annotations.
pub(super) fn plain(mut statements: Vec<Stmt>) -> Plain {
    statements.retain(|statement| !is_identifier(statement));
    drop_idle(&mut statements);
    Unannotated.visit_body(&mut statements);
    let mut imports = Vec::new();
    statements.retain(|statement| match imported(statement) {
        Some(bindings) => {
            imports.extend(bindings);
            false
        }
        None => true,
    });
    Plain { imports, statements }
}

fn is_identifier(statement: &Stmt) -> bool {
    let is_name = |target: &Expr| match target {
        Expr::Name(name) => NAMES.contains(&name.id.as_str()),
        _ => false,
    };
    match statement {
        Stmt::Assign(assign) => assign.targets.iter().all(is_name),
        Stmt::AnnAssign(assign) => is_name(&assign.target),
        _ => false,
    }
}

/// Drops docstrings, `pass` and declarations without a value.
fn drop_idle(body: &mut Vec<Stmt>) {
    body.retain(|statement| match statement {
        Stmt::Expr(alone) => !alone.value.is_string_literal_expr(),
        Stmt::AnnAssign(assign) => assign.value.is_some() || !assign.simple,
        Stmt::Pass(_) => false,
        _ => true,
    });
}

/// Takes the annotations from functions and assignments.
struct Unannotated;

impl Transformer for Unannotated {
    fn visit_stmt(&self, statement: &mut Stmt) {
        match statement {
            Stmt::ClassDef(_) => return,
            Stmt::FunctionDef(function) => unannotate(function),
            Stmt::AnnAssign(assign) if assign.simple => {
                if let Some(value) = assign.value.take() {
                    *statement = Stmt::Assign(StmtAssign {
                        node_index: assign.node_index.clone(),
                        range: assign.range,
                        targets: vec![(*assign.target).clone()],
                        value,
                    });
                }
            }
            _ => {}
        }
        transformer::walk_stmt(self, statement);
    }
}

fn unannotate(function: &mut StmtFunctionDef) {
    drop_idle(&mut function.body);
    function.returns = None;
    let parameters = &mut function.parameters;
    let named = parameters.posonlyargs.iter_mut().chain(&mut parameters.args);
    let named = named.chain(&mut parameters.kwonlyargs).map(|one| &mut one.parameter);
    let rest = [&mut parameters.vararg, &mut parameters.kwarg];
    let rest = rest.into_iter().flatten().map(|one| &mut **one);
    named.chain(rest).for_each(|parameter| parameter.annotation = None);
}

/// Returns what a statement imports under names that it spells out.
fn imported(statement: &Stmt) -> Option<Vec<Imported>> {
    let bound = |alias: &Alias, name: &str, source: String| {
        let name = alias.asname.as_ref().map_or(name, |asname| asname.as_str());
        Imported { binding: (name.to_owned(), source), range: alias.range }
    };
    match statement {
        Stmt::Import(import) => {
            let names = import.names.iter().map(|alias| {
                let path = alias.name.as_str();
                let first = path.split('.').next().unwrap_or(path);
                // Without `as` it is the package that has a name.
                let source = if alias.asname.is_some() { path } else { first };
                bound(alias, first, source.to_owned())
            });
            Some(names.collect())
        }
        Stmt::ImportFrom(import) if import.names.iter().all(|alias| &alias.name != "*") => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            let dots = ".".repeat(import.level as usize);
            let names = import.names.iter().map(|alias| {
                let name = alias.name.as_str();
                bound(alias, name, format!("{dots}{module}.{name}"))
            });
            Some(names.collect())
        }
        _ => None,
    }
}
