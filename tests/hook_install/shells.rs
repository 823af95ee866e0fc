//! The shims under every POSIX shell that is installed, without git.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use alembic_guard::hook::{self, InstallOptions};

use crate::hook_install::sandbox::{Repository, Sandbox, hermetic, run, text, write};

const SHELLS: [&[&str]; 7] = [
    &["sh"],
    &["dash"],
    &["bash", "--posix"],
    &["busybox", "sh"],
    &["mksh"],
    &["ksh"],
    &["yash", "--posix"],
];

/// Calls `body` with the start of a command line for each shell that is there.
pub(crate) fn each_shell(body: impl Fn(&[&str])) {
    for shell in SHELLS {
        let mut probe = Command::new(shell[0]);
        probe.args(&shell[1..]).args(["-c", "exit 0"]);
        if probe.output().is_ok_and(|output| output.status.success()) {
            body(shell);
        }
    }
}

pub(crate) fn shim(shell: &[&str], repository: &Repository, hook: &str) -> Command {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(repository.hook(hook)).args(["a b", "", "*"]);
    command.current_dir(&repository.top).stdin(Stdio::null());
    command
}

fn feed(command: &mut Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the shell is there");
    // A hook that does not read its input closes the pipe; that is its right.
    let _ = child.stdin.take().expect("it is piped").write_all(input);
    child.wait_with_output().expect("the shell ends")
}

fn installed(sandbox: &Sandbox) -> Repository {
    let repository = sandbox.repository("repository");
    repository.install();
    repository
}

fn chained(sandbox: &Sandbox) -> Repository {
    let repository = sandbox.repository("repository");
    for hook in ["pre-commit", "pre-push"] {
        sandbox.recorder_at(&repository.hook(hook), "chained");
    }
    repository.install();
    repository
}

#[test]
fn the_exit_status_is_the_earlier_hooks_or_else_the_guards() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        for (earlier, guard, expected) in
            [(0, 0, 0), (0, 1, 1), (0, 2, 2), (1, 0, 1), (3, 0, 3), (3, 1, 3), (127, 2, 127)]
        {
            sandbox.exits("chained", earlier);
            sandbox.exits("guard", guard);
            each_shell(|shell| {
                for hook in ["pre-commit", "pre-push"] {
                    let output = shim(shell, &repository, hook).output().expect("it runs");
                    let case = format!("{shell:?} {hook} {earlier} {guard}: {}", text(&output));
                    assert_eq!(output.status.code(), Some(expected), "{case}");
                    assert_eq!(sandbox.ran(), ["chained", "guard"], "{case}");
                }
            });
        }
    });
}

#[test]
fn alone_the_guard_replaces_the_shell() {
    hermetic(|sandbox| {
        let repository = installed(sandbox);
        write(&repository.guard, b"#!/bin/sh\necho $$\nexit 2\n", 0o755);
        each_shell(|shell| {
            for hook in ["pre-commit", "pre-merge-commit", "pre-push"] {
                let child = shim(shell, &repository, hook).stdout(Stdio::piped()).spawn();
                let child = child.expect("the shell is there");
                let id = child.id();
                let output = child.wait_with_output().expect("the shell ends");
                assert_eq!(text(&output), format!("{id}\n"), "{shell:?}");
                assert_eq!(output.status.code(), Some(2));
            }
        });
    });
}

#[test]
fn arguments_and_input_arrive_byte_for_byte() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        let every_byte: Vec<u8> = (0..=255).collect();
        for input in [&b""[..], b"no newline", b"\n\n", &every_byte, &every_byte.repeat(4096)] {
            each_shell(|shell| {
                let output = feed(&mut shim(shell, &repository, "pre-push"), input);
                assert!(output.status.success(), "{shell:?}: {}", text(&output));
                assert_eq!(text(&output), "", "{shell:?}");
                for name in ["chained", "guard"] {
                    assert!(sandbox.stdin(name) == input, "{shell:?} {name}");
                }
                assert_eq!(sandbox.arguments("chained"), ["a b", "", "*"]);
                assert_eq!(sandbox.arguments("guard"), ["hook", "pre-push", "--", "a b", "", "*"]);
            });
        }
        assert!(sandbox.left_nothing_behind());
    });
}

#[test]
fn an_earlier_hook_need_not_read_its_input() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        let kept = repository.hook("pre-push.alembic-guard-chained");
        write(&kept, b"#!/bin/sh\nexit 0\n", 0o755);
        let input = vec![b'x'; 1 << 20];
        each_shell(|shell| {
            let output = feed(&mut shim(shell, &repository, "pre-push"), &input);
            assert!(output.status.success(), "{shell:?}");
            assert_eq!(text(&output), "", "{shell:?}");
            assert_eq!(sandbox.stdin("guard").len(), input.len());
        });
    });
}

#[test]
fn a_closed_input_is_an_empty_one() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        each_shell(|shell| {
            let mut close = Command::new("sh");
            close.args(["-c", "exec \"$@\" <&-", "sh"]).args(shell);
            close.arg(repository.hook("pre-push")).current_dir(&repository.top);
            let output = close.output().expect("it runs");
            assert!(output.status.success(), "{shell:?}: {}", text(&output));
            assert_eq!(text(&output), "", "{shell:?}");
            assert_eq!(sandbox.ran(), ["chained", "guard"]);
            assert_eq!(sandbox.stdin("guard"), b"");
        });
        assert!(sandbox.left_nothing_behind());
    });
}

#[test]
fn a_shim_called_without_a_folder_finds_the_earlier_hook() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        each_shell(|shell| {
            let mut command = Command::new(shell[0]);
            command.args(&shell[1..]).arg("pre-commit").current_dir(repository.hooks());
            run(&mut command);
            assert_eq!(sandbox.ran(), ["chained", "guard"], "{shell:?}");
        });
    });
}

