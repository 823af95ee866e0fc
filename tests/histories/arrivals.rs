//! What `post-merge` and `post-checkout` say, and when they keep silent: real commands of git, which
//! these hooks never stop.

use std::fs;
use std::process::Output;

use crate::support::notation::Written;
use crate::support::world::{Repo, World, path_of};

const B_AND_D: &str = "alembic-guard: migrations has 2 heads now, `b` (on origin/main) and `d`: \
                       `alembic-guard rebase` puts yours on top, `alembic-guard merge` joins them";

/// Returns the lines of advice, where git succeeded.
#[track_caller]
fn advice(output: &Output) -> Vec<String> {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(output.stdout.is_empty() || !String::from_utf8_lossy(&output.stdout).contains("heads"));
    let lines =
        said.lines().filter(|line| line.starts_with("alembic-guard:") || line.contains("heads"));
    lines.map(str::to_owned).collect()
}

/// Runs git past the hooks that judge, and returns the lines of advice.
#[track_caller]
fn run(repo: &Repo, arguments: &[&str]) -> Vec<String> {
    advice(&repo.try_git(arguments))
}

#[track_caller]
fn is_silent(repo: &Repo, arguments: &[&str]) {
    assert_eq!(run(repo, arguments), [""; 0], "{arguments:?}");
}

/// A feature branch with `d(a)`, of a main that is at `b(a)`.
fn diverged() -> (World, Repo) {
    let (world, feature) = World::moved_on();
    feature.add("d(a)");
    (world, feature)
}

/// A clone whose `topic` has two heads, with `main` checked out.
fn forked() -> (World, Repo) {
    let world = World::with("a b(a)");
    world.main().branch("topic", "main").land("d(a)");
    let mine = world.mine();
    (world, mine)
}

#[test]
fn a_merge_that_leaves_two_heads_is_told_in_one_line() {
    let (_world, feature) = diverged();
    let merge = ["merge", "--no-verify", "--no-edit", "origin/main"];
    assert_eq!(run(&feature, &merge), [B_AND_D]);
}

#[test]
fn a_squash_that_leaves_two_heads_is_told() {
    let (_world, feature) = diverged();
    assert_eq!(run(&feature, &["merge", "--squash", "origin/main"]), [B_AND_D]);
}

#[test]
fn a_fast_forward_to_two_heads_is_told_and_what_has_landed_is_only_to_be_joined() {
    let world = World::with("a");
    let mine = world.mine();
    world.main().land("b(a) c(a)");
    let line = "alembic-guard: migrations has 2 heads now, `b` (on origin/main) and `c` (on origin/main): \
                `alembic-guard merge` joins them";
    assert_eq!(run(&mine, &["pull", "-q", "--ff-only"]), [line]);
}

#[test]
fn a_merge_that_leaves_one_head_is_silent() {
    let (_world, feature) = World::moved_on();
    feature.add("d(b)");
    is_silent(&feature, &["merge", "--no-verify", "--no-edit", "origin/main"]);
}

#[test]
fn a_merge_on_top_of_two_heads_tells_of_the_new_ones_alone() {
    let (world, mine) = forked();
    mine.switch("topic");
    world.main().land("c(b)");
    mine.fetch();
    let merge = ["merge", "--no-verify", "--no-edit", "origin/main"];
    assert_eq!(run(&mine, &merge).len(), 1);
    world.main().edit_body("c(b)").publish();
    mine.fetch();
    is_silent(&mine, &merge);
}

#[test]
fn a_branch_with_two_heads_is_told_when_one_comes_to_it_and_not_when_one_leaves() {
    let (_world, mine) = forked();
    assert_eq!(run(&mine, &["switch", "-q", "topic"]), [B_AND_D]);
    is_silent(&mine, &["switch", "-q", "main"]);
    assert_eq!(run(&mine, &["checkout", "-q", "topic"]), [B_AND_D]);
}

#[test]
fn heads_that_were_there_before_are_no_news() {
    let (_world, mine) = forked();
    mine.switch("topic");
    is_silent(&mine, &["switch", "-q", "-c", "other"]);
    mine.add_code();
    is_silent(&mine, &["switch", "-q", "topic"]);
    is_silent(&mine, &["checkout", "-q", "--", "app.py"]);
    is_silent(&mine, &["checkout", "-q", "HEAD", "--", "migrations"]);
    mine.switch("other").edit_body("d(a)");
    is_silent(&mine, &["switch", "-q", "topic"]);
}

