//! Code of which the strings and comments say nothing.
//!
//! Ruff's parser goes on behind every mistake, and takes what follows for whatever it can be. What
//! [`Pieces`] takes for a string may be an expression to it then, as deep as the string is long, for
//! which [`nesting`](super::nesting) has no bound. Where the strings are blank nothing is hidden in them.

use super::lexer::{Kind, Pieces};

/// What takes the place of a byte: a name, wherever it stands, that is nothing behind a backslash.
const FILLER: char = '_';

/// Returns code in which each string and comment is of the same length and blank; it ends with the line
/// in which a string is cut off.
///
/// A string that should have been none stands between its quotes as a name does on the same line, which
/// no grammar allows: so where this is Python, all parsers agree on what is a string.
pub(super) fn blanked(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut end = 0;
    for piece in Pieces::new(code) {
        gap(&code[end..piece.start], &mut out);
        let text = &code[piece.start..piece.end];
        match piece.kind {
            Kind::Word
            | Kind::Open
            | Kind::Field
            | Kind::Close
            | Kind::Operator
            | Kind::Newline => out.push_str(text),
            Kind::Comment => {
                out.push('#');
                fill(&text[1..], &mut out);
            }
            Kind::Text => literal(text, &mut out),
            Kind::Broken => {
                literal(text.split(['\n', '\r']).next().unwrap_or_default(), &mut out);
                out.push('\n');
                return out;
            }
        }
        end = piece.end;
    }
    gap(&code[end..], &mut out);
    out
}

/// Writes what lies between two pieces: blanks, and the start of an f-string or what it says.
fn gap(text: &str, out: &mut String) {
    let mut rest = text.trim_start_matches([' ', '\t', '\x0c', '\r', '\n']);
    while let Some(continued) = rest.strip_prefix('\\').filter(|it| it.starts_with(['\r', '\n'])) {
        rest = continued.trim_start_matches([' ', '\t', '\x0c', '\r', '\n']);
    }
    out.push_str(&text[..text.len() - rest.len()]);
    literal(rest, out);
}

/// Writes a string: what stands before its quote if it can be a prefix, and the rest filled.
fn literal(text: &str, out: &mut String) {
    let quote = text.find(['\'', '"']).unwrap_or_default();
    let prefix = &text[..quote];
    let is_prefix = quote <= 2 && prefix.bytes().all(|byte| byte.is_ascii_alphabetic());
    let kept = if is_prefix { prefix } else { "" };
    out.push_str(kept);
    fill(&text[kept.len()..], out);
}

/// Fills all but blanks and what tells where a string ends.
fn fill(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '\'' | '"' | '\\' | ' ' | '\t' => out.push(character),
            _ => (0..character.len_utf8()).for_each(|_| out.push(FILLER)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_kept_and_strings_are_blank() {
        for (code, expected) in [
            ("x = 'a-b' # c-d\ny", "x = '___' # ___\ny"),
            ("x = rb'it\\'s' \\\n + \"\"\"a\n'b'\"\"\"", "x = rb'__\\'_' \\\n + \"\"\"__'_'\"\"\""),
            ("x = f'a-b {c-d:>{e-f}} {{g}}h'", "x = f'___ {c-d:_{e-f}} ______'"),
            ("x = f'''\n{a}-\\N{DASH}'''", "x = f'''_{a}_\\_______'''"),
            ("é = [\r\n'é', # 'a\n  \\\n b]", "é = [\r\n'__', # '_\n  \\\n b]"),
        ] {
            assert_eq!(blanked(code), expected, "{code}");
        }
    }

    #[test]
    fn nothing_follows_a_line_that_cuts_a_string_off() {
        assert_eq!(blanked("x = 'a-b\ny - z"), "x = '___\n");
        assert_eq!(blanked("x = f'{y:' - -\nz"), "x = f'{y:' _ _\n");
        assert_eq!(blanked("x = (y"), "x = (y\n");
    }
}