#[test]
fn a_list_that_cannot_be_kept_blocks() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        each_shell(|shell| {
            let mut command = shim(shell, &repository, "pre-push");
            let output = command.env("TMPDIR", "/no/such/folder").output().expect("it runs");
            assert_eq!(output.status.code(), Some(1), "{shell:?}");
            assert!(text(&output).contains("alembic-guard: cannot write the list of pushed refs"));
            assert!(sandbox.ran().is_empty());
        });
    });
}

#[test]
fn a_script_called_alembic_guard_never_stands_in() {
    hermetic(|sandbox| {
        let repository = installed(sandbox);
        fs::remove_file(&repository.guard).expect("it is there");
        let folder = sandbox.root.join("on path");
        let path = std::env::var("PATH").expect("the sandbox sets it");
        let finds_none = |shell: &[&str], hook| {
            let mut command = shim(shell, &repository, hook);
            command.env("PATH", format!("{}:{path}", folder.display()));
            text(&command.output().expect("it runs")).contains("no program at")
        };
        each_shell(|shell| {
            sandbox.recorder_at(&folder.join("alembic-guard"), "foreign");
            assert!(finds_none(shell, "pre-push"), "{shell:?}");
            finds_none(shell, "post-merge");
            assert!(sandbox.ran().is_empty(), "{shell:?}");

            sandbox.recorder_at(&folder.join("alembic-head-guard"), "found");
            for hook in ["pre-push", "post-merge"] {
                assert!(!finds_none(shell, hook), "{shell:?} {hook}");
                assert_eq!(sandbox.ran(), ["found"], "{shell:?} {hook}");
            }
            fs::remove_file(folder.join("alembic-head-guard")).expect("it is there");

            // A build by cargo is no script, nor is `git`, which stands in for it here.
            let git = run(Command::new("sh").args(["-c", "command -v git"]));
            fs::copy(text(&git).trim_end(), folder.join("alembic-guard")).expect("it is a file");
            assert!(!finds_none(shell, "pre-push"), "{shell:?}");
        });
    });
}

#[test]
fn a_signal_stops_the_hook_and_leaves_nothing_behind() {
    hermetic(|sandbox| {
        let repository = chained(sandbox);
        let started = sandbox.root.join("started");
        let kept = repository.hook("pre-push.alembic-guard-chained");
        let hook = format!("#!/bin/sh\ntouch '{}'\nsleep 0.4\n", started.display());
        write(&kept, hook.as_bytes(), 0o755);
        each_shell(|shell| {
            for signal in ["HUP", "INT", "TERM"].into_iter().filter(|signal| is_heard(signal)) {
                let _ = fs::remove_file(&started);
                let mut child = shim(shell, &repository, "pre-push").spawn().expect("it starts");
                let patience = Instant::now() + Duration::from_secs(20);
                while !started.exists() && Instant::now() < patience {
                    std::thread::sleep(Duration::from_millis(5));
                }
                assert!(!sandbox.left_nothing_behind(), "the list is kept meanwhile");
                run(Command::new("sh").args([
                    "-c",
                    "kill -s \"$0\" \"$1\"",
                    signal,
                    &child.id().to_string(),
                ]));
                let status = child.wait().expect("it ends");
                assert!(!status.success(), "{shell:?} {signal}");
                assert!(sandbox.left_nothing_behind(), "{shell:?} {signal}");
                assert!(sandbox.ran().is_empty(), "{shell:?} {signal}");
            }
        });
    });
}

/// Tells whether a shell that is started here gets the signal: what ran in the background, as
/// `cargo test &` does, was started to ignore some, and no shell can take that back.
fn is_heard(signal: &str) -> bool {
    let mut probe = Command::new("sh");
    probe.args(["-c", "kill -s \"$0\" $$; echo unheard", signal]);
    probe.output().expect("sh runs").stdout.is_empty()
}

#[test]
fn every_byte_of_a_path_survives_the_shell() {
    hermetic(|sandbox| {
        let repository = sandbox.repository("repository");
        let name: Vec<u8> = (1..=255).filter(|byte| *byte != b'/').collect();
        for name in name.chunks(100) {
            let folder = sandbox.root.join(PathBuf::from(OsString::from_vec(name.to_vec())));
            let binary = folder.join("guard");
            sandbox.recorder_at(&binary, "guard");
            let options = InstallOptions { binary, ..repository.options() };
            hook::install(&options).expect("nothing speaks against it");
            each_shell(|shell| {
                let output = shim(shell, &repository, "pre-commit").output().expect("it runs");
                assert!(output.status.success(), "{shell:?}: {}", text(&output));
                assert_eq!(sandbox.ran(), ["guard"], "{shell:?}");
            });
        }
    });
}

#[test]
fn switched_off_alone_nothing_is_said() {
    hermetic(|sandbox| {
        let repository = installed(sandbox);
        fs::remove_file(&repository.guard).expect("it is there");
        each_shell(|shell| {
            for hook in ["pre-commit", "pre-push"] {
                let output = shim(shell, &repository, hook).env("ALEMBIC_GUARD", "0").output();
                let output = output.expect("it runs");
                assert!(output.status.success(), "{shell:?}");
                assert_eq!(text(&output), "");
                let output = shim(shell, &repository, hook).output().expect("it runs");
                assert_eq!(output.status.code(), Some(1), "{shell:?}");
                assert!(text(&output).contains("--no-verify"), "{shell:?}");
                assert_eq!(output.stdout, b"", "standard output is git's");
            }
        });
    });
}
