//! What a person can do about a problem: prose, commands to run and lines to write, as data.
//!
//! A [`Command`] quotes itself when it is printed, so a name out of a repository cannot turn into shell
//! syntax. Programs get the same words unquoted, one array for each command.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::path::RepoPath;
use crate::text::{escape, shell_word};

/// One step or one alternative of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The prose, without the command or line that follows it.
    pub text: String,
    /// The state that this holds for, if it does not always hold: "`flask db current` prints `a1b2`".
    pub when: Option<String>,
    /// What follows the prose.
    pub shown: Shown,
}

/// What follows the prose of a [`Step`] on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// Nothing: the prose says it all.
    Nothing,
    /// A command to run.
    Command(Command),
    /// A line to write into a file that the prose names.
    Line(String),
}

impl Step {
    /// Makes advice that is prose alone.
    pub fn note(text: impl Into<String>) -> Step {
        Step { text: text.into(), when: None, shown: Shown::Nothing }
    }

    /// Makes advice to run a command.
    pub fn run(text: impl Into<String>, command: Command) -> Step {
        Step { shown: Shown::Command(command), ..Step::note(text) }
    }

    /// Makes advice to write a line.
    pub fn write(text: impl Into<String>, line: impl Into<String>) -> Step {
        Step { shown: Shown::Line(line.into()), ..Step::note(text) }
    }

    /// Restricts the advice to a state, which is put in words that follow "if".
    pub fn when(self, state: impl Into<String>) -> Step {
        Step { when: Some(state.into()), ..self }
    }

    /// Returns the same advice for one who stands in a folder from which `up` leads to the top: `../`.
    #[must_use]
    pub fn seen_from(self, up: &str) -> Step {
        let shown = match self.shown {
            Shown::Command(command) => Shown::Command(command.seen_from(up)),
            Shown::Nothing | Shown::Line(_) => self.shown,
        };
        Step { shown, ..self }
    }

    /// Returns the prose with the state that it holds for.
    pub fn prose(&self) -> String {
        match &self.when {
            Some(state) => format!("if {state}, {}", self.text),
            None => self.text.clone(),
        }
    }

    /// Returns the command, if there is one.
    pub fn command(&self) -> Option<&Command> {
        match &self.shown {
            Shown::Command(command) => Some(command),
            Shown::Nothing | Shown::Line(_) => None,
        }
    }
}

impl From<&str> for Step {
    fn from(text: &str) -> Step {
        Step::note(text)
    }
}

impl From<String> for Step {
    fn from(text: String) -> Step {
        Step::note(text)
    }
}

/// Writes the advice on one line, what follows the prose in backticks.
impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prose = self.prose();
        let shown = match &self.shown {
            Shown::Nothing => return out.write_str(&prose),
            Shown::Command(command) => command.to_string(),
            Shown::Line(line) => line.clone(),
        };
        if prose.is_empty() { write!(out, "`{shown}`") } else { write!(out, "{prose}: `{shown}`") }
    }
}

/// Commands for a POSIX shell, each run only if the one before it succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The folder to run them in, relative to the top of the repository; where one is, if nothing is said.
    folder: Option<RepoPath>,
    parts: Vec<Vec<Word>>,
}

/// One word of a [`Command`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// Itself.
    Text(String),
    /// A path in the repository.
    Path(RepoPath),
    /// Something that the user must fill in, in capitals: `BRANCH`.
    Placeholder(String),
}

impl Command {
    /// Makes a command of literal words, which are split at spaces.
    pub fn of(words: &'static str) -> Command {
        let words = words.split(' ').map(|word| Word::Text(word.to_owned()));
        Command { folder: None, parts: vec![words.collect()] }
    }

    /// Adds a word to the last command.
    pub fn arg(self, text: impl Into<String>) -> Command {
        self.word(Word::Text(text.into()))
    }

    /// Adds words to the last command.
    pub fn args<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Command {
        texts.into_iter().fold(self, Command::arg)
    }

    /// Adds a path to the last command.
    pub fn path(self, path: &RepoPath) -> Command {
        self.word(Word::Path(path.clone()))
    }

