//! One history, told once and copied for each kind of repository.

use std::path::Path;
use std::process::Command;

use crate::support::world::{Repo, VERSIONS, World};

/// What ids are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Sha1,
    Sha256,
}

/// What the work tree and the index hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// A second head is staged, a third one lies beside it.
    Staged,
    /// Git asks how to merge a migration.
    Unmerged,
    /// A migration that `main` has edited too is edited, and nothing of it is committed.
    Meeting,
    /// A second head is staged, and nothing lies beside it.
    OnlyStaged,
}

/// Where the migrations lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layout {
    Plain,
    /// `migrations/versions` is a link to another folder.
    Linked,
}

/// A story that can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Plot {
    pub(crate) format: Format,
    pub(crate) state: State,
    pub(crate) layout: Layout,
}

impl Plot {
    pub(crate) const PLAIN: Plot =
        Plot { format: Format::Sha1, state: State::Staged, layout: Layout::Plain };
}

/// Where a linked version folder leads.
pub(crate) const LINKED: &str = "real/versions";

/// Tells a story: `main` is a, b(a) and has edited a; `feature` adds d(a); `crossed` edits a otherwise and
/// adds x(a); `renamed` renames a's file and adds y(a). All but `main` are only here.
pub(crate) fn tell(plot: Plot) -> World {
    let world = World::unfollowed();
    init(&world, plot.format, "remote.git", &["--bare"]);
    let mine = init(&world, plot.format, "mine", &[]);
    mine.git(&["remote", "add", "origin", &world.url("remote.git")]);
    if plot.layout == Layout::Linked {
        std::fs::create_dir_all(mine.top.join(LINKED)).expect("folders can be made");
        std::fs::create_dir_all(mine.top.join("migrations")).expect("folders can be made");
        std::os::unix::fs::symlink("../real/versions", mine.top.join(VERSIONS))
            .expect("links can be made");
    }
    for count in 0..4 {
        mine.write("early.py", &format!("COUNT = {count}\n")).commit("early");
    }
    mine.scaffold();
    mine.add("a");
    mine.branch("feature", "main").add("d(a)");
    mine.branch("crossed", "main").write_body("a", "crossed").add("x(a)");
    mine.branch("renamed", "main");
    mine.git(&["mv", "--", &in_layout(plot, "a_add_a.py"), &in_layout(plot, "a_renamed.py")]);
    mine.commit("rename").add("y(a)");
    mine.switch("main").add("b(a)").write_body("a", "main");
    mine.git(&["push", "-q", "origin", "main"]);
    mine.git(&["remote", "set-head", "origin", "main"]);
    match plot.state {
        State::Staged => {
            mine.switch("feature").write_staged("e(d)").write_staged("f(d)");
            mine.draft("u(d)");
        }
        State::Meeting => {
            mine.switch("feature").write_staged("e(d)");
            let written = crate::support::notation::Written::parse("a");
            let content = written.python_with("    op.execute(\"staged\")\n");
            mine.write(&crate::support::world::path_of("a"), &content);
            mine.git(&["add", "-A"]);
        }
        State::OnlyStaged => {
            mine.switch("feature").write_staged("e(d)").write_staged("f(d)");
        }
        State::Unmerged => {
            mine.switch("crossed");
            let merged = mine.try_git(&["merge", "-q", "main"]);
            assert!(!merged.status.success(), "git must ask how to merge a");
        }
    }
    world
}

/// Copies what was told to another folder.
pub(crate) fn copy(told: &World, to: &World) -> Repo {
    for name in ["mine", "remote.git", "home"] {
        let _ = std::fs::remove_dir_all(to.path(name));
        let copied = Command::new("cp").arg("-a").arg(told.path(name)).arg(to.path(name)).status();
        assert!(copied.expect("cp runs").success());
    }
    let mine = to.at("mine");
    mine.git(&["remote", "set-url", "origin", &to.url("remote.git")]);
    // A copy is another file to git until it has looked; what is unmerged it complains of.
    mine.try_git(&["update-index", "-q", "--refresh"]);
    mine
}

fn init(world: &World, format: Format, name: &str, more: &[&str]) -> Repo {
    let format = match format {
        Format::Sha1 => "--object-format=sha1",
        Format::Sha256 => "--object-format=sha256",
    };
    let repo = world.at(name);
    std::fs::create_dir_all(&repo.top).expect("folders can be made");
    repo.git(&[&["init", "-q", "-b", "main", format], more].concat());
    repo
}

fn in_layout(plot: Plot, name: &str) -> String {
    let folder = match plot.layout {
        Layout::Plain => VERSIONS,
        Layout::Linked => LINKED,
    };
    Path::new(folder).join(name).display().to_string()
}

impl Repo {
    /// Commits a new body of a migration that has no parent.
    fn write_body(&self, id: &str, word: &str) -> &Repo {
        let written = crate::support::notation::Written::parse(id);
        let content = written.python_with(&format!("    op.execute(\"{word}\")\n"));
        self.write(&crate::support::world::path_of(id), &content).commit(word)
    }

    /// Writes and stages a migration, by whatever way its folder is reached.
    fn write_staged(&self, migration: &str) -> &Repo {
        self.draft(migration);
        self.git(&["add", "-A"]);
        self
    }
}
