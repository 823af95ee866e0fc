//! Branches, local ones and remote ones as last seen, and which of them are targets.

use crate::config::{Pattern, matches_ref};
use crate::finding::Freshness;
use crate::git::Url;
use crate::git::backend::Backend;
use crate::git::{Error, Repository};
use crate::tree::ObjectId;

/// The usual names of a default branch, for a remote without a known one.
const DEFAULT_BRANCHES: &[&str] = &["main", "master", "develop", "trunk"];

/// The usual names of release branches.
const RELEASE_BRANCHES: &[&str] =
    &["release/*", "releases/*", "release-*", "stable/*", "*-stable", "support/*", "maint/*"];

/// A pushed ref, as git passes it to the hooks on either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRef {
    /// The source: a ref, `HEAD`, any expression, or `(delete)`; empty on a server, which does not know it.
    pub local_ref: String,
    /// The pushed object, in hexadecimal; zeros for a deletion.
    pub local_oid: String,
    /// The full name of the destination.
    pub remote_ref: String,
    /// The remote's current object, in hexadecimal; zeros for a new ref.
    pub remote_oid: String,
}

/// A target branch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Target {
    /// The remote; `None` for a local branch.
    pub remote: Option<String>,
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The full name of the local ref with its tip.
    pub full_name: String,
    /// Its tip, as known to this repository.
    pub commit: ObjectId,
}

impl Target {
    /// Returns the short name: `origin/main`.
    pub fn name(&self) -> String {
        match &self.remote {
            Some(remote) => format!("{remote}/{}", self.branch),
            None => self.branch.clone(),
        }
    }
}

/// Which branches are targets.
#[derive(Debug, Clone)]
pub struct TargetNames<'a> {
    /// The configured patterns; `None` for the usual names.
    pub patterns: Option<&'a [Pattern]>,
}

impl TargetNames<'_> {
    /// Returns whether a branch is a target, given its remote's default branch if known.
    pub fn accept(&self, branch: &str, default_branch: Option<&str>) -> bool {
        match self.patterns {
            Some(patterns) => matches_ref(patterns, branch),
            None => is_usual(branch, default_branch),
        }
    }
}

/// Returns the usual patterns that match the given branches, and the branches that none of them matches.
pub(crate) fn usual_targets(targets: &[Target]) -> Vec<String> {
    let is_met = |name: &str, target: &Target| {
        Pattern::new(name).is_ok_and(|pattern| matches_ref(&[pattern], &target.branch))
    };
    let usual = || DEFAULT_BRANCHES.iter().chain(RELEASE_BRANCHES).copied();
    let met = usual().filter(|name| targets.iter().any(|target| is_met(name, target)));
    let mut patterns: Vec<String> = met.map(str::to_owned).collect();
    for target in targets {
        let is_covered = usual().any(|name| is_met(name, target));
        if !is_covered && !patterns.contains(&target.branch) {
            patterns.push(target.branch.clone());
        }
    }
    patterns
}

fn is_usual(branch: &str, default_branch: Option<&str>) -> bool {
    default_branch == Some(branch) || DEFAULT_BRANCHES.contains(&branch) || has_release_name(branch)
}

/// Returns whether one target is released before another, judging by the names: a release branch before
/// other branches, and a lower version before a higher one.
pub(crate) fn is_earlier_release(one: &str, other: &str) -> bool {
    if !is_release(one) || !is_release(other) {
        return is_release(one) && !is_release(other);
    }
    let (one, other) = (version(one), version(other));
    // `1.x` is neither lower nor higher than `1.2`.
    !one.starts_with(&other) && !other.starts_with(&one) && one < other
}

/// Returns whether a branch looks like a release branch of a single version.
fn is_release(branch: &str) -> bool {
    has_release_name(branch) || !version(branch).is_empty()
}

fn has_release_name(branch: &str) -> bool {
    let is_met =
        |name: &&str| Pattern::new(name).is_ok_and(|pattern| matches_ref(&[pattern], branch));
    RELEASE_BRANCHES.iter().any(is_met)
}

