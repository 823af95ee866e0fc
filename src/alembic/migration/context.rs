//! Where in a module the compiler is, for the rules of ruff's parser that ask.

use std::cell::RefCell;

use rustpython_ruff_python_ast::{PythonVersion, Stmt};
use rustpython_ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxContext, SemanticSyntaxError,
};
use rustpython_ruff_text_size::TextRange;

use super::scopes::{Kind, Scope};

/// Something that the compiler refuses.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) range: TextRange,
}

/// Where a statement or expression stands.
pub(super) struct Context<'s> {
    pub(super) source: &'s str,
    /// The innermost last; never empty.
    scopes: Vec<Scope>,
    found: RefCell<Option<Refusal>>,
}

impl<'s> Context<'s> {
    /// Begins at the top of a module.
    pub(super) fn new(source: &'s str, body: &[Stmt]) -> Context<'s> {
        let scopes = vec![Scope::of_body(Kind::Module, body)];
        Context { source, scopes, found: RefCell::default() }
    }

    /// Returns the first thing that was refused.
    pub(super) fn refusal(self) -> Option<Refusal> {
        self.found.into_inner()
    }

    pub(super) fn enter(&mut self, scope: Scope) {
        self.scopes.push(scope);
    }

    pub(super) fn leave(&mut self) {
        self.scopes.pop();
    }

    pub(super) fn scope(&self) -> &Scope {
        self.scopes.last().expect("the scope of the module is never left")
    }

    pub(super) fn refuse(&self, message: String, range: TextRange) {
        self.found.borrow_mut().get_or_insert(Refusal { message, range });
    }

    pub(super) fn in_loop(&self) -> bool {
        self.scope().in_loop
    }

    /// Says whether the place is in a loop now, and returns whether it was.
    pub(super) fn set_loop(&mut self, in_loop: bool) -> bool {
        let scope = self.scopes.last_mut();
        scope.is_some_and(|scope| std::mem::replace(&mut scope.in_loop, in_loop))
    }

    pub(super) fn in_comprehension_of_class(&self) -> bool {
        let is_comprehension =
            |kind: Kind| matches!(kind, Kind::Comprehension { .. } | Kind::Generator);
        let around = self.scopes.iter().rev().find(|scope| !is_comprehension(scope.kind));
        is_comprehension(self.scope().kind) && around.is_some_and(|scope| scope.kind == Kind::Class)
    }

    /// Returns what the innermost scope says that says anything; `false` where none does.
    fn innermost(&self, says: impl Fn(Kind) -> Option<bool>) -> bool {
        self.scopes.iter().rev().find_map(|scope| says(scope.kind)).unwrap_or_default()
    }
}

impl SemanticSyntaxContext for Context<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        false
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }

    fn python_version(&self) -> PythonVersion {
        // Since 3.14 an annotation may not hold `:=` or `yield`.
        PythonVersion::PY313
    }

    fn source(&self) -> &str {
        self.source
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.scope().global(name)
    }

    fn has_nonlocal_binding(&self, name: &str) -> bool {
        let (_, around) = self.scopes.split_last().expect("the module's scope is never left");
        around.iter().any(|scope| scope.lends(name))
    }

    fn in_async_context(&self) -> bool {
        self.innermost(|kind| match kind {
            Kind::Class | Kind::Lambda => Some(false),
            Kind::Function { is_async } => Some(is_async),
            Kind::Module | Kind::Comprehension { .. } | Kind::Generator => None,
        })
    }

    fn in_await_allowed_context(&self) -> bool {
        self.innermost(|kind| match kind {
            Kind::Class => Some(false),
            Kind::Function { .. } | Kind::Lambda | Kind::Generator => Some(true),
            Kind::Module | Kind::Comprehension { .. } => None,
        })
    }

    fn in_yield_allowed_context(&self) -> bool {
        self.innermost(|kind| match kind {
            Kind::Class | Kind::Comprehension { .. } | Kind::Generator => Some(false),
            Kind::Function { .. } | Kind::Lambda => Some(true),
            Kind::Module => None,
        })
    }

    fn in_sync_comprehension(&self) -> bool {
        self.scopes.iter().any(|scope| scope.kind == Kind::Comprehension { is_async: false })
    }

    fn in_module_scope(&self) -> bool {
        self.scope().kind == Kind::Module
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.scope().kind, Kind::Function { .. } | Kind::Lambda)
    }

    fn in_generator_context(&self) -> bool {
        self.scopes.iter().any(|scope| scope.kind == Kind::Generator)
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        self.refuse(error.to_string(), error.range);
    }

    fn in_loop_context(&self) -> bool {
        self.in_loop()
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.scope().parameters.contains(name)
    }
}
