//! Expressions between `${` and `}` that can be evaluated without running Python.

/// An expression of Alembic's own templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// A variable, formatted with Python's `str`.
    Str(Variable),
    /// A variable, formatted with Python's `repr`.
    Repr(Variable),
    /// The date, formatted with Python's `str`.
    CreateDate,
    /// The parents, separated by commas.
    DownRevisionByComma,
    /// A variable that only has a value in generated migrations, and the text used without one.
    ///
    /// Alembic makes Mako treat an undefined variable as false.
    Undefined {
        /// The text.
        otherwise: String,
    },
}

/// A variable that is set for every template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    /// `message`.
    Message,
    /// `up_revision`.
    UpRevision,
    /// `down_revision`.
    DownRevision,
    /// `branch_labels` and `depends_on`, which a merge does not have.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'c> {
    Name(&'c str),
    String(&'c str),
    Mark(char),
}

impl Expression {
    /// Parses the text between the braces, if it is supported.
    pub(super) fn read(code: &str) -> Option<Expression> {
        use Token::{Mark, Name, String};
        match tokens(code)?.as_slice() {
            [Name("create_date")] => Some(Expression::CreateDate),
            [Name(name)] => Variable::named(name).map(Expression::Str),
            [Name("repr"), Mark('('), Name(name), Mark(')')] => {
                Variable::named(name).map(Expression::Repr)
            }
            [Name("down_revision"), Mark('|'), Name("comma"), Mark(','), Name("n")] => {
                Some(Expression::DownRevisionByComma)
            }
            [
                Name(name @ ("imports" | "upgrades" | "downgrades")),
                Name("if"),
                Name(same),
                Name("else"),
                String(otherwise),
            ] if name == same => Some(Expression::Undefined { otherwise: (*otherwise).to_owned() }),
            _ => None,
        }
    }
}

impl Variable {
    fn named(name: &str) -> Option<Variable> {
        match name {
            "message" => Some(Variable::Message),
            "up_revision" => Some(Variable::UpRevision),
            "down_revision" => Some(Variable::DownRevision),
            "branch_labels" | "depends_on" => Some(Variable::None),
            _ => None,
        }
    }
}

fn tokens(code: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start_matches(is_blank);
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' | ')' | '|' | ',' => (Token::Mark(first), 1),
            '"' | '\'' => {
                let (text, _) = rest[1..].split_once(first)?;
                let is_plain = !text.contains(['\\', '\n', '\r']);
                (Token::String(is_plain.then_some(text)?), text.len() + 2)
            }
            'a'..='z' | '_' => {
                let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
                let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
                (Token::Name(&rest[..length]), length)
            }
            _ => return None,
        };
        tokens.push(token);
        rest = rest[length..].trim_start_matches(is_blank);
    }
    Some(tokens)
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alembics_expressions_are_known_however_they_are_spaced() {
        for (code, expected) in [
            ("message", Expression::Str(Variable::Message)),
            (" up_revision\t", Expression::Str(Variable::UpRevision)),
            ("create_date", Expression::CreateDate),
            ("down_revision | comma,n", Expression::DownRevisionByComma),
            ("down_revision|comma, n", Expression::DownRevisionByComma),
            ("repr( down_revision )", Expression::Repr(Variable::DownRevision)),
            ("repr(branch_labels)", Expression::Repr(Variable::None)),
            ("imports if imports else ''", Expression::Undefined { otherwise: "".to_owned() }),
            (
                "upgrades if upgrades else \"pass\"",
                Expression::Undefined { otherwise: "pass".to_owned() },
            ),
        ] {
            assert_eq!(Expression::read(code), Some(expected), "{code}");
        }
    }

    #[test]
    fn others_are_not() {
        for code in [
            "",
            "imports",
            "revision",
            "down_revision | comma",
            "down_revision | n",
            "down_revision | None",
            "message.title()",
            "repr(create_date)",
            "upgrades if downgrades else 'pass'",
            "upgrades if upgrades else 'pa\\ss'",
            "upgrades if upgrades else u'pass'",
            "message\n",
            "message # it",
        ] {
            assert_eq!(Expression::read(code), None, "{code}");
        }
    }
}
