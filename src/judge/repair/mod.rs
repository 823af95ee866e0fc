//! What every repair of the work tree stands on: its base, what must not be edited, and the proof that
//! it mends and breaks nothing.

mod databases;
mod fixes;
mod id;
mod merge;
mod rebase;
mod refusal;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::check::{After, Blame, Comparison, Pair, Reader, check, check_against};
use crate::config::Config;
use crate::environment::Environment;
use crate::finding::{Finding, Level};
use crate::fix::{Change, Holder, Mended, Mending, Proposal, Refusal, Seniority, overlay};
use crate::git::{BaseChoice, Candidates, Operation, Side, TargetNames};
use crate::graph::{Graph, Revision};
use crate::judge::change::{Incoming, Met};
use crate::judge::commit::last_commit;
use crate::judge::relevance::Relevance;
use crate::judge::{Error, Judge};
use crate::migration::RevisionId;
use crate::rules::Finish;
use crate::text::shell_word;
use crate::tree::{RepoPath, Tree};
use crate::verdict::{Limits, within_limits};

pub use fixes::FixRequest;
pub use merge::MergeRequest;
pub use rebase::RebaseRequest;

/// The work tree and what it will be merged into.
pub(super) struct Ground<'r> {
    pub(super) work: Box<dyn Tree + 'r>,
    pub(super) config: Rc<Config>,
    pub(super) branch: Option<String>,
    /// What has landed; nothing where there is no branch to compare with.
    pub(super) base: Option<BaseChoice>,
}

impl Ground<'_> {
    fn candidates(&self, judge: &Judge<'_>) -> Candidates<'_> {
        Candidates {
            remote: judge.repository.usual_remote(self.branch.as_deref()),
            branch: self.branch.as_deref(),
            names: TargetNames { patterns: self.config.targets.as_deref() },
        }
    }
}

/// One repair in the making: the merge that git would make of the work tree and its base.
pub(super) struct Bench<'b, 'c> {
    pub(super) reader: &'b mut Reader,
    pub(super) comparison: &'b Comparison<'c>,
    pub(super) merged: &'c dyn Tree,
    pub(super) ground: &'b Ground<'b>,
}

/// What is done in one environment, the files for it, and what is to be done then.
pub(super) struct Outcome {
    mended: Mended,
    changes: Vec<Change>,
    then: Vec<String>,
    /// Another way that may fit better.
    hint: Option<String>,
}

impl Outcome {
    fn nothing(heads: Vec<RevisionId>) -> Outcome {
        Outcome::of(Mended::Nothing { heads })
    }

    fn of(mended: Mended) -> Outcome {
        Outcome { mended, changes: Vec::new(), then: Vec::new(), hint: None }
    }

    fn refused(refusal: Refusal) -> Outcome {
        Outcome::of(Mended::Refused(refusal))
    }

    fn put_into(self, proposal: &mut Proposal, environment: &Environment) {
        proposal.environments.push(Mending {
            environment: environment.name.clone(),
            script_location: environment.script_location.clone(),
            outcome: self.mended,
            hint: self.hint,
        });
        proposal.changes.extend(self.changes);
        proposal.then.extend(self.then);
    }
}

