//! Decides which heads merge revisions join.
//!
//! Lines that are meant to stay separate are not joined: each configured branch label has its own group
//! and, without any, histories that share no revision and have their own labels stay separate.

use crate::alembic::graph::Graph;
use crate::alembic::migration::RevisionId;
use crate::heads::{HeadLimits, crowded};

/// Returns the heads to join, one list per merge revision, published heads first.
///
/// A group of heads at or under its limit is left alone.
///
/// # Errors
/// Returns the heads of a group that has too many, if each of them belongs to a separate line.
pub fn heads_to_join(
    before: &Graph,
    after: &Graph,
    limits: HeadLimits<'_>,
) -> Result<Vec<Vec<RevisionId>>, Vec<RevisionId>> {
    let mut joins = Vec::new();
    for heads in crowded(after, limits) {
        let mut lines = after.lines(&heads);
        lines.retain(|line| line.len() > 1);
        if lines.is_empty() {
            return Err(heads.into_iter().cloned().collect());
        }
        joins.extend(lines.into_iter().map(|line| landed_first(before, line)));
    }
    Ok(joins)
}

/// Sorts published heads first, then by id.
pub fn landed_first<'g>(
    before: &Graph,
    heads: impl IntoIterator<Item = &'g RevisionId>,
) -> Vec<RevisionId> {
    let mut heads: Vec<RevisionId> = heads.into_iter().cloned().collect();
    heads.sort_by_key(|head| (!before.contains(head), head.clone()));
    heads
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alembic::graph::tests::graph;

    fn joined(before: &str, after: &str, branches: &[&str]) -> String {
        let branches: Vec<String> = branches.iter().map(|label| (*label).to_owned()).collect();
        let limits = HeadLimits { heads: 1, branches: &branches };
        let line = |heads: &Vec<RevisionId>| {
            heads.iter().map(RevisionId::as_str).collect::<Vec<_>>().join("+")
        };
        match heads_to_join(&graph(before), &graph(after), limits) {
            Ok(joins) => joins.iter().map(line).collect::<Vec<_>>().join(" "),
            Err(apart) => format!("apart: {}", line(&apart)),
        }
    }

    #[test]
    fn all_heads_of_a_line_are_joined_what_has_landed_first() {
        assert_eq!(joined("a", "a b(a)", &[]), "");
        assert_eq!(joined("a x(a)", "a x(a) d(a)", &[]), "x+d");
        assert_eq!(joined("a b(a) c(a)", "a b(a) c(a) d(a)", &[]), "b+c+d");
        assert_eq!(joined("a b(a)", "a b(a) d", &[]), "b+d");
        assert_eq!(joined("a b(a)", "a b(a) d(a)!b", &[]), "b+d");
    }

    #[test]
    fn configured_lines_are_joined_apart() {
        let after = "a e#expand(a) c#contract(a) x(e) y(e)";
        assert_eq!(joined("a", after, &["expand", "contract"]), "x+y");
        let after = "a e#expand(a) c#contract(a) v(c) w(c) x(e) y(e)";
        assert_eq!(joined("a", after, &["expand", "contract"]), "v+w x+y");
    }

    #[test]
    fn separate_histories_with_labels_of_their_own_are_left_apart() {
        assert_eq!(joined("", "e#expand c#contract", &[]), "apart: c+e");
        assert_eq!(joined("", "e#expand c#contract x(e) y(e)", &[]), "x+y");
        assert_eq!(joined("", "a e#expand(a) c#contract(a)", &[]), "c+e");
    }
}
