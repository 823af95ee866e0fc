//! A ref on its way to where it is pushed: what it goes to, and what is compared there.

use crate::check::{Blame, Comparison, Reader, check};
use crate::config::Config;
use crate::finding::{Freshness, Lowered, RefReport, Report};
use crate::git::{self, BaseChoice, Candidates, Target, TargetNames};
use crate::judge::change::{Incoming, alone};
use crate::judge::{Error, Judge};
use crate::rules::Standing;
use crate::tree::ObjectId;

/// A ref that is pushed, as git names it to the hooks of either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRef {
    /// What is pushed: a ref, `HEAD`, any expression, or `(delete)`; empty on a server, which is not
    /// told.
    pub local_ref: String,
    /// The object that is pushed, in hexadecimal; zeros for a deletion.
    pub local_oid: String,
    /// Where it goes, in full.
    pub remote_ref: String,
    /// What the remote has there, in hexadecimal; zeros for a new ref.
    pub remote_oid: String,
}

/// A ref that is to be judged.
pub(super) struct Arrival<'a> {
    pub(super) tip: ObjectId,
    pub(super) branch: String,
    pub(super) is_target: bool,
    pub(super) pushed: &'a PushedRef,
    pub(super) config: Config,
    /// The remote that it goes to, where that has a name here.
    pub(super) remote: Option<String>,
    pub(super) targets: Vec<Target>,
}

impl Arrival<'_> {
    pub(super) fn candidates(&self) -> Candidates<'_> {
        Candidates {
            remote: self.remote.clone(),
            branch: Some(&self.branch),
            names: TargetNames { patterns: self.config.targets.as_deref() },
        }
    }

    /// Returns the name of the branch as last seen at the remote.
    fn name(&self) -> String {
        match &self.remote {
            Some(remote) => format!("{remote}/{}", self.branch),
            None => self.branch.clone(),
        }
    }

    /// Returns what the ref names now, by git's word.
    pub(super) fn replaced(&self) -> Option<ObjectId> {
        git::parse_id(&self.pushed.remote_oid)
    }

    /// Says what to do where the branch is a target of its own that goes by an unusual name.
    pub(super) fn doubt(&self, base: &BaseChoice) -> String {
        let branch = crate::text::escape(&self.branch);
        let mut targets: Vec<String> = match &self.config.targets {
            Some(targets) => targets.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
            None => git::usual_targets(&self.targets),
        };
        targets.push(self.branch.clone());
        let quoted: Vec<String> =
            targets.iter().map(|name| format!("\"{}\"", crate::text::escape(name))).collect();
        format!(
            "if `{branch}` never merges into {}, list it in `targets` of .alembic-guard.toml: \
             `targets = [{}]`",
            base.name,
            quoted.join(", ")
        )
    }
}

/// Returns what the ref of a branch or of a review is about; nothing for tags, notes and their kin.
pub(super) fn destination(pushed: &PushedRef) -> Option<Destination<'_>> {
    let name = pushed.remote_ref.as_str();
    let branch = name.strip_prefix("refs/heads/").map(Destination::Branch);
    branch.or_else(|| name.strip_prefix("refs/for/").map(Destination::Review))
}

/// What a ref is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination<'a> {
    /// A branch.
    Branch(&'a str),
    /// A change that is to be reviewed before it goes to a branch.
    Review(&'a str),
}

impl<'a> Destination<'a> {
    pub(super) fn branch(self) -> &'a str {
        match self {
            Destination::Branch(branch) | Destination::Review(branch) => branch,
        }
    }
}

/// Sums up what became of a ref: a report, or why there is none.
pub(super) fn ref_report(pushed: &PushedRef, judged: Result<Report, String>) -> RefReport {
    let (report, skipped) = match judged {
        Ok(report) => (report, None),
        Err(skipped) => (Report::default(), Some(skipped)),
    };
    RefReport {
        local_ref: pushed.local_ref.clone(),
        local_oid: pushed.local_oid.clone(),
        remote_ref: pushed.remote_ref.clone(),
        remote_oid: pushed.remote_oid.clone(),
        report,
        skipped,
    }
}

