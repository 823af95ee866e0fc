//! Plans and verifies a repair on the merge that git would make of the work tree and its base.

use std::collections::BTreeSet;

use super::{Outcome, StartingPoint, refusal};
use crate::advice::{Advice, Command, Step};
use crate::alembic::environment::{Environment, Lookup};
use crate::alembic::graph::{Graph, Revision};
use crate::alembic::migration::RevisionId;
use crate::compare::{After, Comparison, Pair, Reader, check, check_against};
use crate::config::Level;
use crate::finding::{Facts, Finding};
use crate::git::{BaseChoice, Side};
use crate::heads::{HeadLimits, crowded, new_gaps, within_limits};
use crate::repair::{FileChange, Refusal, overlay};
use crate::rules::{self, Names, NextStep};
use crate::scope::change;
use crate::scope::{Context, Error, MergeOutcome, Scope};
use crate::tree::{RepoPath, Tree};

/// A repair that is being planned on the merge that git would make of the work tree and its base.
pub(super) struct Trial<'b, 'c> {
    pub(super) reader: &'b mut Reader,
    pub(super) comparison: &'b Comparison<'c>,
    pub(super) merged: &'c dyn Tree,
    pub(super) start: &'b StartingPoint<'b>,
    /// The work tree, whose folders need not be listed again for each environment.
    pub(super) here: Lookup<'b>,
}

