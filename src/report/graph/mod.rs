//! The output of `heads` and `graph`, which show the history without checking it.

mod chart;
mod json;

use std::collections::BTreeMap;

pub use json::{GraphJson, heads_json, json};

use super::color::{FAINT, GOOD, STRONG, WARNING, paint};
use super::{Style, layout};
use crate::alembic::migration::RevisionId;
use crate::text::escape;
use crate::tree::RepoPath;

/// All environments of one tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GraphView {
    /// The environments, by name.
    pub environments: Vec<EnvironmentView>,
}

/// One environment and its revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentView {
    /// Its name.
    pub name: String,
    /// The folder of `env.py`.
    pub script_location: RepoPath,
    /// The versions folders.
    pub version_locations: Vec<RepoPath>,
    /// Whether subfolders of the versions folders count too.
    pub recursive: bool,
    /// Its revisions. If two files define one id, the later one counts, as in Alembic.
    pub revisions: Vec<RevisionView>,
    /// The revisions that are not a parent of another one.
    pub heads: Vec<RevisionId>,
    /// The heads that no other revision depends on.
    pub real_heads: Vec<RevisionId>,
    /// The revisions without a parent.
    pub bases: Vec<RevisionId>,
    /// The problems of the environment, as sentences.
    pub problems: Vec<String>,
}

/// One revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionView {
    /// Its id.
    pub revision: RevisionId,
    /// Its parents, which may be missing.
    pub down_revision: Vec<RevisionId>,
    /// Its dependencies, as written.
    pub depends_on: Vec<String>,
    /// The labels that it declares.
    pub branch_labels: Vec<String>,
    /// The labels that apply to it, including inherited ones; sorted.
    pub labels: Vec<String>,
    /// Its file.
    pub path: RepoPath,
    /// The first line of its docstring.
    pub title: Option<String>,
}

/// Draws the revisions of every environment, newest first.
pub fn text(view: &GraphView, style: &Style) -> String {
    sections(view, style, chart::render)
}

/// Lists the heads of every environment, one per line.
pub fn heads_text(view: &GraphView, style: &Style) -> String {
    sections(view, style, heads)
}

fn sections(
    view: &GraphView,
    style: &Style,
    section: fn(&EnvironmentView, &Style) -> String,
) -> String {
    if view.environments.is_empty() {
        return "no Alembic environment\n".to_owned();
    }
    let several = view.environments.len() > 1;
    let sections = view.environments.iter().map(|environment| {
        let heading = if several {
            format!("{}:\n", paint(style, STRONG, &escape(&environment.name)))
        } else {
            String::new()
        };
        heading + &section(environment, style) + &problems(environment, style)
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn problems(environment: &EnvironmentView, style: &Style) -> String {
    let problems = environment.problems.iter();
    problems.map(|problem| layout::headed("warning", WARNING, problem, style)).collect()
}

fn heads(environment: &EnvironmentView, style: &Style) -> String {
    let revisions = by_id(environment);
    let mut out = String::new();
    for head in &environment.heads {
        let revision = revisions.get(head).map(|place| &environment.revisions[*place]);
        out += &paint(style, GOOD, &head.to_string());
        if let Some(revision) = revision {
            out += &in_brackets(&revision.labels);
        }
        out += head_mark(environment, head);
        if let Some(revision) = revision {
            out += &format!("  {}", paint(style, FAINT, &revision.path.to_string()));
        }
        out.push('\n');
    }
    out
}

fn in_brackets(labels: &[String]) -> String {
    match labels {
        [] => String::new(),
        labels => format!(" ({})", escape(&labels.join(", "))),
    }
}

/// Marks heads as `alembic heads` does.
fn head_mark(environment: &EnvironmentView, id: &RevisionId) -> &'static str {
    match (environment.heads.contains(id), environment.real_heads.contains(id)) {
        (true, false) => " (effective head)",
        (_, true) => " (head)",
        (false, false) => "",
    }
}

fn by_id(environment: &EnvironmentView) -> BTreeMap<&RevisionId, usize> {
    let revisions = environment.revisions.iter().enumerate();
    revisions.map(|(place, revision)| (&revision.revision, place)).collect()
}
