//! What CPython's compiler refuses of a module that its parser takes: `return` outside of a function, an
//! argument that is there twice, and the like.
//!
//! Most of the rules are those of ruff's parser; what it leaves to ruff's lints is here. Where versions
//! of Python differ, the more lenient one counts.

use rustpython_ruff_python_ast::visitor::{self, Visitor};
use rustpython_ruff_python_ast::{
    Comprehension, ExceptHandler, Expr, ExprName, Pattern, Stmt, StmtClassDef, StmtFor,
    StmtFunctionDef, StmtNonlocal, StmtTry, StmtWhile,
};
use rustpython_ruff_python_parser::semantic_errors::SemanticSyntaxChecker;
use rustpython_ruff_text_size::{Ranged, TextRange};

use super::context::{Context, Refusal};
use super::definitions::{visit_class_head, visit_function_head};
use super::scopes::{Kind, Scope};

/// How many digits a decimal number may have: more of them Python does not convert (since 3.7.14).
const MAX_DIGITS: usize = 4_300;

const STARRED: &str = "a starred expression is not allowed here";

/// Returns the first thing that the compiler refuses.
pub(super) fn check(source: &str, body: &[Stmt]) -> Option<Refusal> {
    let context = Context::new(source, body);
    let mut compiler =
        Compiler { checker: SemanticSyntaxChecker::new(), context, group: false, iterated: false };
    compiler.visit_body(body);
    compiler.context.refusal()
}

struct Compiler<'s> {
    checker: SemanticSyntaxChecker,
    context: Context<'s>,
    /// Whether the place is in an `except*` that nothing may leave.
    group: bool,
    /// Whether the place is in what a comprehension goes through.
    iterated: bool,
}

impl Compiler<'_> {
    fn refuse(&self, message: &str, range: TextRange) {
        self.context.refuse(message.to_owned(), range);
    }

    fn within(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        let group = std::mem::replace(&mut self.group, false);
        self.context.enter(scope);
        visit(self);
        self.context.leave();
        self.group = group;
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        visit_function_head(self, function);
        self.within(Scope::of_function(function), |inner| inner.visit_body(&function.body));
    }

    fn class(&mut self, class: &StmtClassDef) {
        visit_class_head(self, class);
        self.within(Scope::of_body(Kind::Class, &class.body), |inner| {
            inner.visit_body(&class.body);
        });
    }

    fn each(&mut self, each: &StmtFor) {
        self.visit_expr(&each.iter);
        self.visit_expr(&each.target);
        self.looped(&each.body);
        self.visit_body(&each.orelse);
    }

    fn repeated(&mut self, repeated: &StmtWhile) {
        self.visit_expr(&repeated.test);
        self.looped(&repeated.body);
        self.visit_body(&repeated.orelse);
    }

    /// Visits the body of a loop, which `break` and `continue` may leave.
    fn looped(&mut self, body: &[Stmt]) {
        let outer = self.context.set_loop(true);
        self.visit_body(body);
        self.context.set_loop(outer);
    }

    fn attempt(&mut self, attempt: &StmtTry) {
        self.visit_body(&attempt.body);
        let bare = attempt.handlers.iter().position(|handler| {
            let ExceptHandler::ExceptHandler(parts) = handler;
            parts.type_.is_none()
        });
        if let Some(bare) = bare.filter(|bare| bare + 1 < attempt.handlers.len()) {
            self.refuse("an `except` without a type must be last", attempt.handlers[bare].range());
        }
        for handler in &attempt.handlers {
            let group = self.group;
            self.group |= attempt.is_star;
            let outer =
                if attempt.is_star { self.context.set_loop(false) } else { self.context.in_loop() };
            self.visit_except_handler(handler);
            self.context.set_loop(outer);
            self.group = group;
        }
        self.visit_body(&attempt.orelse);
        self.visit_body(&attempt.finalbody);
    }

    fn comprehension(&mut self, kind: Kind, generators: &[Comprehension], items: &[&Expr]) {
        let Some((first, others)) = generators.split_first() else { return };
        self.iterable(&first.iter);
        self.within(Scope::of_expression(kind, None), |inner| {
            inner.visit_expr(&first.target);
            first.ifs.iter().for_each(|condition| inner.visit_expr(condition));
            others.iter().for_each(|other| inner.visit_comprehension(other));
            items.iter().for_each(|item| inner.visit_expr(item));
        });
    }

    fn iterable(&mut self, iterable: &Expr) {
        let iterated = std::mem::replace(&mut self.iterated, true);
        self.visit_expr(iterable);
        self.iterated = iterated;
    }

    fn nonlocal(&self, nonlocal: &StmtNonlocal) {
        let scope = self.context.scope();
        for name in &nonlocal.names {
            if scope.parameters.contains(name.as_str()) {
                self.refuse(&format!("name `{name}` is a parameter and `nonlocal`"), name.range);
            }
            if scope.global(name).is_some() {
                self.refuse(&format!("name `{name}` is `nonlocal` and `global`"), name.range);
            }
        }
    }

    fn number(&self, range: TextRange) {
        let digits = &self.context.source[range];
        let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
        let count = digits.bytes().filter(u8::is_ascii_digit).count();
        if is_decimal
            && count > MAX_DIGITS
            && digits.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
        {
            self.refuse(&format!("a number with {count} digits; the limit is {MAX_DIGITS}"), range);
        }
    }

    fn name(&self, name: &ExprName) {
        let declared = self.context.scope().nonlocal(&name.id);
        if declared.is_some_and(|nonlocal| name.range.start() < nonlocal.start()) {
            let message = format!("name `{}` is used before it is declared `nonlocal`", name.id);
            self.refuse(&message, name.range);
        }
    }
}

