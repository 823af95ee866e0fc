//! Finds out whether anything in a file could depend on a value that is edited.

use super::verify::Identifier;
use crate::alembic::migration::{Module, ReadLimits, mentions};
use crate::text::Span;

/// Returns whether the effective assignment has a name as its only target, and nothing reads the name.
///
/// If so, nothing else in the file refers to the value. Code that accesses it without its name, such as
/// `globals()`, makes the value computed.
pub(super) fn is_private(
    source: &[u8],
    module: &Module,
    identifier: Identifier,
    limits: &ReadLimits,
) -> bool {
    let Some(value) = identifier.of(module).span() else {
        return false;
    };
    let mentions = mentions(source, identifier.name(), limits);
    let target = mentions.iter().rfind(|mention| mention.end <= value.start);
    let only_target = |target: &Span| {
        let between = &source[target.end..value.start];
        begins_statement(&source[..target.start]) && is_single_assignment(between)
    };
    let mut others = mentions.iter().filter(|mention| Some(*mention) != target);
    target.is_some_and(only_target) && others.all(|mention| is_assigned(&source[mention.end..]))
}

/// Returns whether the text after a name assigns to it, as a variable or an argument.
fn is_assigned(behind: &[u8]) -> bool {
    matches!(behind.trim_ascii_start(), [b'=', next, ..] if *next != b'=')
}

/// Returns whether a statement starts after these bytes; it need not be the first of its line.
fn begins_statement(before: &[u8]) -> bool {
    let margin = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'));
    match &before[..before.len() - margin.count()] {
        [] | b"\xef\xbb\xbf" | [.., b';'] => true,
        [.., b'\\', b'\n' | b'\r'] | [.., b'\\', b'\r', b'\n'] => false,
        [.., last] => matches!(last, b'\r' | b'\n'),
    }
}

/// Returns whether the bytes between a target and a value form an assignment without another target.
fn is_single_assignment(between: &[u8]) -> bool {
    let between = between.trim_ascii_start();
    let signs = between.iter().filter(|byte| **byte == b'=').count();
    signs == 1 && matches!(between.first(), Some(b'=' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alembic::migration::read;

    #[test]
    fn a_name_that_nothing_reads_is_private() {
        for (source, expected) in [
            ("down_revision = 'a'\n", true),
            ("x = 1;  down_revision: str | None = 'a'  # down_revision\n", true),
            ("\u{feff}down_revision = (\n'a')\n", true),
            ("down_revision = 'a'\nprint(down_revision)\n", false),
            ("down_revision = 'a'\ndown_revision = 'a'\n", true),
            ("down_revision = 'a'\nx = down_revision == 'a'\n", false),
            ("x = down_revision = 'a'\n", false),
            ("x = \\\ndown_revision = 'a'\n", false),
            ("down_revision = x = 'a'\n", false),
            ("down_revision, x = 'a', 'b'\n", false),
            ("[x,\ndown_revision] = 'b', 'a'\n", false),
            ("x = (down_revision := 'a')\n", false),
            ("", false),
        ] {
            let limits = ReadLimits::default();
            let module = read(source.as_bytes(), &limits);
            let private = is_private(source.as_bytes(), &module, Identifier::DownRevision, &limits);
            assert_eq!(private, expected, "{source}");
        }
    }
}