impl Judge<'_> {
    /// Finds what a repair of the work tree stands on; `base` is the one that somebody named.
    ///
    /// A file that git asks about is no ground to stand on.
    pub(super) fn ground(&self, base: Option<&str>) -> Result<(Ground<'_>, Reader), Error> {
        let work = self.repository.work_tree()?;
        let mut reader = self.reader(self.config(&*work)?);
        self.refuse_conflicts(&mut reader, &*work)?;
        let branch = self.repository.working_branch();
        let mut ground = Ground { work, config: reader.config(), branch, base: None };
        ground.base = match base {
            Some(name) => Some(self.repository.named_base(name)?),
            None => self.repair_base(&ground)?,
        };
        Ok((ground, reader))
    }

    fn refuse_conflicts(&self, reader: &mut Reader, work: &dyn Tree) -> Result<(), Error> {
        let conflicts = self.repository.conflicts()?;
        if conflicts.is_empty() {
            return Ok(());
        }
        let relevance = Relevance::of(reader, &[work])?;
        let paths: Vec<RepoPath> =
            conflicts.into_iter().filter(|path| relevance.covers(path)).collect();
        match paths.is_empty() {
            true => Ok(()),
            false => Err(Error::Unmerged(paths)),
        }
    }

    /// Chooses what a repair goes on top of: in a merge or rebase that is under way, the side that has
    /// landed, whatever git calls it; else what the work tree will be merged into, as newly as it is known.
    fn repair_base(&self, ground: &Ground<'_>) -> Result<Option<BaseChoice>, Error> {
        let targets = self.known_targets(&ground.config)?;
        if let Some(head) = self.repository.head()
            && let Some(landed) = self.landed_in_merge(head, &targets)
        {
            return Ok(Some(landed));
        }
        if let Some(Operation::Rebase { onto: Some(onto), .. }) = self.repository.operation() {
            let holding =
                targets.iter().find(|target| self.repository.contains(target.commit, onto));
            if let Some(target) = holding {
                return Ok(Some(self.landed_as(target, onto)));
            }
        }
        let base = self.base(Side::WorkTree, &ground.config, &ground.candidates(self))?;
        Ok(base.map(|base| self.repository.newest_known(base)))
    }

    /// Takes the last commit for what has landed where there is no branch to compare with.
    pub(super) fn base_or_last_commit(&self, ground: &Ground<'_>) -> Result<BaseChoice, Error> {
        match &ground.base {
            Some(base) => Ok(base.clone()),
            None => self.repository.head().map(last_commit).ok_or(Error::Unborn),
        }
    }

    /// Lets `mend` work on the merge that git would make of the work tree and its base.
    pub(super) fn at_the_bench<T>(
        &self,
        ground: &Ground<'_>,
        base: &BaseChoice,
        reader: &mut Reader,
        mend: impl FnOnce(&mut Bench<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let tip = self.repository.head();
        let candidates = ground.candidates(self);
        let incoming = Incoming {
            side: Side::WorkTree,
            base,
            blame: Blame::default(),
            wording: self.naming("this change", base, tip, Finish::Nothing),
            candidates: &candidates,
        };
        let met = self.meet(reader, &incoming, |reader, comparison| match comparison.after {
            After::Tree(merged) => mend(&mut Bench { reader, comparison, merged, ground }),
            After::Conflicted { paths, .. } => Err(Error::Conflicting {
                paths: paths.to_vec(),
                base: base.name.clone(),
                get_base: comparison.wording.get_base.clone(),
            }),
        })?;
        match met {
            Met::Merged(mended) => Ok(mended),
            Met::Unrelated => Err(Error::Unrelated(base.name.clone())),
            Met::Shallow => Err(Error::ShallowRepair(base.name.clone())),
        }
    }

    /// Tells who else has a revision, so that its file must not be edited.
    ///
    /// Other targets count with every file that defines the revision, other branches only where they have
    /// the file just so.
    pub(super) fn holder<'h>(
        &'h self,
        ground: &'h Ground<'_>,
        reader: &'h RefCell<&mut Reader>,
        comparison: &'h Comparison<'_>,
    ) -> impl Fn(&Revision) -> Option<Holder> + 'h {
        let targets = self.landed_elsewhere(ground);
        move |revision| {
            let on_target = targets
                .iter()
                .find(|(_, tree)| has_revision(&mut reader.borrow_mut(), &**tree, &revision.id));
            if let Some((name, _)) = on_target {
                return Some(Holder::Target(name.clone()));
            }
            let shared = (comparison.shared)(&revision.migration.file.path)?;
            (!shared.own).then_some(Holder::Branch(shared.branch))
        }
    }

    /// Tells since when a revision has been in this repository.
    pub(super) fn seniority<'h>(
        &'h self,
        ground: &'h Ground<'_>,
        reader: &'h RefCell<&mut Reader>,
    ) -> impl Fn(&Revision) -> Seniority + 'h {
        let names = TargetNames { patterns: ground.config.targets.as_deref() };
        let mut targets = self.repository.local_targets(&names).unwrap_or_default();
        targets.retain(|target| Some(&target.branch) != ground.branch.as_ref());
        move |revision| {
            let has = |commit| {
                let tree = self.repository.commit_tree(commit);
                tree.is_ok_and(|tree| has_revision(&mut reader.borrow_mut(), &*tree, &revision.id))
            };
            if targets.iter().any(|target| has(target.commit)) {
                return Seniority::OnTarget;
            }
            match self.repository.head().is_some_and(has) {
                true => Seniority::Committed,
                false => Seniority::New,
            }
        }
    }

    /// Returns the targets that the base does not hold, without the branch that is worked on.
    fn landed_elsewhere(&self, ground: &Ground<'_>) -> Vec<(String, Box<dyn Tree + '_>)> {
        let targets = self.repository.targets(&ground.candidates(self)).unwrap_or_default();
        let base = ground.base.as_ref().map(|base| base.commit);
        let others = targets.into_iter().filter(|target| {
            Some(&target.branch) != ground.branch.as_ref()
                && !base.is_some_and(|base| self.repository.contains(base, target.commit))
        });
        let named = others.filter_map(|target| {
            Some((target.name(), self.repository.commit_tree(target.commit).ok()?))
        });
        named.collect()
    }

    /// Adds what is to be done once a proposal is written, and staged if so.
    fn with_next_step(&self, mut proposal: Proposal, staged: bool) -> Proposal {
        if proposal.changes.is_empty() {
            return proposal;
        }
        let go_on = match self.repository.operation() {
            Some(operation) => operation.go_on(),
            None => "git commit",
        };
        let paths = proposal.paths().into_iter();
        let words: Vec<String> = paths.map(|path| shell_word(&path.to_string())).collect();
        let step = match staged {
            true => format!("then go on: `{go_on}`"),
            false => format!("then go on: `git add {} && {go_on}`", words.join(" ")),
        };
        proposal.then.insert(0, step);
        proposal
    }
}

