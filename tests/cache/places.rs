//! Where facts are kept, and where they never are.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::cache::world::{Stale, all_below, answer, files, folder, said};
use crate::support::world::GUARD;

#[test]
fn a_run_without_a_cache_neither_reads_nor_writes_one() {
    let stale = Stale::new();
    stale.ask(&["--no-cache"]);
    assert_eq!(files(&folder(&stale.mine)).len(), 0);
    stale.ask(&[]);
    fs::write(stale.file(), "nothing of ours").expect("it is ours");
    let before = all_below(&stale.mine.top.join(".git"));
    stale.ask(&["--no-cache"]);
    assert_eq!(all_below(&stale.mine.top.join(".git")), before);
}

#[test]
fn worktrees_share_what_was_read() {
    let stale = Stale::new();
    stale.mine.git(&["worktree", "add", "-q", "../linked", "-b", "linked", "main"]);
    let linked = stale.world.at("linked");
    let mut check = linked.command(GUARD);
    check.args(["check", "feature"]).stdin(Stdio::piped());
    said(&answer(check, ""));
    let written = fs::metadata(stale.file()).expect("it is there").len();
    assert!(written > 10_000, "{written}");
    let own = linked.top.join(".git");
    assert!(own.is_file(), "a linked worktree has no folder of its own here");
}

#[test]
fn nothing_is_written_where_nothing_may_be() {
    let stale = Stale::new();
    let right = stale.ask(&["--no-cache"]);
    // What that has seen of the remote lies there already.
    fs::remove_dir_all(folder(&stale.mine)).unwrap_or_default();
    let git_dir = stale.mine.top.join(".git");
    let id = Command::new("id").arg("-u").output().expect("id runs");
    if id.stdout == b"0\n" {
        // Nothing is read-only to root, who keeps out of what is another user's.
        std::os::unix::fs::chown(&git_dir, Some(65534), None).expect("root may give files away");
        stale.mine.git(&["config", "--global", "safe.directory", "*"]);
    } else {
        fs::set_permissions(&git_dir, fs::Permissions::from_mode(0o555)).expect("it is ours");
    }
    assert_eq!(stale.ask(&[]), right);
    assert_eq!(files(&folder(&stale.mine)).len(), 0);
    fs::set_permissions(&git_dir, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

#[test]
fn a_server_keeps_nothing() {
    let stale = Stale::new();
    let server = stale.world.at("origin.git");
    let before = all_below(&server.top);
    let tip = server.tip("main");
    stale.mine.git(&["push", "-q", "--no-verify", "origin", "feature"]);
    let pushed = all_below(&server.top);
    assert_ne!(pushed, before);
    let (pushed_tip, zeros) = (server.tip("feature"), "0".repeat(40));
    let mut hook = server.command(GUARD);
    hook.args(["hook", "pre-receive"]).stdin(Stdio::piped());
    let input = format!("{zeros} {pushed_tip} refs/heads/feature\n{zeros} {tip} refs/heads/two\n");
    hook.stderr(Stdio::piped());
    let ran = said(&answer(hook, &input));
    assert!(ran.contains("stale-down-revision"), "{ran}");
    assert_eq!(all_below(&server.top), pushed);
    assert!(!server.top.join("alembic-guard").exists());
}

#[test]
fn uninstalling_forgets_what_was_read() {
    let stale = Stale::new();
    stale.ask(&[]);
    assert_eq!(files(&folder(&stale.mine)).len(), 1);
    stale.mine.guard(&["hook", "uninstall"]).succeeded();
    assert!(!folder(&stale.mine).exists());
}

#[test]
fn uninstalling_leaves_no_lock_that_nobody_holds() {
    let stale = Stale::new();
    stale.mine.git(&["worktree", "add", "-q", "../linked", "-b", "linked", "main"]);
    stale.mine.guard(&["rebase"]).succeeded();
    let linked = stale.world.at("linked");
    let own = stale.mine.top.join(".git/worktrees/linked/alembic-guard");
    linked.guard(&["check", "--fix"]);
    let (lock, of_linked) = (folder(&stale.mine).join("lock"), own.join("lock"));
    fs::create_dir_all(&own).expect("it can be made");
    fs::write(&of_linked, "").expect("it is ours");
    assert!(lock.exists());
    let held = fs::File::options().write(true).open(&of_linked).expect("it is ours");
    held.try_lock().expect("nobody holds it");
    stale.mine.guard(&["hook", "uninstall"]).succeeded();
    assert!(!folder(&stale.mine).exists());
    assert!(of_linked.exists(), "somebody writes there");
    drop(held);
    stale.mine.guard(&["hook", "uninstall"]).succeeded();
    assert!(!own.exists());
}
