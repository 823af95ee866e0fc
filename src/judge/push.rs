//! A push: each ref judged by where it goes.

use crate::check::{Blame, Comparison, Reader, check};
use crate::config::{Config, Fetch};
use crate::finding::{Freshness, Lowered, Note, RefReport, Report};
use crate::git::{self, BaseChoice, Candidates, FetchRequest, Side, Target, TargetNames};
use crate::judge::change::{Incoming, alone, fetched};
use crate::judge::{Error, Judge, note};
use crate::rules::{Finish, Standing, Wording};
use crate::text::shell_word;
use crate::tree::ObjectId;

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
pub(super) struct Arrival<'a> {
    pub(super) tip: ObjectId,
    branch: String,
    pub(super) is_target: bool,
    pub(super) pushed: &'a PushedRef,
    pub(super) config: Config,
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
        let by_url = |url: &str| self.repository.remote_of_url(url);
        let remote = known.or_else(|| by_url(&remote.url)).or_else(|| by_url(&remote.name));
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
        let mut reader = self.reader(arrival.config.clone());
        let base = match arrival.is_target {
            true => self.old_tip(&arrival),
            false => {
                self.base(Side::Commit(arrival.tip), &arrival.config, &arrival.candidates())?
            }
        };
        if let Some(base) = &base
            && !self.parts_matter(&mut reader, base, &arrival)?
        {
            return Ok(Ok(Report { base: Some(base.summary()), ..Report::default() }));
        }
        // A mistake in the configuration stops only what it would have a say in.
        if let Some(mistake) = arrival.mistake.take() {
            return Err(mistake);
        }
        let report = match base {
            None => self.first_push(&mut reader, &arrival)?,
            Some(base) if arrival.is_target => self.onto_target(&mut reader, &arrival, &base)?,
            Some(base) => self.onto_branch(&mut reader, &arrival, base)?,
        };
        self.keep(reader);
        Ok(Ok(report))
    }

    /// Judges a push to a target against what that target has.
    fn onto_target(
        &self,
        reader: &mut Reader,
        arrival: &Arrival<'_>,
        base: &BaseChoice,
    ) -> Result<Report, Error> {
        let tree = self.repository.commit_tree(arrival.tip)?;
        let landed = self.repository.commit_tree(base.commit)?;
        let comparison = Comparison {
            before: Some(&*landed),
            standing: self.standing_of_target(arrival, base),
            wording: self.push_naming(arrival, base),
            shared: &self.shared(&*tree, Some(&arrival.branch), base.commit),
            ..Comparison::alone(&*tree)
        };
        let mut report = check(reader, &comparison)?;
        report.base = Some(base.summary());
        Ok(report)
    }

    /// Tells whether a push to a target builds on what is there or, by force, takes its place.
    fn standing_of_target(&self, arrival: &Arrival<'_>, base: &BaseChoice) -> Standing {
        let is_update = git::parse_id(&arrival.pushed.remote_oid).is_some();
        match is_update && !self.repository.contains(arrival.tip, base.commit) {
            true => Standing::Replaced,
            false => Standing::Published,
        }
    }

    /// Says what the two sides of a push are called; what is pushed need not be checked out.
    fn push_naming(&self, arrival: &Arrival<'_>, base: &BaseChoice) -> Wording {
        let local = arrival.pushed.local_ref.strip_prefix("refs/heads/");
        let elsewhere = local.filter(|branch| self.repository.branch().as_deref() != Some(branch));
        let checkout = elsewhere.map(|branch| format!("git switch {}", shell_word(branch)));
        let naming = self.naming("this push", base, Some(arrival.tip), Finish::Commit);
        // What goes to a target of another name need not be nearest to it.
        let named = arrival.is_target && local != Some(arrival.branch.as_str());
        let base_option = match named {
            true => format!(" --base {}", shell_word(&base.name)),
            false => String::new(),
        };
        Wording { checkout, base_option, ..naming }
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
    fn first_push(&self, reader: &mut Reader, arrival: &Arrival<'_>) -> Result<Report, Error> {
        let tree = self.repository.commit_tree(arrival.tip)?;
        let blame = Blame { lesser: Some(Lowered::NoBase), ..Blame::default() };
        alone(reader, &*tree, blame)
    }

    /// Judges a push to a branch that will be merged into a target later.
    fn onto_branch(
        &self,
        reader: &mut Reader,
        arrival: &Arrival<'_>,
        base: BaseChoice,
    ) -> Result<Report, Error> {
        let side = Side::Commit(arrival.tip);
        let (touched, elsewhere) = self.touched(reader, arrival, &base)?;
        let (base, failed) = self.freshened(arrival, base, !touched.is_empty());
        let mut wording = self.push_naming(arrival, &base);
        wording.doubt = Some(doubt(arrival, &base));
        let mut report = self.incoming(
            reader,
            &Incoming {
                side,
                base: &base,
                blame: Blame { touched: Some(touched), elsewhere, ..Blame::default() },
                wording,
                candidates: &arrival.candidates(),
            },
        )?;
        report.notes.extend(failed);
        Ok(report)
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
        let asked = (remote.clone(), target.branch.clone());
        let known = self.fetches.borrow().get(&asked).cloned();
        let answer = known.unwrap_or_else(|| {
            let answer = self.repository.fetch(&request).map_err(|failure| failure.to_string());
            self.fetches.borrow_mut().insert(asked, answer.clone());
            answer
        });
        match answer {
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
    let mut targets: Vec<String> = match &arrival.config.targets {
        Some(targets) => targets.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
        None => git::usual_targets(&arrival.targets),
    };
    targets.push(arrival.branch.clone());
    let quoted: Vec<String> =
        targets.iter().map(|name| format!("\"{}\"", crate::text::escape(name))).collect();
    format!(
        "if `{branch}` never merges into {}, list it in `targets` of .alembic-guard.toml: \
         `targets = [{}]`",
        base.name,
        quoted.join(", ")
    )
}