fn has_revision(reader: &mut Reader, tree: &dyn Tree, id: &RevisionId) -> bool {
    let Ok(discovery) = reader.discover(tree) else { return false };
    discovery.environments.iter().any(|environment| {
        reader.state(tree, environment, &[]).is_ok_and(|state| state.graph.contains(id))
    })
}

impl Bench<'_, '_> {
    /// Tells what would be wrong if these changes were made, and is not wrong now; nothing is what a
    /// repair must come to.
    pub(super) fn faults_of(
        &mut self,
        environment: &Environment,
        changes: &[Change],
    ) -> Result<Vec<Finding>, Error> {
        let known = check(self.reader, self.comparison)?;
        let mended = overlay(Box::new(self.merged), changes);
        let report = check_against(self.reader, self.comparison, &*mended)?;
        let name = |finding: &Finding| (finding.rule, finding.revisions.clone());
        let known: BTreeSet<_> = known.findings.iter().map(name).collect();
        let is_here = |finding: &Finding| finding.environment == environment.name;
        let faults = report.findings.into_iter().filter(|finding| {
            is_here(finding) && finding.level == Level::Error && !known.contains(&name(finding))
        });
        Ok(faults.collect())
    }

    /// Says what there is to say where nothing new is at fault: that all is well, that heads have landed
    /// side by side, or that what joins them is yet to come into the work tree.
    pub(super) fn without_fault(&mut self, pair: &Pair, command: &str) -> Result<Outcome, Error> {
        let environment = &pair.environment;
        let limits = Limits { heads: environment.heads, branches: &environment.branches };
        let heads: Vec<RevisionId> = pair.after.graph.heads().into_iter().cloned().collect();
        if !within_limits(&pair.after.graph, limits) {
            let base = &self.comparison.wording.base;
            return Ok(Outcome::refused(refusal::landed_side_by_side(&heads, base)));
        }
        let here = self.reader.state(&*self.ground.work, environment, &[])?;
        let missing = self.not_here(&pair.after.graph, &heads)?;
        match within_limits(&here.graph, limits) || missing.is_empty() {
            true => Ok(Outcome::nothing(heads)),
            false => Ok(Outcome::refused(self.get_base(&missing, command))),
        }
    }

    /// Tells which of these revisions the work tree does not have yet.
    pub(super) fn not_here(
        &self,
        graph: &Graph,
        revisions: &[RevisionId],
    ) -> Result<Vec<RevisionId>, Error> {
        let mut missing = Vec::new();
        for id in revisions {
            if let Some(revision) = graph.get(id)
                && self.ground.work.node(&revision.migration.file.path)?.is_none()
            {
                missing.push(id.clone());
            }
        }
        Ok(missing)
    }

    /// Says that something must come into the work tree first, and how.
    pub(super) fn get_base(&self, missing: &[RevisionId], command: &str) -> Refusal {
        let wording = &self.comparison.wording;
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let ids: Vec<String> = missing.iter().map(|id| format!("`{id}`")).collect();
        let get_base = wording.get_base.as_ref();
        let get_base =
            get_base.map(|command| format!("bring it in without committing yet: `{command}`"));
        let again = format!("then again: `{command}`");
        Refusal {
            message: format!(
                "{} of {} {verb} not in the work tree yet",
                ids.join(", "),
                wording.base
            ),
            help: get_base.into_iter().chain([again]).collect(),
        }
    }
}
