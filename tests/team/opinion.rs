//! What the guard should think of one ref of a push, by what Alembic makes of the states on both sides.
//!
//! Harm is what a team would not want on main: it loads no more, it has another head, or some database that
//! main left behind skips a migration, runs one twice or stops.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::team::databases::Databases;
use crate::team::referee::{Facts, Referee, Revision};

/// Why databases may skip what a published migration does since it was edited: that is a warning.
pub(crate) const EDITED: &str = "a published migration is edited";

/// What a verdict must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Opinion {
    /// It must pass.
    Harmless,
    /// It must be refused.
    Harmful(String),
    /// Either will do: the reason.
    Unclear(String),
}

/// A ref that is pushed.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    /// What it was on the remote; empty for a new one.
    pub(crate) old: &'a str,
    pub(crate) new: &'a str,
    /// What main is on the remote.
    pub(crate) main: &'a str,
    pub(crate) is_main: bool,
    /// The other branches that the clone knows of on the remote.
    pub(crate) others: Vec<String>,
}

impl Arrival<'_> {
    /// Forms an opinion.
    pub(crate) fn opinion(&self, referee: &mut Referee<'_>, databases: &Databases) -> Opinion {
        if referee.holds(self.main, self.new) && !self.is_main {
            return Opinion::Harmless;
        }
        if self.is_main {
            self.onto_main(referee, databases)
        } else {
            self.onto_branch(referee, databases)
        }
    }

    fn onto_main(&self, referee: &mut Referee<'_>, databases: &Databases) -> Opinion {
        let (before, after) = (referee.facts(self.old), referee.facts(self.new));
        if before.relevant() == after.relevant() {
            return Opinion::Harmless;
        }
        let forced = !referee.holds(self.new, self.old);
        let harm = harm(&before, &after);
        if harm != Opinion::Harmless {
            return harm;
        }
        let mut harmed = databases.harmed(referee, self.new);
        let skip = edited(&before, &after);
        if !harmed.is_empty() && harmed.iter().all(|one| one.is_by_edit(&skip)) {
            return Opinion::Unclear(EDITED.to_owned());
        }
        harmed.retain(|one| !one.is_by_edit(&skip));
        match (harmed.first(), exemption(&before, &after, forced)) {
            // What no database can have run may be refused all the same: it was published.
            (None, _) if forced && removes_files(&before, &after) => {
                Opinion::Unclear("migrations removed by force".to_owned())
            }
            (None, _) => Opinion::Harmless,
            (Some(_), Some(row)) => Opinion::Unclear(row.to_owned()),
            (Some(one), None) => Opinion::Harmful(format!(
                "a database is harmed: at {:?}: {}",
                one.database.rows, one.fault
            )),
        }
    }

    fn onto_branch(&self, referee: &mut Referee<'_>, databases: &Databases) -> Opinion {
        let Some(parted) = referee.parted(self.main, self.new) else {
            return Opinion::Unclear("no common history".to_owned());
        };
        let since = if self.old.is_empty() { parted.as_str() } else { self.old };
        let (old, new) = (referee.facts(since), referee.facts(self.new));
        let touched = touched(&old, &new);
        if touched.is_empty() {
            return Opinion::Harmless;
        }
        let Some(merged) = referee.merged(self.main, self.new) else {
            return Opinion::Unclear("a merge conflict".to_owned());
        };
        let (before, after) = (referee.facts(self.main), referee.facts(&merged));
        match harm(&before, &after) {
            Opinion::Harmful(reason) => {
                let culprits = culprits(&before, &after);
                let own = |path: &String| {
                    touched.contains(path) && !self.is_elsewhere(referee, path, &new)
                };
                if culprits.iter().any(own) {
                    Opinion::Harmful(reason)
                } else {
                    Opinion::Unclear(format!("{reason}, not by this push alone"))
                }
            }
            // A migration that main would not load is never run; nobody wants that either.
            Opinion::Harmless if adds_unloaded(&touched, &new, &after) => {
                Opinion::Unclear("a migration that is not loaded".to_owned())
            }
            Opinion::Harmless if !databases.harmed(referee, &merged).is_empty() => {
                Opinion::Unclear("databases".to_owned())
            }
            other => other,
        }
    }

    /// Tells whether another branch of the remote has a file as it is here.
    fn is_elsewhere(&self, referee: &mut Referee<'_>, path: &str, new: &Rc<Facts>) -> bool {
        let here = new.files.get(path);
        self.others.iter().any(|other| referee.facts(other).files.get(path) == here)
    }
}

