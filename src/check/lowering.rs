//! How much a finding weighs for this change: existing debt, somebody else's fault, the user's wish.

use super::sides::Pair;
use super::{Comparison, Reader};
use crate::environment::discover;
use crate::finding::{Finding, Level, Lowered};
use crate::migration::RevisionId;

/// The rules that count heads.
const HEAD_RULES: &[&str] = &["stale-down-revision", "multiple-heads"];

/// Sets the level in force, or drops what is not to be shown at all.
pub(super) fn lower(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    pair: &Pair,
    mut finding: Finding,
    debt: bool,
) -> Option<Finding> {
    if is_allowed(reader, &finding) {
        return None;
    }
    finding.level = comparison.config.level(finding.rule, finding.level);
    if finding.level == Level::Off {
        return None;
    }
    let blame = &comparison.blame;
    let counts_heads = HEAD_RULES.contains(&finding.rule);
    let reason = if debt {
        Some(Lowered::Debt)
    } else if finding.lowered.is_some() {
        finding.lowered.clone()
    } else if blame.heads.is_some() && counts_heads {
        blame.heads.clone()
    } else if !touches(comparison, &finding) {
        name_branches(comparison, &mut finding);
        Some(Lowered::AlreadyPushed)
    } else if counts_heads && is_head_elsewhere(reader, comparison, pair, &mut finding) {
        Some(Lowered::AlreadyPushed)
    } else {
        blame.everything.clone()
    };
    if reason.is_some() {
        finding.level = finding.level.min(Level::Warn);
        finding.lowered = reason;
    }
    Some(finding)
}

fn is_allowed(reader: &Reader, finding: &Finding) -> bool {
    finding.site.file().is_some_and(|file| reader.allows(file, finding.rule))
}

fn touches(comparison: &Comparison<'_>, finding: &Finding) -> bool {
    match &comparison.blame.touched {
        Some(touched) => finding.culprits.iter().any(|path| touched.contains(path)),
        None => true,
    }
}

/// Says where an untouched file is to be mended.
fn name_branches(comparison: &Comparison<'_>, finding: &mut Finding) {
    let branches = finding.culprits.iter().filter_map(|path| {
        comparison.blame.elsewhere.get(path).map(|branch| format!("{path} is on {branch} already"))
    });
    let branches: Vec<String> = branches.collect();
    finding.help.extend(branches);
}

/// Tells whether what is a new head here is a head on another target too; then nobody is at fault.
fn is_head_elsewhere(
    reader: &mut Reader,
    comparison: &Comparison<'_>,
    pair: &Pair,
    finding: &mut Finding,
) -> bool {
    for (name, tree) in &comparison.other_targets {
        let Ok(discovery) = discover(*tree, comparison.config) else {
            continue;
        };
        for environment in &discovery.environments {
            let Ok(state) = reader.state(*tree, environment, &[]) else {
                continue;
            };
            let is_new_head =
                |id: &RevisionId| pair.after.graph.is_head(id) && !pair.before.graph.contains(id);
            let mut above =
                finding.revisions.iter().flat_map(|id| pair.after.graph.heads_above(id));
            if above.any(|id| is_new_head(id) && state.graph.is_head(id)) {
                finding
                    .help
                    .push(format!("the same head is on {name}; join the two there or here"));
                return true;
            }
        }
    }
    false
}