#[test]
fn a_draft_that_is_carried_along_counts() {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("old", "main");
    mine.switch("main").add("b(a)").switch("old").draft("d(a)");
    assert_eq!(run(&mine, &["switch", "-q", "main"]).len(), 1);
    is_silent(&mine, &["switch", "-q", "old"]);
}

#[test]
fn what_git_ignores_is_no_migration() {
    let world = World::with("a");
    let mine = world.mine();
    mine.branch("old", "main");
    mine.switch("main").add("b(a)").switch("old");
    mine.draft("d(a)").write(".git/info/exclude", "d_add_d.py\n");
    is_silent(&mine, &["switch", "-q", "main"]);
}

#[test]
fn files_of_another_commit_are_told() {
    for taken in [
        &["checkout", "-q", "origin/topic", "--", "migrations"][..],
        &["restore", "--source=origin/topic", "--", "migrations"],
        &["restore", "--source=origin/topic", "--staged", "--worktree", "--", "migrations"],
    ] {
        let (_world, mine) = forked();
        assert_eq!(run(&mine, taken), [B_AND_D], "{taken:?}");
    }
}

#[test]
fn a_rebase_passes_through_two_heads_in_silence() {
    let (world, feature) = diverged();
    world.main().land("c(a)");
    feature.fetch();
    is_silent(&feature, &["rebase", "-q", "origin/main"]);
    assert!(feature.top.join(path_of("c")).exists(), "it was rebased");
}

#[test]
fn a_rebase_in_a_linked_worktree_is_silent_and_one_elsewhere_changes_nothing() {
    let (world, feature) = diverged();
    world.main().land("c(a)");
    feature.fetch().switch("main");
    let linked = world.path("linked");
    let linked = linked.to_str().expect("a plain path");
    is_silent(&feature, &["worktree", "add", "-q", linked, "feature"]);
    let linked = world.at("linked");
    is_silent(&linked, &["rebase", "-q", "origin/main"]);
    assert!(linked.top.join(path_of("c")).exists(), "it was rebased");

    let sequence = ["-c", "sequence.editor=echo break >>", "rebase", "-q", "-i", "HEAD~"];
    linked.git(&sequence);
    assert!(world.path("mine/.git/worktrees/linked/rebase-merge").exists(), "it is under way");
    assert_eq!(run(&feature, &["switch", "-q", "--detach", "origin/main"]).len(), 1);
}

#[test]
fn a_bisection_is_silent() {
    let (_world, mine) = forked();
    mine.switch("topic").add_code().add_code().switch("main");
    is_silent(&mine, &["bisect", "start", "topic", "main"]);
    is_silent(&mine, &["bisect", "reset"]);
}

#[test]
fn a_new_worktree_and_a_new_clone_are_told_and_made() {
    let (world, mine) = forked();
    let linked = world.path("linked");
    let linked = linked.to_str().expect("a plain path");
    assert_eq!(run(&mine, &["worktree", "add", "-q", linked, "topic"]), [B_AND_D]);

    let hook = "hooks/post-checkout";
    fs::create_dir_all(world.path("template/hooks")).expect("folders can be made");
    fs::copy(mine.top.join(".git").join(hook), world.path("template").join(hook)).expect("a copy");
    let template = format!("--template={}", world.url("template"));
    let (source, target) = (world.url("origin.git"), world.url("cloned"));
    let clone = ["clone", "-q", &template, "--branch", "topic", &source, &target];
    assert_eq!(run(&world.at("."), &clone), [B_AND_D]);
    assert!(world.path("cloned").join(path_of("d")).exists());
}

#[test]
fn without_alembic_nothing_is_said() {
    let world = World::empty();
    let mine = world.repository("mine");
    mine.install();
    mine.write("app.py", "1\n").commit("app");
    mine.write(&path_of("a"), "revision = 'a'\n").commit("no environment");
    is_silent(&mine, &["switch", "-q", "-c", "other", "HEAD~"]);
    is_silent(&mine, &["switch", "-q", "main"]);
}

