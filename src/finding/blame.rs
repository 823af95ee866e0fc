//! Decides which problems block.
//!
//! The configured level of the rule applies, but at most a warning for a problem of minor weight
//! (`Weight::Minor`). The cases below change that. Of cases 4 to 9 only the first that applies counts, except
//! that 8 only changes the advice.
//!
//! |   | if | then |
//! |---|---|---|
//! | 1 | a comment in the file allows the problem, and comments may allow anything | dropped |
//! | 2 | the rule is off | dropped |
//! | 3 | it is a warning, and either an existing problem or about files that the change does not touch | dropped |
//! | 4 | it is an existing problem | a warning |
//! | 5 | the rule is in doubt | a warning |
//! | 6 | there is no base, and Alembic would load the history | a warning |
//! | 7 | it is about files that the change does not touch | a warning |
//! | 8 | it is about heads, and others may have run the migration | other advice |
//! | 9 | it is about heads, and another target branch has such a head; or nothing blocks here | a warning |
//! | 10 | a comment allows it, and comments may allow only warnings | a warning is dropped |
//! | 11 | the merge has conflicts, and only one resolution has this error | a warning |
//! | 12 | the user or a server administrator asks for warnings | a warning |
//!
//! Cases 11 and 12 need all findings: see [`only_either_way`] and [`only_warn`].

use std::collections::{BTreeMap, BTreeSet};

use crate::advice::Advice;
use crate::alembic::migration::RevisionId;
use crate::config::{Config, Level};
use crate::problem::{Doubt, Problem, Weight};
use crate::rules::{self, Consequence};
use crate::tree::RepoPath;

/// A problem with its verdict. Only [`blame`] creates findings.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// The problem.
    pub problem: Problem,
    level: Level,
    downgrade: Option<Downgrade>,
}

/// Why a finding is at most a warning, even if the configuration says more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Downgrade {
    /// It is an existing problem that the change does not touch.
    Existing,
    /// The rule itself is not sure.
    Doubt(Doubt),
    /// It was pushed before, and this push does not change it.
    Untouched,
    /// This other branch already has it, and this push does not change it.
    Elsewhere(String),
    /// It does not block this commit, but will block once the commit is merged.
    Ahead,
    /// A server accepts it on a branch that is not a target branch.
    NoTarget,
    /// There is no base, so it is unknown which revision was published first.
    NoBase,
    /// The merge has conflicts, and one of the two resolutions does not have the problem.
    Conflict,
    /// The user asked for it in git's configuration or the environment.
    Asked(String),
}

/// Facts about a change that decide which problems block.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Facts {
    /// The paths that the change touches, if only these count; `None` if all paths count.
    pub touched: Option<BTreeSet<RepoPath>>,
    /// For each untouched path, the branch that has the same file, for the advice.
    pub elsewhere: BTreeMap<RepoPath, String>,
    /// Why only problems that stop Alembic from loading block, if that is so.
    pub unless_loading: Option<Downgrade>,
    /// Why nothing blocks at all, if that is so.
    pub cap: Option<Downgrade>,
    /// The scope of comments in files.
    pub allow: AllowComments,
}

/// The scope of a comment `# alembic-guard: allow(rule)` in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum AllowComments {
    /// Any problem of the file.
    #[default]
    Anything,
    /// Only problems that would not block.
    Warnings,
}

/// A remote branch that has a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The branch: `origin/topic`, for example.
    pub branch: String,
    /// Whether it is an earlier push of the checked branch.
    pub own: bool,
}

/// Answers questions about other branches, which are expensive and therefore asked only if needed.
pub trait Witness {
    /// Returns a remote branch that has the same version of a file.
    fn shared(&mut self, path: &RepoPath) -> Option<Shared>;

    /// Returns another target branch on which one of these revisions is at or below a head that is new here.
    fn head_elsewhere(&mut self, revisions: &[RevisionId]) -> Option<String>;
}

/// Assigns a verdict to problems and drops those that should not be shown.
pub fn blame(
    problems: Vec<Problem>,
    facts: &Facts,
    config: &Config,
    witness: &mut dyn Witness,
) -> Vec<Finding> {
    let weighed = problems.into_iter().filter_map(|problem| {
        let rule = rules::find(problem.rule)?;
        let configured = config.level(rule.name, rule.level);
        weigh(problem, (rule.consequence, configured), facts, witness)
    });
    weighed.collect()
}

/// Case 11: if a merge has conflicts, only problems of both resolutions block.
pub fn only_either_way(findings: &mut [Finding], other_answer: &[Finding]) {
    let certain: BTreeSet<_> = other_answer.iter().map(|it| it.problem.identity()).collect();
    for finding in findings {
        if !certain.contains(&finding.problem.identity()) {
            finding.soften(&Downgrade::Conflict);
        }
    }
}

/// Case 12: lets nothing block if `asked` returns a reason. It is called only if something would block.
pub fn only_warn<'f>(
    findings: impl IntoIterator<Item = &'f mut Finding>,
    asked: impl FnOnce() -> Option<String>,
) {
    let is_blocking = |finding: &&mut Finding| finding.level == Level::Error;
    let mut blocking = findings.into_iter().filter(is_blocking).peekable();
    let Some(asked) = blocking.peek().and_then(|_| asked()) else {
        return;
    };
    for finding in blocking {
        finding.soften(&Downgrade::Asked(asked.clone()));
    }
}

