//! `too-many-migrations`.

use super::{Baseline, Consequence, Group, Rule, RuleContext};
use crate::advice::{Advice, Step};
use crate::alembic::environment::Excess;
use crate::config::Level;
use crate::problem::{Problem, Weight};
use crate::text::escape;
use crate::tree::Site;

pub(super) static RULE: Rule = Rule {
    name: "too-many-migrations",
    group: Group::Checking,
    summary: "more migrations than are read",
    level: Level::Error,
    explain: "\
## What it checks
Before or after the change, an environment has more migrations or version folders than `max_migrations` allows
(250000 by default), or a folder lies more than 64 levels deep in a versions folder.

## Why it matters
alembic-guard does not read such an environment at all, so its heads are unknown. Without a limit, a
repository could hold more files than any machine can read.

## How to fix
If you really have so many migrations, raise `max_migrations` in `.alembic-guard.toml`; each migration takes
about two kilobytes of memory. Or squash the migrations that every database has run. If a folder lies too
deep, configure it as a versions folder of its own.
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
        Excess::Folders(most) => (format!("has more than {most} version folders"), raise(*most)),
        Excess::Depth { folder, most } => (
            format!("has migrations more than {most} levels deep, in `{folder}`"),
            "move the folder up, or list it in `version_locations`".into(),
        ),
    };
    let site = match unread.excess {
        Excess::Depth { folder, .. } => folder,
        Excess::Migrations(_) | Excess::Folders(_) => {
            environment.version_locations.first().unwrap_or(&environment.script_location)
        }
    };
    let name = escape(&environment.name);
    let message = format!("`{name}` {what} and was not checked");
    let mut problem = RULE.at(subject, Site::Path(site.clone()), message);
    problem.label = "not read".to_owned();
    problem.culprits = environment.version_locations.clone();
    problem.advice = Advice::way([help]);
    if unread.is_same {
        problem.weight = Weight::Minor;
    }
    vec![problem]
}

fn raise(most: usize) -> Step {
    let more = most.saturating_mul(2);
    Step::write("raise the limit in .alembic-guard.toml", format!("max_migrations = {more}"))
}
