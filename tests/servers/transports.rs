//! Every way by which git reaches a server without a shell on another machine.

use crate::servers::daemon::Daemon;
use crate::servers::world::{GUARD, SERVER, World};
use crate::support::prerequisites::with;

#[test]
fn over_a_path() {
    let world = World::with("a b(a)");
    refuses_and_accepts(&world, &world.url());
}

#[test]
fn over_a_file_address() {
    let world = World::with("a b(a)");
    refuses_and_accepts(&world, &format!("file://{}", world.url()));
}

#[test]
fn over_gits_own_protocol() {
    let world = World::with("a b(a)");
    with(Daemon::serve(&world), |daemon| refuses_and_accepts(&world, &daemon.url(SERVER)));
}

fn refuses_and_accepts(world: &World, url: &str) {
    let mine = world.clone_of(url, "mine", &[]);
    mine.add("d(a)");
    let objects = world.files("objects");
    mine.push_main()
        .refused(&["error stale-down-revision at d:14"])
        .says("`d` is stale: main has moved on")
        .says("put `d` on top of `b`: alembic-guard rebase --stage")
        .says("compared with main at")
        .says("only the server's administrator; `--no-verify` does not help): git config alembic-guard.level warn")
        .says_nothing_of("git push --no-verify")
        .says_nothing_of("git -c ");
    assert_eq!(world.files("objects"), objects, "what is refused leaves nothing behind");
    mine.push(&["--no-verify", "origin", "HEAD:main"])
        .refused(&["error stale-down-revision at d:14"]);

    mine.guard(&["rebase", "--stage"]).exits(0);
    mine.git(&["commit", "-qm", "on top of b"]);
    mine.push_main().passed(&[]).is_silent();
}

/// The advice is followed to the letter in the clone that pushed.
#[test]
fn the_advice_to_join_the_heads_works_too() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.add("d(a)");
    mine.push_main().says("alembic-guard merge --stage b d");
    mine.guard(&["merge", "--stage", "b", "d"]).exits(0);
    mine.git(&["commit", "-qm", "join"]);
    mine.push_main().passed(&[]);
}

#[test]
fn a_branch_that_is_behind_is_told_how_its_clone_gets_what_is_there() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.branch("topic", "HEAD~").add("d(a)");
    mine.push(&["origin", "topic"])
        .says("git fetch origin && git merge --no-ff --no-commit origin/main");
    mine.git(&["fetch", "-q", "origin"]);
    mine.git(&["merge", "-q", "--no-commit", "origin/main"]);
    mine.guard(&["rebase", "--stage"]).exits(0);
    mine.git(&["commit", "-q", "--no-edit"]);
    mine.push(&["origin", "topic", "topic:main"]).passed(&[]).is_silent();
}

#[test]
fn a_shallow_clone_pushes_like_any_other() {
    let world = World::with("a b(a)");
    let address = format!("file://{}", world.url());
    let mine = world.clone_of(&address, "mine", &["--depth=1"]);
    assert_eq!(mine.git(&["rev-parse", "--is-shallow-repository"]).trim(), "true");
    mine.add("d(a)");
    mine.push_main().refused(&["error stale-down-revision at d:14"]);
    mine.git(&["reset", "-q", "--hard", "origin/main"]);
    mine.add("d(b)");
    mine.push_main().passed(&[]).is_silent();
}

#[test]
fn what_programs_read_of_a_push_is_gits_own() {
    let world = World::with("a b(a)");
    let mine = world.clone("mine");
    mine.add("d(a)");
    let push = mine.push(&["--porcelain", "origin", "HEAD:main"]);
    let lines: Vec<&str> = push.stdout.lines().collect();
    let refused = "!\tHEAD:refs/heads/main\t[remote rejected] (pre-receive hook declined)";
    let to = format!("To {}", world.url());
    assert_eq!(lines, [to.as_str(), refused, "Done"], "{push:?}");
}

#[test]
fn no_path_of_the_server_is_printed() {
    let world = World::with("a b(a)");
    let mine = world.clone_of(&world.url(), "mine", &[]);
    let path = std::env::var("PATH").expect("tests have a PATH");
    let mine = mine.with("PATH", &path);
    mine.add("d(a)");
    mine.push_main()
        .refused(&["error stale-down-revision at d:14"])
        .says("alembic-guard rebase --stage")
        .says_nothing_of(GUARD);
}
