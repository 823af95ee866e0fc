//! What files keep, and what Python must not keep.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use alembic_guard::repair::Error;
use rustix::process::geteuid;

use crate::fix_apply::world::{COMPILED, EDITED, MOVED, NEW, World, plan};

fn mode(world: &World, path: &str) -> u32 {
    world.path(path).metadata().expect("a file").mode() & 0o7777
}

#[test]
fn a_file_keeps_its_mode_and_a_new_one_gets_the_usual_one() {
    let world = World::new();
    fs::set_permissions(world.path(EDITED), Permissions::from_mode(0o750)).expect("our file");
    world.write("usual", "");
    world.apply(&plan()).expect("nothing is in the way");
    assert_eq!(mode(&world, EDITED), 0o750);
    assert_eq!(mode(&world, NEW), mode(&world, "usual"));
}

#[test]
fn a_file_keeps_its_owner() {
    let world = World::new();
    if !geteuid().is_root() {
        return say("NOT CHECKED: only root can give files away");
    }
    chown(world.path(EDITED), Some(1234), Some(2345)).expect("root may");
    fs::set_permissions(world.path(EDITED), Permissions::from_mode(0o6755)).expect("our file");
    world.apply(&plan()).expect("nothing is in the way");
    let found = world.path(EDITED).metadata().expect("a file");
    assert_eq!((found.uid(), found.gid(), found.mode() & 0o7777), (1234, 2345, 0o6755));
}

#[test]
fn compiled_files_of_what_changed_go() {
    let world = World::new();
    for name in
        ["old_name.cpython-313.opt-1.pyc", "new_name.cpython-310.pyc", "other.cpython-313.pyc"]
    {
        world.write(&format!("migrations/versions/__pycache__/{name}"), "old");
    }
    world.apply(&plan()).expect("nothing is in the way");
    let names = fs::read_dir(world.path("migrations/versions/__pycache__")).expect("a folder");
    let mut names: Vec<_> = names.map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["other.cpython-313.pyc", "untouched.cpython-313.pyc"]);
}

#[test]
fn compiled_files_behind_links_stay() {
    let world = World::new();
    let (_, mut new) = world.old_and_new();
    fs::rename(world.path("migrations/versions/__pycache__"), world.path("cache"))
        .expect("a folder");
    symlink("../../cache", world.path("migrations/versions/__pycache__")).expect("a link");
    let error = world.apply(&plan()).expect_err("the link is not followed");
    assert!(
        matches!(&error, Error::CompiledLink(path) if path.ends_with("__pycache__")),
        "{error}"
    );
    assert!(world.path("cache/edited.cpython-313.pyc").exists());
    new.retain(|path, content| {
        content.is_some() && !path.to_string_lossy().contains("__pycache__")
    });
    let found = world.snapshot();
    assert!(new.iter().all(|(path, content)| found.get(path) == Some(content)));
    assert_eq!(world.finish().expect("all is written"), []);
}

#[test]
fn a_compiled_file_that_is_a_link_goes_and_not_what_it_leads_to() {
    let world = World::new();
    world.write("elsewhere", "kept");
    fs::remove_file(world.path(COMPILED)).expect("a file");
    symlink("../../../elsewhere", world.path(COMPILED)).expect("a link");
    world.apply(&plan()).expect("nothing is in the way");
    assert!(!world.path(COMPILED).is_symlink());
    assert_eq!(world.read("elsewhere").as_deref(), Some("kept"));
}

#[test]
fn a_compiled_file_that_stays_is_told_after_the_writing() {
    let world = World::new();
    fs::remove_file(world.path(COMPILED)).expect("a file");
    fs::create_dir(world.path(COMPILED)).expect("a folder in its place");
    let error = world.apply(&plan()).expect_err("a folder is not removed");
    assert!(error.to_string().starts_with("all files are changed, but"), "{error}");
    assert!(error.help()[0].text.contains("down_revision"), "{error}");
    assert!(!world.path(MOVED).exists() && world.path(NEW).exists());
}

#[expect(clippy::print_stderr, reason = "a check that did not run says so; CI need not be root")]
fn say(what: &str) {
    eprintln!("{what}");
}
