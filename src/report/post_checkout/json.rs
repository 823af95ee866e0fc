//! The JSON output after a merge or a checkout: version 1.

use serde::Serialize;

use crate::alembic::migration::RevisionId;
use crate::report::json::VERSION;
use crate::scope::CrowdedEnvironment;

/// The environments that have too many heads after a merge or a checkout.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PostCheckoutJson {
    version: u32,
    environments: Vec<EnvironmentJson>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EnvironmentJson {
    name: String,
    /// How many heads are allowed.
    limit: usize,
    heads: Vec<String>,
    /// The branch that was compared with.
    base: Option<String>,
    /// The heads that the base also has.
    landed: Vec<String>,
}

/// Returns the report on crowded environments.
pub fn json(advice: &[CrowdedEnvironment]) -> PostCheckoutJson {
    let environments = advice.iter().map(|advice| EnvironmentJson {
        name: advice.environment.clone(),
        limit: advice.limit,
        heads: ids(&advice.heads),
        base: advice.landed.as_ref().map(|landed| landed.base.clone()),
        landed: advice.landed.as_ref().map(|landed| ids(&landed.heads)).unwrap_or_default(),
    });
    PostCheckoutJson { version: VERSION, environments: environments.collect() }
}

fn ids(ids: &[RevisionId]) -> Vec<String> {
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}
