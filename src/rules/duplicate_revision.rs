//! `duplicate-revision`.

use super::{Concern, Debt, Rule, Subject};
use crate::advice::Help;
use crate::finding::{Finding, Level, Related};
use crate::graph::Revision;
use crate::migration::RevisionId;

pub(super) static RULE: Rule = Rule {
    name: "duplicate-revision",
    level: Level::Error,
    explain: "\
## What it checks
Two files define the same revision id.

## Why it matters
Alembic only warns. Of the two files the one it lists last wins the id; the other stays a head of
its own or is never run, and a database that is stamped with the id counts as having both.

## How to fix
Give the migration that has not landed an id of its own, in `revision`, in its docstring and in the
file's name, and re-point what builds on it. `alembic revision` makes ids that do not collide;
invented ones such as `a1b2c3d4e5f6` or running numbers do.
",
    debt: Debt::SameFault,
    concern: Concern::Neither,
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let duplicates = subject.after.duplicates();
    duplicates.filter_map(|(id, earlier)| finding(subject, id, earlier)).collect()
}

fn finding(subject: &Subject<'_>, id: &RevisionId, earlier: &[Revision]) -> Option<Finding> {
    let mut files: Vec<&Revision> = earlier.iter().chain(subject.after.get(id)).collect();
    let landed = subject.before.get(id).map(|landed| &landed.migration.file.path);
    let newcomer = files.iter().rposition(|file| Some(&file.migration.file.path) != landed)?;
    let newcomer = files.remove(newcomer);
    let message = format!("revision `{id}` is defined by {} files", files.len() + 1);
    let mut finding = RULE.at(subject, newcomer.id_site(), message);
    finding.label = "this id is taken".to_owned();
    for other in files {
        if Some(&other.migration.file.path) != landed {
            finding.culprits.push(other.migration.file.path.clone());
        }
        finding
            .related
            .push(Related { site: other.id_site(), message: "defined here too".to_owned() });
    }
    finding.revisions = vec![id.clone()];
    let path = &newcomer.migration.file.path;
    finding.help = vec![
        Help::write(
            format!("give it an id of its own; write in {path}"),
            format!("revision = \"{}\"", subject.free_id(newcomer)),
        ),
        format!("and the same id wherever a `down_revision` means {path}").into(),
    ];
    Some(finding)
}