impl<'a> Visitor<'a> for Compiler<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.checker.visit_stmt(statement, &self.context);
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::For(each) => self.each(each),
            Stmt::While(repeated) => self.repeated(repeated),
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::Return(leave) if self.group => {
                self.refuse("`return` cannot leave an `except*`", leave.range);
            }
            Stmt::Nonlocal(nonlocal) => self.nonlocal(nonlocal),
            Stmt::Expr(expression) if expression.value.is_starred_expr() => {
                self.refuse(STARRED, expression.range);
            }
            Stmt::AnnAssign(assign) => {
                let value = assign.value.as_deref();
                if value.is_some_and(|value| value.is_starred_expr()) {
                    self.refuse(STARRED, assign.range);
                }
                visitor::walk_stmt(self, statement);
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.checker.visit_expr(expression, &self.context);
        let is_async =
            |generators: &[Comprehension]| generators.iter().any(|generator| generator.is_async);
        match expression {
            Expr::Lambda(lambda) => {
                let taken = lambda.parameters.as_deref();
                taken.iter().for_each(|parameters| self.visit_parameters(parameters));
                let scope = Scope::of_expression(Kind::Lambda, taken);
                self.within(scope, |inner| inner.visit_expr(&lambda.body));
            }
            Expr::ListComp(list) => {
                let kind = Kind::Comprehension { is_async: is_async(&list.generators) };
                self.comprehension(kind, &list.generators, &[&list.elt]);
            }
            Expr::SetComp(set) => {
                let kind = Kind::Comprehension { is_async: is_async(&set.generators) };
                self.comprehension(kind, &set.generators, &[&set.elt]);
            }
            Expr::DictComp(dict) => {
                let kind = Kind::Comprehension { is_async: is_async(&dict.generators) };
                let items: [&Expr; 2] = [&dict.key, &dict.value];
                self.comprehension(kind, &dict.generators, &items);
            }
            Expr::Generator(generator) => {
                self.comprehension(Kind::Generator, &generator.generators, &[&generator.elt]);
            }
            Expr::Name(name) => self.name(name),
            Expr::NumberLiteral(number) => self.number(number.range),
            Expr::Named(named) => {
                if self.iterated {
                    let message = "`:=` is not allowed in the iterable of a comprehension";
                    self.refuse(message, named.range);
                }
                if self.context.in_comprehension_of_class() {
                    let message = "`:=` is not allowed in a comprehension in a class body";
                    self.refuse(message, named.range);
                }
                visitor::walk_expr(self, expression);
            }
            Expr::FString(text) => {
                let fields = text.value.elements().filter_map(|element| element.as_interpolation());
                let mut starred = fields.filter(|field| field.expression.is_starred_expr());
                if let Some(field) = starred.next() {
                    self.refuse(STARRED, field.range);
                }
                visitor::walk_expr(self, expression);
            }
            _ => visitor::walk_expr(self, expression),
        }
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.iterable(&comprehension.iter);
        self.visit_expr(&comprehension.target);
        comprehension.ifs.iter().for_each(|condition| self.visit_expr(condition));
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchAs(capture) if capture.pattern.is_some() => {
                if let Some(name) = capture.name.as_ref().filter(|name| name.as_str() == "_") {
                    self.refuse("a pattern cannot be captured as `_`", name.range);
                }
            }
            Pattern::MatchSequence(sequence) => {
                let mut stars = sequence.patterns.iter().filter(|item| item.is_match_star());
                if let Some(second) = stars.nth(1) {
                    self.refuse("a sequence pattern has two starred names", second.range());
                }
            }
            Pattern::MatchValue(value) if value.value.is_f_string_expr() => {
                self.refuse("an f-string cannot be a pattern", value.range);
            }
            _ => {}
        }
        visitor::walk_pattern(self, pattern);
    }
}
