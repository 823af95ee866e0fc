//! What is refused before a byte is written.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use alembic_guard::advice::{Command, Step};
use alembic_guard::repair::{Error, FileChange};

use crate::fix_apply::world::{EDITED, MOVED, NEW, World, change, plan};
use crate::support::scratch;

/// Applies a plan that is refused, and proves that nothing is different then.
fn refused(world: &World, changes: &[FileChange]) -> Error {
    let before = world.snapshot();
    let error = world.apply(changes).expect_err("something speaks against it");
    assert_eq!(world.snapshot(), before, "{error}");
    error
}

fn with(more: FileChange) -> Vec<FileChange> {
    let mut changes = plan();
    changes.push(more);
    changes
}

#[test]
fn a_file_that_has_changed_is_refused() {
    let world = World::new();
    world.write(EDITED, "down_revision = 'c'\n");
    let error = refused(&world, &plan());
    assert_eq!(error.to_string(), format!("`{EDITED}` has changed since it was read"));
    assert_eq!(error.help(), [Step::note("run this again to use the current files")]);
}

#[test]
fn a_file_that_has_changed_is_refused_where_it_would_go() {
    let world = World::new();
    world.write(MOVED, "theirs");
    assert!(matches!(refused(&world, &plan()), Error::Changed(_)));
}

#[test]
fn a_file_that_would_stay_as_it_is_has_to_be_so() {
    let world = World::new();
    let same = change("migrations/env.py", Some("run()\n"), Some("run()\n"));
    world.apply(std::slice::from_ref(&same)).expect("nothing is to do");
    world.write("migrations/env.py", "theirs");
    assert!(matches!(refused(&world, &with(same)), Error::Changed(_)));
}

#[test]
fn a_file_that_is_gone_is_refused() {
    let world = World::new();
    fs::remove_file(world.path(EDITED)).expect("a file");
    assert_eq!(refused(&world, &plan()).to_string(), format!("`{EDITED}` no longer exists"));
}

#[test]
fn a_new_file_must_not_exist() {
    let world = World::new();
    world.write(NEW, "revision = 'n'\n");
    assert_eq!(refused(&world, &plan()).to_string(), format!("`{NEW}` already exists"));
    fs::remove_file(world.path(NEW)).expect("a file");
    symlink("nowhere", world.path(NEW)).expect("a link");
    let error = world.apply(&plan()).expect_err("a link that leads nowhere is there too");
    assert!(matches!(error, Error::Exists(_)), "{error}");
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let world = World::new();
    fs::rename(world.path(EDITED), world.path("aside.py")).expect("a file");
    symlink("../../aside.py", world.path(EDITED)).expect("a link");
    assert_eq!(refused(&world, &plan()).to_string(), format!("`{EDITED}` is not a regular file"));
    fs::remove_file(world.path(EDITED)).expect("a link");
    fs::create_dir(world.path(EDITED)).expect("a folder");
    assert!(matches!(refused(&world, &plan()), Error::NoFile(_)));
}

#[test]
fn a_link_out_of_the_work_tree_is_refused() {
    let world = World::new();
    let outside = scratch::folder();
    fs::write(outside.path().join("a.py"), "old").expect("a file");
    symlink(outside.path(), world.path("link")).expect("a link");
    for path in ["link/a.py", "link/deeper/a.py"] {
        let before = (path == "link/a.py").then_some("old");
        let error = world.apply(&with(change(path, before, Some("new")))).expect_err("outside");
        assert!(matches!(error, Error::Outside { .. }), "{error}");
        assert!(error.help()[0].to_string().contains("ls -l"), "{error}");
    }
    let names = fs::read_dir(outside.path()).expect("a folder").count();
    assert_eq!((names, fs::read(outside.path().join("a.py")).ok()), (1, Some(b"old".to_vec())));
}

#[test]
fn a_link_into_the_git_folder_is_refused() {
    let world = World::new();
    symlink(".git", world.path("link")).expect("a link");
    let error = world.apply(&[change("link/a.py", None, Some("new"))]).expect_err("git's own");
    assert!(matches!(error, Error::Outside { .. }), "{error}");
}

#[test]
fn a_link_inside_the_work_tree_is_followed() {
    let world = World::new();
    symlink("migrations/versions", world.path("link")).expect("a link");
    let edit = change("link/edited.py", Some("down_revision = 'a'\n"), Some("new"));
    world.apply(&[edit]).expect("the file is in the work tree");
    assert_eq!(world.read(EDITED).as_deref(), Some("new"));
    assert!(world.path("link").is_symlink());
}

#[test]
fn paths_that_are_none_of_the_work_tree_are_refused() {
    let world = World::new();
    for path in [
        "",
        "../a.py",
        "a/../../b.py",
        "/etc/a.py",
        "./a.py",
        "a//b.py",
        ".git/a.py",
        ".GIT/a.py",
        "a\0b",
    ] {
        let error = refused(&world, &with(change(path, None, Some("new"))));
        assert!(matches!(error, Error::NoPath(_)), "`{path}`: {error}");
    }
}

#[test]
fn a_file_in_place_of_a_folder_is_refused() {
    let world = World::new();
    let error = refused(&world, &with(change("migrations/env.py/a.py", None, Some("new"))));
    assert!(matches!(error, Error::NoFolder { .. }), "{error}");
}

#[test]
fn one_file_is_changed_once() {
    let world = World::new();
    symlink("migrations", world.path("link")).expect("a link");
    for path in [NEW, "link/versions/new_name.py", "migrations/versions/new_name.py/below.py"] {
        let error = refused(&world, &with(change(path, None, Some("new"))));
        assert!(matches!(error, Error::Twice(_)), "`{path}`: {error}");
    }
}

#[test]
fn a_read_only_file_is_refused() {
    let world = World::new();
    for path in [EDITED, MOVED] {
        fs::set_permissions(world.path(path), Permissions::from_mode(0o444)).expect("our file");
        let error = refused(&world, &plan());
        assert_eq!(error.to_string(), format!("`{path}` is read-only"));
        let command = Command::of("chmod u+w").path(&path.into());
        assert_eq!(error.help(), [Step::run("make it writable", command)]);
        fs::set_permissions(world.path(path), Permissions::from_mode(0o644)).expect("our file");
    }
}

#[test]
fn a_read_only_folder_is_refused() {
    for folder in ["migrations/versions", "migrations"] {
        let world = World::new();
        let folder = world.path(folder);
        fs::set_permissions(&folder, Permissions::from_mode(0o555)).expect("our folder");
        let error = refused(&world, &plan());
        assert!(matches!(error, Error::ReadOnlyFolder { .. }), "{error}");
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("our folder");
    }
}

#[test]
fn messages_cannot_steer_a_terminal() {
    let world = World::new();
    let error = refused(&world, &[change("\u{1b}[2J.py", Some("old"), None)]);
    assert_eq!(error.to_string(), "`\\u{1b}[2J.py` no longer exists");
}
