//! A migration, read in every way there is.

use alembic_guard::alembic::migration::{
    Module, ReadLimits, Value, check_body, details, first_change, legacy_id, mentions, read, title,
};
use alembic_guard::text::Span;

use super::assert_inside;

/// Every reader agrees with the others and points into the file.
pub(crate) fn holds(source: &[u8]) {
    let limits = ReadLimits::default();
    let module = read(source, &limits);
    let fault = check_body(source, &limits);
    assert!(module.fault.is_none() || fault.is_some(), "the quick reader alone objects");
    let mut spans = spans(&module);
    spans.extend(fault.iter().map(|fault| fault.span.clone()));
    for is_merge in [false, true] {
        let details = details(source, is_merge, &limits);
        assert_eq!(details.fault, fault);
        let lines = [details.docstring.revision, details.docstring.revises];
        spans.extend(lines.into_iter().flatten().map(|line| line.span));
        spans.extend(details.operation);
    }
    spans.extend(mentions(source, "revision", &limits));
    spans.iter().for_each(|span| assert_inside(span, source));
    assert_eq!(first_change(source, source, &limits), None, "a file differs from itself");
    if let Some(title) = title(source, &limits) {
        assert!(!title.contains('\n'), "{title:?} is no line");
    }
    let _ = legacy_id(source);
    if fault.is_none() {
        a_comment_behind_it_changes_nothing(source, &module);
    }
}

fn a_comment_behind_it_changes_nothing(source: &[u8], module: &Module) {
    let limits = ReadLimits::default();
    // In another encoding these bytes may be no comment.
    if std::str::from_utf8(source).is_ok_and(|text| !text.contains("coding")) {
        let longer = [source, b"\n# revision = 'other'\n"].concat();
        assert_eq!(read(&longer, &limits), *module);
        assert_eq!(check_body(&longer, &limits), None);
        assert_eq!(first_change(source, &longer, &limits), None);
    }
}

fn spans(module: &Module) -> Vec<Span> {
    let mut spans: Vec<Span> = module.misspellings.iter().map(|slip| slip.span.clone()).collect();
    spans.extend(module.fault.iter().map(|fault| fault.span.clone()));
    for value in
        [&module.revision, &module.down_revision, &module.branch_labels, &module.depends_on]
    {
        match value {
            Value::Missing => {}
            Value::Computed { span, .. } => spans.push(span.clone()),
            Value::Known { texts, span, .. } => {
                spans.push(span.clone());
                spans.extend(texts.iter().map(|text| text.span.clone()));
            }
        }
    }
    spans
}
