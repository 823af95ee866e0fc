//! Inputs of which there are thousands: what takes the square of their number never ends.
//!
//! The guard gives up after a minute with exit code 2, so each verdict here is one that came in time.

use std::fmt::Write;

use super::repository::{Repository, fed, said};

/// A tenth of what somebody might commit, which shows what grows too fast; with `ALEMBIC_GUARD_LARGE=1` all of
/// it, for an optimised build.
fn many(count: usize) -> usize {
    let all = std::env::var_os("ALEMBIC_GUARD_LARGE").is_some_and(|all| all == "1");
    if all { count } else { count / 10 }
}

type Files = Vec<(String, String)>;

/// A repository whose `main` is sound, where `behind` brings some files to the commit before `main`, `ahead` to
/// `main` itself, and `next` adds a sound migration to `ahead`.
struct Large {
    repository: Repository,
}

impl Large {
    fn of(files: &[(String, String)]) -> Large {
        Large::with(&[], files)
    }

    fn with(landed: &[(String, String)], files: &[(String, String)]) -> Large {
        let repository = Repository::empty();
        let own = |path: &str, content: &str| (path.to_owned(), content.to_owned());
        let scaffold = [
            own("alembic.ini", "[alembic]\nscript_location = migrations\n"),
            own("migrations/env.py", ""),
            own("migrations/script.py.mako", ""),
            versioned("a", "None"),
        ];
        let stream = [
            commit("start", None, &[&scaffold, landed].concat()),
            commit("main", Some("start"), &[versioned("b", "'a'")]),
            commit("behind", Some("start"), files),
            commit("ahead", Some("main"), files),
            commit("next", Some("ahead"), &[versioned("z", "'b'")]),
        ];
        repository.git_with(&["fast-import", "--quiet"], stream.concat().as_bytes());
        repository.git(&["remote", "add", "origin", "/nowhere"]);
        repository.git(&["update-ref", "refs/remotes/origin/main", "main"]);
        repository.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        repository.git(&["symbolic-ref", "HEAD", "refs/heads/behind"]);
        Large { repository }
    }

    /// Has all of it judged, as if nothing had landed.
    fn all(&self) -> (String, i32) {
        said(&self.repository.guard(&["check", "--all", "ahead"]))
    }

    /// Pushes a commit as a new branch.
    fn push(&self, commit: &str) -> (String, i32) {
        self.pushed(&format!("{} {}", self.line(commit), "0".repeat(40)))
    }

    /// Pushes what comes after `ahead`, once that has landed.
    fn push_next(&self) -> (String, i32) {
        self.repository.git(&["update-ref", "refs/remotes/origin/main", "ahead"]);
        self.push("next")
    }

    /// Checks `behind` out, brings `main` in without committing, and runs the guard in the work tree.
    fn in_work_tree(&self, arguments: &[&str]) -> (String, i32) {
        self.repository.git(&["checkout", "-q", "-f", "behind"]);
        self.repository.git(&["merge", "-q", "--no-commit", "--no-ff", "origin/main"]);
        let done = said(&self.repository.guard(arguments));
        self.repository.git(&["merge", "--abort"]);
        done
    }

    fn pushed(&self, lines: &str) -> (String, i32) {
        let push = format!("{lines}\n");
        said(&self.repository.guard_with(&["hook", "pre-push", "origin", "x"], push.as_bytes()))
    }

    fn line(&self, commit: &str) -> String {
        let id = self.repository.git(&["rev-parse", commit]);
        format!("refs/heads/{commit} {id} refs/heads/{commit}")
    }
}

/// Writes a commit for `git fast-import`.
fn commit(name: &str, parent: Option<&str>, files: &[(String, String)]) -> String {
    let mut stream =
        format!("commit refs/heads/{name}\ncommitter A <a@example.com> 0 +0000\ndata 0\n");
    if let Some(parent) = parent {
        let _ = writeln!(stream, "from refs/heads/{parent}");
    }
    for (path, content) in files {
        let _ = write!(stream, "M 644 inline {path}\ndata {}\n{content}\n", content.len());
    }
    stream
}

/// Writes a migration into the version folder, its parents as Python has them.
fn versioned(id: &str, parents: &str) -> (String, String) {
    let content =
        format!("revision = '{id}'\ndown_revision = {parents}\n\n\ndef upgrade():\n    pass\n");
    (format!("migrations/versions/{id}.py"), content)
}

fn with_line((path, content): (String, String), line: &str) -> (String, String) {
    (path, format!("{line}\n{content}"))
}

fn id(place: usize) -> String {
    format!("abcdef{place:06}")
}

