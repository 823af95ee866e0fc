//! The ways in which code gets hold of its module's namespace, or of something that runs source in it.
//!
//! Code that has one of them can bind any name, at once or whenever it is called, so nothing is followed:
//! code that may run and mentions one of these words makes all names unknown, unless the mention has one
//! of the few forms that are known to be harmless. A module that builds such a word out of parts is not
//! found out: this does not protect against hostile Python.

use rustpython_ruff_python_ast::{
    Expr, ExprCall, ExprFString, FStringPart, InterpolatedStringElement, Stmt,
};

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

/// Returns whether a string, without its quotes, names what only `getattr` and its like have a use for.
pub(super) fn is_named(text: &str) -> bool {
    EVERYWHERE.contains(&text)
}

/// Returns whether a string as the source has it names such a thing.
pub(super) fn is_named_by(literal: &str) -> bool {
    let text = literal.trim_start_matches(['r', 'R', 'u', 'U']);
    is_named(text.trim_matches(['\'', '"']))
}

/// Returns whether an expression by itself, what it consists of aside, is a way to the namespace.
pub(super) fn is_way(expression: &Expr) -> bool {
    match expression {
        Expr::Name(name) => match way(&name.id) {
            Some(Way::Everywhere | Way::Function | Way::Scope | Way::Importer) => true,
            Some(Way::Modules) | None => false,
        },
        Expr::Attribute(attribute) => match way(&attribute.attr) {
            Some(Way::Everywhere | Way::Importer | Way::Modules) => true,
            Some(Way::Function | Way::Scope) | None => false,
        },
        Expr::StringLiteral(literal) => is_named(literal.value.to_str()),
        Expr::FString(text) => stretches(text).iter().any(|stretch| is_named(stretch)),
        _ => false,
    }
}

/// Returns what an f-string says between its fields.
fn stretches(text: &ExprFString) -> Vec<String> {
    let mut stretches = vec![String::new()];
    let mut say = |said: Option<&str>| match (said, stretches.last_mut()) {
        (Some(said), Some(last)) => last.push_str(said),
        _ => stretches.push(String::new()),
    };
    for part in &text.value {
        match part {
            FStringPart::Literal(literal) => say(Some(&literal.value)),
            FStringPart::FString(inner) => {
                inner.elements.iter().for_each(|element| match element {
                    InterpolatedStringElement::Literal(literal) => say(Some(&literal.value)),
                    InterpolatedStringElement::Interpolation(_) => say(None),
                })
            }
        }
    }
    stretches
}

/// Returns whether a call is harmless although its function is a way to the namespace.
///
/// `is_inner` is whether it stands in a function or class, whose names are not the module's.
pub(super) fn is_harmless_call(call: &ExprCall, is_inner: bool) -> bool {
    let name = match &*call.func {
        Expr::Name(name) => &name.id,
        Expr::Attribute(attribute) => &attribute.attr.id,
        _ => return false,
    };
    let first = call.arguments.args.first();
    match way(name) {
        Some(Way::Scope) if call.arguments.is_empty() => is_inner,
        Some(Way::Scope) => name == "vars" && first.is_some_and(|given| !given.is_starred_expr()),
        Some(Way::Importer) => first.is_some_and(Expr::is_string_literal_expr),
        Some(Way::Everywhere | Way::Function | Way::Modules) | None => false,
    }
}

/// Returns whether a statement imports a way to the namespace, under whatever name.
pub(super) fn imports_way(statement: &Stmt) -> bool {
    match statement {
        Stmt::Import(import) => import.names.iter().any(|alias| {
            let package = alias.name.split('.').next().unwrap_or_default();
            way(package) == Some(Way::Everywhere)
        }),
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            import.names.iter().any(|alias| match way(&alias.name) {
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
