//! The cache as runs see it that come one after the other, or at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use super::{Cache, FactKind, Key, forget};

fn key(number: u32) -> Key {
    Key::of(FactKind::Node, &[&number.to_le_bytes()])
}

/// Lets a run find facts out, and keep them.
fn run(common_dir: &Path, numbers: impl IntoIterator<Item = u32>) {
    let cache = Cache::of(common_dir);
    for number in numbers {
        cache.note(key(number), &number.to_string());
    }
    cache.keep();
}

fn recalled(cache: &Cache, number: u32) -> Option<String> {
    cache.recall(&key(number))
}

fn files(common_dir: &Path) -> Vec<PathBuf> {
    let folder = common_dir.join("alembic-guard");
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.expect("it is listed").path()).collect()
}

#[test]
fn later_runs_recall_what_earlier_ones_found_out() {
    let common_dir = tempfile::tempdir().expect("a temporary folder");
    run(common_dir.path(), 0..10);
    run(common_dir.path(), 5..200);
    let cache = Cache::of(common_dir.path());
    assert_eq!(recalled(&cache, 0), Some("0".to_owned()));
    cache.expect(1000);
    for number in 0..200 {
        assert_eq!(recalled(&cache, number), Some(number.to_string()));
    }
    assert_eq!(recalled(&cache, 200), None);
    assert_eq!(files(common_dir.path()).len(), 1);
}

#[test]
fn a_run_recalls_its_own_facts_before_they_are_kept() {
    let common_dir = tempfile::tempdir().expect("a temporary folder");
    let cache = Cache::of(common_dir.path());
    cache.note(key(1), &"one");
    assert_eq!(recalled(&cache, 1), Some("one".to_owned()));
    assert_eq!(files(common_dir.path()).len(), 0);
}

#[test]
fn a_fact_of_another_shape_is_none() {
    let common_dir = tempfile::tempdir().expect("a temporary folder");
    run(common_dir.path(), [1]);
    assert_eq!(Cache::of(common_dir.path()).recall::<Vec<String>>(&key(1)), None);
}

#[test]
fn a_cache_that_is_off_remembers_nothing() {
    let cache = Cache::off();
    cache.note(key(1), &"one");
    cache.keep();
    assert_eq!(recalled(&cache, 1), None);
}

#[test]
fn a_file_that_is_no_cache_is_replaced() {
    let common_dir = tempfile::tempdir().expect("a temporary folder");
    run(common_dir.path(), [1]);
    let [file] = <[PathBuf; 1]>::try_from(files(common_dir.path())).expect("there is one");
    fs::write(&file, "nothing of ours").expect("it is written");
    assert_eq!(recalled(&Cache::of(common_dir.path()), 1), None);
    run(common_dir.path(), [2]);
    assert_eq!(recalled(&Cache::of(common_dir.path()), 2), Some("2".to_owned()));
}

#[test]
fn what_a_killed_run_has_left_is_removed_by_the_next_one() {
    let common_dir = tempfile::tempdir().expect("a temporary folder");
    run(common_dir.path(), [1]);
    let [file] = <[PathBuf; 1]>::try_from(files(common_dir.path())).expect("there is one");
    let left =
        file.with_file_name(format!("{}.new", file.file_name().expect("it has one").display()));
    for numbers in [vec![], vec![2]] {
        fs::write(&left, "half of a").expect("it is written");
        run(common_dir.path(), numbers);
        assert_eq!(files(common_dir.path()), std::slice::from_ref(&file));
    }
    assert_eq!(recalled(&Cache::of(common_dir.path()), 2), Some("2".to_owned()));
}

#[test]
fn the_files_of_three_builds_are_kept() {
    let common_dir = tempfile::tempdir().expect("a temporary folder");
    run(common_dir.path(), [1]);
    for build in 0..5 {
        let other = common_dir.path().join(format!("alembic-guard/facts-{build:016}"));
        fs::write(other, "theirs").expect("it is written");
    }
    run(common_dir.path(), [2]);
    assert_eq!(files(common_dir.path()).len(), 3);
    assert_eq!(recalled(&Cache::of(common_dir.path()), 1), Some("1".to_owned()));
    forget(common_dir.path()).expect("they are ours");
    assert!(!common_dir.path().join("alembic-guard").exists());
}

#[test]
fn many_at_once_lose_facts_at_most() {
    let common_dir = tempfile::tempdir().expect("a temporary folder");
    let (start, count) = (Barrier::new(8), 8);
    thread::scope(|scope| {
        for writer in 0..count {
            let (start, common_dir) = (&start, common_dir.path());
            scope.spawn(move || {
                start.wait();
                for round in 0..20 {
                    run(common_dir, [writer * 100 + round]);
                    let cache = Cache::of(common_dir);
                    for number in 0..800 {
                        let found = recalled(&cache, number);
                        assert!(found.is_none() || found == Some(number.to_string()));
                    }
                }
            });
        }
    });
    run(common_dir.path(), []);
    assert_eq!(files(common_dir.path()).len(), 1);
    run(common_dir.path(), [900]);
    assert_eq!(recalled(&Cache::of(common_dir.path()), 900), Some("900".to_owned()));
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn what_anybody_may_write_is_not_believed() {
    let common_dir = tempfile::tempdir().expect("a temporary folder");
    run(common_dir.path(), [1]);
    let [file] = <[PathBuf; 1]>::try_from(files(common_dir.path())).expect("there is one");
    let folder = common_dir.path().join("alembic-guard");
    let believed = || recalled(&Cache::of(common_dir.path()), 1).is_some();
    for (path, mode, expected) in [
        (&file, 0o666, false),
        // Usual with a umask of 002 and with `core.sharedRepository`.
        (&file, 0o664, true),
        (&folder, 0o777, false),
        (&folder, 0o1777, false),
        (&folder, 0o2775, true),
    ] {
        allow(path, mode);
        assert_eq!(believed(), expected, "{} {mode:o}", path.display());
    }
    allow(&folder, 0o777);
    let before = fs::read(&file).expect("it is there");
    run(common_dir.path(), [2]);
    assert_eq!((files(common_dir.path()).len(), fs::read(&file).ok()), (1, Some(before)));
    allow(&folder, 0o755);
    let aside = common_dir.path().join("aside");
    fs::rename(&folder, &aside).expect("it is ours");
    std::os::unix::fs::symlink(&aside, &folder).expect("its name is free");
    assert!(!believed());
    run(common_dir.path(), [2]);
    forget(common_dir.path()).expect("nothing is ours");
    assert_eq!(fs::read_dir(&aside).expect("a folder").count(), 1);
}
