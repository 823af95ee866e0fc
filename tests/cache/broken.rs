//! A file of facts that is lost, cut off, damaged or somebody else's is a miss and nothing worse.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::cache::world::{Stale, files, folder};
use crate::support::prerequisites::with;
use crate::support::world::Repo;

#[test]
#[ignore = "needs more time"]
fn whatever_becomes_of_the_file_the_answer_is_the_same() {
    let stale = Stale::new();
    let right = stale.ask(&["--no-cache"]);
    assert_eq!(files(&folder(&stale.mine)).len(), 0);
    assert_eq!(stale.ask(&[]), right);
    let file = stale.file();
    let whole = fs::read(&file).expect("it is there");
    let mut damages: Vec<Vec<u8>> = vec![Vec::new(), b"nothing of ours".to_vec(), vec![0; 100_000]];
    damages.extend((0..whole.len()).step_by(whole.len() / 20).map(|end| whole[..end].to_vec()));
    for place in (0..whole.len()).step_by(whole.len() / 60) {
        let mut turned = whole.clone();
        turned[place] = !turned[place];
        damages.push(turned);
    }
    for damaged in damages {
        fs::write(&file, damaged).expect("it is ours");
        assert_eq!(stale.ask(&[]), right);
    }
    fs::remove_file(&file).expect("it is ours");
    fs::create_dir(&file).expect("a folder in its place");
    assert_eq!(stale.ask(&[]), right);
}

#[test]
fn what_is_no_file_is_neither_followed_nor_waited_for() {
    let stale = Stale::new();
    let right = stale.ask(&[]);
    let file = stale.file();
    let left =
        file.with_file_name(format!("{}.new", file.file_name().expect("it has one").display()));
    for path in [&file, &left] {
        let _ = fs::remove_file(path);
        let made = Command::new("mkfifo").arg(path).status();
        assert!(made.expect("mkfifo runs").success());
        assert_eq!(stale.ask(&[]), right);
        let _ = fs::remove_file(path);
        let elsewhere = stale.world.path("elsewhere");
        std::os::unix::fs::symlink(&elsewhere, path).expect("it is new");
        assert_eq!(stale.ask(&[]), right);
        assert!(!elsewhere.exists());
        let _ = fs::remove_file(path);
    }
}

#[test]
fn what_is_remembered_is_not_read_again() {
    let stale = Stale::new();
    unpack(&stale.mine);
    let right = stale.ask(&[]);
    // Of the migrations that have landed none can be read any more.
    for migration in stale.mine.git(&["ls-tree", "-r", "main", "migrations/versions/"]).lines() {
        let id = migration.split([' ', '\t']).nth(2).expect("an id");
        let object = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
        fs::remove_file(stale.mine.top.join(object)).expect("every object lies loose");
    }
    assert!(stale.ask(&["--no-cache"]).starts_with("Some(2)"));
    // What the finding quotes cannot be read either, and is left out.
    assert!(stale.ask(&[]).starts_with("Some(1)"));
    assert!(right.starts_with("Some(1)"));
}

/// Lays every object out as a file of its own.
fn unpack(repo: &Repo) {
    for path in files(&repo.top.join(".git/objects/pack")) {
        let aside = repo.top.join("..").join(path.file_name().expect("it has one"));
        fs::rename(&path, &aside).expect("it is ours");
        if aside.extension().is_some_and(|it| it == "pack") {
            let pack = fs::File::open(&aside).expect("it was moved");
            let mut unpack = repo.command("git");
            let unpacked = unpack.args(["unpack-objects", "-q"]).stdin(pack).status();
            assert!(unpacked.expect("git runs").success());
        }
    }
}

#[test]
fn what_another_user_wrote_is_not_believed() {
    let stale = Stale::new();
    unpack(&stale.mine);
    stale.ask(&[]);
    for migration in stale.mine.git(&["ls-tree", "-r", "main", "migrations/versions/"]).lines() {
        let id = migration.split([' ', '\t']).nth(2).expect("an id");
        let object = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
        fs::remove_file(stale.mine.top.join(object)).expect("every object lies loose");
    }
    assert!(stale.ask(&[]).starts_with("Some(1)"));
    let whole = fs::read(stale.file()).expect("it is there");
    let me = fs::metadata(stale.file()).expect("it is there").uid();
    for path in [stale.file(), folder(&stale.mine)] {
        let give = |owner| std::os::unix::fs::chown(&path, Some(owner), None);
        let given = give(65534).map_err(|_| "giving a file to another user needs root".to_owned());
        with(given, |()| {
            assert!(stale.ask(&[]).starts_with("Some(2)"), "{}", path.display());
            give(me).expect("it was ours");
            fs::write(stale.file(), &whole).expect("it is ours");
            assert!(stale.ask(&[]).starts_with("Some(1)"), "{}", path.display());
        });
    }
}