/// Makes a chain on `a`.
fn chain(count: usize) -> Files {
    (0..count).map(|place| versioned(&id(place), &below(place))).collect()
}

fn below(place: usize) -> String {
    place.checked_sub(1).map_or("'a'".to_owned(), |below| format!("'{}'", id(below)))
}

fn tuple(ids: impl IntoIterator<Item = String>) -> String {
    ids.into_iter().fold("(".to_owned(), |all, id| all + &format!("'{id}', ")) + ")"
}

#[track_caller]
fn finds((text, code): (String, i32), words: &str) {
    assert_eq!(code, 1, "{text:.2000}");
    assert!(text.contains(words), "{words:?} is not in: {text:.2000}");
    is_short(&text);
}

#[track_caller]
fn passes((text, code): (String, i32)) {
    assert_eq!(code, 0, "{text:.2000}");
    is_short(&text);
}

/// Nobody reads more, whatever the input: as many findings as are shown in full, each on a screen.
#[track_caller]
fn is_short(text: &str) {
    assert!(text.len() < 100_000, "{} bytes are more than anybody reads", text.len());
    for line in text.lines() {
        assert!(line.chars().count() < 600, "a line of {} bytes: {line:.600}", line.len());
    }
}

#[test]
#[ignore = "needs more time"]
fn folders_side_by_side() {
    for names in [&["env.py", "script.py.mako"][..], &["env.py", "versions/x.py"], &["x.txt"]] {
        let folder =
            |place| names.iter().map(move |name| (format!("p/{place}/{name}"), String::new()));
        let large = Large::of(&(0..many(40_000)).flat_map(folder).collect::<Files>());
        let (text, code) = large.all();
        assert!(code != 2 && text.contains("alembic-guard: "), "{text:.2000}");
        passes(large.push("behind"));
    }
}

#[test]
#[ignore = "needs more time"]
fn configurations_of_missing_folders() {
    let ini = |place| {
        (format!("p/{place}/alembic.ini"), format!("[alembic]\nscript_location = g{place}\n"))
    };
    let large = Large::of(&(0..many(40_000)).map(ini).collect::<Files>());
    passes(large.all());
    passes(large.push("behind"));
    let sections = |key: &str| -> String {
        (0..many(40_000)).map(|place| format!("[{place}]\n{key}=g\n")).collect()
    };
    let ini = sections("script_location") + "[post_write_hooks]\nx = %(x\n";
    let large = Large::of(&[("other.ini".to_owned(), ini)]);
    passes(large.all());
    passes(large.push("behind"));
}

#[test]
#[ignore = "needs more time"]
fn patterns_without_end() {
    let patterns: String = (0..50_000).map(|place| format!("\"x{place}/**\",\n")).collect();
    let config = format!("exclude = [{patterns}]\n");
    let large = Large::of(&[(".alembic-guard.toml".to_owned(), config), versioned("d", "'a'")]);
    for (text, code) in [large.all(), large.push("behind")] {
        assert_eq!(code, 2, "{text:.2000}");
        assert!(
            text.contains("`exclude` has 50000 items; at most 256 are allowed"),
            "{text:.2000}"
        );
    }
}

#[test]
#[ignore = "needs more time"]
fn one_file_with_many_parents() {
    let count = many(30_000);
    let mut files: Files = (0..count).map(|place| versioned(&id(place), "'a'")).collect();
    files.push(versioned("m", &tuple((0..count).map(id))));
    let large = Large::of(&files);
    finds(large.all(), "error[multiple-heads]: the history has 2 heads: `b` and `m`");
    finds(large.push("behind"), "error[stale-down-revision]");

    let mut files = chain(count);
    files.push(versioned("m", &tuple((0..count).map(id))));
    let large = Large::of(&files);
    finds(large.push("behind"), "warning[redundant-merge]");

    let large = Large::of(&[versioned("m", &tuple((0..count).map(id)))]);
    finds(large.all(), "error[unknown-down-revision]");
    finds(large.push("behind"), "error[unknown-down-revision]");
    passes(large.push_next());
}

#[test]
#[ignore = "needs more time"]
fn dependencies_of_each_on_all_before() {
    let dependent = |parents: fn(usize) -> String| -> Files {
        let one = |place| {
            let depends_on = format!("depends_on = {}", tuple((0..place).map(id)));
            with_line(versioned(&id(place), &parents(place)), &depends_on)
        };
        (0..many(1500)).map(one).collect()
    };
    for parents in [below, |_: usize| "'a'".to_owned()] {
        let large = Large::of(&dependent(parents));
        finds(large.all(), "error[multiple-heads]");
        finds(large.push("behind"), "error[stale-down-revision]");
        large.push_next();
    }
    let unknown = format!("depends_on = {}", tuple((0..many(30_000)).map(id)));
    let large = Large::of(&[with_line(versioned("m", "'a'"), &unknown)]);
    finds(large.all(), "error[unknown-dependency]");
    finds(large.push("behind"), "error[unknown-dependency]");
    passes(large.push_next());
}

