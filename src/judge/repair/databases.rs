//! What a rebase means for databases that have run the old order already: the author's own.
//!
//! A database stamped with a revision that now stands higher would skip what was put below it. Nobody
//! but its owner can know of it, so the way back is told with every rebase.

use crate::environment::Environment;
use crate::fix::Repointed;
use crate::graph::Graph;
use crate::migration::RevisionId;
use crate::text::shell_word;

/// Says how a database that has run the migrations in their old order gets into the new one.
pub(super) fn own_databases(
    environment: &Environment,
    graph: &Graph,
    repointed: &[Repointed],
) -> Vec<String> {
    let [one] = repointed else {
        let moved: Vec<String> =
            repointed.iter().map(|one| format!("`{}`", one.revision)).collect();
        return vec![format!(
            "a database that has run {} in the old order would skip what lies below them now: make it \
             anew, or take them back there with the files as they were (`{}`)",
            moved.join(", "),
            environment.command(&["downgrade REVISION"])
        )];
    };
    let old = graph.get(&one.revision).map(|revision| revision.parents.ids()).unwrap_or_default();
    let skipped: Vec<&RevisionId> = one.parents.iter().filter(|id| !old.contains(id)).collect();
    let skipped: Vec<String> = skipped.iter().map(|id| format!("`{id}`")).collect();
    vec![format!(
        "a database that has run `{}` already would skip {}; there, run: `{}`",
        one.revision,
        skipped.join(", "),
        way_back(environment, &one.revision, (&old, &one.parents))
    )]
}

/// Takes a database to where it was before the revision, by the new files, and up again.
///
/// A merge revision has nothing to take back; what it joined before is what such a database has run.
fn way_back(
    environment: &Environment,
    revision: &RevisionId,
    (old, new): (&[RevisionId], &[RevisionId]),
) -> String {
    let word = |id: &RevisionId| shell_word(&id.to_string());
    let down = match (old.len(), new) {
        (..=1, [below]) => format!("downgrade {}", word(below)),
        _ => format!("downgrade {}", word(revision)),
    };
    let stamps: Vec<String> = match old {
        [] => vec!["stamp base".to_owned()],
        [first, rest @ ..] => std::iter::once(format!("stamp --purge {}", word(first)))
            .chain(rest.iter().map(|id| format!("stamp {}", word(id))))
            .collect(),
    };
    let mut commands: Vec<&str> = vec![&down];
    commands.extend(stamps.iter().map(String::as_str));
    commands.push("upgrade head");
    environment.command(&commands)
}
