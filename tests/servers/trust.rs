//! Whose word counts: that of what has landed and of the server's administrator, not that of the pushing user.

use crate::servers::world::{Repo, World, path_of};
use crate::support::notation::Written;

const STALE_D: &str = "error stale-down-revision at d:14";
const OFF: &str = "[rules]\nstale-down-revision = \"off\"\n";
const WARN: &str = "[rules]\nstale-down-revision = \"warn\"\n";

fn world() -> (World, Repo) {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    (world, mine)
}

#[test]
fn a_configuration_that_is_pushed_counts_once_it_has_landed() {
    let (_world, mine) = world();
    mine.configure(OFF).add("d(a)");
    mine.push_main()
        .refused(&[STALE_D])
        .says("this push changes `.alembic-guard.toml`")
        .says("the push was checked without this change, which takes effect once it is on main");
    mine.push(&["origin", "HEAD~:main"]).passed(&[]).says("this push changes");
    mine.push_main().passed(&[]).is_silent();
}

#[test]
fn a_branch_is_not_told_what_it_merges_or_was_told_before() {
    let (_world, mine) = world();
    mine.branch("topic", "HEAD").write("app.py", "").commit("code");
    mine.push(&["origin", "topic"]).passed(&[]).is_silent();
    mine.branch("other", "main").configure(OFF);
    mine.push_main().passed(&[]).says("this push changes");
    mine.git(&["switch", "-q", "topic"]);
    mine.git(&["merge", "-q", "--no-edit", "other"]);
    mine.push(&["origin", "topic"]).passed(&[]).is_silent();
    mine.configure(WARN);
    mine.push(&["origin", "topic"]).passed(&[]).says("this push changes");
    mine.write("app.py", "pass\n").add("c(b)");
    mine.push(&["origin", "topic"]).passed(&[]).is_silent();
}

#[test]
fn what_switches_the_guard_off_in_the_very_push_does_not() {
    for text in [
        OFF,
        "targets = [\"release/*\"]\n",
        "ignore_refs = [\"main\"]\n",
        "exclude = [\"migrations\"]\n",
        "base = \"HEAD\"\n",
        "[[environment]]\nscript_location = \"elsewhere\"\n",
        "[[environment]]\nscript_location = \"migrations\"\nheads = 2\n",
        "[server]\nother_branches = \"off\"\n",
    ] {
        let (_world, mine) = world();
        mine.add("d(a)").configure(text);
        mine.push_main().refused(&[STALE_D]).says("this push changes `.alembic-guard.toml`");
    }
}

#[test]
fn the_landed_configuration_holds_for_every_branch() {
    let (_world, mine) = world();
    mine.configure("targets = [\"main\", \"next\"]\n[server]\nother_branches = \"error\"\n");
    mine.push_main().passed(&[]);
    mine.push(&["origin", "HEAD:next"]).passed(&[]);
    mine.add("d(a)");
    mine.push(&["origin", "HEAD:next"]).refused(&[STALE_D]);
    mine.push(&["origin", "HEAD:topic"]).refused(&[STALE_D]);
}

#[test]
fn other_branches_are_left_alone_where_that_is_wanted() {
    let (_world, mine) = world();
    mine.configure("[server]\nother_branches = \"off\"\n");
    mine.push_main().passed(&[]);
    mine.add("d(a)");
    mine.push(&["origin", "HEAD:refs/heads/topic"]).passed(&[]).is_silent();
    mine.push_main().refused(&[STALE_D]);
}

#[test]
fn work_on_top_of_a_colleagues_is_not_refused_for_theirs() {
    let (_world, mine) = world();
    mine.branch("theirs", "HEAD~").add("d(a)");
    mine.push(&["origin", "theirs"]);
    mine.branch("ours", "main").configure("[server]\nother_branches = \"error\"\n");
    mine.push_main().passed(&[]);
    mine.branch("mine", "theirs").add("e(d)");
    mine.push(&["origin", "HEAD:refs/heads/mine"])
        .passed(&[
            "warning stale-down-revision at d:14: already on theirs, not changed by this push",
        ])
        .says("on theirs, not here");
}