#[test]
#[ignore = "needs more time"]
fn merges_of_all_before() {
    let merge = |place| {
        let parents = (0..place).map(id).chain(["a".to_owned()]);
        versioned(&id(place), &tuple(parents))
    };
    let large = Large::of(&(0..many(1500)).map(merge).collect::<Files>());
    finds(large.push("behind"), "error[stale-down-revision]");
    let joining = |place: usize| versioned(&id(place), "('x', 'y')");
    let mut files: Files = (0..many(5000)).map(joining).collect();
    files.extend([versioned("x", "'a'"), versioned("y", "'a'")]);
    let large = Large::of(&files);
    finds(large.all(), "error[multiple-heads]");
    finds(large.push("behind"), "error[stale-down-revision]");
}

/// In a folder that main has moved they are judged as if they lay in the new one.
#[test]
#[ignore = "needs more time"]
fn merges_of_all_before_in_a_folder_that_main_moved() {
    let merge = |place| versioned(&id(place), &tuple((0..place).map(id).chain(["a".to_owned()])));
    let large = Large::of(&(0..many(1500)).map(merge).collect::<Files>());
    let mut moved = commit("moved", Some("main"), &[]) + "D migrations\n";
    let (_, a) = versioned("a", "None");
    for (path, content) in [
        ("alembic.ini", "[alembic]\nscript_location = db\n"),
        ("db/env.py", ""),
        ("db/versions/a.py", &a),
    ] {
        let _ = write!(moved, "M 644 inline {path}\ndata {}\n{content}\n", content.len());
    }
    large.repository.git_with(&["fast-import", "--quiet"], moved.as_bytes());
    large.repository.git(&["update-ref", "refs/remotes/origin/main", "moved"]);
    passes(large.push("behind"));
}

#[test]
#[ignore = "needs more time"]
fn parents_that_are_nearly_there() {
    let mut files = chain(many(3000));
    files.extend(
        (0..many(3000))
            .map(|place| versioned(&format!("u{place}"), &format!("'abcdfe{place:06}'"))),
    );
    let large = Large::of(&files);
    finds(large.all(), "\"abcdef000010\"");
    finds(large.push("behind"), "error[unknown-down-revision]");
    passes(large.push_next());
}

#[test]
#[ignore = "needs more time"]
fn ids_and_labels_that_are_taken() {
    let twice = |place: usize| {
        let (path, content) = versioned(&id(place), &below(place));
        [(path.clone(), content.clone()), (path.replace(".py", "_again.py"), content)]
    };
    let large = Large::of(&(0..many(5000)).flat_map(twice).collect::<Files>());
    finds(large.all(), "error[duplicate-revision]");
    finds(large.push("behind"), "error[duplicate-revision]");
    passes(large.push_next());

    let one = |place| (format!("migrations/versions/{place}.py"), versioned("d", "'a'").1);
    let large = Large::of(&(0..many(5000)).map(one).collect::<Files>());
    finds(large.all(), "error[duplicate-revision]");
    finds(large.push("behind"), "error[duplicate-revision]");

    for labels in [|place: usize| format!("l{}", place / 2), |_: usize| "l".to_owned()] {
        let labelled = |place| {
            let label = format!("branch_labels = ('{}',)", labels(place));
            with_line(versioned(&id(place), &below(place)), &label)
        };
        let large = Large::of(&(0..many(10_000)).map(labelled).collect::<Files>());
        finds(large.all(), "error[duplicate-branch-label]");
        finds(large.push("behind"), "error[duplicate-branch-label]");
    }
}

#[test]
#[ignore = "needs more time"]
fn circles() {
    let count = many(5000);
    let large = Large::of(
        &(0..count)
            .map(|at| versioned(&id(at), &format!("'{}'", id((at + 1) % count))))
            .collect::<Files>(),
    );
    finds(large.all(), "error[revision-cycle]");
    finds(large.push("behind"), "error[revision-cycle]");
    passes(large.push_next());
    let next =
        |at: usize| tuple([id(at ^ 1), id(at + 2)].into_iter().filter(|id| *id < self::id(count)));
    let large = Large::of(&(0..count).map(|at| versioned(&id(at), &next(at))).collect::<Files>());
    finds(large.all(), "error[revision-cycle]");
    finds(large.push("behind"), "error[revision-cycle]");
}

