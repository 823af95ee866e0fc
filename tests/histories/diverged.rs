//! Two targets that have one id in different versions, in either order and on the usual ways of backports.

use crate::support::world::{Repo, World, path_of};

const DIVERGED: &[&str] = &["error diverged-targets at x:14"];

/// A shared `main` and `release/1.0` that were cut at a and got these migrations since, and a clone.
fn branches(main: &str, release: &str) -> (World, Repo) {
    let world = World::with("a");
    world.main().branch("release/1.0", "main").add_code().land(release);
    world.main().land(main);
    let mine = world.mine();
    (world, mine)
}

/// The same with the release checked out.
fn on_release(main: &str, release: &str) -> (World, Repo) {
    let (world, mine) = branches(main, release);
    mine.branch("release/1.0", "origin/release/1.0");
    (world, mine)
}

/// Writes a line that an advice gives into the file of a migration, in the place of the one of that name.
fn write_line(repo: &Repo, migration: &str, line: &str) {
    let path = path_of(migration);
    let (name, _) = line.split_once(' ').expect("a line is `name = value`");
    let source = repo.read(&path);
    let edited =
        source.lines().map(|old| if old.starts_with(&format!("{name} = ")) { line } else { old });
    let edited = edited.collect::<Vec<_>>().join("\n") + "\n";
    repo.write(&path, &edited);
}

/// Runs a line of shell that an advice gives.
fn run(repo: &Repo, line: &str) {
    let output = repo.command("sh").args(["-c", line]).output().expect("sh runs");
    assert!(output.status.success(), "{line}: {output:?}");
}

#[test]
fn a_backport_that_leaves_an_ancestor_behind_is_refused() {
    let (_world, mine) = on_release("b(a) x(b)", "");
    mine.add("x(a)");
    mine.push_it()
        .refused(DIVERGED)
        .says("`x` builds on `b` on origin/main, but not in this push")
        .says("a database at `x` that moves to origin/main skips `b`");
}

#[test]
fn a_forward_port_that_slips_an_ancestor_in_is_refused() {
    let (_world, mine) = branches("b(a)", "x(a)");
    mine.add("x(b)");
    mine.push_it()
        .refused(DIVERGED)
        .says("`x` builds on `b` in this push, but not on origin/release/1.0")
        .says("a database at `x` that comes from origin/release/1.0 skips `b`");
}

/// Either branch first, with a push each: the second one is refused.
#[test]
fn whichever_branch_comes_second_is_refused() {
    let (_world, mine) = branches("b(a)", "");
    mine.add("x(b)").push_it().passed(&[]).is_silent();
    mine.branch("release/1.0", "origin/release/1.0").add("x(a)").push_it().refused(DIVERGED);

    let (_world, mine) = on_release("b(a)", "");
    mine.add("x(a)").push_it().passed(&[]).is_silent();
    mine.switch("main").add("x(b)").push_it().refused(DIVERGED);
}

#[test]
fn a_backport_passes_with_all_below_it() {
    let (_world, mine) = on_release("b(a) x(b)", "");
    mine.git(&["cherry-pick", "-x", "origin/main~", "origin/main"]);
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn a_cherry_pick_that_lacks_its_parent_is_refused_as_such() {
    let (_world, mine) = on_release("b(a) x(b)", "");
    mine.git(&["cherry-pick", "-x", "origin/main"]);
    mine.push_it().refused(&["error unknown-down-revision at x:14"]);
}

#[test]
fn a_backport_passes_with_an_id_of_its_own() {
    let (_world, mine) = on_release("b(a) x(b)", "");
    mine.add("x(a)");
    let push = mine.push_it();
    push.refused(DIVERGED);
    let line = push.stderr.lines().map(str::trim).find(|line| line.starts_with("revision = "));
    write_line(&mine, "x", line.expect("the help gives one"));
    mine.commit("an id of its own");
    mine.push_it().passed(&["warning docstring-mismatch at x:3"]);
}

#[test]
fn the_printed_lines_lead_out_of_a_forward_port() {
    let (world, mine) = branches("b(a)", "x(a)");
    mine.add("x(b)");
    let push = mine.push_it();
    push.refused(DIVERGED);
    let mut lines = push.stderr.lines().map(|line| line.trim_start_matches([' ', '4', '.']));
    let mut next = |start: &str| {
        let line = lines.find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("no {start}: {}", push.stderr))
    };
    write_line(&mine, "x", next("down_revision = "));
    let revises = mine.read(&path_of("x")).replace("Revises: b", next("Revises: "));
    mine.write(&path_of("x"), &revises);
    run(&mine, next("git add "));
    run(&mine, &format!("{} -m joined", next("git commit")));
    mine.push_it().passed(&[]).is_silent();
    // The file is the same on both, but for the name that git gave the commit.
    let there = world.at("origin.git").git(&["show", &format!("release/1.0:{}", path_of("x"))]);
    assert_eq!(mine.read(&path_of("x")), there);
}

