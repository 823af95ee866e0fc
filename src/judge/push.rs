//! A push: each ref judged by where it goes.

use crate::check::{Blame, Reader};
use crate::config::{Config, Fetch};
use crate::finding::{Note, RefReport, Report};
use crate::git::{self, BaseChoice, FetchRequest, Side, TargetNames};
use crate::judge::arrival::{Arrival, Destination, PushedRef, destination, ref_report};
use crate::judge::change::{Incoming, fetched};
use crate::judge::{Error, Judge, note};
use crate::rules::{Finish, Wording};
use crate::text::shell_word;

/// Where a push goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// The remote's name, or its address where it has none.
    pub name: String,
    /// Its address.
    pub url: String,
}

impl Judge<'_> {
    /// Judges every ref of a push.
    pub fn push(&self, remote: &Remote, refs: &[PushedRef]) -> Result<Vec<RefReport>, Error> {
        refs.iter().map(|pushed| self.pushed_ref(remote, pushed)).collect()
    }

    fn pushed_ref(&self, remote: &Remote, pushed: &PushedRef) -> Result<RefReport, Error> {
        let judged = match self.arrival(remote, pushed)? {
            Ok((arrival, mistake)) => self.judge(&arrival, mistake)?,
            Err(skipped) => Err(skipped),
        };
        Ok(ref_report(pushed, judged))
    }

    /// Looks at where a ref goes; gives the reason where it is not to be judged.
    ///
    /// Where the configuration that it brings holds a mistake, that comes along, and the arrival has the
    /// usual one.
    fn arrival<'p>(
        &self,
        remote: &Remote,
        pushed: &'p PushedRef,
    ) -> Result<Result<(Arrival<'p>, Option<Error>), String>, Error> {
        let Some(local) = git::parse_id(&pushed.local_oid) else {
            return Ok(Err("a deletion".to_owned()));
        };
        let Some(destination) = destination(pushed) else {
            return Ok(Err("no branch".to_owned()));
        };
        let branch = destination.branch();
        let Some(tip) = self.repository.commit_behind(local)? else {
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
        let is_target =
            destination == Destination::Branch(branch) && names.accept(branch, default.as_deref());
        let mut arrival = Arrival {
            tip,
            branch: branch.to_owned(),
            is_target,
            pushed,
            config,
            remote,
            targets: Vec::new(),
        };
        arrival.targets = self.targets(&arrival.candidates())?;
        Ok(Ok((arrival, mistake)))
    }

    fn judge(
        &self,
        arrival: &Arrival<'_>,
        mistake: Option<Error>,
    ) -> Result<Result<Report, String>, Error> {
        if let Some(target) = self.already_on(arrival) {
            return Ok(Err(format!("already on {target}")));
        }
        let mut reader = self.reader(arrival.config.clone());
        let base = match arrival.is_target {
            true => self.old_tip(arrival),
            false => {
                self.base(Side::Commit(arrival.tip), &arrival.config, &arrival.candidates())?
            }
        };
        if let Some(base) = &base
            && !self.parts_matter(&mut reader, base, arrival)?
        {
            return Ok(Ok(Report { base: Some(base.summary()), ..Report::default() }));
        }
        // A mistake in the configuration stops only what it would have a say in.
        if let Some(mistake) = mistake {
            return Err(mistake);
        }
        let report = match base {
            None => self.first_push(&mut reader, arrival, Blame::default())?,
            Some(base) if arrival.is_target => {
                let incoming = Incoming {
                    side: Side::Commit(arrival.tip),
                    base: &base,
                    blame: Blame::default(),
                    wording: self.push_naming(arrival, &base),
                    candidates: &arrival.candidates(),
                };
                self.onto_target(&mut reader, arrival, &incoming)?
            }
            Some(base) => self.onto_branch(&mut reader, arrival, base)?,
        };
        self.keep(reader);
        Ok(Ok(report))
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
        wording.doubt = Some(arrival.doubt(&base));
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
                let seen = format!("what is judged is {} as last seen", base.name);
                let mut help = vec![seen.as_str()];
                // Git's words where the other side has no such branch any more.
                let renamed = format!(
                    "if that branch has another name now: `git fetch {0} && git remote set-head {0} --auto`",
                    shell_word(&remote)
                );
                if failure.contains("couldn't find remote ref") {
                    help.push(&renamed);
                }
                (base, Some(note(message, &help)))
            }
        }
    }
}
