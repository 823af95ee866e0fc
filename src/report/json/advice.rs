//! The JSON of advice: the steps as a list, and grouped into sequences and alternatives.

use serde::Serialize;

use super::path;
use crate::advice::{Advice, Command, Shown, Step};

/// Advice, grouped into sequences and alternatives.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report) struct PlanJson {
    /// The steps before any of the ways.
    first: Vec<StepJson>,
    /// The ways to choose from, the best one first, each with all its steps.
    ways: Vec<Vec<StepJson>>,
    /// Anything else to consider.
    cautions: Vec<StepJson>,
}

/// A step of advice.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report) struct StepJson {
    text: String,
    /// The condition under which it applies, as text that follows "if".
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    /// Commands as unquoted words; run each one only if the previous one succeeded.
    commands: Vec<Vec<String>>,
    /// The folder to run them in, relative to the top of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    /// Words of the commands that the user must fill in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    placeholders: Vec<String>,
    /// A line to write into a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
}

/// Returns advice with its structure.
pub(in crate::report) fn plan(advice: &Advice) -> PlanJson {
    PlanJson {
        first: steps(&advice.first),
        ways: advice.ways.iter().map(steps).collect(),
        cautions: steps(&advice.cautions),
    }
}

/// Returns steps as text, one per line.
pub(in crate::report) fn lines<'s>(steps: impl IntoIterator<Item = &'s Step>) -> Option<String> {
    let lines: Vec<String> = steps.into_iter().map(Step::to_string).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Returns steps in the order in which they are listed.
pub(in crate::report) fn steps<'s>(steps: impl IntoIterator<Item = &'s Step>) -> Vec<StepJson> {
    steps.into_iter().map(step).collect()
}

fn step(step: &Step) -> StepJson {
    let command = step.command();
    let placeholders = command.map(Command::placeholders).unwrap_or_default();
    StepJson {
        text: step.text.clone(),
        when: step.when.clone(),
        commands: command.map(Command::argv).unwrap_or_default(),
        folder: command.and_then(Command::folder).map(path),
        placeholders: placeholders.into_iter().map(str::to_owned).collect(),
        line: match &step.shown {
            Shown::Line(line) => Some(line.clone()),
            Shown::Nothing | Shown::Command(_) => None,
        },
    }
}
