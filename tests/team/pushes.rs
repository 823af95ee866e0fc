//! What comes of a push: measured by what Alembic makes of it, and repaired as the report says.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;

use crate::team::advice::ways_out;
use crate::team::clone::Ran;
use crate::team::opinion::{Arrival, EDITED, Opinion, edited, exemption};
use crate::team::play::{Failure, Team};
use crate::team::push::{Accepted, Finding, Outcome, Plan, Push, PushedRef, Report};

/// A report may name one problem after the other, but not more than these.
const ROUNDS: usize = 4;

/// A repair may be refused for a reason that comes before it, but not for more than these.
const REFUSALS: usize = 1;

/// What a repair says that is refused.
#[derive(Debug, Deserialize)]
struct Refused {
    environments: Vec<RefusedEnvironment>,
}

#[derive(Debug, Deserialize)]
struct RefusedEnvironment {
    plan: Plan,
}

/// What `check` finds, or the hook of a commit.
#[derive(Debug, Deserialize)]
struct Checked {
    findings: Vec<Finding>,
}

/// What the remote and the clone had before a push.
struct Before {
    shared: BTreeMap<String, String>,
    /// The branches of the remote that the clone knows of, and their commits.
    known: Vec<(String, String)>,
}

impl Team<'_> {
    /// Pushes, asks for an opinion, and repairs what was refused.
    pub(crate) fn push(&mut self, who: usize, push: &Push, pick: usize) -> Result<(), Failure> {
        let before = self.before(who);
        match push.run(&self.clones[who]) {
            Outcome::Accepted(accepted) => self.accepted(push, &accepted, &before),
            Outcome::Rejected(rejected) => {
                self.tally.count("pushes", "rejected by git");
                self.accepted(push, &rejected, &before)
            }
            Outcome::Failed => {
                self.tally.count("pushes", "nothing to push");
                Ok(())
            }
            Outcome::Refused(report) => {
                self.tally.count("pushes", "refused");
                self.refused(&report, &before)?;
                if pick % 5 < 4 { self.repair(who, push, report, pick) } else { Ok(()) }
            }
        }
    }

    fn before(&self, who: usize) -> Before {
        let format = "--format=%(refname:lstrip=3) %(objectname)";
        let known = self.clones[who].ask("git", &["for-each-ref", format, "refs/remotes/origin"]);
        let known = known.stdout.lines().filter_map(|line| line.split_once(' '));
        let known = known.filter(|(name, _)| *name != "HEAD");
        Before {
            shared: self.shared(),
            known: known.map(|(name, commit)| (name.to_owned(), commit.to_owned())).collect(),
        }
    }

    fn opinion(&mut self, before: &Before, name: &str, new: &str) -> Opinion {
        let branch = name.trim_start_matches("refs/heads/");
        let others = before.known.iter().filter(|(other, _)| other != branch && other != "main");
        let arrival = Arrival {
            old: before.shared.get(name).map_or("", String::as_str),
            new,
            main: &before.shared["refs/heads/main"],
            is_main: branch == "main",
            others: others.map(|(_, commit)| commit.clone()).collect(),
        };
        arrival.opinion(&mut self.referee, &self.databases)
    }

    /// Nothing harmful may have got through.
    fn accepted(
        &mut self,
        push: &Push,
        accepted: &Accepted,
        before: &Before,
    ) -> Result<(), Failure> {
        let warned = accepted.said.contains("warning[");
        let how = match (push.is_past_the_hook(), warned) {
            (true, _) => "accepted past the hook",
            (false, true) => "accepted with a warning",
            (false, false) => "accepted",
        };
        for (name, (_, new)) in &accepted.moved {
            if new.is_empty() {
                self.tally.count("pushes", "deletions");
                continue;
            }
            let is_main = name == "refs/heads/main";
            let target = if is_main { "main" } else { "a branch" };
            self.tally.count("pushes", &format!("of {target}, {how}"));
            let opinion = self.opinion(before, name, new);
            if let Opinion::Harmful(reason) = &opinion
                && !push.is_past_the_hook()
            {
                let kind = format!("accepted on {target}: {}", short(reason));
                return Err(Failure::new(&kind, &format!("{name}: {reason}\n{}", accepted.said)));
            }
            if matches!(&opinion, Opinion::Unclear(why) if why == EDITED)
                && !push.is_past_the_hook()
                && !accepted.said.contains("warning[published-migration-edited]")
            {
                return Err(Failure::new("edited without a warning", &accepted.said));
            }
            if is_main {
                self.advance(new, &opinion, push.is_past_the_hook());
            }
        }
        Ok(())
    }

    /// Goes on with what main is now, and counts the databases that are exempt from then on.
    fn advance(&mut self, main: &str, opinion: &Opinion, past_the_hook: bool) {
        let why = match opinion {
            _ if past_the_hook => "after --no-verify",
            Opinion::Unclear(row) => row.as_str(),
            Opinion::Harmless | Opinion::Harmful(_) => "of a push that changes nothing",
        };
        let exempt = self.databases.advance(&mut self.referee, main);
        self.tally.add_to("databases exempt", why, exempt);
        self.tally.add_to("databases", "upgraded", self.databases.len());
    }

    /// Nothing harmless may have been refused.
    fn refused(&mut self, report: &Report, before: &Before) -> Result<(), Failure> {
        if report.outcome == "broken" {
            return Err(Failure::new("the guard cannot tell", &format!("{report:#?}")));
        }
        if report.outcome != "findings" {
            return Err(Failure::new("refused, but not when asked again", &format!("{report:#?}")));
        }
        for one in &report.refs {
            if one.remote_ref.is_empty() || one.local_oid.chars().all(|digit| digit == '0') {
                continue;
            }
            let opinion = self.opinion(before, &one.remote_ref, &one.local_oid);
            let main = if one.remote_ref == "refs/heads/main" { "main" } else { "a branch" };
            match (&opinion, one.outcome.as_str()) {
                (Opinion::Harmless, "findings") if self.stops_on_the_way(before, one) => {
                    self.tally.count("unclear", "findings: an upgrade to one revision stops");
                }
                (Opinion::Harmless, "findings") => {
                    let rule = first_error(report).map_or("nothing", |finding| &finding.rule);
                    let kind = format!("harmless and refused on {main}: {rule}");
                    return Err(Failure::new(&kind, &format!("{one:#?}")));
                }
                (Opinion::Harmful(reason), "clean") => {
                    let kind = format!("harmful and found clean beside others on {main}");
                    return Err(Failure::new(&kind, &format!("{reason}\n{one:#?}")));
                }
                (Opinion::Unclear(reason), outcome) => {
                    self.tally.count("unclear", &format!("{outcome}: {reason}"));
                }
                _ => {}
            }
        }
        for finding in report.refs.iter().flat_map(|one| &one.findings) {
            if finding.level == "error" {
                self.tally.count("refused for", &finding.rule);
            }
        }
        Ok(())
    }

    /// Tells whether an upgrade of an empty database to some revision would stop, as none on main does.
    fn stops_on_the_way(&mut self, before: &Before, one: &PushedRef) -> bool {
        let main = &before.shared["refs/heads/main"];
        let new = match one.remote_ref.as_str() {
            "refs/heads/main" => Some(one.local_oid.clone()),
            _ => self.referee.merged(main, &one.local_oid),
        };
        let mut stops = |commit: &str| {
            self.referee.stops(commit).len() < self.referee.facts(commit).revisions.len()
        };
        new.is_some_and(|new| stops(&new) && !stops(main))
    }

    /// Does what the report says until the push passes.
    fn repair(
        &mut self,
        who: usize,
        push: &Push,
        report: Report,
        pick: usize,
    ) -> Result<(), Failure> {
        let mut report = report;
        let mut rules = Vec::new();
        for round in 0..ROUNDS {
            let Some(finding) = next_error(&report).cloned() else {
                return Err(Failure::new("refused without an error", &format!("{report:#?}")));
            };
            let ways = ways_out(&finding.plan);
            let Some(way) = crate::team::acts::chosen(&ways, pick / 5 + round) else {
                self.tally.count("repairs without a command", &finding.rule);
                return Ok(());
            };
            rules.push(finding.rule.clone());
            let mut lines: VecDeque<String> = way.lines.clone().into();
            let mut refusals = 0;
            while let Some(line) = lines.pop_front() {
                let ran = self.clones[who].shell(&line);
                if !ran.success && is_for_another(&report, &line, &ran.said()) {
                    // What is refused is committed past the hook, and the push says what is left.
                    self.tally.count("commits refused for another error", &finding.rule);
                    continue;
                }
                if !ran.success && ran.said().contains("CONFLICT") {
                    self.tally.count("repairs", "given up at a conflict");
                    self.tidy(who);
                    return Ok(());
                }
                // A repair or a commit that is refused says itself what comes first.
                if !ran.success
                    && refusals < REFUSALS
                    && let Some(first) = self.first_steps(who, &line, &ran)
                {
                    if first.is_empty() {
                        self.tally.count("repairs without a command", &finding.rule);
                        self.tidy(who);
                        return Ok(());
                    }
                    let command: Vec<&str> = line.split(' ').take(2).collect();
                    self.tally.count("repairs refused with what comes first", &command.join(" "));
                    refusals += 1;
                    first.into_iter().rev().for_each(|line| lines.push_front(line));
                    continue;
                }
                if !ran.success {
                    let command: Vec<&str> = line.split(' ').take(2).collect();
                    let kind = format!(
                        "a printed command fails: {}, for {}",
                        command.join(" "),
                        finding.rule
                    );
                    return Err(Failure::new(
                        &kind,
                        &format!("{}\n{}", finding.message, ran.said()),
                    ));
                }
            }
            self.commit_rest(who, &finding);
            let before = self.before(who);
            match push.run(&self.clones[who]) {
                Outcome::Accepted(accepted) => {
                    self.tally.count("repairs", &format!("done in round {}", round + 1));
                    self.tally.count("repaired", &rules.join(", "));
                    self.accepted(push, &accepted, &before)?;
                    return self.serves(&accepted, &rules[0]);
                }
                Outcome::Rejected(rejected) => {
                    self.tally.count("repairs", "rejected by git");
                    return self.accepted(push, &rejected, &before);
                }
                Outcome::Failed => {
                    self.tally.count("repairs", "nothing to push");
                    return Ok(());
                }
                Outcome::Refused(next) => {
                    self.refused(&next, &before)?;
                    report = next;
                }
            }
        }
        rules.dedup();
        let kind = format!("the help does not lead out: {}", rules.join(", "));
        Err(Failure::new(&kind, &format!("{report:#?}")))
    }

    /// Returns what a commit or a repair that was refused says, as lines of shell; a commit may be refused for
    /// what no command repairs, and then there are none.
    ///
    /// Where a repair says to look at all that is wrong, its reader looks and does what is said there.
    fn first_steps(&self, who: usize, line: &str, ran: &Ran) -> Option<Vec<String>> {
        let clone = &self.clones[who];
        if line.starts_with("git commit") {
            let by_hook = ran.said().contains("alembic-guard: commit blocked");
            return by_hook.then(|| self.said_first(who, &["hook", "pre-commit"]))?;
        }
        let arguments: Vec<&str> = line.strip_prefix("alembic-guard ")?.split(' ').collect();
        let (_, ran) = clone.guard(&[&["--format", "json"], arguments.as_slice()].concat(), "");
        let refused: Refused = serde_json::from_str(&ran.stdout).ok()?;
        let is_refused = |one: &RefusedEnvironment| !one.plan.ways.is_empty();
        let plan = refused.environments.into_iter().find(is_refused)?.plan;
        let way = ways_out(&plan).into_iter().next()?;
        let mut lines = Vec::new();
        for line in way.lines {
            if line != "alembic-guard check" {
                lines.push(line);
                continue;
            }
            lines.extend(self.said_first(who, &["check"]).filter(|said| !said.is_empty())?);
        }
        Some(lines)
    }

    /// Returns what the guard says of the first error that it finds in a clone, as lines of shell.
    fn said_first(&self, who: usize, command: &[&str]) -> Option<Vec<String>> {
        let (_, ran) = self.clones[who].guard(&[&["--format", "json"], command].concat(), "");
        let said = if ran.stdout.trim().is_empty() { &ran.stderr } else { &ran.stdout };
        let report: Checked = serde_json::from_str(said).ok()?;
        let finding = report.findings.into_iter().find(|finding| finding.level == "error")?;
        let way = ways_out(&finding.plan).into_iter().next();
        Some(way.map_or_else(Vec::new, |way| way.lines))
    }

    /// Commits what the help left uncommitted, as its reader would, and counts that.
    fn commit_rest(&mut self, who: usize, finding: &Finding) {
        let clone = &self.clones[who];
        if clone.ask("git", &["status", "--porcelain"]).stdout.is_empty() {
            return;
        }
        self.tally.count("commits that the help leaves out", &finding.rule);
        clone.git(&["add", "-A"]);
        clone.git(&["commit", "-q", "--no-verify", "-m", "repair"]);
    }

    /// A branch that was repaired serves every database of main once it is merged, unless main moved by the same
    /// push: then it was judged beside what main was before.
    fn serves(&mut self, accepted: &Accepted, rule: &str) -> Result<(), Failure> {
        if accepted.moved.contains_key("refs/heads/main") {
            self.tally.count("repairs", "of main, and perhaps of branches beside it");
            return Ok(());
        }
        let main = self.shared()["refs/heads/main"].clone();
        for (name, (_, new)) in &accepted.moved {
            let Some(merged) = self.referee.merged(&main, new) else {
                continue;
            };
            let facts = self.referee.facts(&merged);
            if !facts.works() || facts.heads.len() > 1 {
                self.tally.count("repairs", "with a rest that is not this push's");
                continue;
            }
            if let Some(row) = exemption(&self.referee.facts(&main), &facts, false) {
                self.tally.count("repairs", &format!("that leave a warning, {row}"));
                continue;
            }
            let skip = edited(&self.referee.facts(&main), &facts);
            let harmed = self.databases.harmed(&mut self.referee, &merged);
            if let Some(one) = harmed.iter().find(|one| !one.is_by_edit(&skip)) {
                let details = format!("{name}: {:?}: {}", one.database, one.fault);
                let kind = format!("databases do not survive the repair of {rule}");
                return Err(Failure::new(&kind, &details));
            }
            self.tally.count("repairs", "of branches, upgraded from every database of main");
        }
        Ok(())
    }
}

