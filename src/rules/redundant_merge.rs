//! `redundant-merge`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::context::listed;
use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Command, Step};
use crate::alembic::graph::{Follow, Graph, Heights, Revision};
use crate::alembic::migration::{RevisionId, Text};
use crate::config::Level;
use crate::heads::HeadProblem;
use crate::problem::{Problem, Related, Weight};
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "redundant-merge",
    group: Group::Heads,
    summary: "names a parent that another one includes",
    level: Level::Error,
    explain: "\
## What it checks
A new revision names a parent or a dependency that another one of its parents or dependencies already
includes; or it names a parent twice; or it joins the same parents as another merge revision.

## Why it matters
If a revision names revisions on two different lines and a third one below one of them, `alembic upgrade`
runs the revision and then fails with `KeyError`: it tries to delete all of them from `alembic_version`, but
the lowest one is no longer there. This is an error. In all other cases the name is merely superfluous, and
the rule warns (unless it is `off`).

## How to fix
Name only revisions that no other named revision includes. If one parent includes another one through
`depends_on` only, first join these two in a merge revision of their own. If two merge revisions join the same
parents, delete one of them.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let rewired: Vec<&Revision> = subject
        .rewired()
        .filter(|revision| revision.parents.texts().len() + revision.dependency_texts().len() > 1)
        .collect();
    if rewired.is_empty() {
        return Vec::new();
    }
    let heights = subject.after.heights();
    let first_joins = first_joins(subject);
    rewired
        .into_iter()
        .filter_map(|revision| {
            let found = covered(subject, &heights, revision)
                .or_else(|| named_twice(subject, revision))
                .or_else(|| joined_twice(subject, &first_joins, revision));
            let mut problem = found?;
            if subject.is_to_move(&revision.id) {
                problem.advice = Advice::way([subject.once_moved(revision)]);
            }
            Some(problem)
        })
        .collect()
}

/// Reports a revision that names another one although it already includes that one indirectly.
fn covered(
    subject: &RuleContext<'_>,
    heights: &Heights<'_>,
    revision: &Revision,
) -> Option<Problem> {
    let names = Named::of(subject.after, heights, revision);
    let all = || names.parents.iter().chain(&names.dependencies).copied();
    let named: Vec<&RevisionId> = all().collect();
    if heights.any_needs(&named, &revision.id) {
        return None;
    }
    let passed = heights.below_others(&named, Follow::Needs);
    let (below, top): (Vec<&RevisionId>, Vec<&RevisionId>) =
        named.into_iter().partition(|low| passed.contains(low));
    let low = below.first()?;
    if top.len() > 1 {
        let high = heights.needing(&top, low).into_iter().next()?;
        return Some(stopping(subject, revision, &names, names.pair(high, low)));
    }
    let high = names.parents.iter().find(|parent| top.first() == Some(parent))?;
    let lines = heights.below_others(&names.parents, Follow::Parents);
    let mut parents = names.parents.iter().filter(|low| lines.contains(*low));
    let low = parents.find(|low| names.builds_on(high, low))?;
    let mut problem = about(subject, revision, names.pair(high, low));
    problem.weight = Weight::Minor;
    problem.label = format!("`{high}` already includes it");
    problem.advice = without_ancestors(subject, revision, &names);
    Some(problem)
}

/// A named revision and another one that includes it.
#[derive(Clone, Copy)]
struct Pair<'g> {
    low: &'g RevisionId,
    high: &'g RevisionId,
    /// Whether `high` builds on `low`, without counting dependencies.
    on_one_line: bool,
}

/// The names in a revision, as Alembic removes them from `alembic_version` when it runs the
/// revision (`HeadMaintainer`).
struct Named<'g> {
    heights: &'g Heights<'g>,
    parents: Vec<&'g RevisionId>,
    /// Without those that an ancestor also depends on (`RevisionMap._normalize_depends_on`).
    dependencies: Vec<&'g RevisionId>,
}

