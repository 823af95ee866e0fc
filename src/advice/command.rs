//! Shell commands that quote themselves.
//!
//! Names from a repository cannot become shell syntax. JSON output has the same words unquoted, one array per
//! command.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::program;
use crate::path::RepoPath;
use crate::text::{escape, shell_word};

/// Commands for a POSIX shell, each run only if the one before it succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The folder to run them in, relative to the top of the repository; by default the working directory.
    folder: Option<RepoPath>,
    parts: Vec<Vec<Word>>,
}

/// One word of a [`Command`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Word {
    /// This program, by [`program::name`]. Two runs that share a cache may use different names, so the name
    /// is resolved when the command is printed.
    Program,
    /// A literal word.
    Text(String),
    /// A path in the repository.
    Path(RepoPath),
    /// A word that the user must fill in, in capitals: `BRANCH`.
    Placeholder(String),
}

impl Command {
    /// Creates a command of literal words, separated by spaces. [`program::PROGRAM`] as the first word stands
    /// for this program.
    pub fn of(words: &'static str) -> Command {
        let words = words.split(' ').enumerate().map(|(place, word)| match (place, word) {
            (0, program::PROGRAM) => Word::Program,
            _ => Word::Text(word.to_owned()),
        });
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

    /// Adds a word that the user must fill in to the last command.
    pub fn placeholder(self, name: &'static str) -> Command {
        self.word(Word::Placeholder(name.to_owned()))
    }

    /// Adds another command in the same folder.
    pub fn and(mut self, next: Command) -> Command {
        self.parts.extend(next.parts);
        self
    }

    /// Sets the folder of the repository to run the commands in.
    pub fn below(self, folder: &RepoPath) -> Command {
        Command { folder: (!folder.is_root()).then(|| folder.clone()), ..self }
    }

    /// Returns the folder to run the commands in, relative to the top of the repository.
    pub fn folder(&self) -> Option<&RepoPath> {
        self.folder.as_ref()
    }

    /// Returns the same commands for a working directory from which `up` leads to the top.
    pub(super) fn seen_from(self, up: &str) -> Command {
        let from_here = |path: RepoPath| RepoPath::new([up.as_bytes(), path.as_bytes()].concat());
        // Paths are relative to the command's own folder, if it has one.
        if let Some(folder) = self.folder {
            return Command { folder: Some(from_here(folder)), ..self };
        }
        let word = |word| match word {
            Word::Path(path) => Word::Path(from_here(path)),
            Word::Program | Word::Text(_) | Word::Placeholder(_) => word,
        };
        let parts = self.parts.into_iter().map(|part| part.into_iter().map(word).collect());
        Command { folder: None, parts: parts.collect() }
    }

    /// Returns the words of each command, unquoted.
    pub fn argv(&self) -> Vec<Vec<String>> {
        self.parts.iter().map(|part| part.iter().map(Word::unquoted).collect()).collect()
    }

    /// Returns the words that the user must fill in before the commands can run.
    pub fn placeholders(&self) -> Vec<&str> {
        let words = self.parts.iter().flatten();
        let names = words.filter_map(|word| match word {
            Word::Placeholder(name) => Some(name.as_str()),
            Word::Program | Word::Text(_) | Word::Path(_) => None,
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
            Word::Program => program::name().to_owned(),
            Word::Text(text) | Word::Placeholder(text) => text.clone(),
            Word::Path(path) => String::from_utf8_lossy(path.as_bytes()).into_owned(),
        }
    }
}

/// Quotes each word for the shell and escapes control characters.
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
            Word::Program => out.write_str(&program::word()),
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
    fn placeholders_are_known() {
        let command = Command::of("alembic-guard check --base").placeholder("REV");
        assert_eq!(command.to_string(), "alembic-guard check --base REV");
        assert_eq!(command.placeholders(), ["REV"]);
        assert!(Command::of("git status").placeholders().is_empty());
    }
}