impl Judge<'_> {
    /// Returns what a target has: as git reports it, as last seen, or for a new one the nearest target.
    pub(super) fn old_tip(&self, arrival: &Arrival<'_>) -> Option<BaseChoice> {
        let told = |commit| BaseChoice {
            target: arrival.targets.iter().find(|target| target.branch == arrival.branch).cloned(),
            commit,
            name: arrival.name(),
            freshness: Freshness::ToldByGit,
            others: Vec::new(),
        };
        match arrival.replaced() {
            Some(id) => self.repository.commit_of(id).map(told).or_else(|| {
                let seen = arrival.targets.iter().find(|target| target.branch == arrival.branch)?;
                let freshness = self.repository.freshness(&seen.full_name);
                Some(BaseChoice { freshness, ..told(seen.commit) })
            }),
            None => self.starting_point(arrival),
        }
    }

    /// Names the target that has the tip already, so that there is nothing to be judged.
    ///
    /// A target that is there is judged by what it has itself: that another one has the commit excuses no
    /// head too many, and nothing that is taken back. But a fork that follows its upstream only gets what has
    /// landed there.
    pub(super) fn already_on(&self, arrival: &Arrival<'_>) -> Option<String> {
        let is_upstream =
            |target: &Target| target.branch == arrival.branch && target.remote != arrival.remote;
        let is_new = !arrival.is_target || arrival.replaced().is_none();
        let mut excusing = arrival.targets.iter().filter(|target| is_new || is_upstream(target));
        let holding =
            excusing.find(|target| self.repository.contains(target.commit, arrival.tip))?;
        Some(holding.name())
    }

    /// Returns where a new target begins: the commit at which it left the nearest one. What that has got
    /// since is nothing that the new one takes away.
    fn starting_point(&self, arrival: &Arrival<'_>) -> Option<BaseChoice> {
        let nearest = self.repository.choose_base(arrival.tip, &arrival.targets, None)?;
        match self.repository.merge_bases(nearest.commit, arrival.tip).ok()?.as_slice() {
            [parted] => Some(BaseChoice { commit: *parted, ..nearest }),
            _ => Some(nearest),
        }
    }

    /// Judges a push to a target against what that target has.
    pub(super) fn onto_target(
        &self,
        reader: &mut Reader,
        arrival: &Arrival<'_>,
        incoming: &Incoming<'_>,
    ) -> Result<Report, Error> {
        let base = incoming.base;
        let tree = self.repository.commit_tree(arrival.tip)?;
        let landed = self.repository.commit_tree(base.commit)?;
        let comparison = Comparison {
            before: Some(&*landed),
            standing: self.standing_of_target(arrival, base),
            wording: incoming.wording.clone(),
            blame: incoming.blame.clone(),
            shared: &self.shared(&*tree, Some(&arrival.branch), base.commit),
            ..Comparison::alone(&*tree)
        };
        let mut report = check(reader, &comparison)?;
        report.base = Some(base.summary());
        Ok(report)
    }

    /// Tells whether a push to a target builds on what is there or, by force, takes its place.
    fn standing_of_target(&self, arrival: &Arrival<'_>, base: &BaseChoice) -> Standing {
        let is_update = arrival.replaced().is_some();
        match is_update && !self.repository.contains(arrival.tip, base.commit) {
            true => Standing::Replaced,
            false => Standing::Published,
        }
    }

    /// Judges a ref for which nothing is known to have landed.
    pub(super) fn first_push(
        &self,
        reader: &mut Reader,
        arrival: &Arrival<'_>,
        blame: Blame,
    ) -> Result<Report, Error> {
        let tree = self.repository.commit_tree(arrival.tip)?;
        alone(reader, &*tree, Blame { lesser: Some(Lowered::NoBase), ..blame })
    }
}