#[test]
fn what_may_be_is_not_told() {
    let configured = |toml: &str| {
        let (_world, mine) = forked();
        mine.switch("topic").write(".alembic-guard.toml", toml).commit("configure").switch("main");
        run(&mine, &["switch", "-q", "topic"])
    };
    let environment = "[[environment]]\nscript_location = \"migrations\"\n";
    assert_eq!(configured(environment).len(), 1);
    assert_eq!(configured(&format!("{environment}heads = 2\n")), [""; 0]);
    assert_eq!(configured("[rules]\nmultiple-heads = \"warn\"\n").len(), 1);
    assert_eq!(configured("[rules]\nmultiple-heads = \"off\"\n"), [""; 0]);
}

#[test]
fn labels_have_a_head_each_and_only_those_of_a_crowded_one_are_named() {
    let world = World::with("a");
    let toml = "[[environment]]\nscript_location = \"migrations\"\nbranches = [\"expand\"]\n";
    let theirs = world.main();
    theirs.write(".alembic-guard.toml", toml).commit("configure").publish();
    theirs.branch("topic", "main").land("b(a) e#expand(a)");
    theirs.branch("more", "topic").land("f(e) g(e)");
    let mine = world.mine();
    is_silent(&mine, &["switch", "-q", "topic"]);
    let said = run(&mine, &["switch", "-q", "more"]);
    let line = "alembic-guard: migrations has 2 heads now, `f` and `g`: \
                `alembic-guard rebase` puts yours on top, `alembic-guard merge` joins them";
    assert_eq!(said, [line]);
}

#[test]
fn each_environment_has_a_line_and_only_where_its_heads_changed() {
    let world = World::with("a b(a)");
    let theirs = world.main();
    let other = |repo: &Repo, migration: &str| {
        let path = path_of(migration).replace("migrations/", "billing/");
        repo.write(&path, &Written::parse(migration).python()).commit(migration);
    };
    theirs.write("billing/alembic.ini", "[alembic]\nscript_location = %(here)s\n");
    theirs.write("billing/env.py", "").write("billing/script.py.mako", "");
    other(&theirs, "x");
    theirs.publish().branch("topic", "main").add("d(a)");
    other(&theirs, "y(x)");
    other(&theirs, "z(x)");
    theirs.publish();
    let mine = world.mine();
    let said = run(&mine, &["switch", "-q", "topic"]);
    let starts: Vec<&str> = said.iter().filter_map(|line| line.split(" now").next()).collect();
    let expected = ["alembic-guard: billing has 2 heads", "alembic-guard: migrations has 2 heads"];
    assert_eq!(starts, expected);
    mine.branch("calm", "topic").remove("d").switch("topic");
    assert_eq!(run(&mine, &["switch", "-q", "calm"]), [""; 0]);
    assert_eq!(run(&mine, &["switch", "-q", "topic"]), [B_AND_D]);
}

#[test]
fn a_file_that_may_join_the_heads_is_given_the_benefit_of_the_doubt() {
    let (_world, mine) = forked();
    mine.switch("topic");
    let computed = "import os\nrevision = 'm'\ndown_revision = tuple(os.environ)\n";
    mine.write(&path_of("m"), computed).commit("computed").switch("main");
    is_silent(&mine, &["switch", "-q", "topic"]);
    mine.write(&path_of("m"), "<<<<<<< ours\nrevision = 'm'\n").commit("torn").switch("main");
    is_silent(&mine, &["switch", "-q", "topic"]);
}

