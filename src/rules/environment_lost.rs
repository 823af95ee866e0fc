//! `environment-lost`.

use super::{Concern, Debt, Rule, Subject};
use crate::config;
use crate::finding::{Finding, Level, Site};
use crate::tree::RepoPath;

pub(super) static RULE: Rule = Rule {
    name: "environment-lost",
    level: Level::Error,
    explain: "\
## What it checks
The change takes an Alembic environment away (its `alembic.ini` or section, `env.py` and template)
while its migrations remain.

## Why it matters
Without the environment Alembic cannot run these migrations, and the guard could no longer see
them: whatever came after would pass unjudged.

## How to fix
Bring back what was removed; or remove the migrations too; or tell where they are run from, as an
`[[environment]]` in `.alembic-guard.toml`.
",
    debt: Debt::Compared,
    concern: Concern::Neither,
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let remaining = subject.after.len() + subject.after.opaque().len();
    if !subject.lost || remaining == 0 {
        return Vec::new();
    }
    let location = &subject.environment.script_location;
    let migrations = match remaining {
        1 => "one of its migrations remains".to_owned(),
        several => format!("{several} of its migrations remain"),
    };
    let name = &subject.environment.name;
    let message = format!("the Alembic environment `{name}` is gone while {migrations}");
    let mut finding = RULE.at(subject, Site::Path(location.clone()), message);
    finding.label = "nothing here tells Alembic to run them".to_owned();
    finding.culprits = claims(location);
    let location = match location.is_root() {
        true => ".".to_owned(),
        false => location.to_string(),
    };
    finding.help = vec![
        "bring back its alembic.ini or env.py".into(),
        format!(
            "or name it in .alembic-guard.toml: `[[environment]]` with `script_location = \"{location}\"`"
        )
        .into(),
    ];
    vec![finding]
}

/// Returns the files that may have made the folder an environment, and whose removal is to blame.
fn claims(location: &RepoPath) -> Vec<RepoPath> {
    let mut claims: Vec<RepoPath> =
        ["env.py", "script.py.mako"].iter().map(|name| location.join(name)).collect();
    let mut folder = Some(location.clone());
    while let Some(above) = folder {
        claims.extend(["alembic.ini", "pyproject.toml"].iter().map(|name| above.join(name)));
        folder = above.parent();
    }
    claims.push(RepoPath::new(config::FILE_NAME));
    claims
}