    /// Adds paths to the last command.
    pub fn paths<'p>(self, paths: impl IntoIterator<Item = &'p RepoPath>) -> Command {
        paths.into_iter().fold(self, Command::path)
    }

    /// Adds something that the user must fill in to the last command.
    pub fn placeholder(self, name: &'static str) -> Command {
        self.word(Word::Placeholder(name.to_owned()))
    }

    /// Lets another command follow, in the same folder.
    pub fn and(mut self, next: Command) -> Command {
        self.parts.extend(next.parts);
        self
    }

    /// Has the commands run in a folder of the repository.
    pub fn below(self, folder: &RepoPath) -> Command {
        Command { folder: (!folder.is_root()).then(|| folder.clone()), ..self }
    }

    /// Returns the folder to run the commands in, relative to the top of the repository.
    pub fn folder(&self) -> Option<&RepoPath> {
        self.folder.as_ref()
    }

    /// Returns the same commands for one who stands in a folder from which `up` leads to the top.
    fn seen_from(self, up: &str) -> Command {
        let from_here = |path: RepoPath| RepoPath::new([up.as_bytes(), path.as_bytes()].concat());
        // In a folder of their own, paths are what they are there.
        if let Some(folder) = self.folder {
            return Command { folder: Some(from_here(folder)), ..self };
        }
        let word = |word| match word {
            Word::Path(path) => Word::Path(from_here(path)),
            Word::Text(_) | Word::Placeholder(_) => word,
        };
        let parts = self.parts.into_iter().map(|part| part.into_iter().map(word).collect());
        Command { folder: None, parts: parts.collect() }
    }

    /// Returns the words of each command, unquoted.
    pub fn argv(&self) -> Vec<Vec<String>> {
        self.parts.iter().map(|part| part.iter().map(Word::unquoted).collect()).collect()
    }

    /// Returns what the user must fill in before the commands can run.
    pub fn placeholders(&self) -> Vec<&str> {
        let words = self.parts.iter().flatten();
        let names = words.filter_map(|word| match word {
            Word::Placeholder(name) => Some(name.as_str()),
            Word::Text(_) | Word::Path(_) => None,
        });
        names.collect()
    }

    fn word(mut self, word: Word) -> Command {
        if let Some(last) = self.parts.last_mut() {
            last.push(word);
        }
        self
    }
}

impl Word {
    fn unquoted(&self) -> String {
        match self {
            Word::Text(text) | Word::Placeholder(text) => text.clone(),
            Word::Path(path) => String::from_utf8_lossy(path.as_bytes()).into_owned(),
        }
    }
}

/// Quotes each word as the shell needs it, and escapes what no terminal should get.
impl fmt::Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts.iter().map(|part| {
            let words: Vec<String> = part.iter().map(Word::to_string).collect();
            words.join(" ")
        });
        let commands = parts.collect::<Vec<_>>().join(" && ");
        match &self.folder {
            Some(folder) => write!(out, "(cd {} && {commands})", shell_word(&folder.to_string())),
            None => out.write_str(&commands),
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Word::Text(text) => out.write_str(&shell_word(text)),
            Word::Path(path) => out.write_str(&shell_word(&path.to_string())),
            Word::Placeholder(name) => out.write_str(&escape(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_quotes_itself_and_gives_plain_words() {
        let path = RepoPath::new("my migrations/a.py");
        let command = Command::of("git add")
            .path(&path)
            .and(Command::of("git commit -m").arg("it's $(done)"))
            .below(&RepoPath::new("sub dir"));
        assert_eq!(
            command.to_string(),
            "(cd 'sub dir' && git add 'my migrations/a.py' && git commit -m \"it's \"'$(done)')"
        );
        assert_eq!(
            command.argv(),
            [vec!["git", "add", "my migrations/a.py"], vec!["git", "commit", "-m", "it's $(done)"]]
        );
    }

    #[test]
    fn paths_are_named_from_where_one_stands() {
        let add = Command::of("git add").path(&RepoPath::new("db/a.py"));
        let seen = |command| Step::run("", command).seen_from("../").to_string();
        assert_eq!(seen(add), "`git add ../db/a.py`");
        let upgrade = Command::of("alembic upgrade head").below(&RepoPath::new("db"));
        assert_eq!(seen(upgrade), "`(cd ../db && alembic upgrade head)`");
    }

    #[test]
    fn placeholders_are_known() {
        let command = Command::of("alembic-guard check --base").placeholder("REV");
        assert_eq!(command.to_string(), "alembic-guard check --base REV");
        assert_eq!(command.placeholders(), ["REV"]);
        assert!(Command::of("git status").placeholders().is_empty());
    }

    #[test]
    fn advice_in_one_line_has_its_command_in_backticks() {
        let command = || Command::of("git fetch").arg("my remote");
        assert_eq!(Step::note("look around").to_string(), "look around");
        assert_eq!(Step::run("get it", command()).to_string(), "get it: `git fetch 'my remote'`");
        assert_eq!(Step::run("", command()).to_string(), "`git fetch 'my remote'`");
        let write = Step::write("write it", "x = 1").when("it is there");
        assert_eq!(write.to_string(), "if it is there, write it: `x = 1`");
    }
}
