//! `install.sh` as a stranger runs it: what it asks for, what it says and where it puts things.
//!
//! Nothing is built: a stand-in for cargo "builds" by copying the program that these tests belong to.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::scratch;

const GUARD: &str = env!("CARGO_BIN_EXE_alembic-guard");
const CARGO: &str = "#!/bin/sh
[ \"$1\" != --version ] || { echo 'cargo 9.9.9 (stand-in)'; exit 0; }
[ \"$1\" = install ] || exit 9
while [ \"$1\" != --root ]; do shift; done
mkdir -p \"$2/bin\" && cp \"$GUARD\" \"$2/bin/alembic-guard\"
";

#[test]
fn help_says_how_to_call_it() {
    let sandbox = Sandbox::new();
    for option in ["--help", "-h"] {
        let output = sandbox.install(&[option]);
        assert_eq!(output.status.code(), Some(0));
        let help = text(&output);
        for word in ["[REPO]", "demo", "ALEMBIC_GUARD_WHEEL", "ALEMBIC_GUARD_BIN_DIR", "KEEP=1"] {
            assert!(help.contains(word), "{word} in {help}");
        }
        assert!(help.lines().all(|line| line.len() <= 80), "{help}");
    }
}

#[test]
fn what_it_does_not_know_is_answered_with_the_usage() {
    let sandbox = Sandbox::new();
    for arguments in [&["--frobnicate"][..], &["one", "two"], &["demo", "two"]] {
        let output = sandbox.install(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(text(&output).contains("usage: ./install.sh"));
    }
    assert!(text(&sandbox.install(&["--frobnicate"])).contains("unknown option: --frobnicate"));
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    let sandbox = Sandbox::new();
    let bare = sandbox.bare_tools();
    for (manager, commands) in [
        ("apt-get", ["apt-get install build-essential", "apt-get install git"]),
        ("dnf", ["dnf install gcc", "dnf install git"]),
        ("apk", ["apk add build-base", "apk add git"]),
        ("nothing", ["install gcc with", "install git with"]),
    ] {
        let program = sandbox.program(&format!("{manager}-bin/{manager}"), "#!/bin/sh\n");
        let path = format!("{}:{}", folder_of(&program), bare.display());
        let output = sandbox.run(&[], &[("PATH", &path)]);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        for wanted in ["rustup.rs", "Rust 1.", "C compiler", "git 2.31", commands[0], commands[1]] {
            assert!(said.contains(wanted), "{manager}: {wanted} in {said}");
        }
    }
}

#[test]
fn a_mac_is_told_of_its_own_tools() {
    let sandbox = Sandbox::new();
    let bare = sandbox.bare_tools();
    let uname = sandbox.program("mac/uname", "#!/bin/sh\necho Darwin\n");
    // Without the tools, a Mac's cc is there and only says so.
    sandbox.program("mac/cc", "#!/bin/sh\nexit 1\n");
    let path = format!("{}:{}", folder_of(&uname), bare.display());
    let said = text(&sandbox.run(&[], &[("PATH", &path)]));
    assert_eq!(said.matches("xcode-select --install").count(), 2, "for cc and git: {said}");
    sandbox.program("mac/brew", "#!/bin/sh\n");
    let said = text(&sandbox.run(&[], &[("PATH", &path)]));
    assert!(said.contains("brew install git"), "{said}");
}

#[test]
fn what_is_too_old_is_told_with_its_version() {
    let sandbox = Sandbox::new();
    sandbox.program("bin/cargo", "#!/bin/sh\necho 'cargo 1.40.0 (abc 2019-01-01)'\n");
    sandbox.program("bin/rustup", "#!/bin/sh\n");
    sandbox.program("bin/git", "#!/bin/sh\necho 'git version 2.30.2 (Apple Git-99)'\n");
    let output = sandbox.install(&[]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for wanted in ["cargo 1.40.0", "rustup update", "git version 2.30.2"] {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
    assert!(!said.contains("C compiler"), "{said}");
}

#[test]
fn a_cargo_that_rustup_did_not_bring_is_not_updated_by_rustup() {
    let sandbox = Sandbox::new();
    let bare = sandbox.bare_tools();
    let cargo = sandbox.program("old/cargo", "#!/bin/sh\necho 'cargo 1.40.0 (abc 2019-01-01)'\n");
    let path = format!("{}:{}", folder_of(&cargo), bare.display());
    let said = text(&sandbox.run(&[], &[("PATH", &path)]));
    assert!(said.contains("cargo 1.40.0") && said.contains("get rustup from"), "{said}");
    assert!(!said.contains("rustup update"), "{said}");
}

#[test]
fn alone_it_installs_the_program_and_tells_the_next_command() {
    let sandbox = Sandbox::new();
    let output = sandbox.install(&[]);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    let program = sandbox.root().join("home/.cargo/bin/alembic-guard");
    assert!(program.is_file(), "{said}");
    let next = format!("{} -C REPO hook install", program.display());
    assert!(said.contains("not on PATH") && said.contains(&next), "{said}");
}

#[test]
fn the_folder_can_be_chosen() {
    let sandbox = Sandbox::new();
    let folder = sandbox.root().join("chosen");
    let path = format!("{}:{}", folder.display(), sandbox.path());
    let variables = [("ALEMBIC_GUARD_BIN_DIR", folder.to_str().expect("plain")), ("PATH", &path)];
    for _again in 0..2 {
        let output = sandbox.run(&[], &variables);
        let said = text(&output);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("is on PATH"), "{said}");
        assert!(said.contains("    alembic-guard -C REPO hook install"), "{said}");
    }
    let entries = fs::read_dir(&folder).expect("it was made");
    let names: Vec<_> = entries.map(|entry| entry.expect("readable").file_name()).collect();
    assert_eq!(names, ["alembic-guard"], "and nothing is left beside it");
}

/// Installs by copying the program that these tests belong to; `$0` says that it was asked.
const UV: &str = "#!/bin/sh
bin=${UV_TOOL_BIN_DIR-$HOME/.local/bin}
[ \"$1 $2\" != 'tool dir' ] || { echo \"$bin\"; exit 0; }
for wheel; do :; done
[ -f \"$wheel\" ] && mkdir -p \"$bin\" && cp \"$GUARD\" \"$bin/alembic-head-guard\" && echo \"uv: $*\"
";
const PIPX: &str = "#!/bin/sh
bin=${PIPX_BIN_DIR-$HOME/.local/bin}
[ \"$1\" != environment ] || { echo \"$bin\"; exit 0; }
for wheel; do :; done
[ -f \"$wheel\" ] && mkdir -p \"$bin\" && cp \"$GUARD\" \"$bin/alembic-head-guard\"
";
const PYTHON: &str = "#!/bin/sh
case $* in
'-m venv --clear '*) mkdir -p \"$4/bin\" && cp \"$0\" \"$4/bin/python\" ;;
'-m pip install '*) cp \"$GUARD\" \"${0%/*}/alembic-head-guard\" ;;
esac
";

#[test]
fn a_wheel_is_installed_by_uv_or_pipx_or_into_an_environment_of_its_own() {
    let sandbox = Sandbox::new();
    sandbox.repository("repository");
    sandbox.program("bin/cargo", "#!/bin/sh\nexit 9\n");
    let wheel = sandbox.source().join("dist/alembic_head_guard-0.1.0-py3-none-any.whl");
    write(&wheel, "a wheel\n");
    let program = sandbox.root().join("home/.local/bin/alembic-head-guard");
    let home = program.parent().expect("a file has a folder");
    let path = format!("{}:{}", home.display(), sandbox.path());
    let fails = "#!/bin/sh\nexit 1\n";
    for [uv, pipx, python] in [[UV, fails, fails], [fails, PIPX, fails], [fails, fails, PYTHON]] {
        sandbox.program("bin/uv", uv);
        sandbox.program("bin/pipx", pipx);
        sandbox.program("bin/python3", python);
        let output = sandbox.run(&["repository"], &[("PATH", &path)]);
        let said = text(&output);
        assert!(output.status.success(), "{said}");
        for wanted in [
            "installing alembic_head_guard-0.1.0-py3-none-any.whl\n",
            &format!("installed {}\n  its folder is on PATH", program.display()),
            "$ alembic-head-guard -C repository hook install",
        ] {
            assert!(said.contains(wanted), "{wanted} in {said}");
        }
        assert!(!said.contains("building"), "{said}");
        fs::remove_file(&program).expect("it was installed");
    }
    sandbox.program("bin/python3", fails);
    fs::remove_dir_all(sandbox.root().join("home/.local/share")).expect("it was made");
    let said = text(&sandbox.run(&[], &[("PATH", &path)]));
    assert!(said.contains("no virtual environment could be created"), "{said}");
}

#[test]
fn the_wheel_can_be_named() {
    let sandbox = Sandbox::new();
    sandbox.program("bin/uv", UV);
    let chosen = sandbox.root().join("chosen");
    let wheel = sandbox.root().join("downloaded.whl");
    let variables = [
        ("ALEMBIC_GUARD_WHEEL", wheel.to_str().expect("plain")),
        ("ALEMBIC_GUARD_BIN_DIR", chosen.to_str().expect("plain")),
    ];
    let said = text(&sandbox.run(&[], &variables));
    assert!(said.contains("ALEMBIC_GUARD_WHEEL is not a file"), "{said}");
    write(&wheel, "a wheel\n");
    let output = sandbox.run(&[], &variables);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("downloaded.whl"), "{said}");
    let next = format!("{} -C REPO hook install", chosen.join("alembic-head-guard").display());
    assert!(said.contains("not on PATH") && said.contains(&next), "{said}");
}

#[test]
fn findings_in_the_repository_are_shown_and_stop_nothing() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("with two heads");
    for (revision, parent) in [("a", "None"), ("b", "'a'"), ("c", "'a'")] {
        let path = repository.join(format!("migrations/versions/{revision}.py"));
        let text = format!("revision = '{revision}'\ndown_revision = {parent}\n");
        write(&path, &text);
    }
    let output = sandbox.install(&["with two heads"]);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("multiple-heads"), "{said}");
    assert!(said.contains("exit code") && said.contains("the hooks are in place"), "{said}");
    assert!(repository.join(".git/hooks/pre-push").is_file());
}

#[test]
fn a_folder_that_is_no_repository_is_refused_before_anything_is_built() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.root().join("plain")).expect("a folder");
    let output = sandbox.install(&["plain"]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("nothing was installed"), "{said}");
    assert!(!said.contains("building"), "{said}");
}

#[test]
fn hooks_that_cannot_be_installed_fail_the_installation() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository("shared");
    let shared = sandbox.root().join("everybodys/hooks");
    fs::create_dir_all(&shared).expect("a folder");
    let config = format!("[core]\n\thooksPath = {}\n[user]\n\tname = A\n", shared.display());
    write(&sandbox.root().join("home/gitconfig"), &config);
    let output = sandbox.install(&["shared"]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the hooks are not"), "{said}");
    assert!(!repository.join(".git/hooks/pre-push").exists());
}

#[test]
fn the_demo_goes_as_told_whatever_is_set_around_it() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(
        &["demo"],
        &[
            ("ALEMBIC_GUARD_BINARY", GUARD),
            ("ALEMBIC_GUARD", "0"),
            ("CI", "true"),
            ("GIT_DIR", "/nowhere"),
            ("GIT_AUTHOR_NAME", "somebody"),
        ],
    );
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    for wanted in [
        "$ git push -u origin feature\nerror[stale-down-revision]",
        "[new branch]      feature -> feature",
        "demo: blocked, repaired and accepted",
    ] {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
    assert!(is_empty(&sandbox.root().join("tmp")), "its folder is gone");
}

#[test]
fn a_demo_that_goes_wrong_fails() {
    let sandbox = Sandbox::new();
    let lax = sandbox.program("lax", "#!/bin/sh\n");
    let lax = lax.to_str().expect("plain");
    let output = sandbox.run(&["demo"], &[("ALEMBIC_GUARD_BINARY", lax)]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the demo failed: this should have been blocked"), "{said}");
    assert!(is_empty(&sandbox.root().join("tmp")), "its folder is gone");
}

#[test]
fn the_demo_can_be_kept() {
    let sandbox = Sandbox::new();
    let variables = [("ALEMBIC_GUARD_BINARY", GUARD), ("KEEP", "1")];
    let said = text(&sandbox.run(&["demo"], &variables));
    let kept = said.lines().find_map(|line| line.strip_prefix("kept: "));
    let kept = Path::new(kept.expect("it says where"));
    assert!(kept.join("ben/alembic.ini").is_file(), "{said}");
}

/// A home, a folder for temporary files and a stand-in for cargo.
struct Sandbox {
    folder: tempfile::TempDir,
}

impl Sandbox {
    fn new() -> Sandbox {
        let sandbox = Sandbox { folder: scratch::folder() };
        for folder in ["home", "tmp"] {
            fs::create_dir(sandbox.root().join(folder)).expect("a folder");
        }
        sandbox.program("bin/cargo", CARGO);
        sandbox.program("bin/cc", "#!/bin/sh\n");
        // A copy, for a wheel may lie beside the script of this repository.
        fs::create_dir(sandbox.source()).expect("a folder");
        for file in ["install.sh", "Cargo.toml"] {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let name = file.file_name().expect("it has one");
            fs::copy(&file, sandbox.source().join(name)).expect("it is in this repository");
        }
        sandbox
    }

    /// Returns the folder in which `install.sh` is.
    fn source(&self) -> PathBuf {
        self.root().join("source")
    }

    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("the folder is there")
    }

    /// Returns a PATH with the stand-ins before what the machine has.
    fn path(&self) -> String {
        let machine = std::env::var("PATH").expect("tests have a PATH");
        let without_guard =
            machine.split(':').filter(|folder| !Path::new(folder).join("alembic-guard").exists());
        let machine: Vec<&str> = without_guard.collect();
        format!("{}:{}", self.root().join("bin").display(), machine.join(":"))
    }

    fn install(&self, arguments: &[&str]) -> Output {
        self.run(arguments, &[])
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        Command::new("/bin/sh")
            .arg(self.source().join("install.sh"))
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("PATH", self.path())
            .env("GUARD", GUARD)
            .env("HOME", self.root().join("home"))
            .env("TMPDIR", self.root().join("tmp"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.root().join("home/gitconfig"))
            .env("LC_ALL", "C")
            .envs(variables.iter().copied())
            .output()
            .expect("there is a shell")
    }

    fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.root().join(name);
        write(&path, script);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
        path
    }

    /// Makes a folder with nothing but what the script needs to look around.
    fn bare_tools(&self) -> PathBuf {
        let folder = self.root().join("bare");
        fs::create_dir(&folder).expect("a folder");
        for tool in ["dirname", "cat", "uname"] {
            let machine = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(tool));
            let found = machine.iter().find(|path| path.exists());
            symlink(found.expect("every Unix has it"), folder.join(tool)).expect("a link");
        }
        folder
    }

    fn repository(&self, name: &str) -> PathBuf {
        let top = self.root().join(name);
        let status = Command::new("git")
            .args(["init", "-q", "-b", "main"])
            .arg(&top)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env_remove("GIT_DIR")
            .status();
        assert!(status.expect("git runs").success());
        write(&top.join("alembic.ini"), "[alembic]\nscript_location = migrations\n");
        write(&top.join("migrations/env.py"), "\n");
        top
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
    fs::write(path, text).expect("the file can be written");
}

fn folder_of(program: &Path) -> String {
    program.parent().expect("a file has a folder").display().to_string()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("the folder is there").next().is_none()
}

fn text(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}
