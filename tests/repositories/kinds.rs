//! The kinds of repositories: how git makes one of a plain one.

use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::repositories::story::{Format, Layout, Plot, State};
use crate::support::world::{Repo, World};

/// Who must have answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Libgit2,
    /// Git itself, since libgit2 refuses with these words.
    Git(&'static str),
}

/// A kind of repository.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) plot: Plot,
    pub(crate) by: By,
    /// Makes it of a copy of the story and returns where the questions are asked.
    pub(crate) make: fn(&World, Repo) -> Repo,
}

const fn kind(name: &'static str, by: By, make: fn(&World, Repo) -> Repo) -> Kind {
    Kind { name, plot: Plot::PLAIN, by, make }
}

const SPLIT: By = By::Git("unsupported mandatory extension: 'link'");
const SPARSE: By = By::Git("unsupported mandatory extension: 'sdir'");
const REFTABLE: By = By::Git("unsupported extension name extensions.refstorage");
const SHA256: By = By::Git("unknown object format 'sha256'");
const MISSING: By = By::Git("object not found");
const PARTIAL: By = By::Git("unsupported extension name extensions.partialclone");
const MEETING: Plot = Plot { state: State::Meeting, ..Plot::PLAIN };
const ONLY_STAGED: Plot = Plot { state: State::OnlyStaged, ..Plot::PLAIN };
const UNMERGED: Plot = Plot { state: State::Unmerged, ..Plot::PLAIN };
const SHA256_PLOT: Plot = Plot { format: Format::Sha256, ..Plot::PLAIN };
const LINKED: Plot = Plot { layout: Layout::Linked, ..Plot::PLAIN };

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    kind("plain", By::Libgit2, |_, repo| repo),
    kind("bare", By::Libgit2, bare),
    kind("linked worktree", By::Libgit2, |world, repo| linked(world, &repo)),
    kind("linked worktree with relative paths", By::Libgit2, |world, repo| {
        relative(linked(world, &repo))
    }),
    kind("separate git directory", By::Libgit2, |world, repo| {
        repo.git(&["init", "-q", "--separate-git-dir", &world.url("elsewhere")]);
        repo
    }),
    kind("submodule", By::Libgit2, submodule),
    kind("shallow", By::Libgit2, shallow),
    kind("partial, without blobs", MISSING, |world, repo| partial(world, &repo, "blob:none")),
    kind("partial, without trees", MISSING, |world, repo| partial(world, &repo, "tree:0")),
    kind("partial, as an older git made it", PARTIAL, |world, repo| {
        let part = partial(world, &repo, "blob:none");
        run(part, &["config", "extensions.partialClone", "full"])
    }),
    kind("sparse checkout", By::Libgit2, |_, repo| sparse(repo, "--no-sparse-index")),
    kind("sparse checkout with a sparse index", SPARSE, |_, repo| sparse(repo, "--sparse-index")),
    kind("split index", SPLIT, |_, repo| index(repo, &["--split-index"])),
    kind("split index, asked from a folder below", SPLIT, |_, repo| {
        index(repo, &["--split-index"]).below("migrations")
    }),
    kind("index version 2", By::Libgit2, |_, repo| index(repo, &["--index-version", "2"])),
    kind("index version 3", By::Libgit2, |_, repo| {
        repo.git(&["update-index", "--skip-worktree", "app.py"]);
        index(repo, &["--index-version", "3"])
    }),
    kind("index version 4", By::Libgit2, |_, repo| index(repo, &["--index-version", "4"])),
    kind("index without a checksum", By::Libgit2, |_, repo| {
        repo.git(&["config", "index.skipHash", "true"]);
        index(repo, &["--force-write-index"])
    }),
    kind("intent to add", By::Libgit2, |_, repo| intended(repo)),
    kind("intent to add in a split index", SPLIT, |_, repo| {
        index(intended(repo), &["--split-index"])
    }),
    Kind { plot: UNMERGED, ..kind("unmerged index", By::Libgit2, |_, repo| repo) },
    Kind {
        plot: UNMERGED,
        ..kind("unmerged split index", SPLIT, |_, repo| index(repo, &["--split-index"]))
    },
    Kind { plot: MEETING, ..kind("edits that meet", By::Libgit2, |_, repo| repo) },
    Kind {
        plot: MEETING,
        ..kind("edits that meet in a split index", SPLIT, |_, repo| index(repo, &["--split-index"]))
    },
    Kind {
        plot: MEETING,
        ..kind("edits that meet in a reftable", REFTABLE, |_, repo| reftable(repo))
    },
    Kind {
        plot: Plot { format: Format::Sha256, ..MEETING },
        ..kind("edits that meet in SHA-256", SHA256, |_, repo| repo)
    },
    Kind { plot: ONLY_STAGED, ..kind("nothing but what is staged", By::Libgit2, |_, repo| repo) },
    Kind {
        plot: ONLY_STAGED,
        ..kind("the same in a sparse index that leaves it all out", SPARSE, |_, repo| {
            let repo = sparse(repo, "--sparse-index");
            let listed = repo.git(&["ls-files", "--sparse"]);
            assert!(listed.lines().any(|line| line == "migrations/"), "{listed}");
            repo
        })
    },
    kind("assume unchanged", By::Git("new files that are assumed unchanged"), |_, repo| {
        assumed(repo)
    }),
    kind("assume unchanged in a split index", SPLIT, |_, repo| {
        index(assumed(repo), &["--split-index"])
    }),
    kind("alternates", By::Libgit2, alternates),
    kind("packed refs", By::Libgit2, |_, repo| run(repo, &["pack-refs", "--all"])),
    kind("multi-pack index", By::Libgit2, |_, repo| {
        repo.git(&["repack", "-q", "-d"]);
        repo.write("code.py", "ONE = 1\n");
        repo.git(&["hash-object", "-w", "code.py"]);
        fs::remove_file(repo.top.join("code.py")).expect("it was written");
        repo.git(&["repack", "-q", "-d"]);
        run(repo, &["multi-pack-index", "write", "--bitmap"])
    }),
    kind("commit graph", By::Libgit2, |_, repo| {
        run(repo, &["commit-graph", "write", "--reachable", "--changed-paths"])
    }),
    kind("reftable", REFTABLE, |_, repo| reftable(repo)),
    Kind { plot: SHA256_PLOT, ..kind("SHA-256", SHA256, |_, repo| repo) },
    Kind {
        plot: SHA256_PLOT,
        ..kind("SHA-256, reftable and a split index", REFTABLE, |_, repo| {
            index(reftable(repo), &["--split-index"])
        })
    },
    kind("paths that are no UTF-8 or hold control bytes", By::Libgit2, |_, repo| strange(repo)),
    kind("the same in a split index", SPLIT, |_, repo| index(strange(repo), &["--split-index"])),
    kind("names that differ in case alone", By::Libgit2, |_, repo| {
        repo.write("migrations/Versions/a_add_a.py", "revision = 'other'\ndown_revision = None\n");
        repo.write("migrations/ENV.PY", "");
        run(repo, &["add", "migrations/Versions", "migrations/ENV.PY"])
    }),
    Kind { plot: LINKED, ..kind("linked version folder", By::Libgit2, |_, repo| repo) },
    Kind {
        plot: LINKED,
        ..kind("linked version folder in a split index", SPLIT, |_, repo| {
            index(repo, &["--split-index"])
        })
    },
    kind(
        "grafts",
        By::Git("it treats info/grafts as part of the history that is pushed"),
        |_, repo| {
            let (main, feature) = (repo.tip("main"), repo.tip("feature"));
            fs::create_dir_all(repo.top.join(".git/info")).expect("folders can be made");
            fs::write(repo.top.join(".git/info/grafts"), format!("{main} {feature}\n"))
                .expect("it can be written");
            repo
        },
    ),
    kind("replaced objects", By::Libgit2, |_, repo| replaced(repo)),
    kind("replaced objects in a reftable", REFTABLE, |_, repo| reftable(replaced(repo))),
];

