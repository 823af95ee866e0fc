//! `duplicate-branch-label`.

use std::collections::HashSet;

use super::context::{Explained, MOST_RELATED};
use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::graph::{LabelClash, Revision};
use crate::alembic::migration::{RevisionId, Text};
use crate::config::Level;
use crate::problem::{Problem, Related};
use crate::text::escape;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "duplicate-branch-label",
    group: Group::Loading,
    summary: "label declared twice, or equal to an id",
    level: Level::Error,
    explain: "\
## What it checks
A branch label is declared twice, or equals the id of a revision.

## Why it matters
Alembic keeps labels and ids in one table. Every command fails with \"Branch name '...' in revision ...
already used by revision ...\".

## How to fix
Declare a label once, at the first revision of its branch; its descendants inherit it. Give a second branch
its own label.
",
    baseline: Baseline::SameFault,
    consequence: Consequence::Loading,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let mut explained = Explained::default();
    let clashes = subject.after.label_clashes();
    let landed: HashSet<Landed<'_>> = match clashes.as_slice() {
        [] => HashSet::new(),
        _ => subject.before.revisions().flat_map(landed_labels).collect(),
    };
    clashes.iter().filter_map(|clash| problem(subject, clash, &landed, &mut explained)).collect()
}

fn problem(
    subject: &RuleContext<'_>,
    clash: &LabelClash<'_>,
    landed: &HashSet<Landed<'_>>,
    explained: &mut Explained,
) -> Option<Problem> {
    let has_landed = |revision: &Revision| landed.contains(&(&revision.id, clash.label));
    if let Some(owner) = clash.revision.filter(|owner| subject.is_new(&owner.id)) {
        let first = clash.declared.iter().find(|(other, _)| has_landed(other));
        if let Some((declaring, text)) = first {
            return Some(taken_id(subject, owner, site(declaring, text)));
        }
    }
    let mut declared = clash.declared.clone();
    // A revision of the base had the label first.
    let newcomer = declared.iter().rposition(|(revision, _)| !has_landed(revision));
    let (revision, text) = declared.remove(newcomer.unwrap_or(declared.len() - 1));
    let label = escape(clash.label);
    let message = match (clash.revision, declared.is_empty()) {
        (Some(_), _) => format!("branch label `{label}` is the id of a revision"),
        (None, _) if declared.len() > 1 => {
            format!("branch label `{label}` is declared {} times", declared.len() + 1)
        }
        (None, _) => format!("branch label `{label}` is declared twice"),
    };
    let mut problem = RULE.at(subject, site(revision, text), message);
    problem.label = "already in use".to_owned();
    for (other, text) in declared {
        if !has_landed(other) {
            problem.culprits.push(other.migration.file.path.clone());
        }
        if problem.related.len() < MOST_RELATED {
            let message = "also declared here".to_owned();
            problem.related.push(Related { site: site(other, text), message });
        }
    }
    if let Some(owner) = clash.revision {
        problem.culprits.push(owner.migration.file.path.clone());
        let message = "this is its id".to_owned();
        problem.related.push(Related { site: owner.id_site(), message });
    }
    problem.revisions = vec![revision.id.clone(), RevisionId::new(clash.label)];
    if explained.takes(subject.is_new(&revision.id)) {
        problem.advice = Advice::way([help(subject, revision, clash)]);
    }
    Some(problem)
}

/// Reports a new revision with an id that is already a branch label.
fn taken_id(subject: &RuleContext<'_>, owner: &Revision, declared: Site) -> Problem {
    let id = &owner.id;
    let message = format!("revision id `{id}` is already a branch label");
    let mut problem = RULE.at(subject, owner.id_site(), message);
    problem.label = "already in use".to_owned();
    problem.related = vec![Related { site: declared, message: "declared here".to_owned() }];
    problem.revisions = vec![id.clone(), id.clone()];
    problem.advice =
        Advice::way([format!("give the migration another id in {}", owner.migration.file.path)]);
    problem
}

fn site(revision: &Revision, text: &Text) -> Site {
    revision.site_at(text.span.clone())
}

/// A label and the revision that declares it in the base.
type Landed<'g> = (&'g RevisionId, &'g str);

fn landed_labels(revision: &Revision) -> impl Iterator<Item = Landed<'_>> {
    revision.labels().map(|label| (&revision.id, label))
}

fn help(subject: &RuleContext<'_>, revision: &Revision, clash: &LabelClash<'_>) -> Step {
    let path = &revision.migration.file.path;
    let below = subject.after.ancestors(&revision.id);
    let carried = clash.declared.iter().any(|(other, _)| {
        other.id != revision.id && below.contains(&other.id) && clash.revision.is_none()
    });
    if carried {
        Step::write(format!("descendants inherit it; write in {path}"), "branch_labels = None")
    } else {
        format!("give the branch another label in {path}").into()
    }
}
