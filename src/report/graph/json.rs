//! The JSON output of `graph` and `heads`: version 1.

use serde::Serialize;

use super::{EnvironmentView, GraphView, RevisionView};
use crate::alembic::migration::RevisionId;
use crate::report::json::path;

/// Environments and their revisions.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GraphJson {
    version: u32,
    environments: Vec<EnvironmentJson>,
}

/// An Alembic environment.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EnvironmentJson {
    name: String,
    script_location: String,
    version_locations: Vec<String>,
    recursive: bool,
    /// Only printed by `graph`.
    #[serde(skip_serializing_if = "Option::is_none")]
    revisions: Option<Vec<RevisionJson>>,
    /// The revisions that are not a parent of another revision.
    heads: Vec<String>,
    /// The heads that no other revision depends on.
    real_heads: Vec<String>,
    bases: Vec<String>,
    /// Messages of all problems of the environment.
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RevisionJson {
    revision: String,
    down_revision: Vec<String>,
    depends_on: Vec<String>,
    /// The labels that the file declares.
    branch_labels: Vec<String>,
    /// All labels of the revision, including inherited ones.
    labels: Vec<String>,
    path: String,
    title: Option<String>,
}

/// Returns the output of `graph`.
pub fn json(view: &GraphView) -> GraphJson {
    json_with(view, |environment| Some(environment.revisions.iter().map(revision_json).collect()))
}

/// Returns the output of `heads`, which lists no revisions.
pub fn heads_json(view: &GraphView) -> GraphJson {
    json_with(view, |_| None)
}

fn json_with(
    view: &GraphView,
    revisions: fn(&EnvironmentView) -> Option<Vec<RevisionJson>>,
) -> GraphJson {
    let environments = view.environments.iter().map(|environment| EnvironmentJson {
        name: environment.name.clone(),
        script_location: path(&environment.script_location),
        version_locations: environment.version_locations.iter().map(path).collect(),
        recursive: environment.recursive,
        revisions: revisions(environment),
        heads: ids(&environment.heads),
        real_heads: ids(&environment.real_heads),
        bases: ids(&environment.bases),
        problems: environment.problems.clone(),
    });
    GraphJson { version: 1, environments: environments.collect() }
}

fn revision_json(revision: &RevisionView) -> RevisionJson {
    RevisionJson {
        revision: revision.revision.as_str().to_owned(),
        down_revision: ids(&revision.down_revision),
        depends_on: revision.depends_on.clone(),
        branch_labels: revision.branch_labels.clone(),
        labels: revision.labels.clone(),
        path: path(&revision.path),
        title: revision.title.clone(),
    }
}

fn ids(ids: &[RevisionId]) -> Vec<String> {
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}
