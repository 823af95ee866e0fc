//! Generated repositories like those of real teams, the same in every run down to the object ids.

mod history;
mod migration;
mod monorepo;
mod stream;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

pub(crate) use history::Shape;
pub(crate) use monorepo::Size;
use stream::{On, Stream};

/// To be raised if any change below makes other repositories.
const VERSION: u32 = 4;

/// The guard's settings. The time of a remote's answer is measured separately.
const SETTINGS: &str = "fetch = \"never\"\n";

/// The plan of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// An application with this many migrations, at least two.
    History(usize, Shape),
    /// Many services. The work tree is not checked out.
    Monorepo(Size),
}

/// A clone with a staged change, and with commits that are ready to be pushed.
pub(crate) struct Repository {
    folder: PathBuf,
    /// Distinct commits with a migration whose parent is no longer a head of main.
    pub(crate) stale: Vec<String>,
    /// As many distinct commits that change a source file but no migration.
    pub(crate) sources: Vec<String>,
    /// A commit that changes a text file but no migration.
    pub(crate) text: String,
    /// The newest commit of main.
    pub(crate) newest: String,
    /// Its parent, or the same commit if it has none.
    pub(crate) before: String,
    /// The versions folder, with a trailing slash.
    pub(crate) versions: String,
}

impl Repository {
    /// Creates a repository in a folder, or reuses the one of an earlier run, with this many commits of each
    /// kind to push.
    pub(crate) fn keep(plan: Plan, pushes: usize, folder: &Path) -> Repository {
        let stamp = format!("{VERSION} {plan:?} {pushes}\n");
        let made = folder.join("made");
        if !fs::read_to_string(&made).is_ok_and(|kept| kept.starts_with(&stamp)) {
            let _ = fs::remove_dir_all(folder);
            fs::create_dir_all(folder).expect("the folder can be made");
            let repository = Repository::empty(plan, folder);
            let commits = repository.make(plan, pushes);
            fs::write(&made, stamp.clone() + &commits.join("\n")).expect("the file can be written");
        }
        let kept = fs::read_to_string(&made).expect("it was read or written just now");
        let commits: Vec<String> = kept.lines().skip(1).map(str::to_owned).collect();
        let [newest, before, text, pushed @ ..] = commits.as_slice() else {
            panic!("{} is not ours", made.display());
        };
        let (sources, stale) = pushed.split_at(pushes);
        Repository {
            stale: stale.to_vec(),
            sources: sources.to_vec(),
            text: text.clone(),
            newest: newest.clone(),
            before: before.clone(),
            ..Repository::empty(plan, folder)
        }
    }

    fn empty(plan: Plan, folder: &Path) -> Repository {
        Repository {
            folder: folder.to_owned(),
            stale: Vec::new(),
            sources: Vec::new(),
            text: String::new(),
            newest: String::new(),
            before: String::new(),
            versions: format!("{}versions/", plan.migrations().0),
        }
    }

    /// Creates everything and returns the commits that [`Repository::keep`] records.
    fn make(&self, plan: Plan, pushes: usize) -> Vec<String> {
        for folder in [self.top(), self.inputs()] {
            fs::create_dir(folder).expect("the folder is new");
        }
        self.git(&["init", "-q", "--bare", "-b", "main", "../remote.git"]);
        let mut main = self.import("../remote.git");
        match plan {
            Plan::History(migrations, shape) => history::write(&mut main, migrations, shape),
            Plan::Monorepo(size) => monorepo::write(&mut main, size),
        }
        main.finish(&self.marks());
        self.git(&["--git-dir=../remote.git", "config", "gc.auto", "0"]);
        if let Plan::History(..) = plan {
            // An import is packed oldest first; a server packs the newest versions whole.
            self.git(&["--git-dir=../remote.git", "repack", "-adfq"]);
        }
        self.git(&["clone", "-q", "--no-checkout", "../remote.git", "."]);
        self.git(&["config", "gc.auto", "0"]);
        // New commits are loose objects, as after `git commit`.
        self.git(&["config", "fastimport.unpackLimit", "1000000"]);
        let newest = self.git(&["rev-parse", "main"]);
        let before = self.git(&["rev-parse", "--verify", "--quiet", "main~"]);
        let mut commits = vec![newest.clone(), before.clone()];
        commits.extend(self.branches(plan, pushes, &newest, &before));
        self.stage(plan);
        commits
    }

