//! A run that takes too long or that somebody ends: exit code 2 or the signal, and nothing left of it.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::repositories::kinds::partial;
use crate::repositories::story::{Plot, copy, tell};
use crate::support::world::{GUARD, Repo, World};

/// A partial clone whose other side takes a request and never answers, and the sign that it was asked.
fn waiting() -> (World, Repo, PathBuf) {
    let told = tell(Plot::PLAIN);
    let world = World::unfollowed();
    let repo = copy(&told, &world);
    let part = partial(&world, &repo, "blob:none");
    let (silent, asked) = (world.path("silent"), world.path("asked"));
    let script = format!("#!/bin/sh\n: >'{}'\nwhile :; do sleep 1; done\n", asked.display());
    crate::support::world::write_program(&silent, &script);
    part.git(&["config", "remote.full.uploadpack", silent.to_str().expect("a plain path")]);
    (world, part, asked)
}

/// Tells whether a program of this world runs still.
fn something_runs(world: &World) -> bool {
    let listed = Command::new("ps").args(["-A", "-o", "args"]).output().expect("ps runs");
    String::from_utf8_lossy(&listed.stdout).contains(&world.url("silent"))
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("waited in vain for {what}");
}

#[test]
fn a_verdict_that_takes_longer_than_it_may_is_none() {
    let (world, part, _) = waiting();
    let config = world.path("guard.toml");
    fs::write(&config, "time_limit = \"1s\"\n").expect("it can be written");
    let config = ["--config", config.to_str().expect("a plain path")];
    let ran = part.guard(&[&config[..], &["check", "feature"]].concat());
    ran.exits(2);
    assert!(ran.stderr().contains("it took longer than 1s"), "{}", ran.stderr());
    assert!(ran.stderr().contains("time_limit = \"5min\""), "{}", ran.stderr());
    let ran = part.guard(&[&config[..], &["--format", "json", "check", "feature"]].concat());
    let said: serde_json::Value = serde_json::from_str(&ran.stdout()).expect("it is JSON");
    assert_eq!(said["outcome"], "broken");
    let head = part.tip("HEAD");
    part.guard(&[&config[..], &["hook", "post-checkout", &head, &head, "1"]].concat()).exits(0);
    until("the end of what it started", || !something_runs(&world));
}

fn start(repo: &Repo, arguments: &[&str]) -> Child {
    let mut command: Command = repo.command(GUARD);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the guard runs")
}

fn end(child: &mut Child, signal: &str) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt;
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
    child.wait().expect("it ends").signal()
}

/// Returns whether this process ignores a signal.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|ignored| {
        let ignored = u64::from_str_radix(ignored.trim(), 16).expect("the kernel prints it in hex");
        ignored >> (signal - 1) & 1 == 1
    })
}

#[test]
fn a_signal_ends_the_run_as_it_ends_any_program_and_leaves_nothing() {
    let signals = [("-INT", 2), ("-TERM", 15), ("-HUP", 1)];
    // What ignores a signal goes on doing so in what it starts: `nohup`, and a shell in the background.
    for (name, number) in signals.into_iter().filter(|(_, number)| !is_ignored(*number)) {
        let (world, part, asked) = waiting();
        let silent = part.git(&["config", "remote.full.uploadpack"]);
        part.git(&["config", "--unset", "remote.full.uploadpack"]);
        part.guard(&["check", "feature"]).exits(1);
        part.git(&["config", "remote.full.uploadpack", silent.trim()]);
        let temporary = world.path("temporary");
        fs::create_dir_all(&temporary).expect("folders can be made");
        let part = part.with("TMPDIR", temporary.to_str().expect("a plain path"));
        let left = || fs::read_dir(&temporary).expect("it is there").count();
        // A merge makes a folder for its objects and then asks for what was left out.
        let mut guard = start(&part, &["check", "crossed"]);
        until("the question", || asked.exists());
        assert_eq!(left(), 1, "the folder is there");
        assert_eq!(end(&mut guard, name), Some(number));
        assert_eq!(left(), 0, "after {name}");
        until("the end of what it started", || !something_runs(&world));
    }
}
