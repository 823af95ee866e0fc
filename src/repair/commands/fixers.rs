//! The fixes of single files: new contents and new names.

use super::Trial;
use super::fixes::Work;
use crate::advice::Step;
use crate::alembic::graph::Revision;
use crate::alembic::migration;
use crate::compare::Pair;
use crate::finding::Finding;
use crate::repair::{self, NewContent, Repaired};
use crate::rules;
use crate::scope::Error;

/// The fix of one problem.
pub(super) struct Remedy {
    pub(super) contents: Vec<NewContent>,
    pub(super) repaired: Repaired,
    pub(super) then: Option<Step>,
}

pub(super) fn misspelling(
    trial: &Trial<'_, '_>,
    work: &Work<'_>,
    finding: &Finding,
) -> Result<Option<Remedy>, Error> {
    let path = finding.problem.site.path();
    let limits = trial.reader.limits();
    let Some(source) = work.read(trial, path)? else { return Ok(None) };
    let module = migration::read(&source, &limits);
    let remedies = module.misspellings.iter().filter_map(|slip| {
        let after = repair::edit_misspelling(&source, &limits, slip).ok()?;
        let found = crate::text::escape(&slip.found);
        Some(Remedy {
            contents: vec![(path.clone(), Some(after))],
            repaired: Repaired {
                rule: finding.problem.rule,
                path: path.clone(),
                done: format!("`{found}` corrected to `{}`", slip.meant),
            },
            then: None,
        })
    });
    let mut remedies: Vec<Remedy> = remedies.collect();
    remedies.truncate(1);
    Ok(remedies.pop())
}

pub(super) fn docstring(
    trial: &Trial<'_, '_>,
    work: &Work<'_>,
    revision: &Revision,
) -> Result<Option<Remedy>, Error> {
    let path = &revision.migration.file.path;
    let limits = trial.reader.limits();
    let Some(source) = work.read(trial, path)? else { return Ok(None) };
    // To write what is there already leaves the value alone, and the docstring follows.
    let after = repair::edit_revision_id(&source, &limits, &revision.id)
        .and_then(|source| repair::edit_parents(&source, &limits, &revision.parents.ids()));
    Ok(after.ok().map(|after| Remedy {
        contents: vec![(path.clone(), Some(after))],
        repaired: Repaired {
            rule: "docstring-mismatch",
            path: path.clone(),
            done: "docstring updated to match the variables".to_owned(),
        },
        then: None,
    }))
}

pub(super) fn filename(
    trial: &Trial<'_, '_>,
    work: &Work<'_>,
    pair: &Pair,
    revision: &Revision,
) -> Result<Option<Remedy>, Error> {
    let path = &revision.migration.file.path;
    let Some(renamed) = rules::renamed(&pair.environment, &pair.after.graph, revision) else {
        return Ok(None);
    };
    let Some(source) = work.read(trial, path)? else { return Ok(None) };
    if trial.start.work.node(&renamed)?.is_some() || work.read(trial, &renamed)?.is_some() {
        return Ok(None);
    }
    Ok(Some(Remedy {
        contents: vec![(path.clone(), None), (renamed.clone(), Some(source))],
        repaired: Repaired {
            rule: "filename-mismatch",
            done: format!("renamed from {path}"),
            path: renamed,
        },
        then: None,
    }))
}
