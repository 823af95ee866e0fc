//! What holds for the rebase of any history: random bases, branches, merges, labels and dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::alembic::graph::tests::{graph, id};
use crate::heads::{HeadProblem, new_gaps};

/// A base, a branch of it, and the facts that a rebase needs.
#[derive(Debug, Clone)]
struct History {
    before: String,
    after: String,
    held: BTreeSet<RevisionId>,
    branches: Vec<String>,
    heads: usize,
    onto: Option<RevisionId>,
}

impl History {
    fn rebased(&self) -> Result<Rebased, Obstacle> {
        self.rebase_of(&graph(&self.after))
    }

    fn rebase_of(&self, after: &Graph) -> Result<Rebased, Obstacle> {
        let holder = |revision: &Revision| {
            let is_held = self.held.contains(&revision.id);
            is_held.then(|| Holder::Branch("origin/other".to_owned()))
        };
        rebase(&Rebase {
            before: &graph(&self.before),
            after,
            limits: self.limits(),
            onto: self.onto.as_ref(),
            holder: &holder,
            seniority: &|_| Seniority::New,
        })
    }

    /// Returns whether a fault is a chain of which others have something.
    fn is_of_others(&self, graph: &Graph, fault: &HeadProblem) -> bool {
        let heads = match fault {
            HeadProblem::Stale(stale) => stale.heads.as_slice(),
            HeadProblem::NewHistory { head, .. } => std::slice::from_ref(head),
            HeadProblem::Fork { .. } | HeadProblem::Returned { .. } => &[],
        };
        heads.iter().any(|head| graph.ancestors(head).iter().any(|id| self.held.contains(*id)))
    }

    /// Returns whether a revision that others have names a parent that has gone.
    fn has_gaps_of_others(&self, before: &Graph, after: &Graph) -> bool {
        let mut gaps = new_gaps(before, after).into_iter();
        gaps.any(|gap| !before.contains(gap.child) && self.held.contains(gap.child))
    }

    fn limits(&self) -> HeadLimits<'_> {
        HeadLimits { heads: self.heads, branches: &self.branches }
    }
}

/// One revision as chance has it.
#[derive(Debug, Clone)]
struct Draft {
    /// How far below each parent is.
    parents: Vec<usize>,
    depends_on: Option<usize>,
    is_labelled: bool,
    is_held: bool,
}

fn draft() -> impl Strategy<Value = Draft> {
    let parents = prop_oneof![
        1 => Just(Vec::new()),
        10 => vec(0..4_usize, 1),
        3 => vec(0..6_usize, 2..4),
    ];
    let rare = || prop::bool::weighted(0.1);
    (parents, option::weighted(0.15, 0..6_usize), rare(), rare()).prop_map(
        |(parents, depends_on, is_labelled, is_held)| Draft {
            parents,
            depends_on,
            is_labelled,
            is_held,
        },
    )
}

fn histories() -> impl Strategy<Value = History> {
    let landed = 0..7_usize;
    let dropped = option::weighted(0.1, 0..7_usize);
    let onto = option::weighted(0.2, 0..12_usize);
    let names = prop::sample::subsequence((0..12_usize).collect::<Vec<_>>(), 12).prop_shuffle();
    (vec(draft(), 1..12), landed, dropped, onto, names, 1..3_usize).prop_map(history)
}

type Chance = (Vec<Draft>, usize, Option<usize>, Option<usize>, Vec<usize>, usize);

/// Writes the first drafts as published and the others as new.
fn history((drafts, landed, dropped, onto, names, heads): Chance) -> History {
    let name = |place: usize| format!("r{}", names[place]);
    let mut history = History {
        before: String::new(),
        after: String::new(),
        held: BTreeSet::new(),
        branches: Vec::new(),
        heads,
        onto: onto
            .filter(|place| *place < drafts.len() && (*place >= landed || dropped != Some(*place)))
            .map(|place| id(&name(place))),
    };
    for (place, draft) in drafts.iter().enumerate() {
        let below = |far: &usize| place.checked_sub(far + 1).map(name);
        let mut parents: Vec<String> = draft.parents.iter().filter_map(below).collect();
        parents.dedup();
        let mut notation = name(place);
        if draft.is_labelled {
            let _ = write!(notation, "#label{place}");
            history.branches.push(format!("label{place}"));
        }
        let _ = write!(notation, "({})", parents.join(","));
        if let Some(needed) = draft.depends_on.as_ref().and_then(below) {
            let _ = write!(notation, "!{needed}");
        }
        if place < landed {
            history.before += &format!("{notation} ");
        } else if draft.is_held {
            history.held.insert(id(&name(place)));
        }
        if place >= landed || dropped != Some(place) {
            history.after += &format!("{notation} ");
        }
    }
    history
}

fn moved(repointed: &[Repointed]) -> BTreeMap<RevisionId, Vec<RevisionId>> {
    repointed.iter().map(|one| (one.revision.clone(), one.parents.clone())).collect()
}

