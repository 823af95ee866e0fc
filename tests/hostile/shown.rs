//! Nothing that a repository says reaches a terminal as it is, in any command and any format.

use std::fs;
use std::process::Output;
use std::thread;

use alembic_guard::text::is_unprintable;

use super::repository::Repository;

/// What git lets be the name of a branch or a remote: no control character that is one byte.
const NAME: &str = "n\u{9b}31m\u{202e}\u{2066}\u{200b}\u{2028}\u{2029}\u{feff}\u{ad}\u{e0041}x";
/// What can be in the name of a file, and in most other places.
const TEXT: &str = "t\u{1b}[31m\u{1b}]0;x\u{7}\r\u{8}\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\n::error::y";

/// Where a hostile text is put, and what is run then.
struct Place {
    name: &'static str,
    make: fn(&Repository),
    commands: &'static [&'static [&'static str]],
}

/// Commands that say what there is.
const LOOK: &[&[&str]] = &[
    &["check"],
    &["check", "-v"],
    &["check", "--all", "-v"],
    &["check", "--staged"],
    &["check", "HEAD"],
    &["hook", "check", "--base", "main"],
    &["hook", "pre-commit"],
    &["hook", "pre-push", "origin", "x"],
    &["hook", "pre-push", NAME, "x"],
    &["hook", "post-merge", "0"],
    &["heads"],
    &["graph"],
    &["graph", "-v"],
    &["config"],
    &["audit"],
    &["audit", "main..HEAD"],
    &["rebase", "-n"],
    &["merge", "-n"],
    &["check", "--fix", "-n"],
    &["hook", "status"],
];

/// Commands that are told a hostile text.
const TOLD: &[&[&str]] = &[
    &["check", TEXT],
    &["check", "--base", TEXT],
    &["graph", TEXT],
    &["audit", TEXT],
    &["explain", TEXT],
    &["-C", TEXT, "check"],
    &["--config", TEXT, "check"],
    &["rebase", "-n", "--onto", TEXT],
    &["rebase", "-n", "--base", TEXT],
    &["merge", "-n", "-m", TEXT],
    &["merge", "-n", "--rev-id", TEXT],
    &["merge", "-n", TEXT],
    &["hook", "pre-push", TEXT, TEXT],
    &["hook", "post-checkout", TEXT, TEXT, "1"],
    &["hook", "post-merge", TEXT],
];

const PLACES: &[Place] = &[
    Place { name: "nothing hostile", make: |_| {}, commands: TOLD },
    Place { name: "the name of a file", make: named_files, commands: LOOK },
    Place { name: "ids, labels and docstrings", make: identifiers, commands: LOOK },
    Place { name: "names that are misspelled or computed", make: odd_values, commands: LOOK },
    Place { name: "sources that no Python loads", make: broken_sources, commands: LOOK },
    Place { name: "the name of an environment", make: environment_name, commands: LOOK },
    Place { name: "branches", make: branches, commands: LOOK },
    Place { name: "a remote", make: remote, commands: LOOK },
    Place { name: "subjects of commits", make: subjects, commands: LOOK },
    Place { name: "keys of the configuration", make: config_keys, commands: LOOK },
    Place { name: "values of the configuration", make: config_values, commands: LOOK },
    Place { name: "names in the configuration", make: config_names, commands: LOOK },
    Place { name: "alembic.ini", make: ini, commands: LOOK },
    Place { name: "alembic.ini that Python does not read", make: broken_ini, commands: LOOK },
    Place { name: "pyproject.toml", make: pyproject, commands: LOOK },
    Place { name: "script.py.mako", make: template, commands: LOOK },
    Place { name: "links", make: links, commands: LOOK },
    Place { name: "a conflict", make: conflict, commands: LOOK },
    Place { name: "hooks", make: hooks, commands: LOOK },
];

#[test]
#[ignore = "needs more time"]
fn no_text_of_a_repository_steers_a_terminal() {
    let faults: Vec<String> = thread::scope(|scope| {
        let halves = PLACES.chunks(PLACES.len().div_ceil(2));
        let halves: Vec<_> = halves.map(|half| scope.spawn(|| faults(half))).collect();
        halves.into_iter().flat_map(|half| half.join().expect("it fails below")).collect()
    });
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Finds where a text comes out as it is; and where it does not at all, for that would prove nothing.
fn faults(places: &[Place]) -> Vec<String> {
    let mut faults = Vec::new();
    for place in places {
        let repository = forked();
        (place.make)(&repository);
        let mut is_shown = false;
        for command in place.commands {
            for format in ["text", "json"] {
                let output = run(&repository, format, command);
                is_shown |= shows(&output);
                if let Some(fault) = fault(&output, is_diff(format, command)) {
                    faults.push(format!("{} in {format} of {command:?}: {fault}", place.name));
                }
            }
        }
        if !is_shown {
            faults.push(format!("{} is never shown", place.name));
        }
    }
    faults
}

/// Tells whether some of a hostile text is shown, as text has it escaped or as JSON has it.
fn shows(output: &Output) -> bool {
    let text = [&output.stdout[..], &output.stderr].concat();
    let signs = ["{202e}", "\\u202e", "{1b}", "\\u001b", "{200b}", "\\u200b"];
    signs.iter().any(|sign| text.windows(sign.len()).any(|bytes| bytes == sign.as_bytes()))
}

#[test]
fn a_diff_in_a_pipe_is_what_git_applies() {
    let repository = forked();
    let text = in_source();
    let source = format!("revision = 'c'  # {text}\ndown_revision = 'a'  # {text}\n");
    repository.write("migrations/versions/c.py", source);
    repository.git(&["mv", "migrations/versions/c.py", "migrations/versions/\u{202e}c.py"]);
    repository.commit("hostile");
    repository.git(&["merge", "-q", "--no-verify", "-m", "merge", "main"]);
    let output = run(&repository, "text", &["rebase", "-n"]);
    let start = output.stdout.windows(5).position(|bytes| bytes == b"diff ").expect("a diff");
    repository.git_with(&["apply", "--check"], &output.stdout[start..]);
    assert!(String::from_utf8_lossy(&output.stdout[start..]).contains("\u{202e}"));
}

/// A branch with a migration of its own, of which `main` has moved on.
fn forked() -> Repository {
    let repository = Repository::with_alembic();
    repository.git(&["branch", "feature"]);
    repository.write("migrations/versions/b.py", migration("b", "a", "theirs"));
    repository.commit("theirs");
    repository.git(&["switch", "-q", "feature"]);
    repository.write("migrations/versions/c.py", migration("c", "a", "mine"));
    repository.commit("mine");
    repository
}

fn migration(id: &str, parent: &str, title: &str) -> String {
    format!(
        "\"\"\"{title}\n\nRevision ID: {id}\nRevises: {parent}\n\"\"\"\nrevision = \"{id}\"\n\
         down_revision = \"{parent}\"\n"
    )
}

/// Everything but what ends a line of Python.
fn in_source() -> String {
    TEXT.replace(['\n', '\r'], "")
}

fn named_files(repository: &Repository) {
    let path = format!("migrations/versions/{TEXT}.py");
    repository.write(path, migration("d", "c", "named"));
    repository.write("migrations/versions/c\u{202e}.py", "revision = 'c'\n");
    repository.write(b"migrations/versions/\xff\x1b\xc2.py", "revision = (\n");
    repository.commit("named");
}

fn identifiers(repository: &Repository) {
    let text = in_source();
    let source = format!(
        "\"\"\"{text}\n\nRevision ID: {text}\nRevises: {text}\n\"\"\"\nrevision = \"d{text}\"  # \u{202e}\n\
         down_revision = 'a'  # {text}\nbranch_labels = '{text}'\ndepends_on = 'x{text}'\n"
    );
    repository.write("migrations/versions/d.py", &source);
    repository.write("migrations/versions/e.py", source.replace("\"d", "\"e"));
    repository.write("migrations/versions/f.py", migration("f", &format!("gone{text}"), "f"));
    repository.write("migrations/versions/f2.py", migration("f", "c", &text));
    let escaped = "revision = 'g\\x1b[31m\\u202e\\n'\ndown_revision = ('c', 'd\\u2028')\n";
    repository.write("migrations/versions/g.py", escaped);
    repository.commit("ids");
}

fn odd_values(repository: &Repository) {
    let text = in_source();
    let source = format!("revision = 'h'\ndown_revisions = 'c'  # {text}\nRevision = '{text}'\n");
    repository.write("migrations/versions/h.py", source);
    let source = format!("revision = f('{text}')\ndown_revision = \"{text}\" % 3\n");
    repository.write("migrations/versions/i.py", source);
    repository.commit("odd");
}

fn broken_sources(repository: &Repository) {
    let text = in_source();
    for (name, source) in [
        ("j", format!("revision = 'j'\ndown_revision = 'c'\n{text} = ?\n")),
        ("k", format!("# coding: {text}\nrevision = 'k'\n")),
        ("l", format!("revision = 'l'\ndown_revision = 'c'\n\"{text}\n")),
        ("m", format!("# alembic-guard: allow({text})\nrevision = 'm'\nimport \u{202e}\n")),
    ] {
        repository.write(format!("migrations/versions/{name}.py"), source);
    }
    repository.commit("broken");
}

fn environment_name(repository: &Repository) {
    let folder = format!("{NAME}/{TEXT}");
    repository.write(format!("{folder}/env.py"), "");
    repository.write(format!("{folder}/script.py.mako"), "");
    repository.write(format!("{folder}/versions/x.py"), "revision = 'x'\ndown_revision = None\n");
    repository.write(format!("{folder}/versions/y.py"), "revision = 'y'\ndown_revision = None\n");
    repository.commit("environment");
}

fn branches(repository: &Repository) {
    repository.git(&["branch", "-q", "-m", "main", NAME]);
    repository.git(&["branch", "-q", "-m", "feature", &format!("feature{NAME}")]);
    repository.write(".alembic-guard.toml", format!("base = \"{NAME}\"\n"));
    repository.commit("branches");
}

fn remote(repository: &Repository) {
    let url = format!("/nowhere/{TEXT}");
    repository.git(&["remote", "add", NAME, &url]);
    repository.git(&["update-ref", &format!("refs/remotes/{NAME}/main"), "main"]);
    repository.git(&["config", "branch.feature.remote", NAME]);
    repository.git(&["config", "branch.feature.merge", "refs/heads/main"]);
}

fn subjects(repository: &Repository) {
    repository.git(&["merge", "-q", "--no-verify", "-m", &TEXT.replace('\n', ""), "main"]);
    repository.write("migrations/versions/c.py", migration("c", "b", "mine"));
    repository.commit(TEXT);
}

fn config_keys(repository: &Repository) {
    let text = in_toml();
    let config = format!("\"{text}\" = 1\n[\"{text}\"]\n[rules]\n\"{text}\" = \"warn\"\n");
    repository.write(".alembic-guard.toml", config);
    repository.commit("keys");
}

fn config_values(repository: &Repository) {
    let text = in_toml();
    let config = format!(
        "targets = [\"[{text}\"]\nfetch = \"{text}\"\nfetch_timeout = \"{text}\"\n\
         max_file_size = \"{text}\"\nexclude = [\"../{text}\"]\n[rules]\nmultiple-heads = \"{text}\"\n\
         [filename]\npattern = \"{{{text}}}\"\n# \u{202e}\n"
    );
    repository.write(".alembic-guard.toml", config);
    repository.commit("values");
}

fn config_names(repository: &Repository) {
    let text = in_toml();
    let config = format!(
        "base = \"{text}\"\ntargets = [\"{text}\"]\nindependent_targets = [\"{text}\"]\nignore_refs = [\"{text}\"]\n[[environment]]\n\
         name = \"{text}\"\nscript_location = \"migrations\"\nbranches = [\"{text}\"]\n\
         [[environment]]\nname = \"other{text}\"\nscript_location = \"{text}\"\n"
    );
    repository.write(".alembic-guard.toml", config);
    repository.commit("names");
}

fn in_toml() -> String {
    // As TOML and JSON both escape them.
    serde_json::to_string(TEXT).expect("a text").trim_matches('"').replace('\u{7f}', "\\u007f")
}

fn ini(repository: &Repository) {
    let text = in_source();
    let ini = format!(
        "[alembic]\nscript_location = migrations\nfile_template = {text}%%(x{text})s\n[{text}]\n\
         script_location = {text}\n[two{text}]\nscript_location = %({text})s\n"
    );
    repository.write("alembic.ini", ini);
    repository.commit("ini");
}

fn broken_ini(repository: &Repository) {
    let text = in_source();
    repository.write("more.ini", format!("[{text}]\nscript_location = a\n[{text}]\n"));
    repository.write("alembic.ini", format!("[alembic]\nscript_location = {text}\n"));
    repository.commit("broken ini");
}

fn pyproject(repository: &Repository) {
    let text = in_toml();
    repository.write(
        "pyproject.toml",
        format!("[tool.alembic]\nscript_location = \"{text}\"\nversion_locations = [\"{text}\"]\n"),
    );
    repository.write("other/pyproject.toml", format!("[tool.alembic]\n\"{}\" = ?\n", in_source()));
    repository.commit("pyproject");
}

fn template(repository: &Repository) {
    let template = format!("${{{}}}\n", in_source());
    repository.write("migrations/script.py.mako", template);
    repository.write(
        "alembic.ini",
        format!("[alembic]\nscript_location = migrations\noutput_encoding = {}\n", in_source()),
    );
    repository.commit("template");
}

fn links(repository: &Repository) {
    repository.link(&format!("migrations/versions/{TEXT}.py"), &format!("../{TEXT}.py"));
    repository.commit("links");
}

fn conflict(repository: &Repository) {
    let path = format!("migrations/versions/{TEXT}.py");
    repository.write(&path, migration("x", "a", "ours"));
    repository.commit("ours");
    repository.git(&["switch", "-q", "main"]);
    repository.write(&path, migration("x", "b", "theirs"));
    repository.commit("theirs");
    repository.git(&["switch", "-q", "feature"]);
}

fn hooks(repository: &Repository) {
    let folder = format!("hooks{TEXT}");
    fs::create_dir_all(repository.top().join(&folder)).expect("it can be made");
    repository.write(format!("{folder}/pre-push"), "#!/bin/sh\n");
    repository.git(&["config", "core.hooksPath", &folder]);
}

fn run(repository: &Repository, format: &str, command: &[&str]) -> Output {
    let head = repository.git(&["rev-parse", "HEAD"]);
    let zero = "0".repeat(40);
    let push = format!("refs/heads/{NAME} {head} refs/heads/{NAME} {zero}\n");
    let arguments = [&["--color", "never", "--format", format], command].concat();
    repository.guard_with(&arguments, push.as_bytes())
}

/// Tells whether what is written to a pipe is a diff for `git apply`, which has to be exact.
fn is_diff(format: &str, command: &[&str]) -> bool {
    format == "text" && command.contains(&"-n")
}

/// Finds what steers a terminal, or a program that broke.
fn fault(output: &Output, has_diff: bool) -> Option<String> {
    let stdout = if has_diff { before_the_diff(&output.stdout) } else { &output.stdout };
    if !matches!(output.status.code(), Some(0..=2)) {
        return Some(format!("it ends by {:?}", output.status));
    }
    for (stream, bytes) in [("stdout", stdout), ("stderr", &output.stderr[..])] {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Some(format!("{stream} is no UTF-8"));
        };
        // A line of the report never begins as a command to a program that reads a log.
        if text.lines().any(|line| line.starts_with("::error::")) {
            return Some(format!("a line of {stream} is forged"));
        }
        let steers = |character: char| character != '\n' && is_unprintable(character);
        if let Some(at) = text.find(steers) {
            let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
            let end = text[at..].chars().next().map_or(at, |character| at + character.len_utf8());
            return Some(format!("{stream} has {:?}", &text[line..end]));
        }
    }
    None
}

fn before_the_diff(bytes: &[u8]) -> &[u8] {
    let start = bytes.windows(12).position(|bytes| bytes == b"\ndiff --git ");
    start.map_or(bytes, |start| &bytes[..start])
}
