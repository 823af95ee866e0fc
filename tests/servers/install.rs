//! `hook install`, `status` and `uninstall` where a repository is only pushed to.

use std::fs;

use crate::servers::world::{GUARD, World, write_program};

fn hooks(world: &World) -> Vec<String> {
    let entries = fs::read_dir(world.server().top.join("hooks")).expect("git made the folder");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.ends_with(".sample"));
    names.sort();
    names
}

#[test]
fn one_hook_is_put_in_place_and_taken_out() {
    let world = World::without_hook();
    let server = world.server();
    let missing = server.guard(&["hook", "status"]);
    assert!(missing.exits(1).stdout().contains("pre-receive: missing"), "{}", missing.stdout());
    assert!(!missing.stdout().contains("pre-push"), "{}", missing.stdout());
    server.guard(&["hook", "install"]).exits(0);
    assert_eq!(hooks(&world), ["pre-receive"]);
    let again = server.guard(&["hook", "install"]);
    assert!(again.exits(0).stdout().contains("already installed"), "{}", again.stdout());
    let status = server.guard(&["hook", "status"]);
    assert!(status.exits(0).stdout().contains(GUARD), "{}", status.stdout());
    server.guard(&["hook", "uninstall"]).exits(0);
    assert!(hooks(&world).is_empty());
}

#[test]
fn a_clone_has_no_use_for_it() {
    let world = World::empty();
    let mine = world.clone("mine");
    mine.guard(&["hook", "install"]).exits(0);
    assert!(!mine.top.join(".git/hooks/pre-receive").exists());
    assert!(mine.top.join(".git/hooks/pre-push").exists());
    assert!(!mine.guard(&["hook", "status"]).exits(0).stdout().contains("pre-receive"));
}

#[test]
fn a_hook_that_was_there_is_told_the_same_and_may_refuse() {
    let world = World::without_hook();
    let server = world.server();
    let path = server.top.join("hooks/pre-receive");
    let recorder = "#!/bin/sh\ncat >told\n[ ! -e refuse ]\n";
    write_program(&path, recorder);
    server.guard(&["hook", "install"]).exits(0);
    assert_eq!(hooks(&world), ["pre-receive", "pre-receive.alembic-guard-chained"]);

    let first = world.first();
    first.add_all("a b(a)");
    first.push_main().passed(&[]);
    let told = fs::read_to_string(server.top.join("told")).expect("it ran");
    let line = format!("{} {} refs/heads/main\n", crate::servers::world::ZERO, first.tip("HEAD"));
    assert_eq!(told, line);
    first.add("d(a)");
    first.push_main().refused(&["error stale-down-revision at d:14"]);
    first.git(&["reset", "-q", "--hard", "HEAD~"]);
    first.add("c(b)");
    server.write("refuse", "");
    first.push_main().refused(&[]);

    server.guard(&["hook", "uninstall"]).exits(0);
    assert_eq!(fs::read_to_string(path).expect("it is back"), recorder);
    assert_eq!(hooks(&world), ["pre-receive"]);
}

#[test]
fn without_the_program_nothing_is_let_in() {
    let world = World::empty();
    let shim = world.server().top.join("hooks/pre-receive");
    let text = fs::read_to_string(&shim).expect("it is installed");
    write_program(&shim, &text.replace(GUARD, "/nowhere/alembic-guard"));
    let folder = world.path("bin");
    fs::create_dir_all(&folder).expect("folders can be made");
    write_program(&folder.join("alembic-guard"), "#!/bin/sh\nexit 0\n");
    let first = world.first();
    first.add("a");
    let path = std::env::var("PATH").expect("there is one");
    let own = format!("{}:{path}", folder.display());
    for pusher in [&first, &first.with("ALEMBIC_GUARD", "0"), &first.with("PATH", &own)] {
        pusher
            .push_main()
            .refused(&[])
            .says("the pre-receive hook of this server cannot run: no program at /nowhere/alembic-guard")
            .says("the server's administrator");
    }
    let status = world.server().guard(&["hook", "status"]);
    assert!(status.exits(1).stdout().contains("which does not exist"), "{}", status.stdout());
}

#[test]
fn a_shared_hooks_folder_is_not_written_to_unasked() {
    let world = World::without_hook();
    let server = world.server();
    let shared = world.path("shared");
    fs::create_dir_all(&shared).expect("folders can be made");
    server.git(&["config", "--global", "core.hooksPath", shared.to_str().expect("a plain path")]);
    let refused = server.guard(&["hook", "install"]);
    let said = refused.exits(2).stderr();
    assert!(said.contains("alembic-guard hook update \"$@\" || exit"), "{said}");
    assert!(!said.contains("pre-push"), "{said}");
    server.guard(&["hook", "install", "--force"]).exits(0);
    assert!(shared.join("pre-receive").exists());
}
