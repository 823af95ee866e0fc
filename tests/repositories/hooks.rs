//! The hooks as git calls them, in repositories that libgit2 cannot read: what git says to a hook in its
//! environment reaches the git that the guard asks.

use std::process::Output;

use crate::repositories::kinds::{linked, reftable, sparse};
use crate::repositories::story::{Format, Plot, copy, tell};
use crate::support::world::{Repo, World, path_of};

/// A repository with the hooks, in which git has to be asked; nothing is staged, `feature` is checked out.
struct Asked {
    name: &'static str,
    _world: World,
    repo: Repo,
}

/// Makes a kind of repository of a copy of the story.
type Make = fn(&World, Repo) -> Repo;

const SHA256: Plot = Plot { format: Format::Sha256, ..Plot::PLAIN };

fn asked() -> Vec<Asked> {
    let kinds: [(&str, Plot, Make); 6] = [
        ("split index", Plot::PLAIN, |_, repo| split(repo)),
        ("sparse index", Plot::PLAIN, |_, repo| sparse(repo, "--sparse-index")),
        ("reftable", Plot::PLAIN, |_, repo| reftable(repo)),
        ("SHA-256", SHA256, |_, repo| repo),
        ("linked worktree with a split index", Plot::PLAIN, |world, repo| {
            split(linked(world, &repo))
        }),
        ("all of it", SHA256, |_, repo| split(reftable(repo))),
    ];
    let told = [Plot::PLAIN, SHA256].map(|plot| (plot, tell(plot)));
    let make = |(name, plot, make): (&'static str, Plot, Make)| {
        let (_, told) = told.iter().find(|(of, _)| *of == plot).expect("both are told");
        let world = World::unfollowed();
        let repo = make(&world, copy(told, &world));
        repo.git(&["reset", "-q", "--hard"]);
        repo.git(&["clean", "-qfd"]);
        repo.install();
        let said = repo.guard(&["-v", "check", "--staged"]).stderr();
        assert!(said.contains("used git instead of libgit2"), "{name}: {said}");
        Asked { name, _world: world, repo }
    };
    kinds.into_iter().map(make).collect()
}

fn split(repo: Repo) -> Repo {
    repo.git(&["update-index", "--split-index"]);
    repo
}

/// Checks that git did not do it, and that the guard has said why.
#[track_caller]
fn refused(name: &str, output: &Output, rule: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{name}: {said}");
    assert!(said.contains(&format!("error[{rule}]")), "{name}: {said}");
}

#[track_caller]
fn passed(name: &str, output: &Output) {
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Writes a migration into the work tree even where a sparse checkout leaves its folder out.
fn draft(repo: &Repo, migration: &str) -> String {
    repo.draft(migration);
    path_of(migration)
}

#[test]
#[ignore = "needs more time"]
fn commits_are_judged_by_the_index_that_git_names() {
    for Asked { name, repo, .. } in asked() {
        let head = repo.tip("HEAD");
        // A second head beside d, which git commits from an index of its own.
        let path = draft(&repo, "e(a)");
        repo.git(&["add", "--sparse", &path]);
        refused(name, &repo.try_git(&["commit", "-qam", "all"]), "stale-down-revision");
        refused(
            name,
            &repo.try_git(&["commit", "-qm", "path", "--", &path]),
            "stale-down-revision",
        );
        assert_eq!(repo.tip("HEAD"), head, "{name}: nothing was committed");
        // Not staged any more, it does not stand in the way of another one.
        repo.git(&["rm", "-q", "--sparse", "--cached", &path]);
        let path = draft(&repo, "f(d)");
        repo.git(&["add", "--sparse", &path]);
        passed(name, &repo.try_git(&["commit", "-qm", "only what is staged"]));
    }
}

#[test]
#[ignore = "needs more time"]
fn a_merge_is_judged_by_the_side_that_git_names() {
    for Asked { name, repo, .. } in asked() {
        refused(
            name,
            &repo.try_git(&["merge", "-q", "--no-edit", "origin/main"]),
            "stale-down-revision",
        );
    }
}

#[test]
#[ignore = "needs more time"]
fn what_is_advised_mends_a_merge() {
    for Asked { name, repo, .. } in asked() {
        repo.git(&["merge", "-q", "--no-commit", "origin/main"]);
        let path = path_of("d(a)");
        if !repo.top.join(&path).exists() {
            let ran = repo.guard(&["rebase", "--stage"]);
            ran.exits(1);
            let bring = format!("git update-index --no-skip-worktree {path} && git restore {path}");
            assert!((ran.stdout() + &ran.stderr()).contains(&bring), "{name}: {ran:?}");
            repo.git(&["update-index", "--no-skip-worktree", &path]);
            repo.git(&["restore", &path]);
        }
        repo.guard(&["rebase", "--stage"]).succeeded();
        passed(name, &repo.try_git(&["commit", "-q", "--no-edit"]));
        passed(name, &repo.try_git(&["push", "-q", "origin", "feature"]));
    }
}

#[test]
#[ignore = "needs more time"]
fn pushes_are_judged() {
    for Asked { name, repo, .. } in asked() {
        refused(name, &repo.try_git(&["push", "origin", "feature"]), "stale-down-revision");
        let both = repo.try_git(&["push", "origin", "main:refs/heads/other", "crossed"]);
        refused(name, &both, "stale-down-revision");
        assert_eq!(repo.git(&["ls-remote", "origin", "feature", "other", "crossed"]), "", "{name}");
        passed(name, &repo.try_git(&["push", "origin", "main:refs/heads/other"]));
    }
}

#[test]
#[ignore = "needs more time"]
fn a_server_judges_what_is_in_quarantine() {
    let servers: [(&str, Plot, Make); 3] = [
        ("reftable", Plot::PLAIN, |_, server| reftable(server)),
        ("SHA-256", SHA256, |_, server| server),
        ("both", SHA256, |_, server| reftable(server)),
    ];
    for (name, plot, make) in servers {
        let world = World::unfollowed();
        let mine = copy(&tell(plot), &world);
        make(&world, world.at("remote.git")).install();
        mine.git(&["reset", "-q", "--hard"]);
        mine.git(&["clean", "-qfd"]);
        let landed = mine.tip("main");
        mine.git(&["merge", "-q", "--no-edit", "--no-verify", "main"]);
        let stale = mine.try_git(&["push", "origin", "HEAD:main"]);
        refused(name, &stale, "stale-down-revision");
        assert!(mine.git(&["ls-remote", "origin", "main"]).starts_with(&landed), "{name}");
        mine.guard(&["rebase", "--stage"]).succeeded();
        mine.commit("repair");
        passed(name, &mine.try_git(&["push", "origin", "HEAD:main"]));
    }
}