fn weigh(
    mut problem: Problem,
    (consequence, configured): (Consequence, Level),
    facts: &Facts,
    witness: &mut dyn Witness,
) -> Option<Finding> {
    if problem.allowed && facts.allow == AllowComments::Anything {
        return None;
    }
    let level = match problem.weight {
        Weight::Full => configured,
        Weight::Minor => configured.min(Level::Warn),
    };
    let is_of_change = facts.touches(&problem);
    if level == Level::Off || level == Level::Warn && (problem.existing || !is_of_change) {
        return None;
    }
    let downgrade = if problem.existing {
        Some(Downgrade::Existing)
    } else if let Some(doubt) = problem.doubt {
        Some(Downgrade::Doubt(doubt))
    } else if facts.unless_loading.is_some() && weighs_less_without_base(consequence) {
        facts.unless_loading.clone()
    } else if !is_of_change {
        Some(untouched(&mut problem, facts))
    } else {
        leave_shared_alone(&mut problem, witness);
        let head_elsewhere = (consequence == Consequence::Heads)
            .then(|| witness.head_elsewhere(&problem.revisions))
            .flatten();
        // A warning never blocks, so there is nothing to explain.
        let cap = || facts.cap.clone().filter(|_| level > Level::Warn);
        head_elsewhere.map(Downgrade::Elsewhere).or_else(cap)
    };
    let level = if downgrade.is_some() { level.min(Level::Warn) } else { level };
    let finding = Finding { problem, level, downgrade };
    if finding.problem.allowed { finding.despite_comment() } else { Some(finding) }
}

impl Finding {
    /// Returns the level in force.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Returns why the level is lower than that of the rule, if it is.
    pub fn downgrade(&self) -> Option<&Downgrade> {
        self.downgrade.as_ref()
    }

    /// Turns an error into a warning.
    fn soften(&mut self, reason: &Downgrade) {
        if self.level == Level::Error {
            self.level = Level::Warn;
            self.downgrade = Some(reason.clone());
        }
    }

    /// Drops warnings that a file allows although comments may not allow errors; errors stay.
    fn despite_comment(mut self) -> Option<Finding> {
        if self.level < Level::Error {
            return None;
        }
        let rule = self.problem.rule;
        let help = format!("`allow({rule})` in the file has no effect on errors here");
        self.problem.advice.cautions.push(help.into());
        Some(self)
    }
}

impl Facts {
    /// Returns whether the change touches the files of a problem.
    fn touches(&self, problem: &Problem) -> bool {
        match &self.touched {
            Some(touched) => {
                let mut paths = problem.culprits.iter().chain(&problem.causes);
                paths.any(|path| is_touched(touched, path))
            }
            None => true,
        }
    }
}

/// Returns whether a path, or anything below it, is touched.
fn is_touched(touched: &BTreeSet<RepoPath>, path: &RepoPath) -> bool {
    // No name in a tree sorts before this one.
    let below = touched.range(path.join(b"\x01")..).next();
    touched.contains(path) || below.is_some_and(|first| first.below(path).is_some())
}

/// Returns whether a problem becomes a warning if there is no base.
fn weighs_less_without_base(consequence: Consequence) -> bool {
    match consequence {
        Consequence::Loading | Consequence::Judging => false,
        Consequence::Heads | Consequence::Neither => true,
    }
}

/// Returns why an untouched file does not count against the push.
///
/// A problem on another branch has to be fixed there, so its advice is replaced.
fn untouched(problem: &mut Problem, facts: &Facts) -> Downgrade {
    let elsewhere = &facts.elsewhere;
    let found = problem.culprits.iter().find_map(|path| Some((path, elsewhere.get(path)?)));
    let Some((path, branch)) = found else {
        return Downgrade::Untouched;
    };
    problem.advice = Advice::way([format!("fix {path} on {branch}, not here")]);
    Downgrade::Elsewhere(branch.clone())
}

/// Replaces advice to edit a migration that others may have run.
///
/// A stale migration of the branch itself may be edited even if it was pushed. Of two heads side by side, the
/// one that was pushed may be a colleague's.
fn leave_shared_alone(problem: &mut Problem, witness: &mut dyn Witness) {
    // Without an alternative, for example if a published value must be restored, the advice stays.
    let Some(if_shared) = &problem.if_shared else { return };
    let own_counts = problem.culprits.iter().collect::<BTreeSet<_>>().len() > 1;
    let shared = problem.culprits.iter().find_map(|path| {
        let shared = witness.shared(path)?;
        (own_counts || !shared.own).then_some((path, shared.branch))
    });
    if let Some((path, branch)) = shared {
        let alert =
            format!("leave {path} unchanged: it is on {branch}, and others may have run it");
        problem.advice = if_shared.clone().after([alert.into()]);
    }
}

#[cfg(test)]
mod tests;
