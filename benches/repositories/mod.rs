//! Repositories as teams have them, generated: the same in every run down to the ids of their objects.

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

/// To be raised when anything below makes other repositories.
const VERSION: u32 = 4;

/// The guard's settings: what a remote takes to answer is measured by itself.
const SETTINGS: &str = "fetch = \"never\"\n";

/// What a repository is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// An application with so many migrations, at least two.
    History(usize, Shape),
    /// Many services. Nothing of it is on the disk but what git keeps.
    Monorepo(Size),
}

/// A clone whose index holds a change to be committed, with commits that are ready to be pushed.
pub(crate) struct Repository {
    folder: PathBuf,
    /// Commits with a migration that builds on what main has moved past, each another one.
    pub(crate) stale: Vec<String>,
    /// As many commits that touch no migration but a source file, each another one.
    pub(crate) sources: Vec<String>,
    /// A commit that touches no migration but a text.
    pub(crate) text: String,
    /// The newest commit of main.
    pub(crate) newest: String,
    /// The commit below that; the same where there is none.
    pub(crate) before: String,
    /// The folder of the migrations, with a slash at its end.
    pub(crate) versions: String,
}

impl Repository {
    /// Makes a repository in a folder, or takes the one that an earlier run has made there,
    /// with so many commits of a kind to be pushed.
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

    /// Makes everything and returns the commits that [`Repository::keep`] notes down.
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
            // What is imported is packed oldest first; a server hands out the newest whole.
            self.git(&["--git-dir=../remote.git", "repack", "-adfq"]);
        }
        self.git(&["clone", "-q", "--no-checkout", "../remote.git", "."]);
        self.git(&["config", "gc.auto", "0"]);
        // What is committed here lies loose, as after `git commit`.
        self.git(&["config", "fastimport.unpackLimit", "1000000"]);
        let newest = self.git(&["rev-parse", "main"]);
        let before = self.git(&["rev-parse", "--verify", "--quiet", "main~"]);
        let mut commits = vec![newest.clone(), before.clone()];
        commits.extend(self.branches(plan, pushes, &newest, &before));
        self.stage(plan);
        commits
    }

    /// Commits what is to be pushed, on no branch that stays.
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

    /// Goes to a branch whose index holds a change: a migration, or a source file of the monorepo.
    fn stage(&self, plan: Plan) {
        match plan {
            Plan::History(migrations, _) => {
                self.git(&["switch", "-qc", "topic", "main"]);
                let path = self.top().join(migration::path("migrations/", migrations));
                let text = migration::text(migrations, &[migrations - 1]);
                fs::write(path, text).expect("the file can be written");
                self.git(&["add", "--all"]);
                // What is as young as the index git has to read again; users have rarely been so quick.
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

    /// Returns a folder for what processes are to read.
    pub(crate) fn inputs(&self) -> PathBuf {
        self.folder.join("inputs")
    }

    /// Returns a command that runs in the clone and sees none of the caller's settings.
    ///
    /// Those of the whole system count, as for every user: no variable says where git's settings are.
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

    /// Runs git in the clone and returns what it says.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output();
        let output = output.expect("git runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Plan {
    /// Returns the folder of an environment, with a slash at its end, and how many migrations it has.
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

    /// Returns a file that is no source.
    fn text(self) -> String {
        match self {
            Plan::History(..) => "README.md".to_owned(),
            Plan::Monorepo(_) => monorepo::a_text(),
        }
    }
}
