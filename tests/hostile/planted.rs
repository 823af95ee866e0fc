//! Files of a clone that are laid out like a git folder, and journals that a run never wrote.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::repository::{GUARD, Repository, fed, migration, refuses, said};
use crate::support::scratch;

/// Every command that reads a repository or writes to one.
const COMMANDS: [&[&str]; 12] = [
    &["rebase"],
    &["rebase", "-n"],
    &["merge"],
    &["check", "--fix"],
    &["check"],
    &["heads"],
    &["config"],
    &["audit"],
    &["hook", "pre-commit"],
    &["hook", "install"],
    &["hook", "status"],
    &["hook", "uninstall"],
];

/// Lays a folder out like a git folder, with a journal that would rename `docs/TEMPORARY` to a hook.
fn plant(repository: &Repository, folder: &str, config: &str) {
    let write = |path: &str, content: &str| repository.write(format!("{folder}/{path}"), content);
    write("HEAD", "ref: refs/heads/main\n");
    write("config", config);
    write("objects/keep", "");
    write("refs/keep", "");
    write("alembic-guard/journal.json", &journal(&hook_entry(), true));
}

const WITH_WORK_TREE: &str =
    "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n";
const BARE: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

/// Asks for a hook to be put in place.
fn hook_entry() -> String {
    let id = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    format!(
        r#"{{"path": ".git/hooks/post-checkout", "before": null, "after": {{"id": "{id}", "temporary": "x"}}}}"#
    )
}

fn journal(entry: &str, complete: bool) -> String {
    format!(r#"{{"version": 1, "complete": {complete}, "folders": [], "entries": [{entry}]}}"#)
}

fn run_in(repository: &Repository, folder: &Path, arguments: &[&str]) -> Output {
    fed(repository.command(GUARD).args(arguments).current_dir(folder), b"")
}

/// Returns all below a folder but what runs remember and lock.
fn everything(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(everything(&path));
        }
        found.push((path.clone(), fs::read(&path).ok()));
    }
    found.sort();
    found
}

#[test]
fn a_tracked_folder_laid_out_like_a_git_folder_is_not_obeyed() {
    for config in [WITH_WORK_TREE, BARE, "[extensions]\n\tobjectFormat = sha256\n"] {
        let repository = Repository::with_alembic();
        plant(&repository, "docs", config);
        repository.write("docs/below/text", "");
        repository.commit("docs");
        let before = everything(&repository.top());
        for folder in ["docs", "docs/below", "docs/refs"] {
            for command in COMMANDS {
                let output = run_in(&repository, &repository.top().join(folder), command);
                let (text, code) = said(&output);
                assert_eq!(code, 2, "{folder} {command:?}: {text}");
                assert!(text.contains("is laid out like a bare repository, but"), "{text}");
            }
        }
        assert!(everything(&repository.top()) == before);
    }
}

#[test]
fn neither_a_folder_around_it_nor_a_link_makes_a_planted_repository_a_true_one() {
    let repository = Repository::with_alembic();
    plant(&repository, "docs", WITH_WORK_TREE);
    plant(&repository, "docs/inner", WITH_WORK_TREE);
    plant(&repository, "shared", WITH_WORK_TREE);
    fs::remove_dir_all(repository.top().join("shared/objects")).expect("it is there");
    fs::remove_dir_all(repository.top().join("shared/refs")).expect("it is there");
    repository.write("shared/commondir", "../.git\n");
    repository.link("aside", "docs/inner");
    repository.commit("docs");
    for folder in ["docs/inner", "shared", "aside"] {
        for by_option in [true, false] {
            let output = if by_option {
                run_in(&repository, &repository.top(), &["-C", folder, "rebase"])
            } else {
                run_in(&repository, &repository.top().join(folder), &["rebase"])
            };
            refuses(&output, "is laid out like a bare repository, but");
        }
    }
}

/// Other tools keep bare repositories among files, and a home may be a repository itself.
#[test]
fn a_bare_repository_that_nobody_tracks_is_used() {
    let repository = Repository::with_alembic();
    repository.git(&["clone", "-q", "--bare", ".", "services/app.git"]);
    let bare = repository.top().join("services/app.git");
    let (text, code) = said(&run_in(&repository, &bare, &["heads"]));
    assert!(code == 0 && text.contains('a'), "{text}");
    let (text, code) = said(&run_in(&repository, &bare.join("refs"), &["check", "--all", "main"]));
    assert_eq!(code, 0, "{text}");
    let (text, _) = said(&run_in(&repository, &bare, &["-v", "heads"]));
    assert!(!text.contains("libgit2 cannot"), "{text}");
}

