//! The bodies of the fuzz targets: what holds for any bytes.
//!
//! A fuzzer calls them with what it makes up, `cargo test` with the seeds and with every case that was
//! ever found.

pub(crate) mod config;
pub(crate) mod edit;
pub(crate) mod environment;
pub(crate) mod ini;
pub(crate) mod migration;
pub(crate) mod pre_push;
pub(crate) mod pyproject;
pub(crate) mod template;

use alembic_guard::text::{Span, is_unprintable};

/// A fuzz target: its name, which is also that of its folders, and what it holds inputs to.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// Every fuzz target.
#[allow(dead_code, reason = "each binary of the fuzzer needs one of them")]
pub(crate) const TARGETS: [Target; 7] = [
    ("migration", migration::holds),
    ("edit", edit::holds),
    ("ini", ini::holds),
    ("pyproject", pyproject::holds),
    ("config", config::holds),
    ("template", template::holds),
    ("pre_push", pre_push::holds),
];

/// Holds a span to lie in its source, and not to split a character of it.
#[track_caller]
pub(crate) fn assert_inside(span: &Span, source: &[u8]) {
    assert!(span.start <= span.end && span.end <= source.len(), "{span:?}");
    if let Some(text) = std::str::from_utf8(source).ok().filter(|text| !text.contains("coding")) {
        let is_whole = text.is_char_boundary(span.start) && text.is_char_boundary(span.end);
        assert!(is_whole, "{span:?}");
    }
}

/// Holds a message to have nothing in it that could steer a terminal.
#[track_caller]
pub(crate) fn assert_printable(message: &str) {
    assert!(!message.contains(is_unprintable), "{message:?}");
}

/// Takes the first line off an input.
pub(crate) fn split_line(input: &[u8]) -> Option<(&str, &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&input[..end]).ok()?;
    Some((line, &input[end + 1..]))
}
