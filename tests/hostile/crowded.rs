//! Version folders with more in them than anybody would look at.

use std::fmt::Write;

use crate::support::prerequisites::in_ci;

use super::repository::{Repository, refuses, said};

/// As many as the guard must cope with; a few where it was built to be debugged by hand.
fn many() -> usize {
    if in_ci() { 200_000 } else { 20_000 }
}

/// Twice what it takes, by `ulimit`: with all of a history in memory several times it would not do.
const KILOBYTES: usize = 2 << 20;

#[test]
#[ignore = "needs more time"]
fn a_stale_push_into_a_crowded_folder_is_refused() {
    let count = many();
    let (repository, feature) = crowded(count);
    let zero = "0".repeat(40);
    let push = format!("refs/heads/feature {feature} refs/heads/feature {zero}\n");
    let guarded = format!("ulimit -v {KILOBYTES} && exec \"$0\" hook pre-push origin x");
    let mut command = repository.command("sh");
    command.args(["-c", &guarded, super::repository::GUARD]);
    let output = super::repository::fed(&mut command, push.as_bytes());
    refuses(&output, "error[stale-down-revision]: `mine` is stale");
}

#[test]
#[ignore = "needs more time"]
fn more_migrations_than_are_read_are_refused_and_what_touches_none_passes() {
    let (repository, feature) = crowded(20);
    repository.git(&["reset", "-q", "--hard", "feature"]);
    repository.write(".alembic-guard.toml", "max_migrations = 20\n");
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "limit"]);
    let push = |commit: &str, old: &str| {
        let line = format!("refs/heads/feature {commit} refs/heads/feature {old}\n");
        repository.guard_with(&["hook", "pre-push", "origin", "x"], line.as_bytes())
    };
    let limited = repository.git(&["rev-parse", "HEAD"]);
    refuses(&push(&limited, &"0".repeat(40)), "error[too-many-migrations]: `migrations` has more");
    for command in [&["rebase"][..], &["merge"]] {
        refuses(&repository.guard(command), "`migrations` has too many migrations");
    }
    for command in [&["heads"][..], &["graph"]] {
        let (text, code) = said(&repository.guard(command));
        assert!(code == 0 && text.contains("more than 20 migrations"), "{text}");
    }
    repository.write("README", "");
    repository.commit("no migration");
    let readme = repository.git(&["rev-parse", "HEAD"]);
    let (text, code) = said(&push(&readme, &limited));
    assert_eq!(code, 0, "{text}");
    assert!(!feature.is_empty());
}

#[test]
#[ignore = "needs more time"]
fn a_folder_that_holds_itself_many_times_ends_in_a_finding() {
    let repository = Repository::with_alembic();
    let tree = bomb(&repository);
    let ini = "[alembic]\nscript_location = migrations\nrecursive_version_locations = true\n";
    repository.write("alembic.ini", ini);
    repository.write(".alembic-guard.toml", "max_migrations = 1000\n");
    repository.git(&["add", "-A"]);
    repository.git(&["rm", "-rq", "--cached", "migrations/versions"]);
    let top = repository.git(&["write-tree"]);
    let rest = repository.git(&["ls-tree", &top]);
    let migrations = repository.git(&["ls-tree", &format!("{top}:migrations")]);
    let migrations = format!("{migrations}\n040000 tree {tree}\tversions\n");
    let migrations = repository.git_with(&["mktree"], migrations.as_bytes());
    let rest = rest.lines().filter(|line| !line.ends_with("\tmigrations"));
    let rest =
        rest.collect::<Vec<_>>().join("\n") + &format!("\n040000 tree {migrations}\tmigrations\n");
    let top = repository.git_with(&["mktree"], rest.as_bytes());
    let bomb = repository.git(&["commit-tree", "-m", "bomb", &top]);
    refuses(&repository.guard(&["check", "--all", &bomb]), "error[too-many-migrations]");
}

