//! `docstring-mismatch`.

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::graph::{Parents, Revision};
use crate::alembic::migration::{Docstring, Text};
use crate::config::Level;
use crate::problem::{Problem, Related};
use crate::text::escape;

pub(super) static RULE: Rule = Rule {
    name: "docstring-mismatch",
    group: Group::Conventions,
    summary: "docstring names other ids",
    level: Level::Warn,
    explain: "\
## What it checks
`Revision ID:` or `Revises:` in the docstring of a new migration differs from `revision` or
`down_revision`.

## Why it matters
Alembic only reads the variables, but people read the docstring first, and `alembic history -v` prints it.
After somebody repaired a `down_revision` by hand, the docstring is wrong.

## How to fix
Write the ids of the variables into the docstring, or delete the line. `alembic-guard check --fix` writes
them.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    subject.brought().filter_map(|revision| problem(subject, revision)).collect()
}

/// A line of the docstring and the ids that it should name.
struct Line<'a> {
    heading: &'static str,
    variable: &'static str,
    said: &'a Text,
    ids: Vec<&'a str>,
}

fn problem(subject: &RuleContext<'_>, revision: &Revision) -> Option<Problem> {
    let lines = lines(subject, revision);
    let wrong: Vec<&Line<'_>> = lines.iter().filter(|line| !line.is_right()).collect();
    let (first, others) = wrong.split_first()?;
    let said = match first.said.text.as_str() {
        "" => "nothing".to_owned(),
        text => format!("`{}`", escape(text)),
    };
    let message = format!("the docstring says {said}, but {}", first.truth());
    let site = revision.site_at(first.said.span.clone());
    let mut problem = RULE.at(subject, site, message);
    problem.label = "Alembic ignores this".to_owned();
    let value = match first.variable {
        "revision" => revision.id_site(),
        _ => revision.parents_site(),
    };
    problem.related = vec![Related { site: value, message: first.truth() }];
    problem.related.extend(others.iter().map(|line| Related {
        site: revision.site_at(line.said.span.clone()),
        message: format!("also wrong: {}", line.truth()),
    }));
    problem.revisions = vec![revision.id.clone()];
    let is_to_move = subject.is_to_move(&revision.id);
    let help = |line: &&Line<'_>| match line.variable {
        "down_revision" if is_to_move => subject.once_moved(revision),
        _ => line.help(),
    };
    problem.advice = Advice::way(wrong.iter().copied().map(|line| help(&line)));
    Some(problem)
}

/// Returns the lines of the docstring that belong to a known variable.
fn lines<'a>(subject: &'a RuleContext<'_>, revision: &'a Revision) -> Vec<Line<'a>> {
    let Some(details) = subject.details.get(&revision.migration.file) else {
        return Vec::new();
    };
    let docstring = &details.docstring;
    let id = docstring.revision.as_ref().map(|said| Line {
        heading: "Revision ID:",
        variable: "revision",
        said,
        ids: vec![revision.id.as_str()],
    });
    let parents = docstring.revises.as_ref().map(|said| Line {
        heading: "Revises:",
        variable: "down_revision",
        said,
        ids: revision.parents.texts().iter().map(|text| text.text.as_str()).collect(),
    });
    let parents = parents.filter(|_| revision.parents != Parents::Unknown);
    id.into_iter().chain(parents).collect()
}

impl Line<'_> {
    fn is_right(&self) -> bool {
        Docstring::names(self.said, &self.ids)
    }

    fn truth(&self) -> String {
        let quoted: Vec<String> = self.ids.iter().map(|id| format!("`{}`", escape(id))).collect();
        match quoted.as_slice() {
            [] => format!("`{}` is `None`", self.variable),
            ids => format!("`{}` is {}", self.variable, ids.join(", ")),
        }
    }

    fn help(&self) -> Step {
        let line = format!("{} {}", self.heading, self.ids.join(", "));
        Step::write("write in the docstring", escape(line.trim_end()))
    }
}
