//! A push: each ref judged by where it goes.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{After, Blame, Comparison, check};
use crate::config::{Config, Fetch};
use crate::finding::RefReport;
use crate::finding::{Freshness, Lowered, Note, Report};
use crate::git::{self, BaseChoice, Candidates, FetchRequest, Side, Target, TargetNames};
use crate::judge::change::{Incoming, alone, fetched};
use crate::judge::relevance::{Relevance, may_matter};
use crate::judge::{Error, Judge, note, reader};
use crate::rules::Finish;
use crate::tree::{Node, ObjectId, RepoPath};

/// One line of `pre-push`'s standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRef {
    /// What is pushed: a ref, `HEAD`, any expression, or `(delete)`.
    pub local_ref: String,
    /// The object that is pushed, in hexadecimal; zeros for a deletion.
    pub local_oid: String,
    /// Where it goes, in full.
    pub remote_ref: String,
    /// What the remote has there, in hexadecimal; zeros for a new ref.
    pub remote_oid: String,
}

/// Where a push goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// The remote's name, or its address where it has none.
    pub name: String,
    /// Its address.
    pub url: String,
}

/// A ref that is to be judged.
struct Arrival<'a> {
    tip: ObjectId,
    branch: String,
    is_target: bool,
    pushed: &'a PushedRef,
    config: Config,
    /// Why the configuration is not the repository's own but the usual one.
    mistake: Option<Error>,
    remote: Option<String>,
    targets: Vec<Target>,
}

impl Arrival<'_> {
    fn candidates(&self) -> Candidates<'_> {
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
}

