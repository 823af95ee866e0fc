//! Chooses the base of a change: its most likely target branch.

use crate::finding::{Base, Freshness};
use crate::git::backend::Backend;
use crate::git::{Error, Repository, Target, TargetNames};
use crate::tree::ObjectId;

/// The remotes that may have the base, and the patterns for targets.
#[derive(Debug, Clone)]
pub struct Candidates<'a> {
    /// The remote that is pushed to, or that the branch belongs to.
    pub remote: Option<String>,
    /// The checked branch, without `refs/heads/`, if it has a name.
    pub branch: Option<&'a str>,
    /// Which branches are targets.
    pub names: TargetNames<'a>,
}

/// The base of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseChoice {
    /// The target branch; `None` if a commit was named.
    pub target: Option<Target>,
    /// The commit.
    pub commit: ObjectId,
    /// Its name in reports.
    pub name: String,
    /// How recently the commit was seen on the remote.
    pub freshness: Freshness,
    /// The names of other possible bases.
    pub others: Vec<String>,
}

impl BaseChoice {
    /// Returns its description for the report.
    pub fn summary(&self) -> Base {
        Base {
            name: self.name.clone(),
            commit: self.commit.to_string(),
            freshness: self.freshness.clone(),
            others: self.others.clone(),
        }
    }
}

impl Repository {
    /// Returns the possible targets of a change, in order of preference.
    ///
    /// Those of a remote called `upstream` come first, since a fork only follows it; then those of the
    /// remote that is pushed to, and of the usual remote. If none of these has any, the local branches are
    /// used.
    pub fn targets(&self, candidates: &Candidates<'_>) -> Result<Vec<Target>, Error> {
        let mut remotes = vec!["upstream".to_owned()];
        remotes.extend(candidates.remote.clone());
        remotes.extend(self.usual_remote(candidates.branch));
        let mut targets: Vec<Target> = Vec::new();
        for remote in remotes {
            if !targets.iter().any(|target| target.remote.as_ref() == Some(&remote)) {
                targets.extend(self.targets_on(&remote, &candidates.names)?);
            }
        }
        if targets.is_empty() {
            targets = self.local_targets(&candidates.names)?;
            targets.retain(|target| Some(target.branch.as_str()) != candidates.branch);
        }
        Ok(targets)
    }

    /// Returns the base that the user named.
    pub fn named_base(&self, name: &str) -> Result<BaseChoice, Error> {
        if let Some(target) = self.tracked(name) {
            let freshness = self.freshness_of(&target);
            let (commit, name) = (target.commit, crate::text::escape(name));
            return Ok(BaseChoice {
                target: Some(target),
                commit,
                name,
                freshness,
                others: Vec::new(),
            });
        }
        // Git takes a tag of the name first (gitrevisions(7)), which anybody can push.
        let commit = match self.ref_commit(&format!("refs/heads/{name}")) {
            Some(commit) => commit,
            None => self.resolve(name)?,
        };
        let (freshness, name) = (Freshness::Local, crate::text::escape(name));
        Ok(BaseChoice { target: None, commit, name, freshness, others: Vec::new() })
    }

    /// Finds a remote branch by its local name: `origin/main`.
    fn tracked(&self, name: &str) -> Option<Target> {
        let full_name = format!("refs/remotes/{name}");
        let tracked = self.ref_commit(&full_name)?;
        let (remote, branch) = name.split_once('/')?;
        let commit = self.last_seen(remote, branch, tracked);
        let (remote, branch) = (Some(remote.to_owned()), branch.to_owned());
        Some(Target { remote, branch, full_name, commit })
    }

    /// Returns the target nearest to a tip.
    ///
    /// The nearest target lacks the fewest commits of the tip. In case of a tie, the branch's own upstream
    /// wins if it is a target, then a target that contains the others, then the first.
    pub fn choose_base(
        &self,
        tip: ObjectId,
        targets: &[Target],
        upstream: Option<&str>,
    ) -> Option<BaseChoice> {
        let nearest = match targets {
            [] => return None,
            [only] => vec![only],
            several => self.nearest(tip, several),
        };
        let (&first, _) = nearest.split_first()?;
        let own = nearest.iter().copied().find(|target| Some(target.branch.as_str()) == upstream);
        let top = || nearest.iter().copied().find(|target| self.holds_all(target, &nearest));
        let chosen = own.or_else(top).unwrap_or(first);
        let others = nearest.iter().filter(|target| target.commit != chosen.commit);
        Some(BaseChoice {
            commit: chosen.commit,
            name: chosen.name(),
            freshness: self.freshness_of(chosen),
            others: others.map(|target| target.name()).collect(),
            target: Some(chosen.clone()),
        })
    }

    fn nearest<'t>(&self, tip: ObjectId, targets: &'t [Target]) -> Vec<&'t Target> {
        let mut nearest = Vec::new();
        let mut fewest = usize::MAX;
        for target in targets {
            let lacks = self.ahead(tip, target.commit);
            if lacks < fewest {
                fewest = lacks;
                nearest.clear();
            }
            if lacks == fewest {
                nearest.push(target);
            }
        }
        nearest
    }

    fn holds_all(&self, target: &Target, others: &[&Target]) -> bool {
        others.iter().all(|other| self.contains(target.commit, other.commit))
    }

    /// Counts the commits of `tip` that `other` lacks; the maximum if they have no common history.
    fn ahead(&self, tip: ObjectId, other: ObjectId) -> usize {
        self.source.ahead(tip, other).ok().flatten().unwrap_or(usize::MAX)
    }

    /// Returns the default remote of a branch: its own, `origin`, or the only one.
    pub fn usual_remote(&self, branch: Option<&str>) -> Option<String> {
        let own = branch.and_then(|branch| self.file_setting(&format!("branch.{branch}.remote")));
        // The repository itself (git-config(1), `branch.<name>.remote`).
        let own = own.filter(|remote| remote != ".");
        own.or_else(|| {
            let remotes = self.remotes();
            match remotes.as_slice() {
                [only] => Some(only.clone()),
                several => several.iter().find(|name| *name == "origin").cloned(),
            }
        })
    }

    /// Returns the upstream branch of a branch (`branch.<name>.merge`).
    pub fn upstream_branch(&self, branch: &str) -> Option<String> {
        let merge = self.file_setting(&format!("branch.{branch}.merge"))?;
        merge.strip_prefix("refs/heads/").map(str::to_owned)
    }
}
