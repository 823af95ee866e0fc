//! What the guard advises, followed to the letter, ends in a push that nobody has anything to say of.

use crate::support::world::{Repo, World, path_of};

/// Follows the first way out that `check` shows for each fault, and commits.
fn follow(repo: &Repo) {
    let check = repo.guard(&["--format", "json", "check"]);
    let report: serde_json::Value = serde_json::from_str(&check.stdout()).expect("it is JSON");
    let findings = report["findings"].as_array().expect("there are findings");
    assert!(!findings.is_empty(), "{report}");
    for finding in findings {
        let help = finding["help"].as_str().expect("there is a way out");
        let mut path = finding["path"].as_str().expect("it is in a file").to_owned();
        for step in help.lines().take_while(|step| !step.starts_with("or ")) {
            take(repo, step, &mut path);
        }
    }
    // The last step may have been to commit.
    repo.git(&["commit", "-q", "--no-verify", "--allow-empty", "-a", "-m", "as advised"]);
}

/// Takes one step; what belongs into a docstring belongs into that of the file before.
fn take(repo: &Repo, step: &str, path: &mut String) {
    let Some((what, code)) = step.trim_end_matches('`').split_once(": `") else { return };
    if what == "update its docstring" || what == "write in the docstring" {
        let start = if code.starts_with("Revises") { "Revises:" } else { "Revision ID:" };
        replace_line(repo, path, start, code);
    } else if let Some((_, file)) = what.split_once("write in ") {
        *path = file.to_owned();
        replace_line(repo, path, "down_revision = ", code);
    } else if code.starts_with("git ") || code.starts_with("alembic-guard ") {
        let mut shell = repo.command("sh");
        let ran = shell.args(["-c", code]).output().expect("sh runs");
        // A commit waits for the other problems of the report.
        let is_commit = code.starts_with("git commit");
        assert!(ran.status.success() || is_commit, "{code}: {ran:?}");
    }
}

fn replace_line(repo: &Repo, path: &str, start: &str, line: &str) {
    let text = repo.read(path);
    let old = text.lines().find(|old| old.starts_with(start)).expect("the line is there");
    repo.write(path, &text.replacen(old, line, 1));
}

/// The same where each round leaves less to say, and there may be none left before the last.
#[track_caller]
fn is_clean_within(repo: &Repo, rounds: usize) {
    assert!(!repo.push_it().success, "it was clean already");
    for _ in 0..rounds {
        let check = repo.guard(&["check"]).stdout();
        if check.starts_with("alembic-guard: clean") {
            break;
        }
        follow(repo);
    }
    repo.push_it().passed(&[]).is_silent();
}

/// The push is refused; after as many rounds of advice it passes, and nothing is said.
#[track_caller]
fn is_clean_after(repo: &Repo, rounds: usize) {
    assert!(!repo.push_it().success, "it was clean already");
    (0..rounds).for_each(|_| follow(repo));
    repo.push_it().passed(&[]).is_silent();
}

#[test]
fn a_stale_migration_is_re_pointed_with_its_docstring() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a) e(d)");
    is_clean_after(&feature, 1);
}

#[test]
fn an_overtaken_merge_is_re_pointed_with_its_docstring() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(a) m(b,d)");
    world.main().land("c(b)");
    mine.fetch();
    is_clean_after(&mine, 1);
}

#[test]
fn a_fork_is_put_in_one_line() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(b) e(b)");
    is_clean_after(&mine, 1);
}

#[test]
fn a_fork_of_chains_is_put_in_one_line_where_the_chain_begins() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(b) e(b) f(e)");
    is_clean_after(&mine, 1);
}

#[test]
fn a_stale_migration_goes_on_top_of_what_the_branch_adds_to_the_base() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(b) e(a)");
    is_clean_after(&mine, 1);
}

