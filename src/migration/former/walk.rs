//! Goes through a syntax tree in the order in which Python runs it.

use rustpython_parser::ast::{
    Arguments, Comprehension, ExceptHandler, Expr, ExprCall, Identifier, Keyword, Pattern, Stmt,
    StmtClassDef, TypeParam, WithItem,
};

/// Something that looks at parts of a syntax tree; what it does not look at is walked.
pub(super) trait Visitor<'ast> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        walk_expr(self, expression);
    }

    fn visit_annotation(&mut self, annotation: &'ast Expr) {
        self.visit_expr(annotation);
    }

    /// Visits the parameters of a generic definition, whose bounds Python evaluates when asked for them.
    fn visit_type_params(&mut self, params: &'ast [TypeParam]) {
        walk_type_params(self, params);
    }

    /// Visits the value of a `type` statement, which Python evaluates when asked for it.
    fn visit_alias_value(&mut self, value: &'ast Expr) {
        self.visit_expr(value);
    }

    fn visit_comprehension(&mut self, comprehension: &'ast Comprehension) {
        self.visit_expr(&comprehension.iter);
        self.visit_expr(&comprehension.target);
        self.visit_exprs(&comprehension.ifs);
    }

    fn visit_except_handler(&mut self, handler: &'ast ExceptHandler) {
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'ast Pattern) {
        walk_pattern(self, pattern);
    }

    fn visit_body(&mut self, body: &'ast [Stmt]) {
        for statement in body {
            self.visit_stmt(statement);
        }
    }

    fn visit_exprs(&mut self, expressions: impl IntoIterator<Item = &'ast Expr>) {
        for expression in expressions {
            self.visit_expr(expression);
        }
    }
}

/// A function definition, `async` or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function<'ast> {
    pub(super) name: &'ast Identifier,
    pub(super) arguments: &'ast Arguments,
    pub(super) decorators: &'ast [Expr],
    pub(super) body: &'ast [Stmt],
    type_params: &'ast [TypeParam],
    returns: Option<&'ast Expr>,
}

impl<'ast> Function<'ast> {
    pub(super) fn of(statement: &'ast Stmt) -> Option<Function<'ast>> {
        match statement {
            Stmt::FunctionDef(function) => Some(Function {
                name: &function.name,
                arguments: &function.args,
                decorators: &function.decorator_list,
                body: &function.body,
                type_params: &function.type_params,
                returns: function.returns.as_deref(),
            }),
            Stmt::AsyncFunctionDef(function) => Some(Function {
                name: &function.name,
                arguments: &function.args,
                decorators: &function.decorator_list,
                body: &function.body,
                type_params: &function.type_params,
                returns: function.returns.as_deref(),
            }),
            _ => None,
        }
    }

    /// Visits what the definition itself evaluates: everything but the body.
    pub(super) fn walk_head<V: Visitor<'ast> + ?Sized>(self, visitor: &mut V) {
        visitor.visit_exprs(self.decorators);
        visitor.visit_type_params(self.type_params);
        walk_arguments(visitor, self.arguments);
        self.returns.iter().for_each(|returns| visitor.visit_annotation(returns));
    }
}

/// Visits what a class definition itself evaluates: everything but the body.
pub(super) fn walk_class_head<'ast, V: Visitor<'ast> + ?Sized>(
    visitor: &mut V,
    class: &'ast StmtClassDef,
) {
    visitor.visit_exprs(&class.decorator_list);
    visitor.visit_type_params(&class.type_params);
    visitor.visit_exprs(&class.bases);
    walk_keywords(visitor, &class.keywords);
}