#[test]
fn a_release_that_is_merged_into_main_passes() {
    let (_world, mine) = branches("b(a)", "x(a)");
    mine.merge("origin/release/1.0");
    mine.push_it().refused(&["error stale-down-revision at x:14"]);
    mine.add("m(b,x)").push_it().passed(&[]).is_silent();
}

/// The fork of a merge on a web page, put in one line afterwards.
#[test]
fn a_published_hotfix_that_is_put_on_top_of_mains_head_is_refused() {
    let (world, mine) = branches("b(a)", "x(a)");
    world.main().merge("origin/release/1.0").publish();
    mine.git(&["pull", "-q", "--ff-only"]);
    let push = mine.add("x(b)").push_it();
    push.refused(&["error diverged-targets at x:14", "warning published-identity-changed at x:14"]);
    push.says("a database at `x` that comes from origin/release/1.0 skips `b`");
    mine.git(&["reset", "-q", "--hard", "origin/main"]);
    mine.add("m(b,x)").push_it().passed(&[]).is_silent();
}

#[test]
fn main_that_is_merged_into_a_release_passes() {
    let (_world, mine) = on_release("b(a) c(b)", "");
    mine.merge("origin/main").push_it().passed(&[]).is_silent();
}

#[test]
fn cherry_picks_joined_by_a_merge_revision_of_another_id_pass() {
    let (_world, mine) = on_release("b(a) x(a) m(b,x) y(m)", "");
    mine.add_all("b(a) x(a) n(b,x) y(n)").push_it().passed(&[]).is_silent();
}

#[test]
fn an_edited_backport_warns_and_another_migration_is_refused() {
    let (_world, mine) = on_release("b(a)", "");
    mine.edit_body("b(a)");
    mine.push_it().passed(&["warning diverged-targets at b:13"]);

    let (_world, mine) = on_release("0021(a)", "");
    let other = mine.draft("0021(a)").read(&path_of("0021")).replace("add 0021", "add another");
    let other = other.replace("\"name\"", "\"nickname\"");
    mine.git(&["clean", "-qfd"]);
    mine.write("migrations/versions/0021_add_another.py", &other).commit("another");
    mine.push_it().refused(&["error diverged-targets at 0021:13"]).says(
        "`0021` is a different migration on origin/main: migrations/versions/0021_add_0021.py",
    );
}

