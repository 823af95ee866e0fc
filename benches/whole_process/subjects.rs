//! The processes to run in a repository, and their expected exit codes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::alembic::Alembic;
use crate::guard::Guard;
use crate::repositories::{Plan, Repository};
use crate::rows::{Cache, Row, What};

/// `alembic-linear` does not run with more migrations: it takes minutes each time.
const MOST_FOR_LINEAR: usize = 10_000;

/// One process to measure.
pub(crate) struct Subject<'r> {
    pub(crate) row: Row,
    pub(crate) repository: &'r Repository,
    pub(crate) exit_code: i32,
    /// Its standard inputs, used in turn; empty if it needs none.
    inputs: Vec<PathBuf>,
    program: PathBuf,
    arguments: Vec<String>,
}

impl Subject<'_> {
    /// Returns the command of one run. For new questions, the first [`Subject::questions`] runs all differ.
    pub(crate) fn command(&self, run: usize) -> Command {
        let mut command = self.repository.command(&self.program);
        command.args(&self.arguments).stdout(Stdio::null()).stderr(Stdio::null());
        match self.inputs.get(run % self.inputs.len().max(1)) {
            Some(input) => command.stdin(File::open(input).expect("it was written")),
            None => command.stdin(Stdio::null()),
        };
        command
    }

    /// Returns how many runs have a new question.
    pub(crate) fn questions(&self) -> usize {
        if self.row.cache == Some(Cache::New) { self.inputs.len() } else { usize::MAX }
    }
}

/// Creates the subjects of one repository.
pub(crate) struct Subjects<'r> {
    pub(crate) repository: &'r Repository,
    pub(crate) guard: &'r Guard,
    pub(crate) alembic: Option<&'r Alembic>,
}

