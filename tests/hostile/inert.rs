//! A module that would do something when it is imported: it is never imported.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::repository::{GUARD, Repository, fed, said};
use crate::support::prerequisites::not_checked;
use crate::support::scratch;

/// How a file is opened that may be created or written.
const WRITES: [&str; 4] = ["O_CREAT", "O_WRONLY", "O_RDWR", "O_TRUNC"];

/// What a check may look at outside of the repository: libraries, git's own configuration, the time zone and how
/// many processors there are.
const NEEDED: [&str; 13] = [
    "/lib",
    "/usr/lib",
    "/usr/local/lib",
    "/etc/ld.so.",
    "/etc/gitconfig",
    "/usr/local/etc/gitconfig",
    "/usr/share/locale",
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/proc/",
    "/sys/fs/cgroup",
    "/dev/null",
    "/dev/urandom",
];

#[test]
fn nothing_of_a_module_is_run() {
    let repository = armed();
    for command in [&["check", "--all"][..], &["check", "--all", "HEAD"], &["heads"], &["graph"]] {
        let (text, code) = said(&repository.guard(command));
        assert!(matches!(code, 0 | 1), "{command:?}: {text}");
    }
    let (text, _) = said(&repository.guard(&["check", "--all"]));
    assert!(text.contains("2 revisions"), "{text}");
    assert!(!repository.top().join("ran").exists());
}

#[test]
fn a_check_writes_nothing_asks_no_network_and_runs_nothing_but_git() {
    let repository = armed();
    let Some(calls) = traced(&repository, &["--no-cache", "check", "--all"]) else { return };
    for call in calls.lines() {
        looks_at_nothing_else(call, &repository);
        assert!(!is_writing(call), "{call}");
    }
    assert!(calls.contains("execve(") && calls.contains("versions/b.py"), "{calls}");
}

#[test]
fn what_a_check_has_read_is_kept_in_one_folder_of_gits() {
    let repository = armed();
    let Some(calls) = traced(&repository, &["check", "--all", "HEAD"]) else { return };
    let kept = repository.top().join(".git/alembic-guard").display().to_string();
    let mut written = 0;
    for call in calls.lines() {
        looks_at_nothing_else(call, &repository);
        let mut paths = call.split('"').skip(1).step_by(2);
        assert!(!is_writing(call) || paths.all(|path| path.starts_with(&kept)), "{call}");
        written += usize::from(is_writing(call));
    }
    assert!(written > 2, "{calls}");
}

#[test]
fn nothing_beyond_a_link_is_looked_at() {
    let outside = scratch::folder();
    fs::create_dir_all(outside.path().join("deeper")).expect("the folder is ours");
    fs::write(outside.path().join("deeper/secret.py"), "revision = 'x'\n").expect("it is ours");
    let repository = Repository::with_alembic();
    repository.git(&["rm", "-rq", "migrations/versions"]);
    repository.link("migrations/versions", outside.path().to_str().expect("a plain path"));
    let ini = "[alembic]\nscript_location = migrations\nversion_locations = migrations/versions\n";
    repository.write("alembic.ini", ini);
    repository.commit("out of it");
    let Some(calls) = traced(&repository, &["--no-cache", "check", "--all"]) else { return };
    assert!(calls.contains("migrations/env.py"), "{calls}");
    for call in calls.lines().filter(|call| call.contains("open")) {
        assert!(!call.contains("migrations/versions"), "{call}");
    }
}

/// Holds a call to the repository, the files that are needed, and git.
#[track_caller]
fn looks_at_nothing_else(call: &str, repository: &Repository) {
    let top = &repository.top().display().to_string();
    let home = &repository.top().join("../.gitconfig").display().to_string();
    let opened = call.contains("open") && !call.contains(" = -1 E");
    let path = call.split('"').nth(1).unwrap_or_default();
    let is_near = [top, home].iter().any(|near| path.starts_with(near.as_str()));
    let is_needed = !path.starts_with('/') || NEEDED.iter().any(|it| path.starts_with(it));
    assert!(!opened || is_near || is_needed, "{call}");
    let is_socket =
        ["socket(", "connect(", "bind(", "sendto("].iter().any(|name| call.contains(name));
    assert!(!is_socket, "{call}");
    if call.contains("execve(") {
        let program = call.split('"').nth(1).unwrap_or_default();
        let name = Path::new(program).file_name().unwrap_or_default();
        assert!(program == GUARD || name == "git", "{call}");
    }
}

/// Tells whether a call creates something, changes it or could write into it.
fn is_writing(call: &str) -> bool {
    let writes = call.contains("open") && WRITES.iter().any(|flag| call.contains(flag));
    let name = call.split_whitespace().nth(1).unwrap_or_default();
    let changes = ["mkdir", "unlink", "rename", "symlink", "link", "chmod", "truncate"];
    writes && !call.contains("\"/dev/null\"")
        || changes.iter().any(|change| name.starts_with(change))
}

fn armed() -> Repository {
    let repository = Repository::with_alembic();
    let deed = "import os, socket, sys\nopen('ran', 'w').write('x')\n\
                socket.create_connection(('127.0.0.1', 9))\nos.system('touch ran')\nos._exit(3)\n";
    repository
        .write("migrations/versions/b.py", format!("revision = 'b'\ndown_revision = 'a'\n{deed}"));
    repository.write("migrations/env.py", deed);
    repository.write("migrations/versions/__init__.py", deed);
    repository.write("migrations/script.py.mako", format!("<%! {deed} %>\n"));
    repository.commit("armed");
    repository
}

/// Returns the system calls of a check that open, create, connect or run; nothing without `strace`.
fn traced(repository: &Repository, arguments: &[&str]) -> Option<String> {
    let log = repository.top().join(".git/calls");
    let mut command = repository.command("strace");
    command.args(["-f", "-qq", "-s", "4096", "-e", "trace=%file,%network,%process", "-o"]);
    command.arg(&log).arg(GUARD).args(arguments);
    if !works(Command::new("strace").args(["-qq", "-o", "/dev/null", "true"])) {
        not_checked("strace is not there, or may not trace");
        return None;
    }
    let (text, code) = said(&fed(&mut command, b""));
    assert_eq!(code, 0, "{text}");
    Some(std::fs::read_to_string(log).expect("strace wrote it"))
}

fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
