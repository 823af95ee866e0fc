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
//! The facts are about heads and about loading. Rules of another concern are set to warn in the rebuilt
//! repository, and the commits at which they speak are counted as "set aside". `duplicate-revision`
//! stays: the facts know of every file. Where the guard and the facts disagree for good,
//! `exceptions.toml` has the commit and the reason; one that no longer occurs is a failure too.
//!
//! - `ALEMBIC_GUARD_REPLAY=all` replays all histories, else some that the seed chooses.
//! - `ALEMBIC_GUARD_SEED` is that seed.

mod facts;
mod source;
mod layout;
mod state;
mod stream;
mod branch;
mod repository;
mod replay;
mod figures;
mod exceptions;
#[path = "../conformance/prerequisites.rs"]
#[expect(dead_code, reason = "of all that is required elsewhere only the corpus is needed here")]
mod prerequisites;
#[path = "../conformance/random.rs"]
#[expect(dead_code, reason = "nothing here happens by percent")]
mod random;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use crate::exceptions::exceptions;
use crate::facts::{Facts, histories};
use crate::figures::Figures;
use crate::prerequisites::{corpus, say, with};
use crate::random::Random;

const SEED: u64 = 1;

/// A part is at least so many commits.
const PART: usize = 1500;

const THREADS: usize = 2;

#[test]
fn real_histories_are_judged_as_they_turned_out() {
    with(corpus(), |corpus| {
        let seed = match std::env::var("ALEMBIC_GUARD_SEED") {
            Ok(seed) => seed.parse().expect("the seed is a number"),
            Err(_) => SEED,
        };
        let all = std::env::var("ALEMBIC_GUARD_REPLAY").is_ok_and(|asked| asked == "all");
        let histories = histories(&corpus);
        assert!(!histories.is_empty(), "the corpus is empty");
        let chosen = match all {
            true => histories,
            false => part(histories, seed),
        };
        let replayed: BTreeSet<String> = chosen.iter().map(|facts| facts.name.clone()).collect();
        let figures = replay_all(chosen);
        let verdict = compare_with_exceptions(&figures, &replayed);
        let part = if all { "all".to_owned() } else { format!("seed {seed}") };
        say(&format!("{part}: {figures}; exceptions explained: {}", verdict.explained));
        assert!(verdict.faults.is_empty(), "\n{}", verdict.faults.join("\n"));
    });
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

/// Replays histories, the longest first so that no thread waits long for the other.
fn replay_all(mut histories: Vec<Facts>) -> Figures {
    histories.sort_by_key(|facts| facts.history.len());
    let waiting = Mutex::new(histories);
    let next = || waiting.lock().expect("no thread panics while it takes one").pop();
    let work = || {
        let mut figures = Figures::default();
        while let Some(facts) = next() {
            figures.add(replay::replay(&facts));
        }
        figures
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let mut figures = Figures::default();
        for thread in threads {
            figures.add(thread.join().expect("a history is replayed to its end"));
        }
        figures
    })
}

/// What is left after the exceptions.
struct Verdict {
    explained: usize,
    faults: Vec<String>,
}

fn compare_with_exceptions(figures: &Figures, replayed: &BTreeSet<String>) -> Verdict {
    let mut unexplained: BTreeSet<_> = figures.disagreements.iter().collect();
    let mut verdict = Verdict { explained: 0, faults: Vec::new() };
    for exception in exceptions() {
        if unexplained.remove(&exception.disagreement) {
            verdict.explained += 1;
        } else if replayed.contains(&exception.disagreement.history) {
            verdict.faults.push(format!("no longer so: {}", exception.disagreement));
        }
    }
    verdict.faults.extend(unexplained.iter().map(|disagreement| disagreement.to_string()));
    verdict
}
