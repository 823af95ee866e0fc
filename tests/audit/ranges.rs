//! What a range may be, and in what kinds of repositories.

use crate::audit::repository::{Repository, told};

fn commits(repository: &Repository, range: &str) -> u64 {
    repository.audit(&[range])["commits"].as_u64().expect("a number")
}

#[test]
fn every_simple_form_of_a_range_is_walked_as_git_log_does() {
    let repository = Repository::forked();
    repository.git(&["branch", "old", "main~1"]);
    repository.git(&["tag", "-a", "-m", "first", "v1", "main~3"]);
    let ranges =
        ["main", "main~2", "v1", "v1..main", "main~1..", "..old", "old..feature", "feature..main"];
    for range in ranges {
        let expected = repository.git(&["rev-list", "--count", "--first-parent", range, "--"]);
        assert_eq!(commits(&repository, range).to_string(), expected.trim(), "{range}");
    }
    assert_eq!(repository.audit(&[])["range"], "HEAD");
}

#[test]
fn what_landed_before_a_range_is_nobodys_fault_in_it() {
    let repository = Repository::forked();
    repository.add("e(d)").add_code();
    assert_eq!(told(&repository.audit(&["main~2.."])), [""; 0]);
    assert_eq!(told(&repository.audit(&["main~3.."])), ["Merge branch 'feature': open"]);
}

#[test]
fn a_range_that_holds_nothing_is_empty() {
    let repository = Repository::forked();
    let report = repository.audit(&["main..main"]);
    assert_eq!((report["commits"].as_u64(), told(&report).len()), (Some(0), 0));
}

#[track_caller]
fn refused(repository: &Repository, arguments: &[&str], words: &str) {
    let output = repository.guard(&[&["audit"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(words), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_is_no_range_is_refused_in_words() {
    let repository = Repository::forked();
    refused(&repository, &["main...feature"], "use two dots");
    refused(&repository, &["nowhere"], "`nowhere` is not a branch, tag or commit");
    refused(&repository, &["main..nowhere"], "`nowhere` is not a branch, tag or commit");
    refused(&Repository::empty(), &[], "there is no commit yet");
}

#[test]
fn a_history_without_alembic_is_no_clean_one() {
    let repository = Repository::empty();
    repository.add_code().add_code();
    refused(&repository, &[], "no Alembic environment in any commit of `HEAD`");
}

#[test]
fn a_history_that_had_alembic_once_is_one() {
    let repository = Repository::forked();
    repository.git(&["rm", "-rq", "migrations", "alembic.ini"]);
    repository.commit("drop");
    let expected = "Merge branch 'feature': dropped by drop after 1 days, 1 commits";
    assert_eq!(told(&repository.audit(&[])), [expected]);
}

#[test]
fn bare_repositories_and_linked_worktrees_are_looked_through() {
    let repository = Repository::forked();
    let expected = told(&repository.audit(&[]));
    let (bare, linked) = (repository.beside("bare.git"), repository.beside("linked"));
    let path = |path: &std::path::Path| path.to_str().expect("a plain path").to_owned();
    repository.git(&["clone", "-q", "--bare", ".", &path(&bare)]);
    repository.git(&["worktree", "add", "-q", "--detach", &path(&linked), "main~1"]);
    assert_eq!(told(&repository.audit_in(&bare, &[])), expected);
    assert_eq!(told(&repository.audit_in(&linked, &["main"])), expected);
    assert_eq!(repository.audit_in(&linked, &[])["commits"], 3);
}

#[test]
fn a_shallow_clone_says_what_it_does_not_know() {
    let repository = Repository::forked();
    repository.add("e(d)").add_code();
    let clone = repository.beside("shallow");
    let path = clone.to_str().expect("a plain path");
    let source = format!("file://{}", repository.top().display());
    repository.git(&["clone", "-q", "--depth", "2", "--no-single-branch", &source, path]);
    let linked = repository.beside("linked");
    let linked_path = linked.to_str().expect("a plain path");
    repository.git(&["-C", path, "worktree", "add", "-q", "--detach", linked_path]);
    for folder in [clone, linked] {
        let report = repository.audit_in(&folder, &[]);
        // The fork is older than what is there, so nobody is blamed for it.
        assert_eq!((report["commits"].as_u64(), told(&report).len()), (Some(2), 0));
        let note = report["notes"][0]["message"].as_str().expect("a note");
        assert!(note.starts_with("this clone is shallow: the history before "), "{note}");
        assert_eq!(repository.audit_in(&folder, &["HEAD~1.."])["notes"], serde_json::json!([]));
    }
}