#[test]
fn a_merge_that_somebody_else_made_first_is_taken_away() {
    let world = World::with("a b(a) c(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("m(b,c)");
    world.main().land("n(b,c)");
    mine.fetch();
    is_clean_after(&mine, 1);
}

#[test]
fn a_merge_whose_parents_the_base_has_joined_keeps_what_is_new() {
    let world = World::with("a b(a) c(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(b) m(d,c)");
    world.main().land("n(b,c)");
    mine.fetch();
    is_clean_after(&mine, 1);
}

#[test]
fn what_builds_on_a_merge_that_somebody_else_made_first_stays() {
    let world = World::with("a b(a) c(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("m(b,c) d(m)");
    world.main().land("n(b,c)");
    mine.fetch();
    is_clean_after(&mine, 1);
}

#[test]
fn what_was_taken_away_is_brought_back_in_its_place() {
    let world = World::with("a b(a) c(b)");
    let mine = world.mine();
    mine.branch("middle", "origin/main").remove("b").add("c(a)");
    mine.push_it().passed(&["warning published-migration-deleted at b"]);
    follow(&mine);
    mine.push_it().passed(&[]).is_silent();
    mine.branch("end", "origin/main").remove("b").remove("c").add("d(a)");
    is_clean_after(&mine, 1);
}

#[test]
fn a_migration_slipped_in_below_a_published_one_goes_on_top() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(a) b(d)");
    is_clean_after(&mine, 1);
}

#[test]
fn a_second_base_is_joined_with_what_the_branch_has_put_on_the_base() {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("c(a) d");
    let help = mine.guard(&["check"]);
    let help = help.exits(1).stdout();
    let (_, command) = help
        .split_once("join both with a merge revision:\n     alembic-guard ")
        .expect("it is told");
    let command: Vec<&str> =
        command.lines().next().into_iter().flat_map(str::split_whitespace).collect();
    assert_eq!(command, ["merge", "c", "d"]);
    mine.guard(&command).exits(0);
    mine.commit("as advised").push_it().passed(&["warning second-base at d:14"]);
}

#[test]
fn a_guessed_parent_is_replaced_by_the_head() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a1b2c3d4e5f6) e(d)");
    let help = feature.guard(&["check"]);
    let help = help.exits(1).stdout();
    for command in
        ["git merge --no-ff --no-commit origin/main", "alembic-guard rebase --stage --onto b"]
    {
        assert!(help.contains(command), "{help}");
    }
    feature.git(&["merge", "-q", "--no-commit", "origin/main"]);
    feature.guard(&["rebase", "--stage", "--onto", "b"]).exits(0);
    feature.git(&["commit", "-q", "--no-edit"]);
    feature.push_it().passed(&[]).is_silent();
}

/// Makes the docstring of a migration name another parent.
fn mislabel(repo: &Repo, migration: &str) {
    replace_line(repo, &path_of(migration), "Revises:", "Revises: other");
    repo.commit("mislabel");
}

#[test]
fn a_wrong_docstring_of_what_a_rebase_moves() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a) e(d)");
    mislabel(&feature, "d(a)");
    is_clean_after(&feature, 1);
}

#[test]
fn a_wrong_docstring_beside_a_fork() {
    for mislabelled in ["d(b)", "e(b)", "f(e)"] {
        let world = World::with("a b(a)");
        let mine = world.mine();
        mine.branch("feature", "origin/main").add_all("d(b) e(b) f(e)");
        mislabel(&mine, mislabelled);
        is_clean_within(&mine, 2);
    }
}

#[test]
fn a_wrong_docstring_of_a_second_base() {
    let (_world, feature) = World::moved_on();
    feature.add("d");
    mislabel(&feature, "d");
    is_clean_after(&feature, 1);
}

#[test]
fn a_merge_that_names_what_is_below_a_stale_parent() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a) m(a,d)");
    is_clean_within(&feature, 2);
}

#[test]
fn a_merge_that_stops_an_upgrade_over_stale_parents() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(b) e(b) m(b,d,e)");
    world.main().land("c(b)");
    mine.fetch();
    is_clean_within(&mine, 2);
}

#[test]
fn a_merge_that_stops_an_upgrade_above_a_stale_migration() {
    let (_world, feature) = World::moved_on();
    feature.add_all("d(a) e(d) f(d) m(d,e,f)");
    is_clean_within(&feature, 2);
}

#[test]
fn a_merge_that_names_a_stale_parent_twice() {
    let (_world, feature) = World::moved_on();
    feature.add_all("c(a) d(a) m(c,d,c)");
    is_clean_within(&feature, 2);
}

#[test]
fn a_published_migration_that_was_moved_beside_a_stale_one() {
    let world = World::with("a b(a) c(b)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("x(b)");
    mine.add("c(x)").add("d(b)");
    is_clean_within(&mine, 2);
}
