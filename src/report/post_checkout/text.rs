//! One line for each environment that now has several heads.

use crate::advice::Command;
use crate::alembic::migration::RevisionId;
use crate::report::color::STRONG;
use crate::report::{Style, layout};
use crate::scope::{CrowdedEnvironment, Landed};

/// The maximum number of heads that are named.
const SHOWN_HEADS: usize = 5;

/// Renders one line per environment, without wrapping.
pub fn text(advice: &[CrowdedEnvironment], style: &Style) -> String {
    let style = Style { width: usize::MAX, ..*style };
    advice
        .iter()
        .map(|advice| layout::headed("alembic-guard", STRONG, &line(advice), &style))
        .collect()
}

fn line(advice: &CrowdedEnvironment) -> String {
    let CrowdedEnvironment { environment, heads, .. } = advice;
    let limit = match advice.limit {
        1 => String::new(),
        limit => format!(" where there may be {limit}"),
    };
    let (count, listed) = (heads.len(), listed(advice));
    format!("{environment} has {count} heads now, {listed}{limit}: {}", repair(advice))
}

/// Writes "`a` and `b` (on origin/main)".
fn listed(advice: &CrowdedEnvironment) -> String {
    let shown = advice.heads.iter().take(SHOWN_HEADS);
    let mut names: Vec<String> = shown.map(|head| named(head, advice)).collect();
    match advice.heads.len().saturating_sub(SHOWN_HEADS) {
        0 => {}
        more => names.push(format!("{more} more")),
    }
    let last = names.pop().unwrap_or_default();
    format!("{} and {last}", names.join(", "))
}

fn named(head: &RevisionId, advice: &CrowdedEnvironment) -> String {
    match &advice.landed {
        Some(Landed { base, heads }) if heads.contains(head) => format!("`{head}` (on {base})"),
        Some(_) | None => format!("`{head}`"),
    }
}

/// Lists the commands that repair the environment. Heads of the base are merged, never rebased.
fn repair(advice: &CrowdedEnvironment) -> String {
    let (rebase, merge) = (Command::of("alembic-guard rebase"), Command::of("alembic-guard merge"));
    let mut heads = advice.heads.iter();
    match &advice.landed {
        Some(landed) if heads.all(|head| landed.heads.contains(head)) => {
            format!("`{merge}` joins them")
        }
        Some(_) | None => format!("`{rebase}` puts yours on top, `{merge}` joins them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    const NARROW: Style = Style {
        color: false,
        unicode: false,
        width: 20,
        verbose: false,
        quiet: true,
        now: SystemTime::UNIX_EPOCH,
    };

    fn said(limit: usize, heads: &str, landed: Option<Landed>) -> String {
        let heads = heads.split(' ').map(RevisionId::new).collect();
        text(&[CrowdedEnvironment { environment: "db".to_owned(), limit, heads, landed }], &NARROW)
    }

    #[test]
    fn a_line_is_never_broken() {
        assert_eq!(
            said(2, "a b c", None),
            "alembic-guard: db has 3 heads now, `a`, `b` and `c` where there may be 2: \
             `alembic-guard rebase` puts yours on top, `alembic-guard merge` joins them\n"
        );
    }

    #[test]
    fn what_has_landed_is_not_to_be_moved() {
        let on_main = |heads: &[&str]| {
            let heads = heads.iter().map(|head| RevisionId::new(*head)).collect();
            Some(Landed { base: "origin/main".to_owned(), heads })
        };
        let moves = |landed| said(1, "a b", landed).contains("alembic-guard rebase");
        assert!(moves(None));
        assert!(moves(on_main(&[])));
        assert!(moves(on_main(&["b"])));
        assert!(!moves(on_main(&["a", "b"])));
    }
}
