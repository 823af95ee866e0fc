//! Whatever the bytes, the reader answers, and points into the file.

use alembic_guard::alembic::migration::{Module, ReadLimits, Value, check_body, legacy_id, read};
use alembic_guard::text::Span;
use proptest::prelude::*;

const MIGRATION: &str = "\"\"\"add a column\n\nRevision ID: 1b2\nRevises: 0a1\n\"\"\"\n\
    from alembic import op\nimport sqlalchemy as sa\n\n# alembic-guard: allow(long-id)\n\
    revision: str = '1b2'\ndown_revision = ('0a1', \"é\" 'b')\nbranch_labels = NAME\n\
    depends_on = ['x'] + [u'y']\ndepends_on.append(f'{revision!r:>{9}}')\n\n\n\
    @deco\ndef upgrade():\n    global revision\n    op.add_column('t', sa.Column(\n        'c'))\n\n\n\
    if x:\n    down_revision = None\nelse:\n    pass\n";

/// Bits of source that change what stands around them.
const PARTS: &[&str] = &[
    "'",
    "\"",
    "'''",
    "f'",
    "f\"{",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\\",
    "\n",
    "\r\n",
    "\r",
    "\x0c",
    " ",
    "\t",
    "#",
    ":",
    ";",
    ",",
    "=",
    "+=",
    "-",
    "not ",
    "lambda: ",
    "é",
    "ｒ",
    "\u{feff}",
    "\0",
    "revision = 'a'\n",
    "down_revisions = 'a'\n",
    "from x import *\n",
    "globals()\n",
    "del revision\n",
    "# coding: latin-1\n",
    "<<<<<<< HEAD\n",
    "class ",
    "def ",
    "async ",
    "@",
    "import ",
];

fn check(source: &[u8]) {
    let limits = ReadLimits::default();
    let module = read(source, &limits);
    let fault = check_body(source, &limits);
    let mut spans = spans(&module);
    spans.extend(fault.map(|fault| fault.span));
    // In another encoding every byte is a character.
    let text = std::str::from_utf8(source).ok();
    let text = text.filter(|text| !text.contains("latin-1"));
    for span in spans {
        assert!(span.start <= span.end && span.end <= source.len(), "{span:?}");
        if let Some(text) = text {
            let on_boundaries =
                text.is_char_boundary(span.start) && text.is_char_boundary(span.end);
            assert!(on_boundaries, "{span:?}");
        }
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

/// Puts parts into a migration, and cuts stretches out of it.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0..4_usize, prop::sample::select(PARTS));
    prop::collection::vec(change, 1..8).prop_map(|changes| {
        let mut source = MIGRATION.as_bytes().to_vec();
        for (place, cut, part) in changes {
            let start = place.index(source.len() + 1);
            let end = (start + cut * cut).min(source.len());
            source.splice(start..end, part.bytes());
        }
        source
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(source in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&source);
        let _ = legacy_id(&source);
    }

    #[test]
    fn any_parts_are_answered(parts in prop::collection::vec(prop::sample::select(PARTS), 0..30)) {
        check(parts.concat().as_bytes());
    }

    #[test]
    fn any_mutated_migration_is_answered(source in mutated()) {
        check(&source);
    }
}
