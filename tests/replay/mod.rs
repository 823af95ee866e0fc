//! Real histories, rebuilt as git repositories and judged again.
//!
//! Each file of `../shared/corpus/histories` tells of one public repository which commits touched its
//! migrations, what the identifiers became, and what Alembic made of it. From these facts a repository
//! is made by one `git fast-import`, and then
//!
//! - `check COMMIT --base PARENT` must block exactly where the commit gave the branch another head, or
//!   stopped Alembic from loading what it loaded before;
//! - the heads that `check` reports must be Alembic's, at every commit at which Alembic loads, and
//!   `graph` must show Alembic's heads, effective heads and bases at the last;
//! - each incident is made into a branch and pushed through the hook. Where it adds migrations to what
//!   had been the head, the branch is cut there: it must be refused once the later base has landed, and
//!   accepted before.
//!
//! Each incident is then repaired in a real work tree, in the middle of bringing the later base in. Where
//! all its new heads are unpublished, `rebase` and `merge` must both do, each by itself; where a published
//! revision is a head again, `merge` must, and `rebase` refuse; where a parent is missing, both must refuse
//! and name it. A repair does if there are no more heads than before, `check` finds no error that was not
//! there, Alembic finds the same heads in the files, and no file that had landed is another. Where it
//! offers heads to choose from, the first is chosen.
//!
//! The facts are about heads and about loading. Rules of another concern are set to warn in the rebuilt
//! repository, and the commits at which they speak are counted as "set aside". `duplicate-revision`
//! stays: the facts know of every file. Where the guard and the facts disagree for good,
//! `exceptions.toml` has the commit and the reason; one that no longer occurs is a failure too.
//!
//! - `ALEMBIC_GUARD_REPLAY=all` replays all histories, else some that the seed chooses.
//! - `ALEMBIC_GUARD_SEED` is that seed.
//! - `ALEMBIC_GUARD_PYTHON`: a Python with Alembic; else a virtual environment is made.

mod facts;
mod source;
mod layout;
mod state;
mod stream;
mod branch;
mod repository;
mod rebuilt;
mod verdicts;
mod figures;
mod repair;
mod repaired;
mod repair_figures;
mod exceptions;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use crate::replay::exceptions::{About, Disagreement, exceptions};
use crate::replay::facts::{Facts, histories};
use crate::replay::figures::Figures;
use crate::replay::repair_figures::RepairFigures;
use crate::support::judge::Judge;
use crate::support::prerequisites::{corpus, python, say, with};
use crate::support::random::Random;

const SEED: u64 = 1;

/// A part is at least so many commits.
const PART: usize = 1500;

const THREADS: usize = 2;

#[test]
#[ignore = "needs the corpus"]
fn real_histories_are_judged_as_they_turned_out() {
    with(corpus(), |corpus| {
        let Chosen { histories, named } = chosen(histories(&corpus));
        let names = names(&histories);
        let mut figures = Figures::default();
        each(histories, || (), |(), facts| verdicts::replay(facts))
            .into_iter()
            .for_each(|one| figures.add(one));
        let is_asked = |about| !About::REPAIRS.contains(&about);
        let verdict = compare_with_exceptions(&figures.disagreements, &names, is_asked);
        say(&format!("{named}: {figures}; exceptions explained: {}", verdict.explained));
        assert!(verdict.faults.is_empty(), "\n{}", verdict.faults.join("\n"));
    });
}

#[test]
#[ignore = "needs the corpus"]
fn real_incidents_are_repaired() {
    with(corpus().and_then(|corpus| Ok((corpus, python()?))), |(corpus, python)| {
        let Chosen { histories, named } = chosen(histories(&corpus));
        let names = names(&histories);
        let mut figures = RepairFigures::default();
        let alembic = || Judge::new(&python, "../replay/repair_judge.py");
        each(histories, alembic, |alembic, facts| repair::repair(facts, alembic))
            .into_iter()
            .for_each(|one| figures.add(one));
        let is_asked = |about| About::REPAIRS.contains(&about);
        let verdict = compare_with_exceptions(&figures.disagreements, &names, is_asked);
        say(&format!("{named}: {figures}; exceptions explained: {}", verdict.explained));
        assert!(verdict.faults.is_empty(), "\n{}", verdict.faults.join("\n"));
    });
}

/// What is replayed.
struct Chosen {
    histories: Vec<Facts>,
    /// What part of all it is.
    named: String,
}

/// Chooses all histories where that is asked for, else what the seed says.
fn chosen(histories: Vec<Facts>) -> Chosen {
    assert!(!histories.is_empty(), "the corpus is empty");
    if std::env::var("ALEMBIC_GUARD_REPLAY").is_ok_and(|asked| asked == "all") {
        return Chosen { histories, named: "all".to_owned() };
    }
    let seed = match std::env::var("ALEMBIC_GUARD_SEED") {
        Ok(seed) => seed.parse().expect("the seed is a number"),
        Err(_) => SEED,
    };
    Chosen { histories: part(histories, seed), named: format!("seed {seed}") }
}

fn names(histories: &[Facts]) -> BTreeSet<String> {
    histories.iter().map(|facts| facts.name.clone()).collect()
}

/// Chooses whole histories until they are enough commits.
fn part(mut histories: Vec<Facts>, seed: u64) -> Vec<Facts> {
    let mut random = Random::new(seed);
    let mut chosen = Vec::new();
    let mut commits = 0;
    while commits < PART && !histories.is_empty() {
        let facts = histories.swap_remove(random.below(histories.len()));
        commits += facts.history.len();
        chosen.push(facts);
    }
    chosen
}

/// Does something with each history, the longest first so that no thread waits long for the other;
/// each thread begins with what it needs.
fn each<T: Send, N>(
    mut histories: Vec<Facts>,
    begin: impl Fn() -> N + Sync,
    work: impl Fn(&mut N, &Facts) -> T + Sync,
) -> Vec<T> {
    histories.sort_by_key(|facts| facts.history.len());
    let waiting = Mutex::new(histories);
    let next = || waiting.lock().expect("no thread panics while it takes one").pop();
    let work = || {
        let mut needed = begin();
        let mut done = Vec::new();
        while let Some(facts) = next() {
            done.push(work(&mut needed, &facts));
        }
        done
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let done = threads.into_iter();
        done.flat_map(|thread| thread.join().expect("a history is replayed to its end")).collect()
    })
}

/// What is left after the exceptions.
struct Verdict {
    explained: usize,
    faults: Vec<String>,
}

fn compare_with_exceptions(
    disagreements: &[Disagreement],
    replayed: &BTreeSet<String>,
    is_asked: impl Fn(About) -> bool,
) -> Verdict {
    let mut unexplained: BTreeSet<_> = disagreements.iter().collect();
    let mut verdict = Verdict { explained: 0, faults: Vec::new() };
    for exception in exceptions() {
        if unexplained.remove(&exception.disagreement) {
            verdict.explained += 1;
        } else if replayed.contains(&exception.disagreement.history)
            && is_asked(exception.disagreement.about)
        {
            verdict.faults.push(format!("no longer so: {}", exception.disagreement));
        }
    }
    verdict.faults.extend(unexplained.iter().map(|disagreement| disagreement.to_string()));
    verdict
}