/// Calls `repair` with the merge that git would make of the work tree and its base.
pub(super) fn in_trial<T>(
    context: &Context<'_>,
    start: &StartingPoint<'_>,
    base: &BaseChoice,
    reader: &mut Reader,
    repair: impl FnOnce(&mut Trial<'_, '_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let tip = context.repository.head();
    let candidates = start.candidates(context);
    let scope = Scope {
        side: Side::WorkTree,
        base,
        facts: Facts::default(),
        answering: None,
        names: Names::new(&base.name, "this change"),
        situation: change::situation(context, base, tip, NextStep::Nothing),
        candidates: &candidates,
    };
    let met =
        change::merge_and_compare(context, reader, &scope, |reader, comparison| match comparison
            .after
        {
            After::Tree(merged) => {
                let here = Lookup::new(&*start.work);
                repair(&mut Trial { reader, comparison, merged, start, here })
            }
            After::Conflicted { paths, .. } => Err(Error::Conflicting {
                paths: paths.to_vec(),
                base: base.name.clone(),
                get_base: comparison.situation.get_base.clone(),
            }),
        })?;
    match met {
        MergeOutcome::Merged(repaired) => Ok(repaired),
        MergeOutcome::Unrelated => Err(Error::Unrelated(base.name.clone())),
        MergeOutcome::Shallow => Err(Error::ShallowRepair(base.name.clone())),
    }
}

impl Trial<'_, '_> {
    /// Returns the problems that these changes would add; a repair must not add any.
    pub(super) fn faults_of(
        &mut self,
        environment: &Environment,
        changes: &[FileChange],
    ) -> Result<Vec<Finding>, Error> {
        let known = check(self.reader, self.comparison)?;
        let repaired = overlay(Box::new(self.merged), changes);
        let report = check_against(self.reader, self.comparison, &*repaired)?;
        let name = |finding: &Finding| (finding.problem.rule, finding.problem.revisions.clone());
        let known: BTreeSet<_> = known.findings.iter().map(name).collect();
        let is_here = |finding: &Finding| finding.problem.environment == environment.name;
        let faults = report.findings.into_iter().filter(|finding| {
            is_here(finding) && finding.level() == Level::Error && !known.contains(&name(finding))
        });
        Ok(faults.collect())
    }

    /// Returns the outcome if there is no new problem: nothing to do, a head with an unknown parent,
    /// published heads side by side, or a merge revision that is not in the work tree yet.
    pub(super) fn without_fault(&mut self, pair: &Pair) -> Result<Outcome, Error> {
        let environment = &pair.environment;
        let limits = HeadLimits { heads: environment.heads, branches: &environment.branches };
        let heads: Vec<RevisionId> = pair.after.graph.heads().into_iter().cloned().collect();
        if !within_limits(&pair.after.graph, limits) {
            if let Some(refusal) = self.gap_below(pair, &heads) {
                return Ok(Outcome::refused(refusal));
            }
            let unknown = pair.after.graph.opaque().first();
            return Ok(Outcome::refused(match unknown {
                Some(unknown) if crowded(&pair.after.graph, limits).is_empty() => {
                    refusal::unknown_id(&unknown.file.path)
                }
                _ => refusal::landed_side_by_side(
                    &heads,
                    &self.comparison.names.base,
                    &self.start.command,
                ),
            }));
        }
        let here = self.reader.state_by(&self.here, environment, &[])?;
        let missing = self.not_here(&pair.after.graph, &heads)?;
        if within_limits(&here.graph, limits) || missing.is_empty() {
            Ok(Outcome::nothing(heads))
        } else {
            Ok(Outcome::refused(self.get_base(&missing)))
        }
    }

    /// Returns which of these revisions are not in the work tree yet.
    pub(super) fn not_here(
        &self,
        graph: &Graph,
        revisions: &[RevisionId],
    ) -> Result<Vec<RevisionId>, Error> {
        let mut missing = Vec::new();
        for id in revisions {
            if let Some(revision) = graph.get(id)
                && self.start.work.node(&revision.migration.file.path)?.is_none()
            {
                missing.push(id.clone());
            }
        }
        Ok(missing)
    }

    /// Reports that revisions must come into the work tree first, and how.
    pub(super) fn get_base(&self, missing: &[RevisionId]) -> Refusal {
        let Comparison { names, situation, .. } = self.comparison;
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let ids: Vec<String> = missing.iter().map(|id| format!("`{id}`")).collect();
        let get_base = situation.get_base.clone().map(|command| {
            let text = "merge it without committing yet";
            if self.start.is_staged {
                // Git merges into no index that differs from HEAD (git-merge(1)).
                let command =
                    Command::of("git stash").and(command).and(Command::of("git stash pop"));
                Step::run(format!("stash the staged changes and {text}"), command)
            } else {
                Step::run(text, command)
            }
        });
        let again = Step::run("run the command again", self.start.command.clone());
        Refusal {
            message: format!(
                "{} of {} {verb} not in the work tree yet",
                ids.join(", "),
                names.base
            ),
            advice: Advice::way([again]).after(get_base),
        }
    }

    /// Finds the environment that has these revisions in the work tree, if the merge has moved it: until
    /// then, a new file must be where Alembic loads it now.
    pub(super) fn own_environment(
        &mut self,
        merged: &Environment,
        revisions: &[RevisionId],
    ) -> Result<Option<Environment>, Error> {
        let discovery = self.reader.discover(self.here.tree())?;
        if discovery.environments.iter().any(|own| own.key() == merged.key()) {
            return Ok(None);
        }
        for own in &discovery.environments {
            let state = self.reader.state_by(&self.here, own, &[])?;
            if revisions.iter().all(|id| state.graph.contains(id)) {
                return Ok(Some(own.clone()));
            }
        }
        Ok(None)
    }

    /// Reports that the parents of one of these heads are unknown because of the change.
    ///
    /// The missing parent may join the heads, or a different parent may have been meant: anything put
    /// between them now would be wrong once that is repaired.
    pub(super) fn gap_below(&self, pair: &Pair, heads: &[RevisionId]) -> Option<Refusal> {
        let graph = &pair.after.graph;
        let gaps = new_gaps(&pair.before.graph, graph);
        let is_below = |child| graph.heads_above(child).iter().any(|head| heads.contains(head));
        let gap = gaps.iter().find(|gap| is_below(gap.child))?;
        let is_movable = gap.parent.is_some()
            && !pair.before.graph.contains(gap.child)
            && !graph.get(gap.child).is_some_and(|child| self.is_held(child));
        let over_gaps = graph.descendants_of_all(gaps.iter().map(|gap| gap.child));
        let tops = graph.heads().into_iter().filter(|head| is_movable && !over_gaps.contains(head));
        Some(refusal::gap(gap, &tops.cloned().collect::<Vec<_>>(), &self.start.command))
    }

    /// Returns whether another branch has a revision with the same content.
    fn is_held(&self, revision: &Revision) -> bool {
        let shared = (self.comparison.shared)(&revision.migration.file.path);
        shared.is_some_and(|shared| !shared.own)
    }
}

/// Reports an id that several files define because of the change, which has to be resolved first.
pub(super) fn new_duplicate(
    context: &Context<'_>,
    pair: &Pair,
    command: &Command,
) -> Option<Refusal> {
    let (before, graph) = (&pair.before.graph, &pair.after.graph);
    let (id, earlier) = graph.duplicates().find(|(id, _)| !before.is_duplicate(id))?;
    let files = earlier.iter().chain(graph.get(id)).map(|file| &file.migration.file.path);
    let files: Vec<&RepoPath> = files.collect();
    let remove = rules::copied(before, graph, id).map(|copy| {
        let remove = if context.repository.is_tracked(copy) { "git rm" } else { "rm" };
        Command::of(remove).path(&context.path_from_here(copy))
    });
    Some(refusal::duplicate(id, &files, remove, command))
}