#[test]
fn a_base_is_named_as_clones_name_it() {
    let (_world, mine) = world();
    mine.configure("base = \"origin/next\"\n");
    mine.push_main().passed(&[]);
    mine.branch("next", "HEAD").add("c(b)");
    mine.push(&["origin", "next"]).passed(&[]);
    mine.branch("topic", "main").add("d(b)");
    mine.push(&["origin", "topic"])
        .passed(&["warning stale-down-revision at d:14: not a target branch"])
        .says("next has moved on");
}

#[test]
fn a_mistake_does_not_land() {
    let (_world, mine) = world();
    mine.configure("[rules]\nstale-down-revison = \"off\"\n");
    mine.push_main()
        .refused(&[])
        .says("`.alembic-guard.toml` is not valid")
        .says("did you mean `stale-down-revision`?")
        .says("fix this, or ask the server's administrator to remove the hook");
    mine.push(&["origin", "HEAD:refs/heads/topic"]).passed(&[]).says("this push changes");
}

#[test]
fn a_mistake_that_has_landed_stops_nobody_and_switches_nothing_off() {
    let world = World::without_hook();
    let first = world.first();
    first.add_all("a b(a)").configure("fetch = \"sometimes\"\n[rules]\nmultiple-heads = \"off\"\n");
    first.push_main();
    world.server().guard(&["hook", "install"]).exits(0);
    first.add("d(a)");
    first.push_main().refused(&[STALE_D]).says("`.alembic-guard.toml` on main is not valid");
    first.git(&["reset", "-q", "--hard", "HEAD~"]);
    first.configure("fetch = \"never\"\n");
    first.push_main().passed(&[]);
}

#[test]
fn the_servers_own_file_counts_before_what_has_landed() {
    let (world, mine) = world();
    let server = world.server();
    server.write("guard/strict.toml", WARN);
    server.git(&["config", "alembic-guard.config", "guard/strict.toml"]);
    mine.configure("[rules]\nmultiple-heads = \"off\"\n");
    mine.push_main().passed(&[]).says("this server is configured by").says("guard/strict.toml");
    mine.add("d(a)");
    mine.push_main().passed(&["warning stale-down-revision at d:14"]);

    world.at(".").write("elsewhere.toml", "");
    let absolute = world.path("elsewhere.toml");
    server.git(&["config", "alembic-guard.config", absolute.to_str().expect("a plain path")]);
    mine.add("e(a)");
    mine.push_main().refused(&["error stale-down-revision at e:14"]);

    server.git(&["config", "alembic-guard.config", "gone.toml"]);
    mine.push_main().refused(&[]).says("cannot read the configuration").says("gone.toml");
    server.git(&["config", "alembic-guard.config", "~nobody-of-that-name/x.toml"]);
    mine.push_main().refused(&[]).says("cannot read `alembic-guard.config`");
    server.write("wrong.toml", "fetch = 1\n");
    server.git(&["config", "alembic-guard.config", "wrong.toml"]);
    mine.push_main().refused(&[]).says("wrong.toml` is not valid");
}

#[test]
fn the_command_line_counts_before_all() {
    let (world, mine) = world();
    let server = world.server();
    server.write("given.toml", WARN);
    server.git(&["config", "alembic-guard.config", "gone.toml"]);
    server.git(&["fetch", "-q", mine.top.to_str().expect("a plain path"), "HEAD"]);
    mine.add("d(a)");
    server.git(&["fetch", "-q", mine.top.to_str().expect("a plain path"), "HEAD"]);
    let line = format!("{} {} refs/heads/main\n", server.tip("main"), mine.tip("HEAD"));
    let judged = server.guard_with_input(&["--config", "given.toml", "hook", "pre-receive"], &line);
    assert!(judged.exits(0).stderr().contains("warning[stale-down-revision]"));
    server.guard_with_input(&["hook", "pre-receive"], &line).exits(2);
}

