//! `too-many-migrations`.

use super::{Baseline, Consequence, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::environment::Excess;
use crate::config::Level;
use crate::problem::{Problem, Weight};
use crate::text::escape;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "too-many-migrations",
    level: Level::Error,
    explain: "\
## What it checks
An environment has more migrations, or more folders of them, than `max_migrations` allows (250000
unless `.alembic-guard.toml` says otherwise), or a folder lies more than 64 deep in a version
folder. Before the change or after it: the guard compares the two.

## Why it matters
Nothing of such an environment is read, so nothing is known of its heads. A repository can be made
to hold more files than any machine could read; a hook that tried would never end.

## How to fix
Raise `max_migrations` in `.alembic-guard.toml` if the migrations are truly so many: each takes
some two kilobytes of memory. Or squash what every database has run. A folder
that lies too deep can be named as a version folder of its own.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Judging,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let Some(unread) = subject.unread else {
        return Vec::new();
    };
    let environment = subject.environment;
    let (what, help) = match unread.excess {
        Excess::Migrations(most) => (format!("has more than {most} migrations"), raise(*most)),
        Excess::Folders(most) => {
            (format!("has more than {most} folders of migrations"), raise(*most))
        }
        Excess::Depth { folder, most } => (
            format!("has migrations more than {most} folders deep, in `{folder}`"),
            "move the folder up, or name it in `version_locations`".into(),
        ),
    };
    let site = match unread.excess {
        Excess::Depth { folder, .. } => folder,
        Excess::Migrations(_) | Excess::Folders(_) => {
            environment.version_locations.first().unwrap_or(&environment.script_location)
        }
    };
    let name = escape(&environment.name);
    let message = format!("`{name}` {what}: it could not be judged");
    let mut problem = RULE.at(subject, Site::Path(site.clone()), message);
    problem.label = "none of it was read".to_owned();
    problem.culprits = environment.version_locations.clone();
    problem.advice = Advice::way([help]);
    if unread.is_same {
        problem.weight = Weight::Minor;
    }
    vec![problem]
}

fn raise(most: usize) -> Step {
    let more = most.saturating_mul(2);
    Step::write("allow more of them in .alembic-guard.toml", format!("max_migrations = {more}"))
}