impl<'r> Subjects<'r> {
    /// Returns the subjects for a history of this many migrations.
    fn of_history(&self, migrations: usize) -> Vec<Subject<'r>> {
        let repository = self.repository;
        let mut subjects = self.git();
        subjects.extend(self.push_stale(&[Cache::Cold, Cache::Filling, Cache::New, Cache::Again]));
        let both = self.guard.caches(&[Cache::Cold, Cache::Again]);
        subjects.extend(self.push_sources(&[Cache::Cold, Cache::New]));
        for &cache in &both {
            subjects.push(self.hook(What::CommitMigration, cache, &["pre-commit"]));
        }
        let checkout = |before, after| ["post-checkout", before, after, "1"];
        let (before, newest, source) =
            (&*repository.before, &*repository.newest, &*repository.sources[0]);
        for &cache in &both {
            let arguments = checkout(before, newest);
            subjects.push(self.hook(What::CheckoutMigration, cache, &arguments));
            subjects.push(self.hook(What::CheckoutNone, cache, &checkout(newest, source)));
        }
        for &cache in &both {
            subjects.push(self.ask(What::CheckAll, cache, &["check", "--all"]));
        }
        subjects.extend(self.alembic(migrations));
        subjects
    }

    /// Returns the subjects for a large repository in which no migration changes.
    fn of_monorepo(&self) -> Vec<Subject<'r>> {
        let diff = ["diff", "--cached", "--quiet"];
        let states = [Cache::Cold, Cache::Filling, Cache::New, Cache::Again];
        let mut subjects = self.git();
        subjects.push(Subject { exit_code: 1, ..self.other(What::DiffCached, "git", &diff) });
        subjects.extend(self.push_sources(&states));
        let again = self.guard.caches(&[Cache::Cold, Cache::Filling, Cache::Again]);
        for &cache in &again {
            subjects.push(self.push(What::PushText, cache, &self.repository.text));
        }
        for &cache in &again {
            subjects.push(self.hook(What::CommitSource, cache, &["pre-commit"]));
        }
        subjects.extend(self.push_stale(&states));
        subjects
    }

    /// Returns pushes of stale migrations, in these states of the cache.
    fn push_stale(&self, caches: &[Cache]) -> Vec<Subject<'r>> {
        let pushes = self.pushes(What::PushStale, caches, &self.repository.stale);
        pushes.into_iter().map(|push| Subject { exit_code: 1, ..push }).collect()
    }

    fn push_sources(&self, caches: &[Cache]) -> Vec<Subject<'r>> {
        self.pushes(What::PushSource, caches, &self.repository.sources)
    }

    /// Returns pushes of the first commit, or of each other commit once for new questions.
    fn pushes(&self, what: What, caches: &[Cache], commits: &[String]) -> Vec<Subject<'r>> {
        let (first, others) = commits.split_first().expect("there are some");
        let push = |cache| match cache {
            Cache::New => {
                let inputs = others.iter().map(|commit| self.pushed(commit)).collect();
                Subject { inputs, ..self.push(what, cache, first) }
            }
            Cache::Cold | Cache::Filling | Cache::Again => self.push(what, cache, first),
        };
        self.guard.caches(caches).into_iter().map(push).collect()
    }

    /// Returns pushes of a stale migration, without and with a fetch.
    pub(crate) fn fetching(&self) -> Vec<Subject<'r>> {
        let settings = self.file("fetching.toml", "fetch = \"auto\"\n");
        let mut subjects = self.push_stale(&[Cache::Cold]);
        let mut fetching = self.push_stale(&[Cache::Cold]);
        for subject in &mut fetching {
            subject.row.what = What::PushStaleFetching;
            subject.arguments.extend(["--config".to_owned(), settings.display().to_string()]);
        }
        subjects.extend(fetching);
        subjects
    }

    fn git(&self) -> Vec<Subject<'r>> {
        let blobs = self.repository.inputs().join("blobs");
        write_blobs(self.repository, &blobs);
        let batch = self.other(What::CatFile, "git", &["cat-file", "--batch"]);
        vec![
            self.other(What::LsTree, "git", &["ls-tree", "-r", "main", &self.repository.versions]),
            Subject { inputs: vec![blobs], ..batch },
            self.other(What::RevParse, "git", &["rev-parse", "HEAD"]),
        ]
    }

    fn alembic(&self, migrations: usize) -> Vec<Subject<'r>> {
        let Some(alembic) = self.alembic else {
            return Vec::new();
        };
        let python = &alembic.python;
        let heads = self.other(What::AlembicHeads, python, &["-m", "alembic", "heads"]);
        let mut subjects = vec![heads];
        if alembic.has_linear() && migrations <= MOST_FOR_LINEAR {
            let main = "from alembic_linear_migrations.cli import main; raise SystemExit(main())";
            let mut update = self.repository.command(python);
            let update = update.args(["-c", main, "update"]).output().expect("Python runs");
            assert!(update.status.success(), "{}", String::from_utf8_lossy(&update.stderr));
            subjects.push(self.other(What::AlembicLinear, python, &["-c", main, "check"]));
        }
        subjects
    }

    fn push(&self, what: What, cache: Cache, commit: &str) -> Subject<'r> {
        let inputs = vec![self.pushed(commit)];
        Subject { inputs, ..self.hook(what, cache, &["pre-push", "origin", "../remote.git"]) }
    }

    fn hook(&self, what: What, cache: Cache, arguments: &[&str]) -> Subject<'r> {
        self.ask(what, cache, &[&["hook"], arguments].concat())
    }

    fn ask(&self, what: What, cache: Cache, arguments: &[&str]) -> Subject<'r> {
        let arguments = [self.guard.global(cache), arguments].concat();
        let subject = self.other(what, &self.guard.program, &arguments);
        Subject { row: Row::guard(what, cache), ..subject }
    }

    fn other(&self, what: What, program: impl AsRef<OsStr>, arguments: &[&str]) -> Subject<'r> {
        Subject {
            row: Row::of(what),
            repository: self.repository,
            exit_code: 0,
            inputs: Vec::new(),
            program: program.as_ref().into(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        }
    }

    /// Writes the input of a pre-push hook for a new branch.
    fn pushed(&self, commit: &str) -> PathBuf {
        let zeros = "0".repeat(40);
        self.file(commit, &format!("refs/heads/topic {commit} refs/heads/topic {zeros}\n"))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.repository.inputs().join(name);
        fs::write(&path, text).expect("the file can be written");
        path
    }
}

/// Lists the ids of the migrations for `git cat-file --batch`.
fn write_blobs(repository: &Repository, path: &Path) {
    let mut git = repository.command("git");
    let git = git.args(["ls-tree", "-r", "main", &repository.versions]).stdout(Stdio::piped());
    let mut git = git.spawn().expect("git runs");
    let listed = BufReader::new(git.stdout.take().expect("it is piped"));
    let mut ids = BufWriter::new(File::create(path).expect("the file can be made"));
    for line in listed.lines() {
        let line = line.expect("git writes text");
        let id = line.split_whitespace().nth(2).expect("mode, kind and id");
        writeln!(ids, "{id}").expect("the file can be written");
    }
    assert!(git.wait().expect("git ends").success(), "git ls-tree fails");
}

/// Returns the subjects for a kind of repository.
pub(crate) fn subjects<'r>(plan: Plan, subjects: &Subjects<'r>) -> Vec<Subject<'r>> {
    match plan {
        Plan::History(migrations, _) => subjects.of_history(migrations),
        Plan::Monorepo(_) => subjects.of_monorepo(),
    }
}