#[test]
fn nothing_that_is_wrong_stops_a_checkout() {
    let (world, mine) = forked();
    mine.switch("topic").write(".alembic-guard.toml", "nonsense\n").commit("a mistake");
    mine.switch("main");
    is_silent(&mine, &["switch", "-q", "topic"]);
    let (before, after) = (mine.tip("main"), mine.tip("topic"));
    let checkout = ["hook", "post-checkout", &before, &after, "1"];
    let verbose = mine.guard(&[&["-v"], &checkout[..]].concat());
    verbose.exits(0);
    assert!(
        verbose.stderr().contains("`.alembic-guard.toml` is not valid"),
        "{}",
        verbose.stderr()
    );

    let nonsense = ["hook", "post-checkout", "nonsense", "more", "of it"];
    assert_eq!(mine.guard(&nonsense).exits(0).stderr(), "");
    assert_eq!(world.at(".").guard(&checkout).exits(0).stderr(), "", "outside of a repository");
    assert_eq!(mine.guard(&["hook", "post-merge"]).exits(0).stderr(), "", "nothing was merged");

    let tree = mine.git(&["rev-parse", "topic^{tree}"]);
    let object = format!(".git/objects/{}/{}", &tree[..2], tree[2..].trim());
    fs::remove_file(mine.top.join(object)).expect("it is loose");
    assert_eq!(mine.guard(&checkout).exits(0).stderr(), "", "a damaged repository");
    assert!(!mine.guard(&[&["-v"], &checkout[..]].concat()).exits(0).stderr().is_empty());
}

#[test]
fn switched_off_by_the_environment_nothing_is_said() {
    for (name, value) in [("ALEMBIC_GUARD", "0"), ("SKIP", "alembic-guard")] {
        let (_world, mine) = forked();
        is_silent(&mine.with(name, value), &["switch", "-q", "topic"]);
        mine.switch("main");
        assert_eq!(run(&mine.with(name, "1"), &["switch", "-q", "topic"]), [B_AND_D]);
    }
}

#[test]
fn a_hostile_id_stays_in_its_line_and_many_are_counted() {
    let (_world, mine) = forked();
    mine.switch("topic");
    for number in 0..6 {
        let source =
            format!("revision = '{number}\\n\\x1b[2Jalembic-guard'\ndown_revision = 'a'\n");
        mine.write(&path_of(&format!("h{number}")), &source);
    }
    mine.commit("hostile").switch("main");
    let output = mine.try_git(&["switch", "-q", "topic"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.matches('\n').count(), 1, "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    assert!(said.contains("has 8 heads now, `0\\u{a}\\u{1b}[2Jalembic-guard`, "), "{said}");
    assert!(said.contains(" and 3 more: `alembic-guard rebase`"), "{said}");
}

#[test]
fn colour_is_as_elsewhere() {
    let (_world, mine) = forked();
    let (before, after) = (mine.tip("main"), mine.tip("origin/topic"));
    mine.switch("topic");
    let checkout = ["--color", "always", "hook", "post-checkout", &before, &after, "1"];
    let said = mine.guard(&checkout).exits(0).stderr();
    assert!(
        said.starts_with("\u{1b}[1malembic-guard\u{1b}[0m: migrations has 2 heads"),
        "{said:?}"
    );
}

#[test]
fn a_program_is_told_in_json() {
    let (_world, mine) = forked();
    let (before, after) = (mine.tip("main"), mine.tip("origin/topic"));
    mine.switch("topic");
    let said = |before: &str| -> serde_json::Value {
        let checkout = ["--format", "json", "hook", "post-checkout", before, &after, "1"];
        serde_json::from_str(&mine.guard(&checkout).exits(0).stderr()).expect("it is JSON")
    };
    let environment = serde_json::json!({
        "name": "migrations",
        "limit": 1,
        "heads": ["b", "d"],
        "base": "origin/main",
        "landed": ["b"],
    });
    let expected = serde_json::json!({ "version": 1, "environments": [environment] });
    assert_eq!(said(&before), expected);
    assert_eq!(said(&after), serde_json::json!({ "version": 1, "environments": [] }));
}

/// Neither `rebase` nor `merge` does anything there before the gap is closed.
#[test]
fn a_head_over_a_missing_parent_is_none_to_join() {
    let (_world, feature) = World::moved_on();
    feature.add("d(gone)");
    is_silent(&feature, &["merge", "--no-verify", "--no-edit", "origin/main"]);
    // Two heads beside it are told.
    feature.branch("other", "HEAD").add_all("e(b) f(b)").switch("feature");
    let told = run(&feature, &["switch", "-q", "other"]);
    assert!(told[0].starts_with("alembic-guard: migrations has 2 heads now, `e`"), "{told:?}");
}
