//! Advice about a problem as data: prose, commands to run and lines to write.
//!
//! The data also records which steps form a sequence and which are alternatives. As text, the steps are
//! listed in order, and every alternative starts with "or".

mod command;
pub mod program;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use command::{Command, Word};

/// Advice about a problem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// The steps before any of the ways: check out the branch, merge the base.
    pub first: Vec<Step>,
    /// The ways to choose from, the best one first. Each is complete, so ways may share their last steps.
    pub ways: Vec<Vec<Step>>,
    /// Warnings that apply to every way.
    pub cautions: Vec<Step>,
}

/// One step of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The prose, without the command or line that follows it.
    pub text: String,
    /// The condition of the step, if any: "`flask db current` prints `a1b2`".
    pub when: Option<String>,
    /// The command or line that follows the prose.
    pub shown: Shown,
    /// Whether the command is clear without prose, like `git commit`.
    pub is_obvious: bool,
}

/// The part of a [`Step`] that follows the prose on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// Nothing: the step is only prose.
    Nothing,
    /// A command to run.
    Command(Command),
    /// A line to write into a file that the prose names.
    Line(String),
}

impl Advice {
    /// Creates advice with one way, a sequence of steps.
    pub fn way<S: Into<Step>>(steps: impl IntoIterator<Item = S>) -> Advice {
        Advice::default().or(steps)
    }

    /// Adds another way. An empty way is ignored.
    pub fn or<S: Into<Step>>(mut self, steps: impl IntoIterator<Item = S>) -> Advice {
        let way: Vec<Step> = steps.into_iter().map(Into::into).collect();
        self.ways.extend((!way.is_empty()).then_some(way));
        self
    }

    /// Puts steps before all ways.
    pub fn after(self, first: impl IntoIterator<Item = Step>) -> Advice {
        Advice { first: first.into_iter().chain(self.first).collect(), ..self }
    }

    /// Adds a warning.
    pub fn caution(mut self, caution: impl Into<Step>) -> Advice {
        self.cautions.push(caution.into());
        self
    }

    /// Returns whether there is no advice.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.ways.is_empty() && self.cautions.is_empty()
    }

    /// Returns all steps in the order in which they are listed.
    ///
    /// Every alternative starts with "or" and leaves out the steps that it shares with an earlier way.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = self.first.clone();
        for (place, way) in self.ways.iter().enumerate() {
            let earlier = &self.ways[..place];
            let is_listed = |step: &&Step| earlier.iter().any(|other| other.contains(step));
            let mut way = way.iter().filter(|step| !is_listed(step)).cloned();
            steps.extend(way.next().map(|first| if place == 0 { first } else { first.or() }));
            steps.extend(way);
        }
        steps.extend(self.cautions.iter().cloned());
        steps
    }

    /// Returns the same advice for a working directory from which `up` leads to the top: `../`.
    #[must_use]
    pub fn seen_from(self, up: &str) -> Advice {
        let seen = |steps: Vec<Step>| steps.into_iter().map(|step| step.seen_from(up)).collect();
        Advice {
            first: seen(self.first),
            ways: self.ways.into_iter().map(seen).collect(),
            cautions: seen(self.cautions),
        }
    }
}

impl Step {
    /// Creates a step of prose alone.
    pub fn note(text: impl Into<String>) -> Step {
        Step { text: text.into(), when: None, shown: Shown::Nothing, is_obvious: false }
    }

    /// Creates a step that runs a command.
    pub fn run(text: impl Into<String>, command: Command) -> Step {
        Step { shown: Shown::Command(command), ..Step::note(text) }
    }

    /// Creates a step that writes a line.
    pub fn write(text: impl Into<String>, line: impl Into<String>) -> Step {
        Step { shown: Shown::Line(line.into()), ..Step::note(text) }
    }

    /// Creates a step with a self-explanatory command.
    pub fn obvious(text: impl Into<String>, command: Command) -> Step {
        Step { is_obvious: true, ..Step::run(text, command) }
    }

    /// Adds a condition, in words that follow "if".
    pub fn when(self, state: impl Into<String>) -> Step {
        Step { when: Some(state.into()), ..self }
    }

    /// Returns the same step for a working directory from which `up` leads to the top: `../`.
    #[must_use]
    pub fn seen_from(self, up: &str) -> Step {
        let shown = match self.shown {
            Shown::Command(command) => Shown::Command(command.seen_from(up)),
            Shown::Nothing | Shown::Line(_) => self.shown,
        };
        Step { shown, ..self }
    }

    /// Returns the step as the start of an alternative.
    fn or(self) -> Step {
        let text = if self.text.is_empty() { "or".to_owned() } else { format!("or {}", self.text) };
        Step { text, ..self }
    }

    /// Returns the prose, including the condition.
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

/// Writes the step on one line, with the command or line in backticks.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RepoPath;

    #[test]
    fn a_step_that_ends_several_ways_is_listed_once() {
        let commit = || Step::obvious("commit it", Command::of("git commit"));
        let advice = Advice::way(["edit it".into(), commit()])
            .or(["join them".into(), commit()])
            .or(["leave it"])
            .after(["switch".into()])
            .caution("mind the database");
        let listed: Vec<String> = advice.steps().iter().map(Step::to_string).collect();
        assert_eq!(
            listed,
            [
                "switch",
                "edit it",
                "commit it: `git commit`",
                "or join them",
                "or leave it",
                "mind the database"
            ]
        );
        assert_eq!(advice.ways[1], ["join them".into(), commit()]);
        assert!(Advice::default().is_empty());
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
    fn advice_in_one_line_has_its_command_in_backticks() {
        let command = || Command::of("git fetch").arg("my remote");
        assert_eq!(Step::note("look around").to_string(), "look around");
        assert_eq!(Step::run("get it", command()).to_string(), "get it: `git fetch 'my remote'`");
        assert_eq!(Step::run("", command()).to_string(), "`git fetch 'my remote'`");
        let write = Step::write("write it", "x = 1").when("it is there");
        assert_eq!(write.to_string(), "if it is there, write it: `x = 1`");
    }
}