pub(super) fn walk_stmt<'ast, V: Visitor<'ast> + ?Sized>(visitor: &mut V, statement: &'ast Stmt) {
    if let Some(function) = Function::of(statement) {
        function.walk_head(visitor);
        visitor.visit_body(function.body);
        return;
    }
    match statement {
        Stmt::FunctionDef(_) | Stmt::AsyncFunctionDef(_) => {}
        Stmt::ClassDef(class) => {
            walk_class_head(visitor, class);
            visitor.visit_body(&class.body);
        }
        Stmt::Return(statement) => visitor.visit_exprs(statement.value.as_deref()),
        Stmt::Delete(delete) => visitor.visit_exprs(&delete.targets),
        Stmt::TypeAlias(alias) => {
            visitor.visit_type_params(&alias.type_params);
            visitor.visit_alias_value(&alias.value);
            visitor.visit_expr(&alias.name);
        }
        Stmt::Assign(assign) => {
            visitor.visit_expr(&assign.value);
            visitor.visit_exprs(&assign.targets);
        }
        Stmt::AugAssign(assign) => {
            visitor.visit_expr(&assign.value);
            visitor.visit_expr(&assign.target);
        }
        Stmt::AnnAssign(assign) => {
            visitor.visit_exprs(assign.value.as_deref());
            visitor.visit_annotation(&assign.annotation);
            visitor.visit_expr(&assign.target);
        }
        Stmt::For(each) => {
            walk_loop(visitor, [&*each.iter, &*each.target], [&each.body, &each.orelse]);
        }
        Stmt::AsyncFor(each) => {
            walk_loop(visitor, [&*each.iter, &*each.target], [&each.body, &each.orelse]);
        }
        Stmt::While(each) => walk_loop(visitor, [&*each.test], [&each.body, &each.orelse]),
        Stmt::If(condition) => {
            walk_loop(visitor, [&*condition.test], [&condition.body, &condition.orelse]);
        }
        Stmt::With(with) => walk_with(visitor, &with.items, &with.body),
        Stmt::AsyncWith(with) => walk_with(visitor, &with.items, &with.body),
        Stmt::Match(choice) => {
            visitor.visit_expr(&choice.subject);
            for case in &choice.cases {
                visitor.visit_pattern(&case.pattern);
                visitor.visit_exprs(case.guard.as_deref());
                visitor.visit_body(&case.body);
            }
        }
        Stmt::Raise(raise) => {
            visitor.visit_exprs(raise.exc.as_deref());
            visitor.visit_exprs(raise.cause.as_deref());
        }
        Stmt::Try(attempt) => {
            walk_try(
                visitor,
                &attempt.handlers,
                [&attempt.body, &attempt.orelse, &attempt.finalbody],
            );
        }
        Stmt::TryStar(attempt) => {
            walk_try(
                visitor,
                &attempt.handlers,
                [&attempt.body, &attempt.orelse, &attempt.finalbody],
            );
        }
        Stmt::Assert(assert) => {
            visitor.visit_expr(&assert.test);
            visitor.visit_exprs(assert.msg.as_deref());
        }
        Stmt::Expr(statement) => visitor.visit_expr(&statement.value),
        Stmt::Import(_)
        | Stmt::ImportFrom(_)
        | Stmt::Global(_)
        | Stmt::Nonlocal(_)
        | Stmt::Pass(_)
        | Stmt::Break(_)
        | Stmt::Continue(_) => {}
    }
}

pub(super) fn walk_expr<'ast, V: Visitor<'ast> + ?Sized>(visitor: &mut V, expression: &'ast Expr) {
    match expression {
        Expr::BoolOp(operation) => visitor.visit_exprs(&operation.values),
        Expr::NamedExpr(named) => visitor.visit_exprs([&*named.value, &*named.target]),
        Expr::BinOp(operation) => visitor.visit_exprs([&*operation.left, &*operation.right]),
        Expr::UnaryOp(operation) => visitor.visit_expr(&operation.operand),
        Expr::Lambda(lambda) => {
            walk_arguments(visitor, &lambda.args);
            visitor.visit_expr(&lambda.body);
        }
        Expr::IfExp(choice) => {
            visitor.visit_exprs([&*choice.test, &*choice.body, &*choice.orelse]);
        }
        Expr::Dict(dict) => {
            for (key, value) in dict.keys.iter().zip(&dict.values) {
                visitor.visit_exprs(key);
                visitor.visit_expr(value);
            }
        }
        Expr::Set(set) => visitor.visit_exprs(&set.elts),
        Expr::ListComp(list) => walk_generators(visitor, &list.generators, [&*list.elt]),
        Expr::SetComp(set) => walk_generators(visitor, &set.generators, [&*set.elt]),
        Expr::DictComp(dict) => {
            walk_generators(visitor, &dict.generators, [&*dict.key, &*dict.value]);
        }
        Expr::GeneratorExp(each) => walk_generators(visitor, &each.generators, [&*each.elt]),
        Expr::Await(wait) => visitor.visit_expr(&wait.value),
        Expr::Yield(given) => visitor.visit_exprs(given.value.as_deref()),
        Expr::YieldFrom(given) => visitor.visit_expr(&given.value),
        Expr::Compare(comparison) => {
            visitor.visit_expr(&comparison.left);
            visitor.visit_exprs(&comparison.comparators);
        }
        Expr::Call(call) => {
            visitor.visit_expr(&call.func);
            walk_arguments_of_call(visitor, call);
        }
        Expr::FormattedValue(field) => {
            visitor.visit_expr(&field.value);
            visitor.visit_exprs(field.format_spec.as_deref());
        }
        Expr::JoinedStr(text) => visitor.visit_exprs(&text.values),
        Expr::Attribute(attribute) => visitor.visit_expr(&attribute.value),
        Expr::Subscript(item) => visitor.visit_exprs([&*item.value, &*item.slice]),
        Expr::Starred(starred) => visitor.visit_expr(&starred.value),
        Expr::List(list) => visitor.visit_exprs(&list.elts),
        Expr::Tuple(tuple) => visitor.visit_exprs(&tuple.elts),
        Expr::Slice(slice) => {
            for bound in [&slice.lower, &slice.upper, &slice.step] {
                visitor.visit_exprs(bound.as_deref());
            }
        }
        Expr::Constant(_) | Expr::Name(_) => {}
    }
}

