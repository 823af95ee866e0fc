//! Where a change goes: its branch, the targets of that, and the base that it is compared with.

use crate::config::Config;
use crate::git::{self, BaseChoice, Candidates, Side, Target, TargetNames};
use crate::scope::publication::PushedBranch;
use crate::scope::{CheckRequest, Context, Error, Role};

/// Where a change goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destinations {
    /// What it is compared with; nothing if there is nothing here.
    pub base: Option<String>,
    /// The branches that it may go to, in order of preference.
    pub targets: Vec<String>,
}

impl Context<'_> {
    /// Returns the target that HEAD is by name, if HEAD or what lies in the work tree is judged. A branch that
    /// was freshly cut from a target is none.
    pub(super) fn target_at_head(
        &self,
        subject: &CheckRequest,
        candidates: &Candidates<'_>,
    ) -> Result<Option<String>, Error> {
        let is_head = subject.name.as_ref().is_none_or(|name| name == "HEAD");
        let pushed = || self.options.pushed_branch.clone();
        let Some(branch) = self.repository.branch().or_else(pushed) else {
            return Ok(None);
        };
        if !is_head || subject.side == Side::Index {
            return Ok(None);
        }
        let targets = self.targets(candidates)?;
        Ok(targets.iter().any(|target| target.branch == branch).then_some(branch))
    }

    /// Returns the branch that is judged, which need not be the one that is checked out.
    pub(super) fn branch_of(&self, subject: &CheckRequest) -> Option<String> {
        match &subject.name {
            None => self.repository.working_branch(),
            Some(name) if name == "HEAD" => self.repository.branch(),
            Some(name) => {
                let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
                let known = self.repository.ref_commit(&format!("refs/heads/{branch}"));
                known.map(|_| branch.to_owned())
            }
        }
    }

    /// Returns the branch of the pull request that continuous integration runs for, if what is judged is that
    /// branch or its merge into a target.
    ///
    /// A fork's branch may have the name of a target or of somebody else's branch, so its tip must be there.
    pub(super) fn proposed_branch(
        &self,
        subject: &CheckRequest,
        config: &Config,
    ) -> Result<Option<String>, Error> {
        let Some(branch) = &self.options.proposed_branch else {
            return Ok(None);
        };
        let Some(tip) = self.repository.tip(subject.side) else {
            return Ok(None);
        };
        let targets = self.targets(&self.candidates(config, None))?;
        if targets.iter().any(|target| target.branch == *branch) {
            return Ok(None);
        }
        let made_of = [self.repository.parents(tip)?, vec![tip]].concat();
        let pushed = self.pushed_branches()?;
        let is_it =
            |pushed: &PushedBranch| pushed.branch == *branch && made_of.contains(&pushed.commit);
        Ok(pushed.iter().any(is_it).then(|| branch.clone()))
    }

    /// Says where a change goes that nobody has pushed yet, by the branch that it is on.
    pub(crate) fn candidates<'c>(
        &self,
        config: &'c Config,
        branch: Option<&'c str>,
    ) -> Candidates<'c> {
        let remote = self.repository.usual_remote(branch);
        let names = TargetNames { patterns: config.targets.as_deref() };
        Candidates { remote, branch, names }
    }

    /// Chooses the base as the configuration says, else the nearest target.
    pub(crate) fn base(
        &self,
        side: Side,
        config: &Config,
        candidates: &Candidates<'_>,
    ) -> Result<Option<BaseChoice>, Error> {
        if let Some(base) = self.configured_base(config)? {
            return Ok(Some(base));
        }
        let Some(tip) = self.repository.tip(side) else {
            return Ok(None);
        };
        let mut targets = self.targets(candidates)?;
        // A target goes to itself alone, whatever else is near.
        if targets.iter().any(|target| Some(target.branch.as_str()) == candidates.branch) {
            targets.retain(|target| Some(target.branch.as_str()) == candidates.branch);
        }
        let upstream = candidates.branch.and_then(|branch| self.repository.upstream_branch(branch));
        let upstream = upstream.filter(|upstream| Some(upstream.as_str()) != candidates.branch);
        Ok(self.repository.choose_base(tip, &targets, upstream.as_deref()))
    }

    /// Takes the base that the configuration names.
    fn configured_base(&self, config: &Config) -> Result<Option<BaseChoice>, Error> {
        let Some(name) = &config.base else {
            return Ok(None);
        };
        match self.options.role {
            Role::Clone => match self.repository.named_base(name) {
                Err(git::Error::UnknownRevision(name)) => Err(Error::UnknownBase(name)),
                base => Ok(Some(base?)),
            },
            Role::Server => Ok(self.served_base(name)),
        }
    }

    /// Says where a change goes, by the names that its targets have here.
    ///
    /// # Errors
    /// Fails if refs cannot be read, and if the configuration names a base that is not here.
    pub(crate) fn destinations(&self, side: Side, config: &Config) -> Result<Destinations, Error> {
        let branch = self.repository.branch();
        let candidates = self.candidates(config, branch.as_deref());
        let targets = self.targets(&candidates)?.iter().map(Target::name).collect();
        let base = self.base(side, config, &candidates)?.map(|base| base.name);
        Ok(Destinations { base, targets })
    }

    /// Returns the targets that a change may go to, in order of preference.
    pub(super) fn targets(&self, candidates: &Candidates<'_>) -> Result<Vec<Target>, git::Error> {
        match self.options.role {
            Role::Clone => self.repository.targets(candidates),
            Role::Server => self.repository.served_targets(&candidates.names),
        }
    }
}