impl Judge<'_> {
    /// Judges every ref of a push.
    pub fn push(&self, remote: &Remote, refs: &[PushedRef]) -> Result<Vec<RefReport>, Error> {
        refs.iter().map(|pushed| self.pushed_ref(remote, pushed)).collect()
    }

    fn pushed_ref(&self, remote: &Remote, pushed: &PushedRef) -> Result<RefReport, Error> {
        let judged = match self.arrival(remote, pushed)? {
            Ok(arrival) => self.judge(arrival)?,
            Err(skipped) => Err(skipped),
        };
        let (report, skipped) = match judged {
            Ok(report) => (report, None),
            Err(skipped) => (Report::default(), Some(skipped)),
        };
        Ok(RefReport {
            local_ref: pushed.local_ref.clone(),
            local_oid: pushed.local_oid.clone(),
            remote_ref: pushed.remote_ref.clone(),
            remote_oid: pushed.remote_oid.clone(),
            report,
            skipped,
        })
    }

    /// Looks at where a ref goes; gives the reason where it is not to be judged.
    fn arrival<'p>(
        &self,
        remote: &Remote,
        pushed: &'p PushedRef,
    ) -> Result<Result<Arrival<'p>, String>, Error> {
        let Some(local) = git::parse_id(&pushed.local_oid) else {
            return Ok(Err("a deletion".to_owned()));
        };
        let for_review = pushed.remote_ref.strip_prefix("refs/for/");
        let Some(branch) = for_review.or_else(|| pushed.remote_ref.strip_prefix("refs/heads/"))
        else {
            return Ok(Err("no branch".to_owned()));
        };
        let Some(tip) = self.repository.commit_of(local) else {
            return Ok(Err("no commit".to_owned()));
        };
        let (config, mistake) = match self.config(&*self.repository.commit_tree(tip)?) {
            Ok(config) => (config, None),
            Err(mistake @ Error::Config(_)) => (Config::default(), Some(mistake)),
            Err(error) => return Err(error),
        };
        if config.ignores_ref(branch) {
            return Ok(Err("ignored by `ignore_refs`".to_owned()));
        }
        let known = self.repository.remotes().into_iter().find(|name| *name == remote.name);
        let remote = known.or_else(|| self.repository.remote_of_url(&remote.url));
        let names = TargetNames { patterns: config.targets.as_deref() };
        let default = remote.as_deref().and_then(|remote| self.repository.default_branch(remote));
        let is_target = for_review.is_none() && names.accept(branch, default.as_deref());
        let mut arrival = Arrival {
            tip,
            branch: branch.to_owned(),
            is_target,
            pushed,
            config,
            mistake,
            remote,
            targets: Vec::new(),
        };
        arrival.targets = self.repository.targets(&arrival.candidates())?;
        Ok(Ok(arrival))
    }

    fn judge(&self, mut arrival: Arrival<'_>) -> Result<Result<Report, String>, Error> {
        let mut holding = arrival.targets.iter();
        if let Some(target) =
            holding.find(|target| self.repository.contains(target.commit, arrival.tip))
        {
            return Ok(Err(format!("already on {}", target.name())));
        }
        let base = match arrival.is_target {
            true => self.old_tip(&arrival),
            false => {
                self.base(Side::Commit(arrival.tip), &arrival.config, &arrival.candidates())?
            }
        };
        if let Some(base) = &base
            && !self.parts_matter(base, &arrival)?
        {
            return Ok(Ok(Report { base: Some(base.summary()), ..Report::default() }));
        }
        // A mistake in the configuration stops only what it would have a say in.
        if let Some(mistake) = arrival.mistake.take() {
            return Err(mistake);
        }
        let report = match base {
            None => self.first_push(&arrival)?,
            Some(base) if arrival.is_target => self.onto_target(&arrival, &base)?,
            Some(base) => self.onto_branch(&arrival, base)?,
        };
        Ok(Ok(report))
    }

    /// Judges a push to a target against what that target has.
    fn onto_target(&self, arrival: &Arrival<'_>, base: &BaseChoice) -> Result<Report, Error> {
        let tree = self.repository.commit_tree(arrival.tip)?;
        let landed = self.repository.commit_tree(base.commit)?;
        let comparison = Comparison {
            before: Some(&*landed),
            after: After::Tree(&*tree),
            witnesses: Vec::new(),
            config: &arrival.config,
            wording: self.naming("this push", base, Finish::Commit),
            blame: Blame::default(),
            other_targets: Vec::new(),
        };
        let mut report = check(&mut reader(&arrival.config), &comparison)?;
        report.base = Some(base.summary());
        Ok(report)
    }

    /// Returns what a target has: as git reports it, as last seen, or for a new one the nearest target.
    fn old_tip(&self, arrival: &Arrival<'_>) -> Option<BaseChoice> {
        let reported = git::parse_id(&arrival.pushed.remote_oid);
        let told = |commit| BaseChoice {
            target: arrival.targets.iter().find(|target| target.branch == arrival.branch).cloned(),
            commit,
            name: arrival.name(),
            freshness: Freshness::ToldByGit,
            others: Vec::new(),
        };
        match reported {
            Some(id) => self.repository.commit_of(id).map(told).or_else(|| {
                let seen = arrival.targets.iter().find(|target| target.branch == arrival.branch)?;
                let freshness = self.repository.freshness(&seen.full_name);
                Some(BaseChoice { freshness, ..told(seen.commit) })
            }),
            None => self.repository.choose_base(arrival.tip, &arrival.targets, None),
        }
    }

    /// Judges a ref for which nothing is known to have landed.
    fn first_push(&self, arrival: &Arrival<'_>) -> Result<Report, Error> {
        let tree = self.repository.commit_tree(arrival.tip)?;
        let blame = Blame { heads: Some(Lowered::NoBase), ..Blame::default() };
        alone(&*tree, &arrival.config, blame)
    }

    /// Judges a push to a branch that will be merged into a target later.
    fn onto_branch(&self, arrival: &Arrival<'_>, base: BaseChoice) -> Result<Report, Error> {
        let side = Side::Commit(arrival.tip);
        let (touched, elsewhere) = self.touched(arrival, &base)?;
        let (base, failed) = self.freshened(arrival, base, !touched.is_empty());
        let mut wording = self.naming("this push", &base, Finish::Commit);
        wording.doubt = Some(doubt(arrival, &base));
        let mut report = self.incoming(&Incoming {
            side,
            base: &base,
            config: &arrival.config,
            blame: Blame { touched: Some(touched), elsewhere, ..Blame::default() },
            wording,
            candidates: &arrival.candidates(),
        })?;
        report.notes.extend(failed);
        Ok(report)
    }

    /// Tells whether a push changes, from one commit to another, anything that could change a verdict.
    fn matters(&self, from: ObjectId, to: ObjectId, config: &Config) -> Result<bool, Error> {
        let changes = self.repository.changes(Some(from), Side::Commit(to))?.only(may_matter);
        if changes.is_empty() {
            return Ok(false);
        }
        let before = self.repository.commit_tree(from)?;
        let after = self.repository.commit_tree(to)?;
        let relevance = Relevance::of(&[&*before, &*after], config)?;
        Ok(changes.paths().any(|path| relevance.covers(path)))
    }

    /// Tells whether a push differs in anything that could matter from what a target has, or a branch
    /// from where it left its base.
    fn parts_matter(&self, base: &BaseChoice, arrival: &Arrival<'_>) -> Result<bool, Error> {
        let from = match arrival.is_target {
            true => Ok(vec![base.commit]),
            false => self.repository.merge_bases(base.commit, arrival.tip),
        };
        match from {
            Ok(from) if !from.is_empty() => {
                for commit in from {
                    if self.matters(commit, arrival.tip, &arrival.config)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Ok(_) | Err(git::Error::Shallow { .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Finds the migrations that this very push adds, changes or removes, and where the others are.
    ///
    /// An update is compared with what the remote has there; a new ref with every branch of every
    /// remote, as last seen.
    fn touched(
        &self,
        arrival: &Arrival<'_>,
        base: &BaseChoice,
    ) -> Result<(BTreeSet<RepoPath>, BTreeMap<RepoPath, String>), Error> {
        let tree = self.repository.commit_tree(arrival.tip)?;
        let landed = self.repository.commit_tree(base.commit)?;
        let relevance = Relevance::of(&[&*tree, &*landed], &arrival.config)?;
        let reported = git::parse_id(&arrival.pushed.remote_oid);
        let side = Side::Commit(arrival.tip);
        if let Some(old) = reported.and_then(|id| self.repository.commit_of(id)) {
            let changes = self.repository.changes(Some(old), side)?;
            let touched = changes.only(|path| relevance.covers(path));
            return Ok((touched.paths().cloned().collect(), BTreeMap::new()));
        }
        let mut touched = self.since_parting(base, arrival.tip, &relevance)?;
        let elsewhere = self.seen_elsewhere(arrival, base, &touched)?;
        touched.retain(|path| !elsewhere.contains_key(path));
        Ok((touched, elsewhere))
    }

    fn since_parting(
        &self,
        base: &BaseChoice,
        tip: ObjectId,
        relevance: &Relevance,
    ) -> Result<BTreeSet<RepoPath>, Error> {
        let parted = self.repository.merge_bases(base.commit, tip).unwrap_or_default();
        let changes = self.repository.changes(parted.first().copied(), Side::Commit(tip))?;
        Ok(changes.only(|path| relevance.covers(path)).paths().cloned().collect())
    }

    /// Finds the paths that some branch of a remote has just so.
    ///
    /// A branch that the base holds does not count: its work has landed, and where it is not there any
    /// more it was taken back. Nor does one that is never judged.
    fn seen_elsewhere(
        &self,
        arrival: &Arrival<'_>,
        base: &BaseChoice,
        paths: &BTreeSet<RepoPath>,
    ) -> Result<BTreeMap<RepoPath, String>, Error> {
        let ours = self.repository.commit_tree(arrival.tip)?;
        let mut elsewhere = BTreeMap::new();
        for (name, commit) in self.repository.remote_branches()? {
            let branch = name.split_once('/').map_or(name.as_str(), |(_, branch)| branch);
            if arrival.config.ignores_ref(branch) || self.repository.contains(base.commit, commit) {
                continue;
            }
            let theirs = self.repository.commit_tree(commit)?;
            for path in paths {
                let node = ours.node(path)?;
                if matches!(node, Some(Node::File(_) | Node::Link(_))) && theirs.node(path)? == node
                {
                    elsewhere.entry(path.clone()).or_insert_with(|| name.clone());
                }
            }
        }
        Ok(elsewhere)
    }

    /// Asks the remote for the base's newest commit where this push brings migrations.
    fn freshened(
        &self,
        arrival: &Arrival<'_>,
        base: BaseChoice,
        brings_migrations: bool,
    ) -> (BaseChoice, Option<Note>) {
        let remote = base.target.as_ref().and_then(|target| target.remote.clone());
        let (Some(remote), Some(target)) = (remote, &base.target) else {
            return (base, None);
        };
        if arrival.config.fetch == Fetch::Never || !brings_migrations {
            return (base, None);
        }
        let request = FetchRequest {
            remote: &remote,
            branch: &target.branch,
            timeout: arrival.config.fetch_timeout,
        };
        match self.repository.fetch(&request) {
            Ok(commit) => (fetched(&base, commit), None),
            Err(failure) => {
                let message =
                    format!("cannot ask {remote} for its newest {}: {failure}", target.branch);
                let help = format!("what is judged is {} as last seen", base.name);
                (base, Some(note(message, &[&help])))
            }
        }
    }
}

fn doubt(arrival: &Arrival<'_>, base: &BaseChoice) -> String {
    let branch = crate::text::escape(&arrival.branch);
    format!(
        "if `{branch}` never merges into {}, list it in `targets` of .alembic-guard.toml",
        base.name
    )
}