/// Says what Alembic has against the second state that it had not against the first.
fn harm(before: &Facts, after: &Facts) -> Opinion {
    if before.works() && !after.works() {
        // A whole environment that goes by a normal push is one warning; by force it is databases that tell.
        if !after.files.keys().any(|path| is_migration(path)) {
            return Opinion::Unclear("the environment is removed".to_owned());
        }
        return Opinion::Harmful(format!("main stops working: {}", after.reason()));
    }
    if !after.duplicates.is_subset(&before.duplicates) {
        return Opinion::Harmful(format!("an id in two files: {:?}", after.duplicates));
    }
    if !after.works() {
        return Opinion::Unclear("main did not work before".to_owned());
    }
    if before.error.is_some() {
        return if after.heads.len() > 1 {
            Opinion::Unclear("main did not load before".to_owned())
        } else {
            Opinion::Harmless
        };
    }
    if after.heads.len() > before.heads.len().max(1) {
        return Opinion::Harmful(format!(
            "another head: {:?} become {:?}",
            before.heads, after.heads
        ));
    }
    if after.heads.len() > 1 {
        return Opinion::Unclear("several heads".to_owned());
    }
    Opinion::Harmless
}

/// Returns what migrations write that they did not write before, although they are where they were.
pub(crate) fn edited(before: &Facts, after: &Facts) -> BTreeSet<String> {
    // To depend on what one builds on changes nothing.
    let needed = |facts: &Facts, one: &Revision| -> BTreeSet<String> {
        one.depends_on.difference(&ancestors(facts, one)).cloned().collect()
    };
    let is_in_place = |was: &Revision, is: &Revision| {
        was.down_revision == is.down_revision && needed(before, was) == needed(after, is)
    };
    let mut edited = BTreeSet::new();
    for (id, is) in &after.revisions {
        if let Some(was) = before.revisions.get(id).filter(|was| is_in_place(was, is)) {
            edited.extend(is.writes.difference(&was.writes).cloned());
        }
    }
    edited
}

/// Returns what a revision builds on, directly or not.
fn ancestors(facts: &Facts, revision: &Revision) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&String> = revision.down_revision.iter().collect();
    while let Some(id) = waiting.pop() {
        if found.insert(id.clone()) {
            waiting.extend(facts.revisions.get(id).into_iter().flat_map(|one| &one.down_revision));
        }
    }
    found
}

/// Returns the row of docs/design/verdicts.md by which databases may be left behind with a warning.
pub(crate) fn exemption(before: &Facts, after: &Facts, forced: bool) -> Option<&'static str> {
    let ids = |facts: &Facts| facts.revisions.keys().cloned().collect::<BTreeSet<String>>();
    let (was, is) = (ids(before), ids(after));
    let removed: BTreeSet<&String> = was.difference(&is).collect();
    let new = || is.difference(&was).map(|id| &after.revisions[id]);
    if forced {
        return None;
    }
    if removed.is_empty() {
        return (before.heads.len() > 1 && after.heads.len() < before.heads.len())
            .then_some("row 15: re-pointed where two heads become one");
    }
    if removed.len() == was.len() {
        return Some("row 12: squashed");
    }
    let parents: BTreeSet<&String> =
        removed.iter().flat_map(|id| &before.revisions[*id].down_revision).collect();
    let replaced = new().any(|one| one.down_revision.iter().any(|parent| parents.contains(parent)));
    (!replaced).then_some("row 14: removed by a normal push")
}