/// Returns the numbers in a name, each with its length first so that the order is that of the numbers.
fn version(name: &str) -> Vec<(usize, &str)> {
    let digits = name.split(|character: char| !character.is_ascii_digit());
    let numbers = digits.filter(|digits| !digits.is_empty());
    numbers.map(|number| number.trim_start_matches('0')).map(|it| (it.len(), it)).collect()
}

impl Repository {
    /// Returns the names of all remotes, sorted.
    pub fn remotes(&self) -> Vec<String> {
        let mut names = self.source.remotes().unwrap_or_default();
        names.sort();
        names
    }

    /// Returns the remote that has this URL as url or pushurl.
    pub fn remote_of_url(&self, url: &Url) -> Option<String> {
        self.remotes().into_iter().find(|name| {
            let of = |key: &str| self.file_setting(&format!("remote.{name}.{key}"));
            let url = Some(url.secret());
            of("url").as_deref() == url || of("pushurl").as_deref() == url
        })
    }

    /// Returns whether a remote is fetched from exactly this URL, so that its name can be used instead.
    pub fn is_fetched_from(&self, remote: &str, url: &Url) -> bool {
        self.file_setting(&format!("remote.{remote}.url")).as_deref() == Some(url.secret())
    }

    /// Returns a remote's default branch: that of `refs/remotes/<remote>/HEAD`, or else the first usual
    /// name that it has.
    pub fn default_branch(&self, remote: &str) -> Option<String> {
        let prefix = format!("refs/remotes/{remote}/");
        let branches = self.refs_below(&prefix).unwrap_or_default();
        let is_there = |name: &str| branches.iter().any(|(branch, ..)| branch == name);
        if branches.is_empty() {
            return None;
        }
        let named = self.source.symbolic_target(&format!("{prefix}HEAD")).ok().flatten();
        let named = named.and_then(|target| target.strip_prefix(&prefix).map(str::to_owned));
        // A branch that was renamed or removed at the remote leaves the name dangling.
        named.filter(|name| is_there(name)).or_else(|| {
            let found = DEFAULT_BRANCHES.iter().find(|name| is_there(name));
            found.map(|name| (*name).to_owned())
        })
    }

    /// Returns the commit of a ref, if there is one.
    pub fn ref_commit(&self, full_name: &str) -> Option<ObjectId> {
        self.source.ref_commit(full_name).ok().flatten()
    }

    /// Returns the targets on a remote that git tracks, each as it was last seen; the default
    /// branch first, then by name.
    pub fn targets_on(&self, remote: &str, names: &TargetNames<'_>) -> Result<Vec<Target>, Error> {
        let default = self.default_branch(remote);
        let mut targets = Vec::new();
        for (branch, full_name, commit) in self.refs_below(&format!("refs/remotes/{remote}/"))? {
            if branch != "HEAD" && names.accept(&branch, default.as_deref()) {
                let commit = self.last_seen(remote, &branch, commit);
                let remote = Some(remote.to_owned());
                targets.push(Target { remote, branch, full_name, commit });
            }
        }
        targets.sort_by_key(|target| Some(&target.branch) != default.as_ref());
        Ok(targets)
    }

    /// Returns the targets among the local branches, the usual default first.
    pub fn local_targets(&self, names: &TargetNames<'_>) -> Result<Vec<Target>, Error> {
        let mut targets = self.own_branches()?;
        targets.retain(|target| names.accept(&target.branch, None));
        let rank = |branch: &str| DEFAULT_BRANCHES.iter().position(|name| *name == branch);
        targets.sort_by_key(|target| rank(&target.branch).unwrap_or(DEFAULT_BRANCHES.len()));
        Ok(targets)
    }

    /// Returns the main branch of a server repository: the one in HEAD, or else the first usual name that
    /// it has.
    pub fn served_branch(&self) -> Option<Target> {
        let usual = DEFAULT_BRANCHES.iter().map(|name| (*name).to_owned());
        self.branch().into_iter().chain(usual).find_map(|branch| {
            let full_name = format!("refs/heads/{branch}");
            let commit = self.ref_commit(&full_name)?;
            Some(Target { remote: None, branch, full_name, commit })
        })
    }

