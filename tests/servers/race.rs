//! Many who push at once: only what is linear lands, and nothing that was accepted is lost.

use std::collections::BTreeSet;
use std::sync::{Barrier, Mutex};
use std::thread;

use crate::servers::world::{Repo, VERSIONS, World};
use crate::support::prerequisites::{in_ci, say};

/// How many clones push at once, and how often.
fn size() -> (usize, usize) {
    if in_ci() { (20, 5) } else { (5, 2) }
}

/// How many of those that were refused repair at the same time; more would only take longer.
const LANES: usize = 4;

/// So often a clone tries before it gives up.
const TRIES: usize = 100;

#[derive(Debug, Default)]
struct Figures {
    pushes: usize,
    refused_by_git: usize,
    refused_by_guard: usize,
    /// The commits whose push was accepted.
    landed: Vec<String>,
}

#[test]
#[ignore = "needs more time"]
fn of_all_who_push_at_once_exactly_the_linear_ones_land() {
    let (clones, rounds) = size();
    let world = World::with("a");
    let server = world.server();
    server.git(&["config", "core.logAllRefUpdates", "true"]);
    let start = server.tip("main");
    let rivals: Vec<Repo> =
        (0..clones).map(|rival| world.clone(&format!("rival{rival}"))).collect();
    let figures = Mutex::new(Figures::default());
    for round in 0..rounds {
        let barrier = Barrier::new(clones);
        let lanes: [Mutex<()>; LANES] = Default::default();
        thread::scope(|scope| {
            for (rival, repo) in rivals.iter().enumerate() {
                let race =
                    Race { barrier: &barrier, lane: &lanes[rival % LANES], figures: &figures };
                scope.spawn(move || {
                    prepare(repo, &format!("r{round}c{rival}"));
                    assert!(race.run(repo), "rival {rival} never got its turn");
                });
            }
        });
    }
    let figures = figures.into_inner().expect("nobody panicked");
    let Figures { pushes, refused_by_git, refused_by_guard, landed } = &figures;
    say(&format!(
        "race: {clones} clones, {rounds} rounds, {pushes} pushes: {refused_by_git} refused by git, \
         {refused_by_guard} refused by the guard, {} landed",
        landed.len()
    ));
    every_step_is_linear(&server, &start, landed);
    assert_eq!(landed.len(), clones * rounds, "every clone got its turn");
    assert!(*refused_by_git > 0 && *refused_by_guard > 0, "they did meet: {figures:?}");
}

/// Commits a migration on what all start from.
fn prepare(repo: &Repo, id: &str) {
    repo.git(&["fetch", "-q"]);
    repo.git(&["reset", "-q", "--hard", "origin/main"]);
    let (_, heads) = revisions(repo, "HEAD");
    let head = heads.first().expect("there is a history");
    repo.add(&format!("{id}({head})"));
}

/// Brings in what has landed, as it lies; tells whether there was any.
fn catch_up(repo: &Repo) -> bool {
    let before = repo.tip("HEAD");
    repo.git(&["fetch", "-q"]);
    repo.git(&["merge", "-q", "--no-edit", "origin/main"]);
    repo.tip("HEAD") != before
}

#[derive(Clone, Copy)]
struct Race<'a> {
    barrier: &'a Barrier,
    lane: &'a Mutex<()>,
    figures: &'a Mutex<Figures>,
}

impl Race<'_> {
    /// Pushes with all the others, then without repair, then with it until it has landed.
    fn run(self, repo: &Repo) -> bool {
        self.barrier.wait();
        match push(repo, self.figures) {
            Pushed::Landed => return true,
            Pushed::RefusedByGit => {}
            Pushed::RefusedByGuard => panic!("what is linear must not be refused"),
        }
        let _turn = self.lane.lock().expect("nobody panicked");
        let mut is_linear = !catch_up(repo);
        for _ in 0..TRIES {
            match push(repo, self.figures) {
                Pushed::Landed => {
                    assert!(is_linear, "what builds on another's parent must not land");
                    return true;
                }
                Pushed::RefusedByGit => {
                    catch_up(repo);
                }
                Pushed::RefusedByGuard => {
                    assert!(!is_linear, "what is linear must not be refused");
                }
            }
            repo.guard(&["rebase", "--stage"]).exits(0);
            repo.git(&["commit", "-q", "--allow-empty", "-m", "repair"]);
            is_linear = true;
        }
        false
    }
}

enum Pushed {
    Landed,
    RefusedByGit,
    RefusedByGuard,
}

fn push(repo: &Repo, figures: &Mutex<Figures>) -> Pushed {
    let tip = repo.tip("HEAD");
    let output = repo.try_git(&["push", "origin", "HEAD:main"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut figures = figures.lock().expect("nobody panicked");
    figures.pushes += 1;
    if output.status.success() {
        figures.landed.push(tip);
        Pushed::Landed
    } else if said.contains("pre-receive hook declined") {
        assert!(said.contains("stale-down-revision"), "{said}");
        figures.refused_by_guard += 1;
        Pushed::RefusedByGuard
    } else {
        // The second push finds `main` elsewhere, or locked by the first.
        let reasons =
            ["(fetch first)", "(non-fast-forward)", "failed to update ref", "cannot lock"];
        assert!(reasons.iter().any(|reason| said.contains(reason)), "{said}");
        figures.refused_by_git += 1;
        Pushed::RefusedByGit
    }
}

/// Looks at all that `main` ever was: one head each, one migration more than before, and on its head.
fn every_step_is_linear(server: &Repo, start: &str, landed: &[String]) {
    let log = server.git(&["log", "-g", "--format=%H", "main"]);
    let mut values: Vec<&str> = log.lines().collect();
    values.reverse();
    let accepted: BTreeSet<&str> = landed.iter().map(String::as_str).collect();
    let logged: BTreeSet<&str> = values.iter().copied().filter(|value| *value != start).collect();
    assert_eq!(logged, accepted, "git's log has what was accepted and nothing else");

    let (mut known, mut heads) = revisions(server, start);
    for value in values.iter().filter(|value| **value != start) {
        let (now, after) = revisions(server, value);
        assert_eq!(after.len(), 1, "{value} has the heads {after:?}");
        let new: Vec<_> = now.difference(&known).collect();
        assert_eq!(new, after.iter().collect::<Vec<_>>(), "the new migration is the head");
        let text = server.git(&["show", &format!("{value}:{VERSIONS}/{0}_add_{0}.py", new[0])]);
        let parent = heads.first().expect("there was a head");
        assert!(text.contains(&format!("down_revision = \"{parent}\"")), "{text}");
        (known, heads) = (now, after);
    }
    for commit in landed {
        server.git(&["merge-base", "--is-ancestor", commit, "main"]);
    }
}

/// Reads the ids of a commit and which of them are heads, without the guard's help.
fn revisions(repo: &Repo, commit: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let pattern = "^(down_)?revision = ";
    let lines = repo.git(&["grep", "-hE", pattern, commit, "--", VERSIONS]);
    let of = |name: &str| -> BTreeSet<String> {
        let values = lines.lines().filter_map(|line| line.strip_prefix(name));
        values.map(|value| value.trim_matches('"').to_owned()).collect()
    };
    let all = of("revision = ");
    let heads = all.difference(&of("down_revision = ")).cloned().collect();
    (all, heads)
}