    /// Creates the commits to push, on a branch that is deleted afterwards.
    fn branches(&self, plan: Plan, pushes: usize, newest: &str, before: &str) -> Vec<String> {
        let (folder, migrations) = plan.migrations();
        let mut stream = self.import(".");
        let sources = (0..pushes).map(|number| plan.source(number));
        for file in [plan.text()].into_iter().chain(sources) {
            stream.commit("pushed", On::Commit(newest));
            stream.file(&file, "CHANGED = 1\n");
        }
        for number in 0..pushes {
            stream.commit("pushed", On::Commit(before));
            let number = migrations + 1 + number;
            let text = migration::text(number, &[migrations - 2]);
            stream.file(&migration::path(&folder, number), &text);
        }
        let commits = stream.finish(&self.marks());
        self.git(&["update-ref", "-d", "refs/heads/pushed"]);
        commits
    }

    /// Checks out a branch and stages a change: a migration, or a source file of the monorepo.
    fn stage(&self, plan: Plan) {
        match plan {
            Plan::History(migrations, _) => {
                self.git(&["switch", "-qc", "topic", "main"]);
                let path = self.top().join(migration::path("migrations/", migrations));
                let text = migration::text(migrations, &[migrations - 1]);
                fs::write(path, text).expect("the file can be written");
                self.git(&["add", "--all"]);
                // git rereads files as young as the index. Users are rarely that quick.
                thread::sleep(Duration::from_millis(1100));
                self.git(&["update-index", "--refresh", "--force-write-index"]);
            }
            Plan::Monorepo(_) => {
                self.git(&["symbolic-ref", "HEAD", "refs/heads/topic"]);
                self.git(&["update-ref", "refs/heads/topic", "main"]);
                self.git(&["read-tree", "HEAD"]);
                let readme = self.git(&["rev-parse", "HEAD:README.md"]);
                let entry = format!("100644,{readme},{}", plan.source(0));
                self.git(&["update-index", "--cacheinfo", &entry]);
            }
        }
    }

    fn import(&self, repository: &str) -> Stream {
        let mut git = self.command("git");
        git.args(["-C", repository]);
        Stream::start(git, &self.marks())
    }

    fn marks(&self) -> PathBuf {
        self.folder.join("marks")
    }

    /// Returns the folder of the clone.
    pub(crate) fn top(&self) -> PathBuf {
        self.folder.join("clone")
    }

    /// Returns a folder for the inputs of processes.
    pub(crate) fn inputs(&self) -> PathBuf {
        self.folder.join("inputs")
    }

    /// Returns a command that runs in the clone without the caller's settings.
    ///
    /// The settings of the system apply, as for every user: no variable says where git's settings are.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.top())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.folder)
            .env("LC_ALL", "C")
            .env("TZ", "UTC");
        command
    }

    /// Runs git in the clone and returns its output.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output();
        let output = output.expect("git runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Plan {
    /// Returns the folder of an environment, with a trailing slash, and its number of migrations.
    fn migrations(self) -> (String, usize) {
        match self {
            Plan::History(migrations, _) => ("migrations/".to_owned(), migrations),
            Plan::Monorepo(size) => monorepo::an_environment(size),
        }
    }

    /// Returns one of the source files.
    fn source(self, number: usize) -> String {
        match self {
            Plan::History(..) => history::a_source(number),
            Plan::Monorepo(size) => monorepo::a_source(size, number),
        }
    }

    /// Returns a file that is not source code.
    fn text(self) -> String {
        match self {
            Plan::History(..) => "README.md".to_owned(),
            Plan::Monorepo(_) => monorepo::a_text(),
        }
    }
}