fn run(repo: Repo, arguments: &[&str]) -> Repo {
    repo.git(arguments);
    repo
}

/// Writes the index anew with these options.
fn index(repo: Repo, options: &[&str]) -> Repo {
    repo.git(&[&["update-index"], options].concat());
    repo
}

fn bare(world: &World, repo: Repo) -> Repo {
    repo.git(&["clone", "-q", "--bare", ".", &world.url("bare.git")]);
    let bare = world.at("bare.git");
    bare.git(&["fetch", "-q", &world.url("mine"), "+refs/remotes/*:refs/remotes/*"]);
    bare.git(&["remote", "set-url", "origin", &world.url("remote.git")]);
    bare.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    bare
}

/// Moves the work on `feature` to a linked worktree.
pub(crate) fn linked(world: &World, repo: &Repo) -> Repo {
    let linked = world.at("linked");
    let staged = repo.git(&["diff", "--cached", "--binary"]);
    let patch = world.path("staged.patch");
    fs::write(&patch, staged).expect("it can be written");
    let draft = repo.read(&crate::support::world::path_of("u(d)"));
    repo.git(&["switch", "-q", "--force", "main"]);
    repo.git(&["worktree", "add", "-q", &world.url("linked"), "feature"]);
    linked.git(&["apply", "--index", &world.url("staged.patch")]);
    linked.write(&crate::support::world::path_of("u(d)"), &draft);
    linked
}

/// Writes a worktree's two ways relative, as `git worktree add --relative-paths` does.
fn relative(linked: Repo) -> Repo {
    let ours = "gitdir: ../mine/.git/worktrees/linked\n";
    fs::write(linked.top.join(".git"), ours).expect("it can be written");
    let theirs = linked.top.join("../mine/.git/worktrees/linked/gitdir");
    fs::write(theirs, "../../../../linked/.git\n").expect("it can be written");
    assert_eq!(linked.git(&["rev-parse", "--abbrev-ref", "HEAD"]), "feature\n");
    linked
}