#[test]
fn the_same_migration_passes_in_a_file_of_another_name() {
    let (_world, mine) = on_release("b(a)", "");
    let source = mine.draft("b(a)").read(&path_of("b")).replace("add b", "Add B");
    mine.git(&["clean", "-qfd"]);
    mine.write("migrations/versions/2024_b.py", &source).commit("backport");
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn of_more_than_two_targets_each_counts() {
    let (world, mine) = branches("b(a)", "");
    world.colleague("release/1.0").branch("release/2.0", "release/1.0").land("c(a) x(c)");
    mine.fetch().branch("release/1.0", "origin/release/1.0").add("x(a)");
    mine.push_it().refused(DIVERGED).says("moves to origin/release/2.0 skips `c`");
    // Nothing goes back from 2.0 to 1.0.
    mine.branch("hotfix", "origin/release/2.0").add("h(x)");
    mine.push(&["origin", "hotfix:release/2.0"]).passed(&[]).is_silent();
    mine.branch("older", "origin/release/1.0").add_all("g(a) h(g)");
    mine.push(&["origin", "older:release/1.0"])
        .refused(&["error diverged-targets at h:14"])
        .says("`h` builds on `c` and `x` on origin/release/2.0");
}

#[test]
fn what_only_databases_on_their_way_back_would_skip_warns() {
    let (_world, mine) = branches("b(a)", "h(a) x(h)");
    mine.git(&["reset", "-q", "--hard", "HEAD~"]);
    mine.add("x(a)");
    mine.push(&["--force", "origin", "HEAD:main"]);
    let (_world, mine) = on_release("x(a)", "h(a)");
    mine.add("x(h)").push_it().passed(&["warning diverged-targets at x:14"]);
}

#[test]
fn targets_can_be_left_out() {
    for config in ["release/*", "main"] {
        let (_world, mine) = on_release("b(a) x(b)", "");
        let config = format!("independent_targets = [\"{config}\"]\n");
        mine.add("x(a)").write(".alembic-guard.toml", &config).commit("configure");
        mine.push_it().passed(&[]).is_silent();
    }
    let (_world, mine) = on_release("b(a) x(b)", "");
    mine.add("x(a)").write(".alembic-guard.toml", "independent_targets = [\"next\"]\n");
    mine.commit("configure").push_it().refused(DIVERGED);
}

#[test]
fn what_the_same_push_does_to_the_other_target_counts() {
    let (world, mine) = branches("b(a)", "");
    mine.add("x(b)").branch("release/1.0", "origin/release/1.0").add("x(a)");
    for refs in [["main", "release/1.0"], ["release/1.0", "main"]] {
        let push = mine.push(&["origin", refs[0], refs[1]]);
        push.refused(&[DIVERGED, DIVERGED].concat());
    }
    // Both get it in one version, although main has another one yet.
    world.main().land("x(b)");
    mine.fetch().git(&["switch", "-q", "-C", "main", "origin/main~"]);
    mine.add_all("x(a) m(b,x)");
    let push = mine.push(&["--force", "origin", "main", "release/1.0"]);
    push.says_nothing_of("diverged-targets");
}

#[test]
fn a_target_that_goes_has_no_say() {
    let (_world, mine) = branches("b(a)", "x(a)");
    mine.add("x(b)").push(&["origin", "main", ":release/1.0"]).passed(&[]);
}

#[test]
fn a_backport_in_review_is_compared_too() {
    let (_world, mine) = on_release("b(a) x(b)", "");
    mine.branch("backport", "release/1.0").add("x(a)");
    let said = mine.guard(&["check"]);
    said.exits(1);
    assert!(said.stdout().contains("skips `b`"), "{}", said.stdout());
    mine.push_it().refused(DIVERGED);
    mine.git(&["reset", "-q", "--hard", "HEAD~"]);
    mine.add_all("b(a) x(b)").guard(&["check"]).exits(0);
    mine.push_it().passed(&[]).is_silent();
}

/// What was found out of the other targets holds as long as they are as they were.
#[test]
fn a_verdict_is_not_remembered_beyond_what_it_depends_on() {
    let (world, mine) = on_release("b(a)", "");
    mine.branch("backport", "release/1.0").add("x(a)");
    mine.guard(&["check"]).exits(0);
    world.main().land("x(b)");
    mine.fetch().guard(&["check"]).exits(1);
    let theirs = world.main();
    theirs.git(&["reset", "-q", "--hard", "HEAD~"]);
    theirs.publish();
    mine.fetch().guard(&["check"]).exits(0);
}

#[test]
fn a_repair_makes_no_version_that_diverges() {
    let (_world, mine) = on_release("b(a) x(b)", "c(a)");
    mine.branch("backport", "release/1.0").add("x(a)");
    let ran = mine.guard(&["rebase"]);
    ran.exits(1);
    assert!(ran.stdout().contains("databases that have run it would skip"), "{}", ran.stdout());
    assert_eq!(mine.git(&["status", "--porcelain"]), "", "{}", ran.stdout());
}

#[test]
fn another_remote_is_another_team() {
    let (world, mine) = branches("b(a) x(b)", "");
    world.at(".").git(&["clone", "-q", "--bare", &world.url("origin.git"), "fork.git"]);
    mine.git(&["remote", "add", "fork", &world.url("fork.git")]);
    mine.git(&["push", "-q", "--no-verify", "fork", "origin/main~2:main", "--force"]);
    mine.git(&["push", "-q", "--no-verify", "fork", ":release/1.0"]);
    mine.git(&["fetch", "-q", "fork", "--prune"]);
    mine.git(&["switch", "-q", "-C", "mine", "fork/main"]);
    mine.add("x(a)");
    let push = mine.push(&["fork", "HEAD:main"]);
    push.passed(&[]).is_silent();
}