/// Shortens a reason to what does not depend on ids and folders.
fn short(reason: &str) -> String {
    let parts: Vec<&str> = reason.split(": ").collect();
    let kept = match parts.as_slice() {
        ["main stops working", "CommandError", ..] => 3,
        ["main stops working", ..] => 2,
        _ => 1,
    };
    parts[..kept.min(parts.len())].join(": ")
}

/// Returns the error that is repaired next: the first that does not say that another comes before it.
fn next_error(report: &Report) -> Option<&Finding> {
    let errors = report.refs.iter().flat_map(|one| &one.findings);
    let mut errors = errors.filter(|finding| finding.level == "error");
    let says_so = |finding: &Finding| {
        let mut steps = finding.plan.ways.iter().flatten();
        steps.any(|step| step.text.starts_with("repair first "))
    };
    errors.find(|finding| !says_so(finding)).or_else(|| first_error(report))
}

/// Tells whether the hook refused to commit a repair of one error because of another one of the report.
fn is_for_another(report: &Report, line: &str, said: &str) -> bool {
    let findings = report.refs.iter().flat_map(|one| &one.findings);
    let errors = findings.filter(|finding| finding.level == "error").count();
    errors > 1 && line.contains("git commit") && said.contains("alembic-guard: commit blocked")
}

fn first_error(report: &Report) -> Option<&Finding> {
    let findings = report.refs.iter().flat_map(|one| &one.findings);
    findings.into_iter().find(|finding| finding.level == "error")
}