#[test]
fn git_dir_is_obeyed_wherever_it_leads() {
    let repository = Repository::with_alembic();
    repository.git(&["clone", "-q", "--bare", ".", "fixture.git"]);
    repository.commit("a fixture");
    let bare = repository.top().join("fixture.git");
    refuses(&run_in(&repository, &bare, &["heads"]), "is laid out like a bare repository, but");
    for named in [OsString::from("."), bare.clone().into()] {
        let mut guard = repository.command(GUARD);
        let (text, code) =
            said(&fed(guard.arg("heads").current_dir(&bare).env("GIT_DIR", named), b""));
        assert_eq!(code, 0, "{text}");
    }
}

#[test]
fn the_way_out_of_a_planted_repository_is_one() {
    let repository = Repository::with_alembic();
    repository.git(&["clone", "-q", "--bare", ".", "it's a fixture.git"]);
    repository.commit("a fixture");
    let bare = repository.top().join("it's a fixture.git");
    let (text, _) = said(&run_in(&repository, &bare, &["heads"]));
    let name = text.lines().map(str::trim).find(|line| line.starts_with("export "));
    let name = name.expect("a line with the command");
    let mut shell = repository.command("sh");
    shell.args(["-c", &format!("{name}; exec \"$0\" heads"), GUARD]).current_dir(&bare);
    let (text, code) = said(&fed(&mut shell, b""));
    assert_eq!(code, 0, "{text}");
}

#[test]
fn bare_repositories_are_found_as_git_finds_them() {
    let repository = Repository::with_alembic();
    repository.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = repository.top().join("../bare.git");
    repository.git(&["config", "--global", "safe.bareRepository", "explicit"]);
    let mut git = repository.command("git");
    let (words, _) = said(&fed(git.arg("status").current_dir(&bare), b""));
    let reason = words.trim().strip_prefix("fatal: ").expect("git refuses");
    refuses(&run_in(&repository, &bare, &["heads"]), reason);
    let mut guard = repository.command(GUARD);
    let (text, code) = said(&fed(guard.arg("heads").current_dir(&bare).env("GIT_DIR", "."), b""));
    assert_eq!(code, 0, "{text}");
    // It stays in use from within the work tree and from within its `.git`.
    for folder in ["", ".git", ".git/refs"] {
        let (text, code) =
            said(&run_in(&repository, &repository.top().join(folder), &["heads", "main"]));
        assert_eq!(code, 0, "{folder}: {text}");
    }
}

/// Git passes over a folder whose `HEAD` it cannot read.
#[test]
fn what_git_takes_for_no_repository_is_passed_over() {
    let repository = Repository::with_alembic();
    plant(&repository, "docs", WITH_WORK_TREE);
    repository.write("docs/HEAD", "no ref\n");
    repository.commit("docs");
    let (text, code) = said(&run_in(&repository, &repository.top().join("docs"), &["heads"]));
    assert!(code == 0 && text.contains('a'), "{text}");
}

/// Puts a journal where a run would have left it, and says what comes of it.
fn with_journal(repository: &Repository, journal: &str) -> (String, i32) {
    repository.write(".git/alembic-guard/journal.json", journal);
    said(&repository.guard(&["rebase"]))
}