/// Returns the paths of the new revisions at which heads come apart: where what is below a new head builds on
/// what is no head any more, else where it begins.
fn culprits(before: &Facts, after: &Facts) -> BTreeSet<String> {
    let is_new = |id: &String| !before.revisions.contains_key(id);
    let parents = |id: &&String| &after.revisions[*id].down_revision;
    let (mut lowest, mut stale) = (BTreeSet::new(), BTreeSet::new());
    for head in after.heads.iter().filter(|head| is_new(head)) {
        let chain = new_below(before, after, head);
        let landed: BTreeSet<&String> =
            chain.iter().flat_map(parents).filter(|id| !is_new(id)).collect();
        // What the chain has below it in another way joins nothing.
        let covered: BTreeSet<String> =
            landed.iter().flat_map(|id| ancestors(before, &before.revisions[*id])).collect();
        let is_left = |id: &&String| !before.heads.contains(*id) && !covered.contains(*id);
        let left: BTreeSet<&String> = landed.into_iter().filter(is_left).collect();
        let is_stale = |id: &&String| parents(id).iter().any(|parent| left.contains(parent));
        let beside: BTreeSet<&String> = chain.iter().copied().filter(is_stale).collect();
        let bases = chain.iter().copied().filter(|id| parents(id).is_empty());
        stale.extend(if beside.is_empty() { bases.collect() } else { beside });
        lowest.extend(chain.into_iter().filter(|id| !parents(id).iter().any(is_new)));
    }
    let returned = returned(before, after);
    let culprits = if stale.is_empty() && returned.is_empty() { lowest } else { stale };
    culprits.into_iter().map(|id| after.revisions[id].path.clone()).chain(returned).collect()
}

/// Returns the new revisions below a head, itself included.
fn new_below<'f>(before: &Facts, after: &'f Facts, head: &'f String) -> BTreeSet<&'f String> {
    let (mut reached, mut ahead) = (BTreeSet::new(), vec![head]);
    while let Some(id) = ahead.pop() {
        if !before.revisions.contains_key(id) && reached.insert(id) {
            ahead.extend(&after.revisions[id].down_revision);
        }
    }
    reached
}

/// Returns the paths of what no longer keeps a revision from being a head that was none.
fn returned(before: &Facts, after: &Facts) -> BTreeSet<String> {
    let is_again = |id: &&String| before.revisions.contains_key(*id) && !before.heads.contains(*id);
    let mut paths = BTreeSet::new();
    for head in after.heads.iter().filter(is_again) {
        let children = before.revisions.iter().filter(|(_, one)| one.down_revision.contains(head));
        for (id, child) in children {
            paths.insert(child.path.clone());
            paths.extend(after.revisions.get(id).map(|child| child.path.clone()));
        }
    }
    paths
}

/// Tells whether a push brings a migration that Alembic does not load where it goes.
fn adds_unloaded(touched: &BTreeSet<String>, new: &Facts, after: &Facts) -> bool {
    let loaded: BTreeSet<&String> = after.revisions.values().map(|one| &one.path).collect();
    let mut brought =
        touched.iter().filter(|path| is_migration(path) && new.files.contains_key(*path));
    brought.any(|path| after.files.contains_key(path) && !loaded.contains(path))
}

/// Returns the paths that matter and differ.
fn touched(old: &Facts, new: &Facts) -> BTreeSet<String> {
    let (old, new) = (old.relevant(), new.relevant());
    let paths = old.keys().chain(new.keys());
    paths.filter(|path| old.get(**path) != new.get(**path)).map(|path| (*path).to_owned()).collect()
}

fn removes_files(before: &Facts, after: &Facts) -> bool {
    before.files.keys().any(|path| is_migration(path) && !after.files.contains_key(path))
}

fn is_migration(path: &str) -> bool {
    path.contains("migrations/") && path.ends_with(".py") && !path.ends_with("env.py")
}
