//! `multiple-heads`.

mod existing;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::advice::followed;
use super::context::{Explained, MOST_RELATED, listed};
use super::{Baseline, Consequence, Group, Rule, RuleContext, Standing};
use crate::advice::{Advice, Step};
use crate::alembic::migration::RevisionId;
use crate::config::Level;
use crate::heads::{Cause, HeadProblem};
use crate::problem::{Problem, Related};
use crate::tree::{RepoPath, Site};

pub(crate) use existing::notes as existing_heads_notes;

pub(super) static RULE: Rule = Rule {
    name: "multiple-heads",
    group: Group::Heads,
    summary: "adds another head",
    level: Level::Error,
    explain: "\
## What it checks
The change adds a head, and the history then has more heads than it may have (`heads` of the environment, 1
by default). For example: two new migrations build on one parent; a second history starts from nothing; or a
published migration got another parent or was deleted, so that its old parent is a head again. `depends_on`
does not join heads. A parent whose id is computed counts as one parent, unless a file with a computed
`down_revision` could join the two.

## Why it matters
`alembic upgrade head` and `flask db upgrade` fail with \"Multiple head revisions are present\". `alembic
heads` exits with 0 even if there are two heads, so you only notice at the deployment.

## How to fix
Put the new migrations in one line, each on top of the previous one: `alembic-guard rebase` does this. Or
join the heads with a merge revision: `alembic-guard merge`. If you want several heads, give each line a
branch label and list the labels in `branches` of the environment in `.alembic-guard.toml`.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Heads,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut explained = Explained::default();
    let mut returned: BTreeMap<&RevisionId, Vec<&RevisionId>> = BTreeMap::new();
    for fault in subject.head_problems {
        match fault {
            HeadProblem::Stale(_) => {}
            HeadProblem::Fork { heads } => problems.extend(fork(subject, heads)),
            HeadProblem::NewHistory { head, base } => {
                problems.extend(new_history(subject, (head, base), explained.takes(true)));
            }
            HeadProblem::Returned { head, cause: Cause::Repointed(child) } => {
                problems.extend(repointed(subject, (head, child), explained.takes(true)));
            }
            HeadProblem::Returned { head, cause: Cause::Removed(child) } => {
                returned.entry(child).or_default().push(head);
            }
        }
    }
    for (child, heads) in returned {
        problems.extend(removed_child(subject, (child, &heads), explained.takes(true)));
    }
    if let Some(branch) = subject.answering {
        problems.extend(existing::problems(subject, branch));
    }
    problems
}

/// Creates a problem for heads that exist side by side.
fn side_by_side(
    subject: &RuleContext<'_>,
    heads: &[RevisionId],
    message: String,
) -> Option<Problem> {
    let (first, others) = heads.split_first()?;
    let site = |id: &RevisionId| subject.after.get(id).map(|head| head.parents_site());
    let mut problem = RULE.at(subject, site(first)?, message);
    problem.label = format!("`{first}` is a head");
    for other in others {
        let Some(site) = site(other) else { continue };
        problem.culprits.push(site.path().clone());
        if problem.related.len() < MOST_RELATED {
            problem.related.push(Related { site, message: format!("`{other}` is a head too") });
        }
    }
    problem.revisions = heads.to_vec();
    problem.drawing = Some(subject.draw(heads));
    Some(problem)
}

/// Returns the files of the new revisions below some heads.
///
/// A revision that now has another parent may have left a head beside its chain.
fn chains(subject: &RuleContext<'_>, heads: &[RevisionId]) -> Vec<RepoPath> {
    let mut seen = HashSet::new();
    let mut paths = Vec::new();
    let mut waiting: Vec<&RevisionId> = heads.iter().collect();
    while let Some(id) = waiting.pop() {
        for parent in subject.after.parents(id) {
            if !subject.before.contains(&parent.id) && seen.insert(&parent.id) {
                paths.push(parent.migration.file.path.clone());
                waiting.push(&parent.id);
            }
        }
    }
    paths
}

/// Returns the `environment` table as configured, with one more setting.
fn configured(subject: &RuleContext<'_>, setting: &str) -> String {
    let locations = subject.environment.version_locations.iter();
    let locations: Vec<String> = locations.map(|path| quoted(&path.to_string())).collect();
    format!(
        "environment = [{{ script_location = {}, version_locations = [{}], {setting} }}]",
        quoted(&subject.environment.script_location.to_string()),
        locations.join(", "),
    )
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", crate::text::escape(text))
}

fn fork(subject: &RuleContext<'_>, heads: &[RevisionId]) -> Option<Problem> {
    // The heads do not depend on newer commits of the base, unless the merge has conflicts or the
    // change replaces a base that may have removed one of them.
    let is_replacing = subject.standing == Standing::Replaced;
    let situation = if subject.situation.is_conflicted || is_replacing {
        subject.situation.clone()
    } else {
        subject.situation.in_place()
    };
    let subject = &RuleContext { situation: &situation, ..*subject };
    let change = &subject.names.change;
    let is_all_there_is = subject.before.is_empty();
    let message = if is_all_there_is {
        format!("the history has {} heads: {}", heads.len(), listed(heads))
    } else {
        format!("{change} adds {} heads: {}", heads.len(), listed(heads))
    };
    let mut problem = side_by_side(subject, heads, message)?;
    problem.causes = chains(subject, heads);
    problem.if_shared = Some(Advice { first: Vec::new(), ..subject.join_unedited(heads) });
    let advice = if is_all_there_is {
        // It is unknown which of them was published first, so `rebase` has no base.
        Advice::way([Step::run("join them with a merge revision", subject.join_command(heads))])
    } else {
        let advice = subject
            .rebase_or_join(("put them in one line", "join them with a merge revision"), heads);
        advice.after(subject.bring_in_base())
    };
    problem.advice = advice.or(label_way(subject, heads));
    Some(problem)
}

/// Returns the step that allows several heads if all heads but one have a label of their own.
///
/// Such branches are probably meant to stay separate. The revisions without a label are a group too.
fn label_way(subject: &RuleContext<'_>, heads: &[RevisionId]) -> Option<Step> {
    let labels = subject.after.labels()?;
    let mut holding: HashMap<&str, usize> = HashMap::new();
    for label in heads.iter().filter_map(|head| labels.get(head)).flatten() {
        *holding.entry(label).or_default() += 1;
    }
    let is_shared = |label: &str| holding.get(label).is_some_and(|count| *count > 1);
    let known: HashSet<&str> = subject.environment.branches.iter().map(String::as_str).collect();
    let own: Vec<&str> = heads
        .iter()
        .filter_map(|head| labels.get(head)?.iter().copied().find(|label| !is_shared(label)))
        .filter(|label| !known.contains(label))
        .collect();
    if own.is_empty() || own.len() + 1 < heads.len() {
        return None;
    }
    let branches: Vec<String> = own.iter().map(|label| quoted(label)).collect();
    let branches = format!("branches = [{}]", branches.join(", "));
    Some(Step::write(
        "if these branches are meant to stay separate, add this at the top of .alembic-guard.toml (list \
         every environment there: the search for others is then off)",
        configured(subject, &branches),
    ))
}

fn new_history(
    subject: &RuleContext<'_>,
    (head, base): (&RevisionId, &RevisionId),
    is_explained: bool,
) -> Option<Problem> {
    let start = subject.after.get(base)?;
    let landed: Vec<RevisionId> = subject.before.heads().into_iter().cloned().collect();
    let message = format!("`{base}` starts a second history beside {}", listed(&landed));
    let mut problem = RULE.at(subject, start.parents_site(), message);
    problem.label = format!("no parent, but {} is at {}", subject.names.base, listed(&landed));
    problem.revisions = vec![base.clone()];
    problem.revisions.extend((head != base).then(|| head.clone()));
    if !is_explained {
        return Some(problem);
    }
    let mut heads = subject.tops(&landed);
    heads.push(head.clone());
    problem.drawing = Some(subject.draw(&heads));
    problem.if_shared = Some(subject.join_unedited(&heads));
    let join = "join both with a merge revision";
    let advice = match landed.as_slice() {
        [_] => subject.rebase_or_join(("put it on top of the history", join), &heads),
        _ => Advice::way(subject.write_parents("put it on top of the history: ", start, &landed))
            .or(subject.join_instead(join, &heads)),
    };
    problem.advice = advice.or(label_way(subject, &heads)).after(subject.bring_in_base());
    Some(problem)
}

fn repointed(
    subject: &RuleContext<'_>,
    (head, child): (&RevisionId, &RevisionId),
    is_explained: bool,
) -> Option<Problem> {
    let changed = subject.after.get(child)?;
    let message = if subject.after.is_head(head) {
        format!("`{head}` is a head again: `{child}` no longer builds on it")
    } else {
        let heads = subject.after.heads_above(head);
        format!(
            "`{child}` no longer builds on `{head}`, which leaves {} a second head",
            listed(heads)
        )
    };
    let mut problem = RULE.at(subject, changed.parents_site(), message);
    problem.label = format!("builds on `{head}` on {}", subject.names.base);
    let landed = subject.before.get(child)?.parents.texts().iter();
    let landed: Vec<RevisionId> = landed.map(|text| RevisionId::new(text.text.clone())).collect();
    problem.revisions = vec![head.clone(), child.clone()];
    if !is_explained {
        return Some(problem);
    }
    let heads: Vec<RevisionId> = subject.after.heads().into_iter().cloned().collect();
    problem.drawing = Some(subject.draw(&heads));
    let put_back = subject.write_parents("restore the parent: ", changed, &landed);
    problem.advice = Advice::way(put_back).after(subject.bring_in_base());
    // A database that has run the child above `head` would run `head` again on its way to a merge revision.
    if !subject.is_published() {
        let join = Step::run("join the heads with a merge revision", subject.merge_command(&heads));
        problem.advice = problem.advice.or([join]);
    }
    Some(problem)
}

fn removed_child(
    subject: &RuleContext<'_>,
    (child, heads): (&RevisionId, &[&RevisionId]),
    is_explained: bool,
) -> Option<Problem> {
    let path = subject.before.get(child)?.migration.file.path.clone();
    let again = match heads {
        [_] => "is a head again",
        _ => "are heads again",
    };
    let heads = heads.iter().copied();
    let message = format!("{} {again}: `{child}` was deleted", listed(heads.clone()));
    let mut problem = RULE.at(subject, Site::Path(path.clone()), message);
    problem.label = format!("`{child}` was defined here");
    problem.revisions = std::iter::once(child).chain(heads).cloned().collect();
    if !is_explained {
        return Some(problem);
    }
    let standing: Vec<RevisionId> = subject.after.heads().into_iter().cloned().collect();
    problem.drawing = Some(subject.draw(&standing));
    problem.advice = subject.keep_landed(&path);
    if !subject.is_published() {
        let join =
            Step::run("join the heads with a merge revision", subject.merge_command(&standing));
        let finish = subject.situation.finish_kept(&[]);
        problem.advice = problem.advice.or(followed(join, finish.as_slice()));
    }
    Some(problem)
}
