//! Matches patterns in bounded time.
//!
//! [`glob::Pattern`] defines the syntax and the meaning of patterns; but for a pattern with many `*`, it
//! tries every way to split a name among them. Here, every reachable position in the pattern is tracked at
//! once, so the number of steps is at most the product of both lengths.

use std::fmt;

/// How `*`, `?` and `[...]` treat a `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separator {
    /// They match it.
    Crossed,
    /// They do not match it.
    Kept,
}

/// A pattern that is parsed once and matched with many texts.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct Pattern {
    written: String,
    #[serde(skip)]
    tokens: Vec<Token>,
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// Fails if [`glob::Pattern`] rejects it.
    pub fn new(written: &str) -> Result<Pattern, glob::PatternError> {
        glob::Pattern::new(written)?;
        Ok(Pattern { written: written.to_owned(), tokens: tokens(written) })
    }

    /// Returns the pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Returns whether the ends of a text already rule out a match.
    fn excludes(&self, text: &str) -> bool {
        let differs = |token: Option<&Token>, end: Option<char>| match token {
            Some(Token::Char(wanted)) => end != Some(*wanted),
            Some(Token::Any | Token::OneOf { .. } | Token::Sequence | Token::Folders) | None => {
                false
            }
        };
        differs(self.tokens.first(), text.chars().next())
            || differs(self.tokens.last(), text.chars().next_back())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written.fmt(out)
    }
}

/// Returns whether a pattern matches the whole text.
pub(crate) fn matches(pattern: &Pattern, text: &str, separator: Separator) -> bool {
    if pattern.excludes(text) {
        return false;
    }
    let tokens = &pattern.tokens;
    let mut reached = vec![false; tokens.len() + 1];
    let mut next = reached.clone();
    reached[0] = true;
    skip_empty(tokens, &mut reached, '/');
    for character in text.chars() {
        next.fill(false);
        for (place, token) in tokens.iter().enumerate().filter(|(place, _)| reached[*place]) {
            let crosses = separator == Separator::Crossed || character != '/';
            match token {
                Token::Folders => next[place] = true,
                Token::Sequence => next[place] |= crosses,
                Token::Any => next[place + 1] |= crosses,
                Token::Char(wanted) => next[place + 1] |= *wanted == character,
                Token::OneOf { ranges, negated } => {
                    let is_in = ranges.iter().any(|(low, high)| (low..=high).contains(&&character));
                    next[place + 1] |= crosses && is_in != *negated;
                }
            }
        }
        skip_empty(tokens, &mut next, character);
        std::mem::swap(&mut reached, &mut next);
    }
    reached[tokens.len()] || tokens.last() == Some(&Token::Folders) && reached[tokens.len() - 1]
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Char(char),
    Any,
    OneOf {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
    /// `*`.
    Sequence,
    /// `**/`, or `**` at the end.
    Folders,
}

/// Goes on behind what may be empty; folders end behind a `/`.
fn skip_empty(tokens: &[Token], reached: &mut [bool], last: char) {
    for (place, token) in tokens.iter().enumerate() {
        let is_skipped = match token {
            Token::Sequence => true,
            Token::Folders => last == '/',
            Token::Char(_) | Token::Any | Token::OneOf { .. } => false,
        };
        reached[place + 1] |= reached[place] && is_skipped;
    }
}

/// Parses a pattern that [`glob::Pattern`] has accepted.
fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        (tokens, rest) = match character {
            '?' => (pushed(tokens, Token::Any), behind),
            '*' => match behind.strip_prefix('*') {
                Some(behind) => {
                    let behind = behind.strip_prefix('/').unwrap_or(behind);
                    (pushed(tokens, Token::Folders), behind)
                }
                None => (pushed(tokens, Token::Sequence), behind),
            },
            '[' => {
                let (token, behind) = one_of(behind);
                (pushed(tokens, token), behind)
            }
            _ => (pushed(tokens, Token::Char(character)), behind),
        };
    }
    tokens
}

fn pushed(mut tokens: Vec<Token>, token: Token) -> Vec<Token> {
    tokens.push(token);
    tokens
}

/// Parses a set after its `[`; a leading `]` is one of its characters.
fn one_of(text: &str) -> (Token, &str) {
    let inner = text.strip_prefix('!');
    let negated = inner.is_some();
    let inner = inner.unwrap_or(text);
    let first = inner.chars().next().map_or(0, char::len_utf8);
    let end = inner[first..].find(']').map_or(inner.len(), |end| first + end);
    let characters: Vec<char> = inner[..end].chars().collect();
    let mut ranges = Vec::new();
    let mut rest = characters.as_slice();
    while let [low, behind @ ..] = rest {
        let range = match behind {
            ['-', high, behind @ ..] => ((*low, *high), behind),
            _ => ((*low, *low), behind),
        };
        ranges.push(range.0);
        rest = range.1;
    }
    (Token::OneOf { ranges, negated }, inner.get(end + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn as_glob_does(pattern: &glob::Pattern, text: &str, separator: Separator) -> bool {
        let options = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: separator == Separator::Kept,
            require_literal_leading_dot: false,
        };
        pattern.matches_with(text, options)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_pattern_matches_what_glob_says_it_does(
            pattern in prop_oneof!["[ab/*?]{0,8}", r"([ab/]|\*|\*\*/|\[[ab!/-]{1,3}\]|\[\]a\]){0,6}(\*\*)?"],
            text in "[ab/\\]-]{0,8}",
        ) {
            if let Ok(globbed) = glob::Pattern::new(&pattern) {
                let pattern = Pattern::new(&pattern).expect("it is one of glob's");
                for separator in [Separator::Crossed, Separator::Kept] {
                    let expected = as_glob_does(&globbed, &text, separator);
                    prop_assert_eq!(matches(&pattern, &text, separator), expected, "{:?}", separator);
                }
            }
        }
    }

    #[test]
    fn many_stars_take_no_more_time_than_they_are_long() {
        let pattern = Pattern::new(&("*a".repeat(500) + "b")).expect("a pattern");
        assert!(!matches(&pattern, &"a".repeat(4000), Separator::Kept));
    }
}