    /// Returns the targets of a server repository, the main branch first, then by name.
    ///
    /// Refs in `refs/remotes` there came with a push, so they are ignored.
    pub fn served_targets(&self, names: &TargetNames<'_>) -> Result<Vec<Target>, Error> {
        let default = self.branch();
        let mut targets = self.own_branches()?;
        targets.retain(|target| names.accept(&target.branch, default.as_deref()));
        let first = self.served_branch();
        targets.sort_by_key(|target| Some(target) != first.as_ref());
        Ok(targets)
    }

    /// Returns every local branch, by name.
    pub fn own_branches(&self) -> Result<Vec<Target>, Error> {
        let branches = self.refs_below("refs/heads/")?.into_iter();
        let own = |(branch, full_name, commit)| Target { remote: None, branch, full_name, commit };
        Ok(branches.map(own).collect())
    }

    /// Returns every known remote branch: its name, `origin/topic`, and its tip.
    pub fn remote_branches(&self) -> Result<Vec<(String, ObjectId)>, Error> {
        let refs = self.refs_below("refs/remotes/")?;
        // GitHub Actions and Azure Pipelines check a pull request out as `refs/remotes/pull/1/merge`.
        let is_request = |name: &str| {
            name.starts_with("pull/") && !self.remotes().iter().any(|remote| remote == "pull")
        };
        let branches = refs.into_iter();
        let branches = branches.filter(|(name, ..)| !name.ends_with("/HEAD") && !is_request(name));
        Ok(branches.map(|(name, _, commit)| (name, commit)).collect())
    }

    /// Returns how recent a ref is: when git last wrote its reflog, or the ref itself.
    pub fn freshness(&self, full_name: &str) -> Freshness {
        if !full_name.starts_with("refs/remotes/") {
            return Freshness::Local;
        }
        let common = &self.source.place().common_dir;
        // A clone writes no log for the branches themselves, only for the remote's HEAD (builtin/clone.c).
        let cloned = match full_name.split('/').nth(2) {
            Some(remote) => common.join(format!("logs/refs/remotes/{remote}/HEAD")),
            None => common.join("logs").join(full_name),
        };
        let fetched = [common.join("logs").join(full_name), common.join(full_name), cloned]
            .into_iter()
            .filter_map(|path| std::fs::metadata(path).ok()?.modified().ok())
            .max();
        Freshness::Updated(fetched)
    }

    /// Returns refs with their names after the prefix and their full names, sorted.
    fn refs_below(&self, prefix: &str) -> Result<Vec<(String, String, ObjectId)>, Error> {
        let refs = self.source.refs_below(prefix).map_err(Error::Refs)?.into_iter();
        let named = refs.filter_map(|(full_name, commit)| {
            let branch = full_name.strip_prefix(prefix)?.to_owned();
            Some((branch, full_name, commit))
        });
        let mut found: Vec<_> = named.collect();
        found.sort();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_version_is_released_first() {
        for (one, other) in [
            ("release/1.9", "release/1.10"),
            ("release/1.0", "main"),
            ("v2", "next"),
            ("stable/zed", "master"),
            ("1.x-stable", "2.x-stable"),
            ("release-2024-06", "release-2024-11"),
            ("release/007", "release/8"),
        ] {
            assert!(is_earlier_release(one, other), "{one} {other}");
            assert!(!is_earlier_release(other, one), "{other} {one}");
        }
        for (one, other) in [
            ("main", "develop"),
            ("main", "next"),
            ("release/1.0", "release/1.0"),
            ("release/1.x", "release/1.0"),
            ("stable/yoga", "stable/zed"),
            ("stable/zed", "release/1.0"),
        ] {
            assert!(!is_earlier_release(one, other), "{one} {other}");
            assert!(!is_earlier_release(other, one), "{other} {one}");
        }
    }
}