pub(super) fn walk_except_handler<'ast, V: Visitor<'ast> + ?Sized>(
    visitor: &mut V,
    handler: &'ast ExceptHandler,
) {
    let ExceptHandler::ExceptHandler(parts) = handler;
    visitor.visit_exprs(parts.type_.as_deref());
    visitor.visit_body(&parts.body);
}

pub(super) fn walk_pattern<'ast, V: Visitor<'ast> + ?Sized>(
    visitor: &mut V,
    pattern: &'ast Pattern,
) {
    match pattern {
        Pattern::MatchValue(pattern) => visitor.visit_expr(&pattern.value),
        Pattern::MatchSequence(sequence) => walk_patterns(visitor, &sequence.patterns),
        Pattern::MatchMapping(mapping) => {
            visitor.visit_exprs(&mapping.keys);
            walk_patterns(visitor, &mapping.patterns);
        }
        Pattern::MatchClass(class) => {
            visitor.visit_expr(&class.cls);
            walk_patterns(visitor, &class.patterns);
            walk_patterns(visitor, &class.kwd_patterns);
        }
        Pattern::MatchAs(pattern) => walk_patterns(visitor, pattern.pattern.as_deref()),
        Pattern::MatchOr(pattern) => walk_patterns(visitor, &pattern.patterns),
        Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {}
    }
}

fn walk_patterns<'ast, V: Visitor<'ast> + ?Sized>(
    visitor: &mut V,
    patterns: impl IntoIterator<Item = &'ast Pattern>,
) {
    for pattern in patterns {
        visitor.visit_pattern(pattern);
    }
}

fn walk_loop<'ast, V: Visitor<'ast> + ?Sized, const N: usize>(
    visitor: &mut V,
    head: [&'ast Expr; N],
    bodies: [&'ast Vec<Stmt>; 2],
) {
    visitor.visit_exprs(head);
    for body in bodies {
        visitor.visit_body(body);
    }
}

fn walk_with<'ast, V: Visitor<'ast> + ?Sized>(
    visitor: &mut V,
    items: &'ast [WithItem],
    body: &'ast [Stmt],
) {
    for item in items {
        visitor.visit_expr(&item.context_expr);
        visitor.visit_exprs(item.optional_vars.as_deref());
    }
    visitor.visit_body(body);
}

fn walk_try<'ast, V: Visitor<'ast> + ?Sized>(
    visitor: &mut V,
    handlers: &'ast [ExceptHandler],
    [body, otherwise, finally]: [&'ast Vec<Stmt>; 3],
) {
    visitor.visit_body(body);
    for handler in handlers {
        visitor.visit_except_handler(handler);
    }
    visitor.visit_body(otherwise);
    visitor.visit_body(finally);
}

fn walk_generators<'ast, V: Visitor<'ast> + ?Sized, const N: usize>(
    visitor: &mut V,
    generators: &'ast [Comprehension],
    items: [&'ast Expr; N],
) {
    for comprehension in generators {
        visitor.visit_comprehension(comprehension);
    }
    visitor.visit_exprs(items);
}

fn walk_arguments<'ast, V: Visitor<'ast> + ?Sized>(visitor: &mut V, arguments: &'ast Arguments) {
    visitor.visit_exprs(defaults(arguments));
    let named = [&arguments.posonlyargs, &arguments.args, &arguments.kwonlyargs];
    let named = named.into_iter().flatten().map(|argument| &argument.def);
    let rest = arguments.vararg.as_deref().into_iter().chain(arguments.kwarg.as_deref());
    for annotation in named.chain(rest).filter_map(|argument| argument.annotation.as_deref()) {
        visitor.visit_annotation(annotation);
    }
}

/// Returns the parts of a parameter list that run where the function is defined.
pub(super) fn defaults(arguments: &Arguments) -> impl Iterator<Item = &Expr> {
    [&arguments.posonlyargs, &arguments.args, &arguments.kwonlyargs]
        .into_iter()
        .flatten()
        .filter_map(|argument| argument.default.as_deref())
}

pub(super) fn walk_arguments_of_call<'ast, V: Visitor<'ast> + ?Sized>(
    visitor: &mut V,
    call: &'ast ExprCall,
) {
    visitor.visit_exprs(&call.args);
    walk_keywords(visitor, &call.keywords);
}

fn walk_keywords<'ast, V: Visitor<'ast> + ?Sized>(visitor: &mut V, keywords: &'ast [Keyword]) {
    visitor.visit_exprs(keywords.iter().map(|keyword| &keyword.value));
}

pub(super) fn walk_type_params<'ast, V: Visitor<'ast> + ?Sized>(
    visitor: &mut V,
    params: &'ast [TypeParam],
) {
    for param in params {
        if let TypeParam::TypeVar(variable) = param {
            visitor.visit_exprs(variable.bound.as_deref());
        }
    }
}
