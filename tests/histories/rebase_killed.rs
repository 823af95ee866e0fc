//! `rebase` that is killed while it works: whenever that is, each file is old or new, and the next run
//! completes the rest.
//!
//! `ALEMBIC_GUARD_KILLS` and `ALEMBIC_GUARD_SEED` say how often and from where.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::world::{GUARD, Repo, VERSIONS, World, path_of};

const CHAINS: usize = 60;

/// The contents of the version folder.
type Files = BTreeMap<String, Vec<u8>>;

#[test]
#[ignore = "needs more time"]
fn a_rebase_that_is_killed_at_any_time_is_completed_by_the_next_one() {
    let (_world, feature) = forked();
    let old = files(&feature);
    let started = Instant::now();
    feature.guard(&["rebase"]).exits(0);
    let whole = started.elapsed();
    let new = files(&feature);
    let edited = status(&feature);
    assert_eq!(edited.lines().filter(|line| line.starts_with(" M ")).count(), CHAINS);
    let mut rng = fastrand::Rng::with_seed(number("ALEMBIC_GUARD_SEED", 1));
    let mut seen = Seen::default();
    for _ in 0..number("ALEMBIC_GUARD_KILLS", 16) {
        feature.git(&["checkout", "-q", "--", "."]);
        compile(&feature);
        kill_a_rebase(&feature, &mut rng, whole);
        let left = files(&feature);
        seen.count(&left, &old, &new);
        feature.guard(&["rebase"]).exits(0);
        assert!(files(&feature) == new, "{seen:?}");
        assert_eq!(status(&feature), edited);
        assert_eq!(compiled(&feature), ["a_add_a.cpython-312.pyc"]);
        assert_eq!(feature.guard(&["heads"]).exits(0).stdout().lines().count(), 1);
    }
    feature.guard(&["check"]).exits(0);
    // Not `eprintln`, which the test harness swallows.
    let _ = writeln!(io::stderr(), "killed: {seen:?}");
}

/// What the files were when a run had been killed.
#[derive(Debug, Default)]
struct Seen {
    all_old: usize,
    mixed: usize,
    all_new: usize,
    with_temporaries: usize,
}

impl Seen {
    /// Asserts that each file is old or new.
    fn count(&mut self, left: &Files, old: &Files, new: &Files) {
        let is_temporary = |name: &&String| name.starts_with(".alembic-guard-");
        self.with_temporaries += usize::from(left.keys().any(|name| is_temporary(&name)));
        let names: Vec<&String> = left.keys().filter(|name| !is_temporary(name)).collect();
        assert_eq!(names, new.keys().collect::<Vec<_>>());
        let changed = names.iter().filter(|name| left[**name] != old[**name]);
        let changed: Vec<_> = changed.collect();
        assert!(changed.iter().all(|name| left[**name] == new[**name]), "{changed:?}");
        match changed.len() {
            0 => self.all_old += 1,
            CHAINS => self.all_new += 1,
            _ => self.mixed += 1,
        }
    }
}

/// A branch with many migrations on a, that has taken in main with b on a.
fn forked() -> (World, Repo) {
    let (world, feature) = World::moved_on();
    for chain in 0..CHAINS {
        feature.draft(&format!("r{chain:02}(a)"));
    }
    feature.commit("many").merge("origin/main");
    (world, feature)
}

/// Kills a run at a random time after its start, after it has begun to write, after all is written beside
/// the files or after the first of them was replaced.
fn kill_a_rebase(repo: &Repo, rng: &mut fastrand::Rng, whole: Duration) {
    let mut command = repo.command(GUARD);
    let command = command.arg("rebase").stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the guard runs");
    let journal = repo.top.join(".git/alembic-guard/journal.json");
    let read = || fs::read_to_string(&journal).unwrap_or_default();
    let first = repo.read(&path_of("r00"));
    match rng.u8(0..6) {
        0 => thread::sleep(whole.mul_f64(rng.f64())),
        1 => {
            wait_until(&mut child, || !read().is_empty());
            thread::sleep(Duration::from_micros(rng.u64(0..10_000)));
        }
        2 => {
            wait_until(&mut child, || read().contains("\"complete\": true"));
            thread::sleep(Duration::from_micros(rng.u64(0..3_000)));
        }
        _ => {
            wait_until(&mut child, || repo.read(&path_of("r00")) != first);
            thread::sleep(Duration::from_micros(rng.u64(0..500)));
        }
    }
    child.kill().expect("it was not waited for");
    child.wait().expect("it ends");
}

/// Waits until something is so or the program has ended.
fn wait_until(child: &mut Child, is_so: impl Fn() -> bool) {
    while !is_so() && child.try_wait().expect("it is ours").is_none() {
        thread::sleep(Duration::from_micros(20));
    }
}

fn files(repo: &Repo) -> Files {
    let entries = fs::read_dir(repo.top.join(VERSIONS)).expect("the folder is there").flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    let read = files.map(|entry| {
        let content = fs::read(entry.path()).expect("the file is ours");
        (entry.file_name().to_string_lossy().into_owned(), content)
    });
    read.collect()
}

fn status(repo: &Repo) -> String {
    repo.git(&["status", "--porcelain", "--untracked-files=all"])
}

/// Writes what Python would have compiled from the migrations that will be edited, and from another one.
fn compile(repo: &Repo) {
    let migrations = (0..CHAINS).map(|chain| format!("r{chain:02}")).chain(["a".to_owned()]);
    for migration in migrations {
        let name = path_of(&migration).replace(".py", ".cpython-312.pyc");
        repo.write(&name.replace(VERSIONS, &format!("{VERSIONS}/__pycache__")), "stale");
    }
}

fn compiled(repo: &Repo) -> Vec<String> {
    let folder = repo.top.join(VERSIONS).join("__pycache__");
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn number(variable: &str, default: u64) -> u64 {
    let value = env::var(variable).ok();
    value.map_or(default, |value| value.parse().expect("it is a number"))
}