#[test]
fn a_forged_journal_changes_nothing() {
    let repository = Repository::with_alembic();
    let outside = scratch::folder();
    let victim = outside.path().join("victim.py");
    fs::write(&victim, "").expect("a file");
    let victim = victim.display().to_string();
    let empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let up = format!("{}{victim}", "../".repeat(20));
    repository.link("out", &outside.path().display().to_string());
    let removes =
        |path: &str| format!(r#"{{"path": "{path}", "before": "{empty}", "after": null}}"#);
    let leaves = |path: &str, temporary: &str| {
        let after = format!(r#"{{"id": "{empty}", "temporary": "{temporary}"}}"#);
        format!(r#"{{"path": "{path}", "before": null, "after": {after}}}"#)
    };
    repository.write("migrations/versions/own.py", "");
    repository.write("README", "");
    let entries = [
        removes(&victim),
        removes(&up),
        removes("out/victim.py"),
        removes(".git/victim.py"),
        removes(".GIT/victim.py"),
        removes("README"),
        leaves("migrations/versions/new.py", &victim),
        leaves("migrations/versions/new.py", &up),
        leaves("migrations/versions/new.py", "own.py"),
        leaves("out/new.py", "victim.py"),
        hook_entry(),
    ];
    let before = everything(outside.path());
    for complete in [true, false] {
        for entry in &entries {
            let (text, code) = with_journal(&repository, &journal(entry, complete));
            let is_forgotten = !complete && entry.contains("\"out/");
            let words = ["journal", "interrupted"];
            let is_refused = code == 2 && words.iter().any(|word| text.contains(word));
            assert!(is_refused || is_forgotten, "{complete} {entry}: {code} {text}");
            assert!(everything(outside.path()) == before, "{complete} {entry}");
            assert!(repository.top().join("migrations/versions/own.py").exists(), "{entry}");
            assert!(repository.top().join("README").exists(), "{entry}");
        }
    }
    for folder in ["/tmp/alembic-guard-never", "../x", ".git/refs/tags", ".git /x"] {
        let folders = format!(
            r#"{{"version": 1, "complete": false, "folders": ["{folder}"], "entries": []}}"#
        );
        let (text, code) = with_journal(&repository, &folders);
        assert!(code == 2 && text.contains("journal"), "{text}");
        assert!(repository.top().join(".git/refs/tags").exists());
    }
}

/// A folder that a run has made may have become a link to a folder of somebody else's.
#[test]
fn no_folder_behind_a_link_is_removed() {
    let repository = Repository::with_alembic();
    let outside = scratch::folder();
    fs::create_dir(outside.path().join("empty")).expect("a folder");
    repository.link("out", &outside.path().display().to_string());
    let folders = r#"{"version": 1, "complete": false, "folders": ["out/empty"], "entries": []}"#;
    let (text, code) = with_journal(&repository, folders);
    assert_eq!(code, 0, "{text}");
    assert!(outside.path().join("empty").exists());
}

#[test]
fn what_lies_in_the_place_of_a_journal_is_neither_followed_nor_waited_for() {
    let empty = r#"{"version": 1, "complete": true, "folders": [], "entries": []}"#;
    let place = |what: &str, path: &Path| match what {
        "a pipe" => {
            let made = std::process::Command::new("mkfifo").arg(path).status();
            assert!(made.expect("mkfifo is there").success());
        }
        "a folder" => fs::create_dir(path).expect("its name is free"),
        target => std::os::unix::fs::symlink(target, path).expect("its name is free"),
    };
    for what in ["a pipe", "a folder", "../../target", "nowhere"] {
        for name in ["journal.json", "lock"] {
            let repository = Repository::with_alembic();
            repository.write("target", empty);
            fs::create_dir_all(repository.top().join(".git/alembic-guard")).expect("a folder");
            place(what, &repository.top().join(".git/alembic-guard").join(name));
            if name == "lock" {
                repository.write(".git/alembic-guard/journal.json", empty);
            }
            let mut guard = repository.command("timeout");
            let (text, code) = said(&fed(guard.args(["20", GUARD, "rebase"]), b""));
            assert_eq!(code, 2, "{what} as {name}: {text}");
            assert!(text.contains("not a regular file"), "{what} as {name}: {text}");
            assert!(repository.top().join("target").exists(), "{what}");
        }
    }
}

#[test]
fn a_link_in_the_place_of_the_guards_own_folder_is_not_followed() {
    let repository = Repository::with_alembic();
    repository.write("docs/journal.json", journal(&hook_entry(), true));
    repository.write("docs/seen/notes", "");
    repository.write("docs/lock", "");
    repository.write("migrations/versions/b.py", migration("b", Some("gone")));
    repository.link(".git/alembic-guard", "../docs");
    let before = everything(&repository.top());
    refuses(&repository.guard(&["rebase"]), "is not a regular folder");
    said(&repository.guard(&["check", "--all"]));
    said(&repository.guard(&["hook", "uninstall"]));
    assert!(everything(&repository.top()) == before);
}
