//! The parts of definitions and targets: what runs where they stand, and the names that they bind.

use std::collections::BTreeSet;

use rustpython_ruff_python_ast::visitor::Visitor;
use rustpython_ruff_python_ast::{Expr, Parameters, StmtClassDef, StmtFunctionDef};

/// Visits a function without its body.
pub(super) fn visit_function_head<'a>(
    visitor: &mut impl Visitor<'a>,
    function: &'a StmtFunctionDef,
) {
    function.decorator_list.iter().for_each(|decorator| visitor.visit_decorator(decorator));
    function.type_params.iter().for_each(|parameters| visitor.visit_type_params(parameters));
    visitor.visit_parameters(&function.parameters);
    function.returns.iter().for_each(|returns| visitor.visit_annotation(returns));
}

/// Visits a class without its body.
pub(super) fn visit_class_head<'a>(visitor: &mut impl Visitor<'a>, class: &'a StmtClassDef) {
    class.decorator_list.iter().for_each(|decorator| visitor.visit_decorator(decorator));
    class.type_params.iter().for_each(|parameters| visitor.visit_type_params(parameters));
    class.arguments.iter().for_each(|arguments| visitor.visit_arguments(arguments));
}

/// Visits the defaults of parameters: nothing else of a lambda runs where it stands.
pub(super) fn visit_defaults<'a>(
    visitor: &mut impl Visitor<'a>,
    parameters: Option<&'a Parameters>,
) {
    let parameters = parameters.into_iter().flat_map(Parameters::iter_non_variadic_params);
    let defaults = parameters.filter_map(|parameter| parameter.default.as_deref());
    defaults.for_each(|default| visitor.visit_expr(default));
}

/// Returns the names of parameters.
pub(super) fn names(parameters: Option<&Parameters>) -> BTreeSet<String> {
    let parameters = parameters.into_iter().flat_map(Parameters::iter);
    parameters.map(|parameter| parameter.name().to_string()).collect()
}

/// Returns the names that a target binds.
pub(super) fn bound_names(target: &Expr) -> Vec<String> {
    match target {
        Expr::Name(name) => vec![name.id.to_string()],
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(bound_names).collect(),
        Expr::List(list) => list.elts.iter().flat_map(bound_names).collect(),
        Expr::Starred(starred) => bound_names(&starred.value),
        _ => Vec::new(),
    }
}

/// Returns the parts of a target that are evaluated to find the place: in `a.b[c]`, all but the names
/// that it binds.
pub(super) fn computed_parts(target: &Expr) -> Vec<&Expr> {
    match target {
        Expr::Name(_) => Vec::new(),
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(computed_parts).collect(),
        Expr::List(list) => list.elts.iter().flat_map(computed_parts).collect(),
        Expr::Starred(starred) => computed_parts(&starred.value),
        _ => vec![target],
    }
}
