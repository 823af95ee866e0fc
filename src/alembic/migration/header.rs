//! The comments at the top of a migration, which can silence rules.

use super::lexer::{Kind, Pieces};

/// Returns the rules in `# alembic-guard: allow(rule, rule)` above the first statement after the docstring.
pub(super) fn allows(text: &str) -> Vec<String> {
    let mut allows = Vec::new();
    for piece in Pieces::new(text) {
        match piece.kind {
            Kind::Comment => allows.extend(allowed(&text[piece.start..piece.end])),
            Kind::Text | Kind::Newline => {}
            Kind::Word | Kind::Open | Kind::Field | Kind::Close | Kind::Operator | Kind::Broken => {
                break;
            }
        }
    }
    allows
}

fn allowed(comment: &str) -> Vec<String> {
    let names = comment
        .trim_start_matches('#')
        .trim_start()
        .strip_prefix("alembic-guard:")
        .and_then(|rest| rest.trim_start().strip_prefix("allow"))
        .and_then(|rest| rest.trim_start().strip_prefix('('))
        .and_then(|rest| rest.split_once(')'));
    let Some((names, _)) = names else {
        return Vec::new();
    };
    let names = names.split(',').map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_ends_at_the_first_statement_that_is_not_the_docstring() {
        let text = "#!x\n# alembic-guard: allow(a, b)\n'''doc\n# alembic-guard: allow(no)\n'''  #alembic-guard:allow( c )\n\n# alembic-guard: allow(d) since x\nimport x\n# alembic-guard: allow(no)\n";
        assert_eq!(allows(text), ["a", "b", "c", "d"]);
    }

    #[test]
    fn other_comments_allow_nothing() {
        assert_eq!(
            allows(
                "# allow(a)\n# alembic-guard allow(a)\n# alembic-guard: allow(a\n# alembic-guard: allow()"
            ),
            [""; 0]
        );
    }
}