impl<'g> Named<'g> {
    fn of(graph: &'g Graph, heights: &'g Heights<'g>, revision: &Revision) -> Named<'g> {
        let id = &revision.id;
        let parents: Vec<&RevisionId> = graph.parents(id).map(|parent| &parent.id).collect();
        let dependencies = graph.dependencies(id).map(|dependency| &dependency.id);
        let known: HashSet<&RevisionId> = parents.iter().copied().collect();
        let mut own: Vec<&RevisionId> = dependencies.filter(|it| !known.contains(it)).collect();
        let inherited = heights.inherited(id, &own);
        own.retain(|dependency| !inherited.contains(dependency));
        Named { heights, dependencies: own, parents }
    }

    fn builds_on(&self, high: &RevisionId, low: &RevisionId) -> bool {
        high != low && self.heights.builds_on(high, low)
    }

    fn pair(&self, high: &'g RevisionId, low: &'g RevisionId) -> Pair<'g> {
        Pair { low, high, on_one_line: self.builds_on(high, low) }
    }
}

fn stopping(
    subject: &RuleContext<'_>,
    revision: &Revision,
    names: &Named<'_>,
    pair: Pair<'_>,
) -> Problem {
    let Pair { low, high, on_one_line } = pair;
    let is_parent = names.parents.contains(&low);
    let mut problem = about(subject, revision, pair);
    problem.label = format!("`alembic upgrade` stops here with `KeyError: '{low}'`");
    problem.advice = match (is_parent, on_one_line) {
        (true, true) => without_ancestors(subject, revision, names),
        (true, false) => Advice::way([Step::run(
            format!("join `{low}` and `{high}` in a separate merge revision, and build on that"),
            subject.merge_command(&[low.clone(), high.clone()]),
        )]),
        (false, _) => {
            Advice::way([format!("remove `{low}` from `depends_on`: `{high}` includes it")])
        }
    };
    problem
}

fn about(subject: &RuleContext<'_>, revision: &Revision, pair: Pair<'_>) -> Problem {
    let Pair { low, high, on_one_line } = pair;
    let named = revision.parents.texts().iter().find(|text| text.text == low.as_str());
    let verb = if named.is_some() { "builds on" } else { "depends on" };
    let site = match named {
        Some(text) => revision.site_at(text.span.clone()),
        None => dependency_site(subject, revision, low),
    };
    let needs = if on_one_line { "builds on" } else { "needs" };
    let message = format!("`{}` {verb} `{low}`, which `{high}` already includes", revision.id);
    let mut problem = RULE.at(subject, site, message);
    problem.revisions = vec![revision.id.clone(), low.clone(), high.clone()];
    problem.related = subject
        .after
        .get(high)
        .map(|high| Related {
            site: if high.dependencies().any(|name| name == low.as_str()) {
                dependency_site(subject, high, low)
            } else {
                high.parent_site(low)
            },
            message: format!("`{}` {needs} `{low}`", high.id),
        })
        .into_iter()
        .collect();
    problem
}

/// Returns the site of a dependency, which may be named by a label.
fn dependency_site(
    subject: &RuleContext<'_>,
    revision: &Revision,
    dependency: &RevisionId,
) -> Site {
    let labels: Vec<&str> =
        subject.after.get(dependency).into_iter().flat_map(Revision::labels).collect();
    let mut texts = revision.dependency_texts().iter();
    let named =
        |text: &&Text| text.text == dependency.as_str() || labels.contains(&text.text.as_str());
    texts.find(named).map_or_else(|| revision.id_site(), |text| revision.site_at(text.span.clone()))
}

/// Returns the advice to keep only the parents that are not ancestors of another parent.
fn without_ancestors(subject: &RuleContext<'_>, revision: &Revision, names: &Named<'_>) -> Advice {
    let parents = &names.parents;
    let below = names.heights.below_others(parents, Follow::Parents);
    let kept = parents.iter().filter(|parent| !below.contains(*parent));
    let kept: Vec<RevisionId> = kept.map(|parent| (*parent).clone()).collect();
    Advice::way(subject.write_parents("", revision, &kept))
}

