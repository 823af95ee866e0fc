//! Somebody's clone: commands that are run in it for real, and written down.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::Path;
use std::process::Output;
use std::rc::Rc;

use crate::support::world::{GUARD, Repo};
use crate::team::migration::{self, Found, Migration};

/// A minute passes with every command, so that git's times have the order of the story.
const MINUTE: u64 = 60;
const FIRST: u64 = 1_700_000_000;

/// What the team did, as lines of a script, and what time it is.
#[derive(Debug, Default)]
pub(crate) struct Story {
    lines: RefCell<Vec<String>>,
    minutes: Cell<u64>,
}

/// A clone with hooks.
pub(crate) struct Clone {
    pub(crate) name: &'static str,
    repo: Repo,
    story: Rc<Story>,
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Story {
    pub(crate) fn line(&self, line: String) {
        self.lines.borrow_mut().push(line);
    }

    /// Returns the script so far.
    pub(crate) fn script(&self) -> String {
        self.lines.borrow().join("\n")
    }

    /// Returns the time, which passes by being looked at.
    fn time(&self) -> String {
        self.minutes.set(self.minutes.get() + 1);
        format!("{} +0000", FIRST + MINUTE * self.minutes.get())
    }
}

impl Clone {
    pub(crate) fn new(name: &'static str, repo: Repo, story: &Rc<Story>) -> Clone {
        Clone { name, repo: with_guard(&repo), story: Rc::clone(story) }
    }

    /// Runs git and writes it down.
    pub(crate) fn git(&self, arguments: &[&str]) -> Ran {
        let words = arguments.iter().map(|word| shlex::try_quote(word).expect("no NUL"));
        let words: Vec<_> = words.collect();
        self.story.line(format!("(cd {} && git {})", self.name, words.join(" ")));
        self.run("git", arguments)
    }

    /// Runs a line of shell and writes it down.
    pub(crate) fn shell(&self, line: &str) -> Ran {
        self.story.line(format!("(cd {} && {line})", self.name));
        self.run("sh", &["-c", line])
    }

    /// Runs a program that changes nothing, and does not write it down.
    pub(crate) fn ask(&self, program: &str, arguments: &[&str]) -> Ran {
        Ran::of(&self.repo.command(program).args(arguments).output().expect("it runs"))
    }

    /// Runs the guard with an input and does not write it down.
    pub(crate) fn guard(&self, arguments: &[&str], input: &str) -> (Option<i32>, Ran) {
        let ran = self.repo.guard_once(arguments, input);
        let (stdout, stderr) = (ran.stdout(), ran.stderr());
        (ran.code(), Ran { success: ran.code() == Some(0), stdout, stderr })
    }

    /// Adds a remark to the script.
    pub(crate) fn remark(&self, words: &str) {
        self.story
            .line(words.lines().map(|line| format!("#     {line}")).collect::<Vec<_>>().join("\n"));
    }

    pub(crate) fn top(&self) -> &Path {
        &self.repo.top
    }

    /// Returns the branch that is checked out.
    pub(crate) fn branch(&self) -> Option<String> {
        let head = fs::read_to_string(self.top().join(".git/HEAD")).ok()?;
        head.trim().strip_prefix("ref: refs/heads/").map(str::to_owned)
    }

    /// Returns the short names of the refs below a prefix.
    pub(crate) fn refs(&self, prefix: &str) -> Vec<String> {
        let format = format!("--format=%(refname:lstrip={})", prefix.split('/').count());
        let listed = self.ask("git", &["for-each-ref", &format, prefix]).stdout;
        listed.lines().filter(|name| *name != "HEAD").map(str::to_owned).collect()
    }

    pub(crate) fn found(&self) -> Vec<Found> {
        migration::found(self.top())
    }

    /// Returns the folder of migrations of the work tree.
    pub(crate) fn versions(&self) -> &'static str {
        if self.top().join("db/migrations/env.py").exists() {
            "db/migrations/versions"
        } else {
            "migrations/versions"
        }
    }

    pub(crate) fn add(&self, migration: &Migration) {
        let folder = self.versions();
        self.story.line(migration.line(&format!("{}/{folder}", self.name)));
        self.repo.write(&format!("{folder}/{}", migration.file_name()), &migration.source());
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.top().join(path)).ok()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        self.story.line(format!("cat >{}/{path} <<'END'\n{}\nEND", self.name, content.trim_end()));
        self.repo.write(path, content);
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Ran {
        let time = self.story.time();
        let mut command = self.repo.command(program);
        command.args(arguments).env("GIT_AUTHOR_DATE", &time).env("GIT_COMMITTER_DATE", &time);
        let ran = Ran::of(&command.output().expect("it runs"));
        if !ran.success {
            self.remark("fails");
        }
        ran
    }
}

impl Ran {
    fn of(output: &Output) -> Ran {
        Ran {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// An author who writes a message where git asks for one.
const EDITOR: &str = "write() { grep -q '^[^#]' \"$1\" || echo repair >\"$1\"; }; write";

/// Lets the commands that the guard prints find it, and `git commit` a message.
pub(crate) fn with_guard(repo: &Repo) -> Repo {
    let path = std::env::var("PATH").unwrap_or_default();
    let folder = Path::new(GUARD).parent().expect("a program is in a folder").display();
    repo.with("PATH", &format!("{folder}:{path}")).with("GIT_EDITOR", EDITOR)
}
