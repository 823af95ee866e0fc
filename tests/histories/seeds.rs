//! The inputs that fuzzing begins with and those that it found, as files of a repository: every command must
//! end with an answer.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::world::{Repo, VERSIONS, World};

const QUESTIONS: [&[&str]; 5] = [
    &["check", "--all"],
    &["check", "--base", "origin/main"],
    &["--format", "json", "check", "--all"],
    &["heads"],
    &["graph"],
];

/// Returns the files that are kept for a target of `tests/fuzz`.
fn kept(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let folders = [folder.join("seeds").join(target), folder.join("found").join(target)];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
    let mut files: Vec<PathBuf> = files.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has seeds");
    files
}

fn answers(repo: &Repo, seed: &Path) {
    for question in QUESTIONS {
        let ran = repo.guard_with_input(question, "");
        let is_answer = matches!(ran.code(), Some(0..=2));
        assert!(is_answer, "{question:?} of {}:\n{}", seed.display(), ran.stderr());
    }
}

fn in_the_place_of(path: &str, target: &str) {
    let world = World::with("a b(a)");
    let mine = world.mine();
    for seed in kept(target) {
        mine.git(&["switch", "-q", "--detach", "origin/main"]);
        fs::copy(&seed, mine.top.join(path)).expect("a file can be copied");
        mine.git(&["add", "-f", path]);
        mine.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", "seed"]);
        answers(&mine, &seed);
    }
}

#[test]
#[ignore = "needs more time"]
fn as_migrations() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    for seed in [kept("migration"), kept("edit")].concat() {
        mine.git(&["switch", "-q", "--detach", "origin/main"]);
        let name = seed.file_stem().and_then(OsStr::to_str).expect("a plain name");
        let path = format!("{VERSIONS}/seed_{name}.py");
        fs::copy(&seed, mine.top.join(&path)).expect("a file can be copied");
        mine.commit("seed");
        answers(&mine, &seed);
    }
}

#[test]
fn as_the_configuration() {
    in_the_place_of(".alembic-guard.toml", "config");
}

#[test]
fn as_alembic_ini() {
    in_the_place_of("alembic.ini", "ini");
}

#[test]
fn as_pyproject() {
    in_the_place_of("pyproject.toml", "pyproject");
}
