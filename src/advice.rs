//! What a person can do about a problem: prose, commands to run and lines to write, as data.
//!
//! Which steps follow one another and which are a choice is part of the data too. In a text they are listed one
//! after the other, and those of another way begin with "or".

mod command;
pub mod program;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use command::{Command, Word};

/// What to do about a problem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// What comes before any of the ways: to go to the branch, to bring in the base.
    pub first: Vec<Step>,
    /// The ways to choose from, the best one first, each complete: a step that ends several of them is in all.
    pub ways: Vec<Vec<Step>>,
    /// What to bear in mind, whichever way is taken.
    pub cautions: Vec<Step>,
}

/// One step of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The prose, without the command or line that follows it.
    pub text: String,
    /// The state that this holds for, if it does not always hold: "`flask db current` prints `a1b2`".
    pub when: Option<String>,
    /// What follows the prose.
    pub shown: Shown,
    /// Whether a person who sees the command needs no prose: `git commit`.
    pub is_obvious: bool,
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

impl Advice {
    /// Makes advice with one way, whose steps are taken in order.
    pub fn way<S: Into<Step>>(steps: impl IntoIterator<Item = S>) -> Advice {
        Advice::default().or(steps)
    }

    /// Adds another way; one without steps is none.
    pub fn or<S: Into<Step>>(mut self, steps: impl IntoIterator<Item = S>) -> Advice {
        let way: Vec<Step> = steps.into_iter().map(Into::into).collect();
        self.ways.extend((!way.is_empty()).then_some(way));
        self
    }

    /// Has steps come before any way.
    pub fn after(self, first: impl IntoIterator<Item = Step>) -> Advice {
        Advice { first: first.into_iter().chain(self.first).collect(), ..self }
    }

    /// Adds what to bear in mind.
    pub fn caution(mut self, caution: impl Into<Step>) -> Advice {
        self.cautions.push(caution.into());
        self
    }

    /// Tells whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.ways.is_empty() && self.cautions.is_empty()
    }

    /// Returns all steps in the order in which they are listed. Another way begins with "or"; what it has in
    /// common with an earlier one is not listed again.
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

    /// Returns the same advice for one who stands in a folder from which `up` leads to the top: `../`.
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
    /// Makes a step that is prose alone.
    pub fn note(text: impl Into<String>) -> Step {
        Step { text: text.into(), when: None, shown: Shown::Nothing, is_obvious: false }
    }

    /// Makes a step that runs a command.
    pub fn run(text: impl Into<String>, command: Command) -> Step {
        Step { shown: Shown::Command(command), ..Step::note(text) }
    }

    /// Makes a step that writes a line.
    pub fn write(text: impl Into<String>, line: impl Into<String>) -> Step {
        Step { shown: Shown::Line(line.into()), ..Step::note(text) }
    }

    /// Makes a step whose command says by itself what it does.
    pub fn obvious(text: impl Into<String>, command: Command) -> Step {
        Step { is_obvious: true, ..Step::run(text, command) }
    }

    /// Restricts the step to a state, which is put in words that follow "if".
    pub fn when(self, state: impl Into<String>) -> Step {
        Step { when: Some(state.into()), ..self }
    }

    /// Returns the same step for one who stands in a folder from which `up` leads to the top: `../`.
    #[must_use]
    pub fn seen_from(self, up: &str) -> Step {
        let shown = match self.shown {
            Shown::Command(command) => Shown::Command(command.seen_from(up)),
            Shown::Nothing | Shown::Line(_) => self.shown,
        };
        Step { shown, ..self }
    }

    /// Returns the step as the beginning of another way.
    fn or(self) -> Step {
        let text = if self.text.is_empty() { "or".to_owned() } else { format!("or {}", self.text) };
        Step { text, ..self }
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

/// Writes the step on one line, what follows the prose in backticks.
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
