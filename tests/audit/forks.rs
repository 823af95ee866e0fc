//! Which commits are listed, and what is said of them.

use crate::audit::repository::{Repository, VERSIONS, told};

const MERGE: &str = "Merge branch 'feature'";

#[test]
fn a_fork_belongs_to_the_merge_that_brought_it() {
    let repository = Repository::forked();
    let report = repository.audit(&[]);
    let incident = &report["incidents"][0];
    assert_eq!(told(&report), [format!("{MERGE}: open")]);
    assert_eq!(incident["commit"], repository.git(&["rev-parse", "main"]).trim());
    assert_eq!(incident["parent"], repository.git(&["rev-parse", "main^1"]).trim());
    assert_eq!(incident["findings"][0]["rule"], "stale-down-revision");
    assert_eq!(incident["findings"][0]["line"], 14);
    // The commits of the branch are no part of the walk.
    assert_eq!((report["commits"].as_u64(), report["judged"].as_u64()), (Some(4), Some(4)));
}

#[test]
fn the_findings_are_those_of_a_check_against_the_parent() {
    let repository = Repository::forked();
    let check = repository.guard(&["--format", "json", "check", "main", "--base", "main~1"]);
    let check: serde_json::Value = serde_json::from_slice(&check.stdout).expect("JSON");
    let incident = &repository.audit(&[])["incidents"][0];
    for key in ["rule", "path", "line"] {
        assert_eq!(incident["findings"][0][key], check["findings"][0][key], "{key}");
    }
    for key in ["heads_before", "heads_after"] {
        assert_eq!(incident[key], check["environments"][0][key], "{key}");
    }
}

#[test]
fn a_fork_is_repaired_by_another_parent() {
    let repository = Repository::forked();
    repository.add_code().add("d(b)").add_code();
    let report = repository.audit(&[]);
    assert_eq!(told(&report), [format!("{MERGE}: re-pointed by d(b) after 2 days, 2 commits")]);
    assert_eq!(report["incidents"][0]["repaired"]["revisions"][0], "d");
}

#[test]
fn a_fork_is_repaired_by_a_merge_revision() {
    let repository = Repository::forked();
    repository.add("m(b,d)");
    let expected = format!("{MERGE}: joined by m(b,d) after 1 days, 1 commits");
    assert_eq!(told(&repository.audit(&[])), [expected]);
}

#[test]
fn a_fork_is_repaired_by_taking_one_side_away() {
    let repository = Repository::forked();
    repository.remove("d(a)");
    let expected = format!("{MERGE}: removed by remove d(a) after 1 days, 1 commits");
    assert_eq!(told(&repository.audit(&[])), [expected]);
}

#[test]
fn a_repair_on_a_branch_counts_when_it_lands() {
    let repository = Repository::forked();
    repository.git(&["switch", "-qc", "repair"]);
    repository.add("m(b,d)");
    repository.git(&["switch", "-q", "main"]);
    repository.add_code().merge("repair");
    let expected = format!("{MERGE}: joined by Merge branch 'repair' after 3 days, 2 commits");
    assert_eq!(told(&repository.audit(&[])), [expected]);
}

#[test]
fn two_forks_are_two_incidents() {
    let repository = Repository::forked();
    repository.add("m(b,d) x(m) y(m)");
    let expected =
        [format!("{MERGE}: joined by m(b,d) after 1 days, 1 commits"), "y(m): open".to_owned()];
    assert_eq!(told(&repository.audit(&[])), expected);
}

#[test]
fn a_history_that_stops_loading_is_listed() {
    let repository = Repository::with("a c(b)");
    repository.add("b(a)");
    let report = repository.audit(&[]);
    assert_eq!(told(&report), ["c(b): added by b(a) after 1 days, 1 commits"]);
    assert_eq!(report["incidents"][0]["kind"], "loading");
}

#[test]
fn commits_that_change_no_migration_are_not_judged() {
    let repository = Repository::with("a b(a)");
    for _ in 0..5 {
        repository.add_code();
    }
    let report = repository.audit(&[]);
    assert_eq!((report["commits"].as_u64(), report["judged"].as_u64()), (Some(8), Some(3)));
    let code = repository.audit(&["HEAD~5.."]);
    assert_eq!((code["commits"].as_u64(), code["judged"].as_u64()), (Some(5), Some(0)));
}

#[test]
fn an_open_fork_is_followed_where_its_folder_moves() {
    let repository = Repository::forked();
    repository.write("alembic.ini", "[alembic]\nscript_location = app/alembic\n");
    repository.git(&["add", "alembic.ini"]);
    std::fs::create_dir(repository.top().join("app")).expect("folders can be made");
    repository.git(&["mv", "migrations", "app/alembic"]);
    repository.commit("move").add_code();
    let moved = repository.top().join("app/alembic/versions/d_add_d.py");
    let content = std::fs::read_to_string(&moved).expect("it is there");
    let content = content.replace("down_revision = \"a\"", "down_revision = \"b\"");
    repository.write("app/alembic/versions/d_add_d.py", &content).commit("repair");
    let report = repository.audit(&[]);
    assert_eq!(told(&report), [format!("{MERGE}: re-pointed by repair after 3 days, 3 commits")]);
    assert_eq!(report["environments"], serde_json::json!(["app/alembic", "migrations"]));
}