#[test]
#[ignore = "needs more time"]
fn a_name_that_is_misspelled_again_and_again() {
    let slips = "down_revison = 1\n".repeat(many(50_000));
    let large =
        Large::of(&[("migrations/versions/n.py".to_owned(), format!("revision = 'n'\n{slips}"))]);
    finds(large.all(), "Alembic does not read `down_revison`");
    finds(large.push("behind"), "error[misspelled-identifier]");
}

#[test]
#[ignore = "needs more time"]
fn stale_chains_and_stale_merges() {
    let count = many(5000);
    let large = Large::of(&(0..count).map(|place| versioned(&id(place), "'a'")).collect::<Files>());
    finds(large.all(), "error[multiple-heads]");
    finds(large.push("behind"), "error[stale-down-revision]");

    let landed = chain(count + 1);
    let stale = |place: usize| versioned(&format!("s{place}"), &format!("'{}'", id(place)));
    let large = Large::with(&landed, &(0..count).map(stale).collect::<Files>());
    finds(large.push("ahead"), "error[stale-down-revision]");
    let large = Large::with(&landed, &[versioned("s", &tuple((0..count).map(id)))]);
    finds(large.push("ahead"), "error[stale-down-revision]");

    let large =
        Large::of(&(0..count).map(|place| versioned(&id(place), "None")).collect::<Files>());
    finds(large.all(), "error[multiple-heads]");
    finds(large.push("behind"), "error[multiple-heads]");
}

#[test]
#[ignore = "needs more time"]
fn repairs_of_many_files() {
    let count = many(6000);
    let limit = (".alembic-guard.toml".to_owned(), "time_limit = '20s'\n".to_owned());
    let stale = |place: usize| versioned(&id(place), "'a'");
    let alone: Files = (0..count).map(stale).chain([limit]).collect();
    let merged = [&alone[..], &[versioned("m", &tuple((0..count).map(id)))]].concat();
    for files in [alone, merged] {
        let large = Large::of(&files);
        let (text, code) = large.in_work_tree(&["rebase", "--dry-run"]);
        assert_eq!(code, 0, "{text:.2000}");
        assert!(text.contains(&format!("{count} migrations to re-point")), "{text:.2000}");
        finds(large.in_work_tree(&["check"]), "error[stale-down-revision]");
        for (command, words) in [("merge", "script.py.mako"), ("heads", "head"), ("graph", "head")]
        {
            let (text, code) = large.in_work_tree(&[command]);
            assert!(code != 2 && text.contains(words), "{command}: {code}: {text:.2000}");
        }
    }
}

#[test]
#[ignore = "needs more time"]
fn new_refs() {
    let large = Large::of(&[versioned("d", "'a'")]);
    let [fine, stale] = ["start", "behind"].map(|name| large.repository.git(&["rev-parse", name]));
    let zero = "0".repeat(40);
    let lines = |commit: &str| -> String {
        let line = |place| format!("refs/heads/n{place} {commit} refs/heads/n{place} {zero}\n");
        (0..many(100_000)).map(line).collect()
    };
    passes(large.pushed(&lines(&fine)));
    let (text, code) = large.pushed(&lines(&stale));
    assert_eq!(code, 1, "{text:.2000}");
    assert!(text.contains("more new branches of the same commit, like n19"), "{text:.2000}");

    // On a server, what is on another branch is nobody's fault.
    large.repository.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    large.repository.git(&["branch", "-q", "-D", "start", "behind", "ahead", "next"]);
    let received: String =
        (0..many(100_000)).map(|place| format!("{zero} {stale} refs/heads/n{place}\n")).collect();
    let mut hook = large.repository.command(super::repository::GUARD);
    let (text, code) = said(&fed(hook.args(["hook", "pre-receive"]), received.as_bytes()));
    assert_eq!(code, 0, "{text:.2000}");
    assert!(text.contains("more new branches of the same commit"), "{text:.2000}");
}

#[test]
#[ignore = "needs more time"]
fn new_refs_of_commits_of_their_own() {
    let large = Large::of(&[]);
    let branch =
        |place| commit(&format!("w{place}"), Some("start"), &[versioned(&id(place), "'a'")]);
    let count = many(2000);
    let stream: String = (0..count).map(branch).collect();
    large.repository.git_with(&["fast-import", "--quiet"], stream.as_bytes());
    let format = format!("--format=%(refname) %(objectname) %(refname) {}", "0".repeat(40));
    let lines = large.repository.git(&["for-each-ref", &format, "refs/heads/w*"]);
    let push = large.pushed(&lines);
    assert!(push.0.contains(&format!("  {} more refs are not listed", count - 100)), "{push:?}");
    finds(push, &format!("problems of {} more refs are not shown", count - 20));
}
