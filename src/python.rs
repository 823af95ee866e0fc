//! Python's view of strings: literals and word characters.

use unicode_normalization::char::is_combining_mark;

/// Returns a string as Python's `repr` writes it.
pub fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character == quote => out.extend(['\\', quote]),
            _ if is_printable(character) => out.push(character),
            _ => out.push_str(&escaped(character)),
        }
    }
    out.push(quote);
    out
}

/// Returns strings as a hand-written `down_revision`: one string, a tuple, or `None`.
pub fn literal<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(double_quoted).collect();
    match quoted.as_slice() {
        [] => "None".to_owned(),
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}

/// Returns a string with double quotes if possible, as Python formatters prefer.
fn double_quoted(text: &str) -> String {
    let single = repr(text);
    match single.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\'')) {
        Some(inner) if !inner.contains(['"', '\'']) => format!("\"{inner}\""),
        Some(_) | None => single,
    }
}

/// Returns whether `\w` in a Python regular expression matches a character: `_`, or one for which
/// `str.isalnum` is true.
///
/// Rust also counts some marks and circled letters as letters, which are not letters by category.
pub fn is_word(character: char) -> bool {
    let is_circled = matches!(
        character,
        '\u{24B6}'..='\u{24E9}'
            | '\u{1F130}'..='\u{1F149}'
            | '\u{1F150}'..='\u{1F169}'
            | '\u{1F170}'..='\u{1F189}'
    );
    character == '_'
        || (character.is_alphanumeric() && !is_combining_mark(character) && !is_circled)
}

/// Both languages print the same categories, but Rust also escapes a mark at the start of a text.
fn is_printable(character: char) -> bool {
    let text = format!("a{character}");
    text.escape_debug().count() == 2 || matches!(character, '"' | '\'')
}

fn escaped(character: char) -> String {
    let code = u32::from(character);
    match code {
        0..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_what_a_person_would_write() {
        let literal = |texts: &[&str]| literal(texts.iter().copied());
        assert_eq!(literal(&[]), "None");
        assert_eq!(literal(&["a1"]), "\"a1\"");
        assert_eq!(literal(&["a1", "b2"]), "(\"a1\", \"b2\")");
        assert_eq!(literal(&["it's"]), "\"it's\"");
        assert_eq!(literal(&["a\"b"]), "'a\"b'");
        assert_eq!(literal(&["a\\"]), "\"a\\\\\"");
    }

    #[test]
    fn strings_are_written_as_python_writes_them() {
        for (text, expected) in [
            ("a1", "'a1'"),
            ("it's", "\"it's\""),
            ("say \"it's\"", "'say \"it\\'s\"'"),
            ("say \"it\"", "'say \"it\"'"),
            ("a\\b\n\t\r\0", "'a\\\\b\\n\\t\\r\\x00'"),
            ("é\u{301}\u{a0}\u{200b}\u{e0001}🚀", "'é\u{301}\\xa0\\u200b\\U000e0001🚀'"),
        ] {
            assert_eq!(repr(text), expected);
        }
    }

    #[test]
    fn words_are_letters_digits_and_underscores() {
        for character in ['a', 'Z', '0', '_', 'é', '中', '²', '½', 'Ⅷ', 'ª', 'ʰ'] {
            assert!(is_word(character), "{character}");
        }
        for character in ['-', ' ', '\u{301}', '\u{93e}', 'Ⓐ', '€', '🚀', '\u{200d}'] {
            assert!(!is_word(character), "{character:?}");
        }
    }
}
