//! The ways in which code gets hold of its module's namespace, or of something that runs source in it.
//!
//! Whoever has one of them can bind any name, at once or whenever it is called, so nothing is followed:
//! code that may run and mentions one of these words makes all names unknown, unless the mention has one
//! of the few forms that are known to be harmless. A module that builds such a word out of parts is not
//! found out: this is no boundary against hostile Python.

use rustpython_parser::ast::{Constant, Expr, ExprCall, Stmt};

use super::python::spelling;

/// Names, attributes and imports that nothing else is called.
const EVERYWHERE: &[&str] = &[
    "__builtins__",
    "__code__",
    "__globals__",
    "__self__",
    "builtins",
    "exec_",
    "execfile",
    "f_builtins",
    "f_globals",
    "f_locals",
    "get_annotations",
    "get_objects",
    "get_referents",
    "get_referrers",
    "get_type_hints",
    "getargvalues",
];

/// Functions that methods of other things are named after: `session.exec`.
const FUNCTIONS: &[&str] = &["eval", "exec", "globals"];

/// Functions that give the namespace of the scope that calls them, or of their argument.
const SCOPES: &[&str] = &["locals", "vars"];

/// Functions that give a module, which may be `builtins` unless they name another one.
const IMPORTERS: &[&str] = &["__import__", "import_module"];

/// The table of all modules, which `sys` has under this name.
const MODULES: &str = "modules";

/// What a word can be, as far as the words around it matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A way to the namespace wherever it stands.
    Everywhere,
    /// A function that is one unless it is the method of something else.
    Function,
    /// `vars` or `locals`.
    Scope,
    /// A function that imports.
    Importer,
    /// The attribute of `sys`.
    Modules,
}

/// Returns what a word means where Python compares it with names, if it is one of these.
pub(super) fn way(word: &str) -> Option<Way> {
    match word {
        _ if EVERYWHERE.contains(&word) => Some(Way::Everywhere),
        _ if FUNCTIONS.contains(&word) => Some(Way::Function),
        _ if SCOPES.contains(&word) => Some(Way::Scope),
        _ if IMPORTERS.contains(&word) => Some(Way::Importer),
        MODULES => Some(Way::Modules),
        _ => None,
    }
}

/// Returns all the words.
pub(super) const fn words() -> [&'static [&'static str]; 5] {
    [EVERYWHERE, FUNCTIONS, SCOPES, IMPORTERS, &[MODULES]]
}

/// Tells whether a string, without its quotes, names what only `getattr` and its like have a use for.
pub(super) fn is_named(text: &str) -> bool {
    EVERYWHERE.contains(&text)
}

/// Tells whether a string as the source has it names such a thing.
pub(super) fn is_named_by(literal: &str) -> bool {
    let text = literal.trim_start_matches(['r', 'R', 'u', 'U']);
    is_named(text.trim_matches(['\'', '"']))
}

/// Tells whether an expression by itself, what it consists of aside, is a way to the namespace.
pub(super) fn is_way(expression: &Expr) -> bool {
    match expression {
        Expr::Name(name) => match way(&spelling(&name.id)) {
            Some(Way::Everywhere | Way::Function | Way::Scope | Way::Importer) => true,
            Some(Way::Modules) | None => false,
        },
        Expr::Attribute(attribute) => match way(&spelling(&attribute.attr)) {
            Some(Way::Everywhere | Way::Importer | Way::Modules) => true,
            Some(Way::Function | Way::Scope) | None => false,
        },
        Expr::Constant(constant) => match &constant.value {
            Constant::Str(text) => is_named(text),
            _ => false,
        },
        _ => false,
    }
}

/// Tells whether a call is harmless although its function is a way to the namespace.
///
/// `is_inner` is whether it stands in a function or class, whose names are not the module's.
pub(super) fn is_harmless_call(call: &ExprCall, is_inner: bool) -> bool {
    let name = match &*call.func {
        Expr::Name(name) => spelling(&name.id),
        Expr::Attribute(attribute) => spelling(&attribute.attr),
        _ => return false,
    };
    let is_bare = call.args.is_empty() && call.keywords.is_empty();
    match way(&name) {
        Some(Way::Scope) if is_bare => is_inner,
        Some(Way::Scope) => {
            &*name == "vars"
                && call.args.first().is_some_and(|given| !matches!(given, Expr::Starred(_)))
        }
        Some(Way::Importer) => call.args.first().is_some_and(is_string),
        Some(Way::Everywhere | Way::Function | Way::Modules) | None => false,
    }
}

fn is_string(expression: &Expr) -> bool {
    matches!(expression, Expr::Constant(constant) if matches!(constant.value, Constant::Str(_)))
}

/// Tells whether a statement imports a way to the namespace, under whatever name.
pub(super) fn imports_way(statement: &Stmt) -> bool {
    match statement {
        Stmt::Import(import) => import.names.iter().any(|alias| {
            let package = alias.name.split('.').next().unwrap_or_default();
            way(&spelling(package)) == Some(Way::Everywhere)
        }),
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            let module = spelling(module);
            import.names.iter().any(|alias| match way(&spelling(&alias.name)) {
                Some(Way::Everywhere) => true,
                Some(Way::Function | Way::Scope) => module == "builtins",
                Some(Way::Importer) => alias.asname.is_some(),
                Some(Way::Modules) => module == "sys",
                None => false,
            })
        }
        _ => false,
    }
}