/// Names the revisions that may be edited and build on something which another of their parents has
/// below it.
fn redundant(history: &History, graph: &Graph) -> BTreeSet<RevisionId> {
    let is_redundant = |revision: &&Revision| {
        if history.held.contains(&revision.id) {
            return false;
        }
        let parents = revision.parents.ids();
        parents.iter().any(|high| {
            let below = graph.ancestors(high);
            parents.iter().any(|low| low != high && below.contains(low))
        })
    };
    graph.revisions().filter(is_redundant).map(|revision| revision.id.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_rebase_mends_a_history_and_moves_nothing_that_others_have(history in histories()) {
        let (before, after) = (graph(&history.before), graph(&history.after));
        let Ok(Rebased { moved: repointed, left }) = history.rebased() else { return Ok(()) };
        for one in &repointed {
            prop_assert!(!before.contains(&one.revision), "{} has landed", one.revision);
            prop_assert!(!history.held.contains(&one.revision), "{} is held", one.revision);
            let parents = after.get(&one.revision).map(|revision| revision.parents.ids());
            prop_assert_ne!(parents.as_ref(), Some(&one.parents), "{} stays", one.revision);
        }
        let repaired = after.with_parents(&moved(&repointed));
        let faults = analyze_heads(&before, &repaired, history.limits());
        let own = faults.iter().filter(|fault| !history.is_of_others(&repaired, fault));
        prop_assert_eq!(own.collect::<Vec<_>>(), Vec::<&HeadProblem>::new(), "{:?}", repointed);
        let is_open = history.onto.is_some() && history.has_gaps_of_others(&before, &repaired);
        prop_assert_eq!(!faults.is_empty() || is_open, !left.is_empty(), "{:?} stays", left);
        prop_assert!(left.iter().all(|(id, _)| history.held.contains(id)), "{left:?} stays");
        prop_assert!(repaired.cycles().is_empty(), "{repointed:?} is a circle");
        prop_assert!(redundant(&history, &repaired).is_subset(&redundant(&history, &after)), "{repointed:?} is redundant");
        match history.rebase_of(&repaired) {
            Ok(again) => prop_assert_eq!(again, Rebased::default(), "after {:?}", repointed),
            Err(obstacle) => {
                // What is chosen to build on cannot take the place of its own missing parent.
                let is_told = matches!(obstacle, Obstacle::Held { .. })
                    || is_open && matches!(obstacle, Obstacle::Tangled { .. });
                prop_assert!(is_told && !left.is_empty(), "{obstacle:?} after {repointed:?}");
            }
        }
    }
}

/// Writes a line of revisions on one another.
fn line(name: &str, length: usize, on: &str) -> String {
    let above = |place: usize| match place {
        0 => on.to_owned(),
        _ => format!("{name}{}", place - 1),
    };
    (0..length).map(|place| format!("{name}{place}({}) ", above(place))).collect()
}

/// A base of one line, and lines on it.
fn lines(landed: usize, lines: &[(usize, usize)]) -> History {
    let before = line("base", landed, "");
    let added = lines.iter().enumerate().map(|(place, (far, length))| {
        line(&format!("line{place}x"), *length, &format!("base{}", landed.saturating_sub(far + 1)))
    });
    let after = before.clone() + &added.collect::<String>();
    let (held, branches) = (BTreeSet::new(), Vec::new());
    History { before, after, held, branches, heads: 1, onto: None }
}

proptest! {
    #[test]
    fn of_plain_lines_each_is_moved_once_and_one_at_the_head_stays(
        landed in 1..6_usize,
        added in vec((0..8_usize, 1..4_usize), 1..6),
    ) {
        let history = lines(landed, &added);
        let at_the_head = added.iter().any(|(far, _)| *far == 0 || landed == 1);
        let repointed = history.rebased().expect("plain lines are in nobody's way").moved;
        prop_assert_eq!(repointed.len(), added.len() - usize::from(at_the_head), "{:?}", history);
        let roots = repointed.iter().all(|one| one.revision.as_str().ends_with("x0"));
        prop_assert!(roots, "{repointed:?} are not the lowest");
    }
}

proptest! {
    #[test]
    fn many_lines_at_once_go_where_they_would_go_one_at_a_time(
        landed in 2..6_usize,
        added in vec((0..8_usize, 1..4_usize), 1..8),
        names in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        one_is_held in prop::bool::weighted(0.2),
    ) {
        let mut history = lines(landed, &added);
        // The files of the lines come in another order than the lines.
        let place = |name: usize| format!("line{name}x");
        let renamed = (0..8).fold(history.after, |text, name| text.replace(&place(name), &format!("Line{}x", names[name])));
        history.after = renamed.replace("Line", "line");
        history.held.extend(one_is_held.then(|| id("line0x0")));
        // A dependency that changes nothing lets nobody take the short way.
        let slowly = |text: &str| text.replace("base1(base0)", "base1(base0)!base0");
        let slow = History { before: slowly(&history.before), after: slowly(&history.after), ..history.clone() };
        prop_assert_ne!(&slow.after, &history.after);
        prop_assert_eq!(history.rebased(), slow.rebased());
    }
}

#[test]
fn a_thousand_stale_lines_become_one_line() {
    let stale = lines(2_000, &[(5, 3); 1_000]);
    assert_eq!(stale.rebased().map(|rebased| rebased.moved.len()), Ok(1_000));
}

#[test]
fn a_hundred_chains_on_a_long_history_become_one_line() {
    let at_the_head = lines(2_000, &[(0, 3); 100]);
    assert_eq!(at_the_head.rebased().map(|rebased| rebased.moved.len()), Ok(99));
    let stale = lines(2_000, &[(5, 3); 100]);
    assert_eq!(stale.rebased().map(|rebased| rebased.moved.len()), Ok(100));
}
