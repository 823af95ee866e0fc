//! `duplicate-revision`.

use super::context::MOST_RELATED;
use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Command, Step};
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::problem::{Problem, Related};
use crate::tree::RepoPath;

pub(super) static RULE: Rule = Rule {
    name: "duplicate-revision",
    group: Group::Loading,
    summary: "two files define one id",
    level: Level::Error,
    explain: "\
## What it checks
Two files define the same revision id.

## Why it matters
Alembic only prints \"Revision ... is present more than once\". It uses the file that it lists last. The other
migration becomes a head of its own or never runs, and a database stamped with the id counts as having run
both.

## How to fix
Give the unpublished migration a new id: in `revision`, in the docstring and in the file name, and in every
migration that builds on it. `alembic revision` generates ids that do not collide; hand-written ids such as
`a1b2c3d4e5f6` and running numbers do.

If both files are the same migration, delete one of them. With a new id, databases that ran the migration
would run it again.
",
    baseline: Baseline::SameFault,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let duplicates = subject.after.duplicates();
    duplicates.filter_map(|(id, earlier)| problem(subject, id, earlier)).collect()
}

/// The files that define one id.
struct Files<'g> {
    /// The file to change: the last one that is not in the base.
    newcomer: &'g Revision,
    others: Vec<&'g Revision>,
}

impl<'g> Files<'g> {
    fn of(
        before: &Graph,
        after: &'g Graph,
        (id, earlier): (&RevisionId, &'g [Revision]),
    ) -> Option<Files<'g>> {
        let mut files: Vec<&Revision> = earlier.iter().chain(after.get(id)).collect();
        let landed = before.get(id).map(|landed| &landed.migration.file.path);
        let newcomer = files.iter().rposition(|file| Some(&file.migration.file.path) != landed)?;
        Some(Files { newcomer: files.remove(newcomer), others: files })
    }

    /// Returns another file with the same content as the newcomer.
    fn original(&self) -> Option<&'g Revision> {
        let content = self.newcomer.migration.file.id;
        self.others.iter().copied().find(|other| other.migration.file.id == content)
    }
}

/// Returns the file to delete if it is an exact copy of another one that defines the same id.
pub fn copied<'g>(before: &Graph, after: &'g Graph, id: &RevisionId) -> Option<&'g RepoPath> {
    let duplicate = after.duplicates().find(|(other, _)| *other == id)?;
    let files = Files::of(before, after, duplicate)?;
    files.original().map(|_| &files.newcomer.migration.file.path)
}

fn problem(subject: &RuleContext<'_>, id: &RevisionId, earlier: &[Revision]) -> Option<Problem> {
    let found = Files::of(subject.before, subject.after, (id, earlier))?;
    let original = found.original();
    let Files { newcomer, others: files } = found;
    let landed = subject.before.get(id).map(|landed| &landed.migration.file.path);
    let message = format!("revision `{id}` is defined by {} files", files.len() + 1);
    let mut problem = RULE.at(subject, newcomer.id_site(), message);
    problem.label = "already in use".to_owned();
    for other in files {
        if Some(&other.migration.file.path) != landed {
            problem.culprits.push(other.migration.file.path.clone());
        }
        if problem.related.len() < MOST_RELATED {
            let message = "also defined here".to_owned();
            problem.related.push(Related { site: other.id_site(), message });
        }
    }
    problem.revisions = vec![id.clone()];
    problem.advice = match original {
        Some(original) => removed(subject, newcomer, original),
        None => renamed(subject, newcomer),
    };
    Some(problem)
}

/// Returns the advice to delete a file that exists twice.
fn removed(subject: &RuleContext<'_>, copy: &Revision, original: &Revision) -> Advice {
    let remove = match subject.situation.stage_option() {
        Some(_) => Command::of("git rm"),
        None => Command::of("rm"),
    };
    let why = format!("delete it; {} is the same file", original.migration.file.path);
    let remove = Step::run(why, remove.path(&copy.migration.file.path));
    let way = [remove].into_iter().chain(subject.situation.finish_staged());
    Advice::way(way).after(subject.bring_in_base())
}

fn renamed(subject: &RuleContext<'_>, newcomer: &Revision) -> Advice {
    let path = &newcomer.migration.file.path;
    let write = Step::write(
        format!("give one of them its own id: write in {path}"),
        format!("revision = \"{}\"", subject.free_id(newcomer)),
    );
    Advice::way([
        write,
        "use the new id in its docstring and file name, and in the `down_revision` of migrations that \
         build on it"
            .into(),
    ])
}
