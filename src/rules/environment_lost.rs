//! `environment-lost`.

use super::context::listed;
use super::{Baseline, Consequence, Fate, Group, Rule, RuleContext, Setting};
use crate::advice::{Advice, Step};
use crate::alembic::environment::{BadSetting, Effect};
use crate::alembic::migration::RevisionId;
use crate::config;
use crate::config::Level;
use crate::problem::{Doubt, Problem};
use crate::tree::{RepoPath, Site};

pub(super) static RULE: Rule = Rule {
    name: "environment-lost",
    group: Group::Loading,
    summary: "Alembic no longer finds its migrations",
    level: Level::Error,
    explain: "\
## What it checks
Alembic must still be able to run everything that it could run before the change. The change must not:

- break the configuration, so that `alembic upgrade` fails however it is run from this repository: an
  `alembic.ini` or `pyproject.toml` that cannot be parsed, a value that Alembic rejects, a
  `script_location` that is not a folder, a missing `env.py`;
- leave published migrations in a folder that no environment includes any more, because
  `script_location` or `version_locations` changed;
- remove an environment (its `alembic.ini` or section, `env.py` and template) and leave its migrations.

If the result depends on a program, another package or another machine, the rule only warns.

## Why it matters
Alembic stops, or cannot find the revision that a database is stamped with. alembic-guard no longer sees the
migrations either, so later changes to them would not be checked.

## How to fix
Restore the setting or the file. If you run the migrations in another way, add an `[[environment]]` to
`.alembic-guard.toml`.
",
    baseline: Baseline::Compared,
    consequence: Consequence::Neither,
    check,
};

fn check(subject: &RuleContext<'_>) -> Vec<Problem> {
    let loss = subject.loss;
    let problem = if let Some(stop) = &loss.stop {
        Some(stopped(subject, stop))
    } else if loss.fate == Fate::Lost {
        lost(subject)
    } else if !loss.unseen.is_empty() {
        Some(unseen(subject, loss.setting.as_ref()))
    } else {
        None
    };
    problem.into_iter().collect()
}

/// Reports that Alembic stops working.
fn stopped(subject: &RuleContext<'_>, stop: &BadSetting) -> Problem {
    let location = &subject.environment.script_location;
    let message = match stop.effect {
        Effect::Stops => format!("Alembic can no longer run `{}`", shown(location)),
        Effect::Unknown | Effect::None => {
            format!("cannot tell whether Alembic can still run `{}`", shown(location))
        }
    };
    let mut problem = RULE.at(subject, stop.site.clone(), format!("{message}: {}", stop.message));
    problem.label = "`alembic upgrade` fails here".to_owned();
    if stop.effect != Effect::Stops {
        problem.doubt = Some(Doubt::OutsideRepository);
        problem.label = "depends on more than this repository".to_owned();
    }
    problem.culprits.extend(claims(location));
    if stop.key == Some("script_location") {
        // Removing the folder breaks the settings that name it.
        problem.culprits.push(location.clone());
    }
    let restore = subject.loss.restore.as_ref().map(|it| subject.situation.restore(it));
    problem.advice = match (stop.effect, restore) {
        (Effect::Stops, None) => Advice::way([format!("fix {}", stop.site.path())]),
        (Effect::Stops, Some(restore)) => restore,
        (Effect::Unknown | Effect::None, restore) => {
            let restore = restore.iter().flat_map(Advice::steps);
            Advice::way([named_in_config("if it still runs, list", location)]).or(restore)
        }
    };
    problem
}

/// Reports that nothing leads to the migrations any more.
fn lost(subject: &RuleContext<'_>) -> Option<Problem> {
    let remaining = subject.after.len() + subject.after.opaque().len();
    let location = &subject.environment.script_location;
    let migrations = match remaining {
        0 => return None,
        1 => "one of its migrations remains".to_owned(),
        several => format!("{several} of its migrations remain"),
    };
    let name = &subject.environment.name;
    let message = format!("the Alembic environment `{name}` is gone, but {migrations}");
    let mut problem = RULE.at(subject, Site::Path(location.clone()), message);
    problem.label = "Alembic no longer finds them".to_owned();
    problem.culprits = claims(location);
    let advice = match &subject.loss.restore {
        Some(restore) => subject.situation.restore(restore),
        None => Advice::way(["restore its settings or its env.py"]),
    };
    problem.advice = advice.or([named_in_config("list", location)]);
    Some(problem)
}

/// Reports an environment that no longer loads revisions although their files still exist.
fn unseen(subject: &RuleContext<'_>, setting: Option<&Setting>) -> Problem {
    let ids: Vec<&RevisionId> = subject.loss.unseen.iter().collect();
    let what = match ids.as_slice() {
        [_] | [_, _] => listed(ids.iter().copied()),
        _ => format!("{} revisions", ids.len()),
    };
    let verb = if ids.len() == 1 { "is" } else { "are" };
    let base = &subject.names.base;
    let message = format!("{what} of {base} {verb} no longer in any Alembic environment");
    let location = &subject.environment.script_location;
    let site = setting.map_or_else(|| Site::Path(location.clone()), |it| it.site.clone());
    let mut problem = RULE.at(subject, site, message);
    problem.label = match setting {
        Some(Setting { key, folders, .. }) if folders.is_empty() => {
            format!("`{key}` no longer includes their folders")
        }
        Some(Setting { key, folders, .. }) => {
            let folders: Vec<String> = folders.iter().map(|folder| format!("`{folder}`")).collect();
            format!("`{key}` no longer includes {}", folders.join(", "))
        }
        None => "Alembic no longer finds them".to_owned(),
    };
    let files = ids.iter().filter_map(|id| subject.before.get(id));
    problem.culprits.extend(claims(location));
    problem.culprits.extend(files.map(|revision| revision.migration.file.path.clone()));
    problem.revisions = ids.into_iter().cloned().collect();
    let include = match setting {
        Some(setting) => format!("include their folders in `{}` again", setting.key),
        None => "include their folders again".to_owned(),
    };
    problem.advice = Advice::way([include])
        .or(["move the files to a folder that Alembic loads, and keep their ids"]);
    problem
}

fn shown(location: &RepoPath) -> String {
    if location.is_root() { ".".to_owned() } else { location.to_string() }
}

fn named_in_config(name: &str, location: &RepoPath) -> Step {
    let location = shown(location);
    format!(
        "{name} it in .alembic-guard.toml: `[[environment]]` with `script_location = \"{location}\"`"
    )
    .into()
}

/// Returns the files that may have made the folder an environment. Their removal may be the cause.
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