#[test]
fn the_environment_of_the_pushing_user_counts_for_nothing() {
    for (name, value) in [
        ("ALEMBIC_GUARD", "0"),
        ("SKIP", "alembic-guard"),
        ("CI", "true"),
        ("GIT_CONFIG_PARAMETERS", "'alembic-guard.level'='warn'"),
        ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/elsewhere"),
    ] {
        let (_world, mine) = world();
        mine.add("d(a)");
        mine.with(name, value).push_main().refused(&[STALE_D]);
    }
}

#[test]
fn the_git_configuration_of_the_pushing_user_counts_for_nothing() {
    let (_world, mine) = world();
    mine.add("d(a)");
    mine.git(&["config", "--global", "alembic-guard.level", "warn"]);
    mine.git(&["config", "--global", "alembic-guard.config", "/dev/null"]);
    mine.git(&["config", "alembic-guard.level", "warn"]);
    mine.push_main().refused(&[STALE_D]);
    let push = mine.try_git(&["-c", "alembic-guard.level=warn", "push", "origin", "HEAD:main"]);
    assert!(!push.status.success());
}

#[test]
fn the_servers_administrator_can_let_it_pass() {
    let asked = "warning stale-down-revision at d:14: turned off by";
    let (world, mine) = world();
    mine.add("d(a)");
    world.server().git(&["config", "branch.topic.alembic-guard", "warn"]);
    mine.push_main().refused(&[STALE_D]);
    world.server().git(&["config", "branch.main.alembic-guard", "warn"]);
    mine.push_main().passed(&[asked]).says("branch.main.alembic-guard=warn");

    let (world, mine) = self::world();
    mine.add("d(a)");
    world.server().git(&["config", "alembic-guard.level", "warn"]);
    mine.push_main().passed(&[&format!("{asked} alembic-guard.level=warn")]);
}

#[test]
fn a_file_cannot_allow_itself_what_blocks() {
    let (_world, mine) = world();
    let allow = |rule: &str, migration: &str| {
        let python = Written::parse(migration).python();
        mine.write(&path_of(migration), &format!("# alembic-guard: allow({rule})\n{python}"));
        mine.commit(migration);
    };
    allow("stale-down-revision", "d(a)");
    mine.push_main()
        .refused(&["error stale-down-revision at d:15"])
        .says("`allow(stale-down-revision)` in the file has no effect on errors here");
    mine.git(&["reset", "-q", "--hard", "HEAD~"]);
    allow("placeholder-revision-id", "a1b2c3d4e5f6(b)");
    mine.push_main().passed(&[]).is_silent();
}

#[test]
fn alembics_configuration_that_goes_away_does_not_take_the_history_along() {
    let (_world, mine) = world();
    mine.add("d(a)");
    mine.git(&["rm", "-q", "alembic.ini", "migrations/env.py", "migrations/script.py.mako"]);
    mine.commit("moved away");
    let push = mine.push_main();
    assert!(!push.success, "{}", push.stderr);
    push.says("environment-lost").says("this push changes where Alembic looks for migrations");
}

#[test]
fn alembics_configuration_that_points_elsewhere_is_told() {
    let (_world, mine) = world();
    mine.git(&["mv", "migrations", "elsewhere"]);
    mine.write("alembic.ini", "[alembic]\nscript_location = elsewhere\n").commit("move");
    mine.push_main()
        .passed(&[])
        .says("this push changes where Alembic looks for migrations: `alembic.ini`");
    mine.write("alembic.ini", "[alembic]\nscript_location = elsewhere\n# a comment\n");
    mine.write("pyproject.toml", "[project]\nname = \"x\"\n").commit("nothing of Alembic's");
    mine.push_main().passed(&[]).is_silent();
}