#[test]
fn a_folder_that_moves_without_a_word_elsewhere_is_found() {
    let repository = Repository::empty();
    repository.write("old/env.py", "").write("old/script.py.mako", "").commit("scaffold");
    repository.write("old/versions/a.py", "revision = 'a'\ndown_revision = None\n").commit("a");
    repository.git(&["mv", "old", "new"]);
    repository.commit("move");
    repository.write("new/versions/b.py", "revision = 'b'\ndown_revision = None\n").commit("b");
    assert_eq!(told(&repository.audit(&[])), ["b: open"]);
}

#[test]
fn the_newest_configuration_is_the_one_for_all() {
    let repository = Repository::forked();
    let config = "[[environment]]\nscript_location = \"migrations\"\nheads = 2\n";
    repository.write(".alembic-guard.toml", config).commit("two heads are fine");
    let report = repository.audit(&[]);
    assert_eq!(told(&report), [""; 0]);
    assert_eq!(told(&repository.audit(&["HEAD~1"])), [format!("{MERGE}: open")]);
    let other = repository.beside("guard.toml");
    std::fs::write(&other, "").expect("the file can be written");
    let other = other.to_str().expect("a plain path");
    assert_eq!(told(&repository.audit(&["--config", other])), [format!("{MERGE}: open")]);
}

#[test]
fn an_environment_that_only_the_configuration_knows_is_judged_from_its_first_commit() {
    let repository = Repository::empty();
    let migration = |id: &str| format!("revision = '{id}'\ndown_revision = None\n");
    repository.write("db/steps/a.py", &migration("a")).commit("a");
    repository.write("db/steps/b.py", &migration("b")).commit("b");
    let config = "[[environment]]\nscript_location = \"db\"\nversion_locations = [\"db/steps\"]\n";
    repository.write(".alembic-guard.toml", config).commit("configure");
    let report = repository.audit(&[]);
    assert_eq!((told(&report), report["judged"].as_u64()), (vec!["b: open".to_owned()], Some(2)));
}

#[test]
fn a_version_folder_that_comes_later_is_found() {
    let repository = Repository::with("");
    assert!(!repository.top().join(VERSIONS).exists());
    repository.add("a b");
    assert_eq!(told(&repository.audit(&[])), ["b: open"]);
}

#[test]
fn a_file_of_python_2_is_no_incident_and_one_of_no_python_is() {
    let repository = Repository::with("a b(a)");
    let migration =
        |code: &str| format!("revision = 'c'\ndown_revision = 'b'\n\ndef upgrade():\n    {code}\n");
    repository.write(&format!("{VERSIONS}/c.py"), &migration("print 'x'")).commit("python 2");
    assert_eq!(told(&repository.audit(&[])), [""; 0]);
    repository.write(&format!("{VERSIONS}/c.py"), &migration("print('x')")).commit("port");
    repository.write(&format!("{VERSIONS}/c.py"), &migration("print('x'")).commit("broken");
    assert_eq!(told(&repository.audit(&[])), ["broken: open"]);
}

#[test]
fn a_fault_that_stands_is_listed_once() {
    let repository = Repository::with("a");
    let broken = |name: &str| format!("revision = 'b'\ndown_revision = (\n# {name}\n");
    for name in ["first", "second", "third"] {
        repository.write(&format!("{VERSIONS}/b.py"), &broken(name)).commit(name);
    }
    assert_eq!(told(&repository.audit(&[])), ["first: open"]);
    let whole = "revision = 'b'\ndown_revision = 'a'\n";
    repository.write(&format!("{VERSIONS}/b.py"), whole).commit("whole");
    repository.write(&format!("{VERSIONS}/b.py"), &broken("again")).commit("again");
    let repaired = "first: edited by whole after 3 days, 3 commits".to_owned();
    assert_eq!(told(&repository.audit(&[])), [repaired, "again: open".to_owned()]);
}

#[test]
fn a_commit_that_leaves_as_many_heads_adds_none() {
    let repository = Repository::forked();
    // One head more and one less: the fork is as it was.
    repository.write(&format!("{VERSIONS}/m.py"), "revision = 'm'\ndown_revision = ('b', 'd')\n");
    repository.write(&format!("{VERSIONS}/e.py"), "revision = 'e'\ndown_revision = 'a'\n");
    repository.commit("join and fork");
    assert_eq!(told(&repository.audit(&[])), [format!("{MERGE}: open")]);
}
