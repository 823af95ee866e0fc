//! Renders `script.py.mako` if it only needs values.
//!
//! Mako runs the Python code in a template; nothing is run here. A template with only the expressions of
//! Alembic's and Flask-Migrate's own templates is rendered byte for byte; for any other one, the
//! unsupported part is reported.

mod expression;
mod lexer;

use super::created::Created;
use crate::alembic::migration::RevisionId;
use crate::python::repr;
use crate::text::escape;
use expression::{Expression, Variable};
use lexer::pieces;

/// A reason why a template cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrendered {
    /// There is none.
    #[error("there is no `script.py.mako`")]
    Missing,
    /// It is not UTF-8, or declares another encoding.
    #[error("`script.py.mako` is not UTF-8")]
    Encoding,
    /// A part that would have to be run.
    #[error("line {line} of `script.py.mako` contains `{}`, which only Mako can run", escape(.code))]
    Code {
        /// The line, from 1.
        line: usize,
        /// The part, up to the end of its line.
        code: String,
    },
}

/// A template that can be rendered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Script(Vec<Piece>);

/// The values for a template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arguments<'a> {
    pub(super) message: &'a str,
    pub(super) id: &'a RevisionId,
    pub(super) parents: &'a [RevisionId],
    pub(super) created: &'a Created,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Expression(Expression),
}

impl Script {
    /// Parses a template.
    pub(super) fn parse(source: &[u8]) -> Result<Script, Unrendered> {
        pieces(source).map(Script)
    }

    /// Renders the template.
    pub(super) fn render(&self, arguments: &Arguments<'_>) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Expression(expression) => arguments.evaluate(expression),
        });
        pieces.collect()
    }
}

impl Arguments<'_> {
    /// A merge has no labels, dependencies, imports or operations.
    fn evaluate(&self, expression: &Expression) -> String {
        match expression {
            Expression::Str(Variable::Message) => self.message.to_owned(),
            Expression::Str(Variable::UpRevision) => self.id.as_str().to_owned(),
            Expression::Str(Variable::DownRevision) => match self.parents {
                [parent] => parent.as_str().to_owned(),
                _ => self.down_revision(),
            },
            Expression::CreateDate => self.created.to_string(),
            Expression::DownRevisionByComma => self.parents_by_comma(),
            Expression::Repr(Variable::Message) => repr(self.message),
            Expression::Repr(Variable::UpRevision) => repr(self.id.as_str()),
            Expression::Repr(Variable::DownRevision) => self.down_revision(),
            Expression::Str(Variable::None) | Expression::Repr(Variable::None) => "None".to_owned(),
            Expression::Undefined { otherwise } => otherwise.clone(),
        }
    }

    pub(super) fn parents_by_comma(&self) -> String {
        self.parents.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ")
    }

    /// Returns `down_revision` as Python writes it (`tuple_rev_as_scalar` of `alembic/script/revision.py`).
    pub(super) fn down_revision(&self) -> String {
        match self.parents {
            [] => "None".to_owned(),
            [parent] => repr(parent.as_str()),
            parents => {
                let parents: Vec<String> = parents.iter().map(|id| repr(id.as_str())).collect();
                format!("({})", parents.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        let created = Created::at(std::time::SystemTime::UNIX_EPOCH, Some("UTC"));
        let parents = [RevisionId::new("b"), RevisionId::new("it's")];
        let arguments = Arguments {
            message: "why",
            id: &RevisionId::new("c"),
            parents: &parents,
            created: &created.expect("UTC is always known"),
        };
        match Script::parse(source.as_bytes()) {
            Ok(script) => script.render(&arguments),
            Err(reason) => reason.to_string(),
        }
    }

    #[test]
    fn expressions_are_filled_in() {
        for (source, expected) in [
            ("\"\"\"${message}\n", "\"\"\"why\n"),
            ("${up_revision}${repr(up_revision)}", "c'c'"),
            ("${down_revision | comma,n}", "b, it's"),
            ("${down_revision} ${repr(down_revision)}", "('b', \"it's\") ('b', \"it's\")"),
            ("${create_date}", "1970-01-01 00:00:00+00:00"),
            ("${repr(branch_labels)} ${depends_on}", "None None"),
            ("${imports if imports else \"\"}|${upgrades if upgrades else 'pass'}", "|pass"),
            ("$ {message} $${message}} {${message}", "$ {message} $why} {why"),
        ] {
            assert_eq!(text(source), expected, "{source}");
        }
    }
}