#[test]
#[ignore = "needs more time"]
fn a_push_of_such_a_folder_ends_with_a_reason() {
    let repository = Repository::with_alembic();
    let base = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["remote", "add", "origin", "/nowhere"]);
    repository.git(&["update-ref", "refs/remotes/origin/main", &base]);
    let files = repository.git(&["ls-tree", "HEAD"]);
    let files = format!("{files}\n040000 tree {}\tbomb\n", bomb(&repository));
    let tree = repository.git_with(&["mktree"], files.as_bytes());
    let tip = repository.git(&["commit-tree", "-m", "bomb", "-p", &base, &tree]);
    let push = format!("refs/heads/x {tip} refs/heads/x {}\n", "0".repeat(40));
    let guarded = format!("ulimit -v {KILOBYTES} && exec \"$0\" hook pre-push origin x");
    let mut command = repository.command("sh");
    command.args(["-c", &guarded, super::repository::GUARD]);
    let output = super::repository::fed(&mut command, push.as_bytes());
    refuses(&output, "cannot check: more than 2000000 files differ between two states");
}

/// Some hundred kilobytes mean a file that is larger than all the memory that there may be.
#[test]
#[ignore = "needs more time"]
fn a_file_that_is_small_only_until_it_is_unpacked_ends_in_a_finding() {
    let repository = Repository::with_alembic();
    let fill = "git hash-object -w --stdin";
    let mut command = repository.command("sh");
    command.args(["-c", &format!("head -c 3000000000 /dev/zero | {fill}")]);
    let output = super::repository::fed(&mut command, b"");
    let (blob, code) = said(&output);
    assert_eq!(code, 0, "{blob}");
    let entry = format!("100644,{},migrations/versions/b.py", blob.trim());
    repository.git(&["update-index", "--add", "--cacheinfo", &entry]);
    let tip =
        repository.git(&["commit-tree", "-m", "b", "-p", "HEAD", &repository.git(&["write-tree"])]);
    for command in
        [&["check", "--all", &tip][..], &["heads", &tip], &["check", "--base", "HEAD", &tip]]
    {
        let guarded = format!("ulimit -v {KILOBYTES} && exec \"$0\" \"$@\"");
        let mut shell = repository.command("sh");
        shell.args(["-c", &guarded, super::repository::GUARD]).args(command);
        let (text, code) = said(&super::repository::fed(&mut shell, b""));
        assert!(text.contains("the file is 2.8 GiB; the limit is 1.0 MiB"), "{code} {text}");
    }
}

/// What was found in one folder is remembered, and not multiplied by the names that it goes by.
#[test]
#[ignore = "needs more time"]
fn folders_of_many_names_are_searched_as_far_as_may_be() {
    let repository = Repository::with_alembic();
    let files = repository.git(&["ls-tree", "HEAD"]);
    let files = format!("{files}\n040000 tree {}\tbomb\n", folders_of_folders(&repository, "ini"));
    let tree = repository.git_with(&["mktree"], files.as_bytes());
    let tip = repository.git(&["commit-tree", "-m", "bomb", &tree]);
    // What is held to a limit here is memory; how long it takes depends on what else the machine does.
    repository.write("../patient.toml", "time_limit = \"30min\"\n");
    let asked = |option: &str| {
        let options = format!("{option} --config ../patient.toml");
        let guarded = format!("ulimit -v {KILOBYTES} && exec \"$0\" {options} heads {tip}");
        let mut command = repository.command("sh");
        command.args(["-c", &guarded, super::repository::GUARD]);
        said(&super::repository::fed(&mut command, b""))
    };
    let (text, code) = asked("--no-cache");
    assert_eq!(code, 0, "{text}");
    assert_eq!(asked(""), (text.clone(), code));
    assert_eq!(asked(""), (text, code));
}

/// Makes a folder that holds ten times the one below it, ten deep: ten thousand million files in eleven
/// objects.
fn bomb(repository: &Repository) -> String {
    folders_of_folders(repository, "py")
}

