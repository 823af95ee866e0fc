//! The hooks as git calls them, in repositories that libgit2 cannot read: what git says to a hook in its
//! environment reaches the git that the guard asks.

use std::process::Output;

use crate::kinds::{linked, reftable, sparse};
use crate::story::{Format, Plot, copy, tell};
use crate::world::{Repo, World, path_of};

/// A repository with the hooks, in which git has to be asked; nothing is staged, `feature` is checked out.
struct Asked {
    name: &'static str,
    _world: World,
    repo: Repo,
}

fn asked() -> Vec<Asked> {
    let sha256 = Plot { format: Format::Sha256, ..Plot::PLAIN };
    let kinds: [(&str, Plot, fn(&World, Repo) -> Repo); 6] = [
        ("split index", Plot::PLAIN, |_, repo| split(repo)),
        ("sparse index", Plot::PLAIN, |_, repo| sparse(repo, "--sparse-index")),
        ("reftable", Plot::PLAIN, |_, repo| reftable(repo)),
        ("SHA-256", sha256, |_, repo| repo),
        ("linked worktree with a split index", Plot::PLAIN, |world, repo| {
            split(linked(world, &repo))
        }),
        ("all of it", sha256, |_, repo| split(reftable(repo))),
    ];
    let told = [Plot::PLAIN, sha256].map(|plot| (plot, tell(plot)));
    let make = |(name, plot, make): (&'static str, Plot, fn(&World, Repo) -> Repo)| {
        let (_, told) = told.iter().find(|(of, _)| *of == plot).expect("both are told");
        let world = World::empty();
        let repo = make(&world, copy(told, &world));
        repo.git(&["reset", "-q", "--hard"]);
        repo.git(&["clean", "-qfd"]);
        repo.install();
        let said = repo.guard(&["-v", "check", "--staged"]).stderr();
        assert!(said.contains("asked git, since libgit2 cannot"), "{name}: {said}");
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
fn pushes_are_judged() {
    for Asked { name, repo, .. } in asked() {
        refused(name, &repo.try_git(&["push", "origin", "feature"]), "stale-down-revision");
        let both = repo.try_git(&["push", "origin", "main:refs/heads/other", "crossed"]);
        refused(name, &both, "stale-down-revision");
        assert_eq!(repo.git(&["ls-remote", "origin", "feature", "other", "crossed"]), "", "{name}");
        passed(name, &repo.try_git(&["push", "origin", "main:refs/heads/other"]));
    }
}
