//! `filename-convention`.

use super::context::whole;
use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Command, Step};
use crate::alembic::graph::Revision;
use crate::config::{FilenamePattern, Level, Named};
use crate::problem::Problem;
use crate::text::escape;

pub(super) static RULE: Rule = Rule {
    name: "filename-convention",
    group: Group::Conventions,
    summary: "file name does not follow the pattern",
    level: Level::Off,
    explain: "\
## What it checks
The name of a new migration file does not follow the configured pattern:

    [filename]
    pattern = \"{date:%Y%m%d}_{slug}_{label}\"

Setting a pattern turns the rule on, as a warning unless `[rules]` sets another level. Other text in the
pattern is literal, `{{` and `}}` stand for braces, and `.py` is optional. Each field may occur once:

- `{date:...}`: a valid date, written with `%Y %y %m %d %j %H %M %S`;
- `{slug}`: words of lower-case letters and digits, joined by `_`;
- `{label}`: a branch label of the revision or of its ancestors; any single word if it has none;
- `{rev}`: the revision id.

## Why it matters
Alembic ignores file names. People use them to find the newest migration or the migrations of a team.

## How to fix
Rename the file before it is merged. With `file_template` in the Alembic configuration, new files get such
names, except for the label.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let Some(pattern) = subject.filename_pattern else {
        return Vec::new();
    };
    let renamed: Vec<&Revision> = subject.renamed().collect();
    if renamed.is_empty() {
        return Vec::new();
    }
    // If the labels of the revisions are unknown, no name can be wrong.
    let Some(labels) = subject.after.labels() else {
        return Vec::new();
    };
    let misnamed = |revision: &Revision| {
        let labels: Vec<&str> = labels.get(&revision.id).into_iter().flatten().copied().collect();
        let named = Named { revision: revision.id.as_str(), labels: &labels };
        problem(subject, revision, pattern, named)
    };
    renamed.into_iter().filter_map(misnamed).collect()
}

fn problem(
    subject: &RuleContext<'_>,
    revision: &Revision,
    pattern: &FilenamePattern,
    named: Named<'_>,
) -> Option<Problem> {
    let path = &revision.migration.file.path;
    let name = String::from_utf8_lossy(path.file_name());
    if !name.ends_with(".py") || pattern.matches(&name, named) {
        return None;
    }
    let shown = escape(&pattern.to_string());
    let message = format!("`{}` does not follow the pattern `{shown}`", escape(&name));
    let mut problem = RULE.at(subject, whole(&revision.migration), message);
    problem.label = match named.labels {
        [] => String::new(),
        labels => format!("branch label {}", escape(&format!("`{}`", labels.join("`, `")))),
    };
    problem.revisions = vec![revision.id.clone()];
    let folder = path.parent().unwrap_or_default();
    let example = folder.join(pattern.example(named));
    problem.advice = Advice::way([Step::run(
        "rename it before you merge it, for example",
        Command::of("git mv").path(path).path(&example),
    )]);
    Some(problem)
}