fn submodule(world: &World, repo: Repo) -> Repo {
    let around = world.repository("around");
    fs::rename(&repo.top, around.top.join("part")).expect("it can be moved");
    around.git(&["submodule", "--quiet", "add", &world.url("remote.git"), "part"]);
    around.git(&["submodule", "--quiet", "absorbgitdirs"]);
    around.git(&["commit", "-q", "-m", "part"]);
    world.at("around/part")
}

/// Cuts the history off well below where the branches parted.
fn shallow(_: &World, repo: Repo) -> Repo {
    let edge = repo.tip("main~4");
    repo.git(&["fetch", "-q", "--depth=6", "origin", "main"]);
    fs::write(repo.top.join(".git/shallow"), format!("{edge}\n")).expect("it can be written");
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["repack", "-q", "-a", "-d"]);
    repo.git(&["prune", "--expire=now"]);
    let below = repo.try_git(&["cat-file", "-e", &format!("{edge}^")]);
    assert!(!below.status.success(), "what lies below the edge is gone");
    repo
}

/// Makes a repository that has left things out and knows who has them.
pub(crate) fn partial(world: &World, repo: &Repo, filter: &str) -> Repo {
    let tree = repo.git(&["write-tree"]);
    let kept = repo.git(&["commit-tree", "-m", "the index", tree.trim()]);
    repo.git(&["update-ref", "refs/kept/index", kept.trim()]);
    for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        repo.git(&["config", setting, "true"]);
    }
    let part = world.repository("part");
    let full = format!("file://{}", world.url("mine"));
    part.git(&["config", "core.repositoryFormatVersion", "1"]);
    for (key, value) in [("url", &*full), ("promisor", "true"), ("partialCloneFilter", filter)] {
        part.git(&["config", &format!("remote.full.{key}"), value]);
    }
    let all = ["fetch", "-q", "--no-tags", "--update-head-ok", "full", "+refs/*:refs/*"];
    part.git(&[&all[..1], &["--filter", filter], &all[1..]].concat());
    part.git(&["remote", "add", "origin", &world.url("remote.git")]);
    part.git(&["symbolic-ref", "HEAD", "refs/heads/feature"]);
    part.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    fs::copy(repo.top.join(".git/index"), part.top.join(".git/index")).expect("it is there");
    for name in ["alembic.ini", "app.py", "early.py", ".gitignore", "migrations"] {
        let status = part.command("cp").arg("-a").arg(repo.top.join(name)).arg(name).status();
        assert!(status.expect("cp runs").success());
    }
    let missing = part.git(&["rev-list", "--objects", "--all", "--missing=print"]);
    assert!(missing.lines().any(|line| line.starts_with('?')), "something is left out");
    part
}

/// Leaves the migrations out of the work tree, but for what is not committed.
pub(crate) fn sparse(repo: Repo, option: &str) -> Repo {
    repo.write("docs/index.txt", "x\n");
    repo.git(&["sparse-checkout", "set", "--cone", option, "docs"]);
    fs::remove_dir_all(repo.top.join("docs")).expect("it was written");
    let left_out = repo.top.join(crate::support::world::path_of("a"));
    assert!(!left_out.exists(), "the migrations are left out");
    repo
}

fn intended(repo: Repo) -> Repo {
    run(repo, &["add", "--intent-to-add", &crate::support::world::path_of("u(d)")])
}

fn assumed(repo: Repo) -> Repo {
    run(
        repo,
        &[
            "update-index",
            "--assume-unchanged",
            &crate::support::world::path_of("a"),
            "alembic.ini",
        ],
    )
}

fn alternates(world: &World, repo: Repo) -> Repo {
    let objects = repo.top.join(".git/objects");
    fs::rename(&objects, world.path("store")).expect("it can be moved");
    fs::create_dir_all(objects.join("info")).expect("folders can be made");
    fs::write(objects.join("info/alternates"), world.url("store") + "\n")
        .expect("it can be written");
    repo
}

pub(crate) fn reftable(repo: Repo) -> Repo {
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    let _ = fs::remove_dir_all(repo.top.join(".git/logs"));
    run(repo, &["refs", "migrate", "--ref-format=reftable"])
}

/// Adds files that only a program could have named.
fn strange(repo: Repo) -> Repo {
    let names: [&[u8]; 3] = [b"migrations/versions/caf\xe9.txt", b"a\nb.txt", b"\x1b[31m\x07.txt"];
    for name in names {
        let path = repo.top.join(Path::new(std::ffi::OsStr::from_bytes(name)));
        let mut file = fs::File::create(path).expect("it can be written");
        file.write_all(b"x\n").expect("it can be written");
    }
    run(repo, &["add", "*.txt"])
}

/// Puts another content in the place of a migration's, for everybody who looks here alone.
fn replaced(repo: Repo) -> Repo {
    let blob =
        repo.git(&["rev-parse", &format!("feature:{}", crate::support::world::path_of("d(a)"))]);
    repo.write("other.py", "revision = 'other'\ndown_revision = 'b'\n");
    let other = repo.git(&["hash-object", "-w", "other.py"]);
    fs::remove_file(repo.top.join("other.py")).expect("it was written");
    run(repo, &["replace", blob.trim(), other.trim()])
}