/// Makes the same of files that end in something else.
fn folders_of_folders(repository: &Repository, end: &str) -> String {
    let blob = repository.git_with(&["hash-object", "-w", "--stdin"], b"");
    let mut names = String::new();
    for place in 0..10 {
        let _ = writeln!(names, "100644 blob {blob}\t{place}.{end}");
    }
    let mut tree = repository.git_with(&["mktree"], names.as_bytes());
    for _ in 0..10 {
        let folders: String =
            (0..10).map(|place| format!("040000 tree {tree}\tf{place}\n")).collect();
        tree = repository.git_with(&["mktree"], folders.as_bytes());
    }
    tree
}

/// Makes a chain of migrations, and a migration on top of it on each of `origin/main` and `feature`.
///
/// The repository has no files but in its objects: `git fast-import` for what they hold, and trees
/// that are written whole, since it would go through the whole folder for each file.
fn crowded(count: usize) -> (Repository, String) {
    let repository = Repository::empty();
    let last = id(count - 1);
    let migration = |id: &str, parent: &str| {
        format!("revision = '{id}'\ndown_revision = {parent}\n\n\ndef upgrade():\n    pass\n")
    };
    let chain = (0..count).map(|place| match place {
        0 => migration(&id(0), "None"),
        _ => migration(&id(place), &format!("'{}'", id(place - 1))),
    });
    let on_top = ["mine", "theirs"].map(|id| migration(id, &format!("'{last}'")));
    let ini = "[alembic]\nscript_location = migrations\n".to_owned();
    let blobs = blobs(&repository, chain.chain(on_top).chain([ini, String::new()]));
    let file = |place: usize, name: &str| format!("100644 blob {}\t{name}\n", blobs[place]);
    let landed: String =
        (0..count).map(|place| file(place, &format!("{}.py", id(place)))).collect();
    let top = |versions: String| {
        let versions = repository.git_with(&["mktree"], versions.as_bytes());
        let migrations = format!(
            "040000 tree {versions}\tversions\n{}{}",
            file(count + 3, "env.py"),
            file(count + 3, "script.py.mako")
        );
        let migrations = repository.git_with(&["mktree"], migrations.as_bytes());
        let top =
            format!("040000 tree {migrations}\tmigrations\n{}", file(count + 2, "alembic.ini"));
        repository.git_with(&["mktree"], top.as_bytes())
    };
    let base = repository.git(&["commit-tree", "-m", "base", &top(landed.clone())]);
    let [mine, theirs] = [(count, "mine.py"), (count + 1, "theirs.py")].map(|(place, name)| {
        let tree = top(landed.clone() + &file(place, name));
        repository.git(&["commit-tree", "-m", name, "-p", &base, &tree])
    });
    repository.git(&["remote", "add", "origin", "/nowhere"]);
    repository.git(&["update-ref", "refs/remotes/origin/main", &theirs]);
    repository.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    repository.git(&["update-ref", "refs/heads/feature", &mine]);
    repository.git(&["symbolic-ref", "HEAD", "refs/heads/feature"]);
    (repository, mine)
}

fn id(place: usize) -> String {
    format!("{:012x}", place.wrapping_mul(2_654_435_761) & 0xffff_ffff_ffff)
}

/// Writes contents and returns their names.
fn blobs(repository: &Repository, contents: impl Iterator<Item = String>) -> Vec<String> {
    let mut stream = String::new();
    for (place, content) in contents.enumerate() {
        let _ = writeln!(stream, "blob\nmark :{}\ndata {}\n{content}", place + 1, content.len());
    }
    let marks = repository.top().join(".git/marks");
    let export = format!("--export-marks={}", marks.display());
    repository.git_with(&["fast-import", "--quiet", &export], stream.as_bytes());
    let marks = std::fs::read_to_string(marks).expect("git wrote it");
    let mut named: Vec<(usize, String)> = marks
        .lines()
        .map(|line| {
            let (mark, name) = line.split_once(' ').expect("a mark and a name");
            (mark[1..].parse().expect("a mark is a number"), name.to_owned())
        })
        .collect();
    named.sort();
    named.into_iter().map(|(_, name)| name).collect()
}