/// Reports a parent that is named twice. Alembic counts it once (`dedupe_tuple` in its `Revision`).
fn named_twice(subject: &RuleContext<'_>, revision: &Revision) -> Option<Problem> {
    let texts = revision.parents.texts();
    let mut known = HashSet::new();
    let again = texts.iter().find(|text| !known.insert(&text.text))?;
    let twice = RevisionId::new(again.text.clone());
    let message = format!("`{}` names its parent `{twice}` twice", revision.id);
    let mut problem = RULE.at(subject, revision.site_at(again.span.clone()), message);
    problem.weight = Weight::Minor;
    problem.label = "named twice".to_owned();
    problem.revisions = vec![revision.id.clone(), twice];
    let parents: Vec<RevisionId> =
        subject.after.parents(&revision.id).map(|parent| parent.id.clone()).collect();
    if !parents.is_empty() {
        problem.advice = Advice::way(subject.write_parents("", revision, &parents));
    }
    Some(problem)
}

/// Reports a merge revision that joins the same parents as an existing or earlier one.
fn joined_twice(
    subject: &RuleContext<'_>,
    first_joins: &FirstJoins<'_>,
    revision: &Revision,
) -> Option<Problem> {
    let parents = parent_set(subject.after, revision);
    let earlier = first_joins.get(&parents).filter(|earlier| earlier.id != revision.id)?;
    if is_told_of(subject, revision) {
        return None;
    }
    let message = format!(
        "`{}` joins {}, and so does `{}`",
        revision.id,
        listed(parents.iter().copied()),
        earlier.id
    );
    let mut problem = RULE.at(subject, revision.parents_site(), message);
    problem.weight = Weight::Minor;
    problem.label = "already joined".to_owned();
    problem.related =
        vec![Related { site: earlier.parents_site(), message: "the same parents".to_owned() }];
    problem.revisions = vec![revision.id.clone(), earlier.id.clone()];
    problem.advice = Advice::way([
        format!("build the children of `{}` on `{}`", revision.id, earlier.id).into(),
        Step::run(
            "if no database has run it, delete the file",
            Command::of("git rm").path(&revision.migration.file.path),
        ),
    ]);
    Some(problem)
}

/// For each set of parents, the merge revision that may stay.
type FirstJoins<'g> = BTreeMap<BTreeSet<&'g RevisionId>, &'g Revision>;

/// Returns the merge revisions that may stay: the ones of the base, or else the first that Alembic lists.
fn first_joins<'g>(subject: &'g RuleContext<'_>) -> FirstJoins<'g> {
    let mut first: FirstJoins<'g> = BTreeMap::new();
    let (new, old): (Vec<&Revision>, Vec<&Revision>) =
        subject.after.revisions().partition(|revision| subject.is_new(&revision.id));
    for revision in old.into_iter().chain(new) {
        if revision.parents.texts().len() > 1 {
            let parents = parent_set(subject.after, revision);
            if parents.len() > 1 {
                first.entry(parents).or_insert(revision);
            }
        }
    }
    first
}

fn parent_set<'g>(graph: &'g Graph, revision: &Revision) -> BTreeSet<&'g RevisionId> {
    graph.parents(&revision.id).map(|parent| &parent.id).collect()
}

/// Returns whether the heads that two such merge revisions leave are already reported.
fn is_told_of(subject: &RuleContext<'_>, revision: &Revision) -> bool {
    let above = subject.after.heads_above(&revision.id);
    subject.head_problems.iter().any(|fault| match fault {
        HeadProblem::Stale(stale) => stale.heads.iter().any(|head| above.contains(&head)),
        HeadProblem::Fork { heads } => heads.iter().any(|head| above.contains(&head)),
        HeadProblem::NewHistory { .. } | HeadProblem::Returned { .. } => false,
    })
}
