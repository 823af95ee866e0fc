//! Who is to blame for a problem: the one place that decides whether it blocks.
//!
//! The level that is configured for the rule stands, a warning at most for a problem that weighs less by itself
//! (`Weight::Minor`), unless one of these is so; of 4 to 9 the first counts, 8 only changes the advice.
//!
//! |   | if | then |
//! |---|---|---|
//! | 1 | a comment in the file allows it, and such comments may allow anything | dropped |
//! | 2 | its rule is off | dropped |
//! | 3 | it is a warning, and was there before or is about what the change does not touch | dropped |
//! | 4 | it was there before | a warning |
//! | 5 | the rule is in doubt | a warning |
//! | 6 | nothing is known to have landed, and Alembic would load the history | a warning |
//! | 7 | it is about what the change does not touch | a warning |
//! | 8 | it is about heads, and others may have run the migration | other advice |
//! | 9 | it is about heads, and such a head is one on another target; or nothing blocks here | a warning |
//! | 10 | a comment allows it, and such comments may allow only warnings | a warning is dropped |
//! | 11 | git will ask how to merge, and only one of the answers has this error | a warning |
//! | 12 | the user or a server's administrator asks for warnings | a warning |
//!
//! 11 and 12 are known only once all findings are: see [`only_either_way`] and [`only_warn`].

use std::collections::{BTreeMap, BTreeSet};

use crate::advice::Advice;
use crate::alembic::migration::RevisionId;
use crate::config::{Config, Level};
use crate::problem::{Doubt, Problem, Weight};
use crate::rules::{self, Consequence};
use crate::tree::RepoPath;

/// A problem with its verdict, which only [`blame`] gives.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// What is wrong.
    pub problem: Problem,
    level: Level,
    downgrade: Option<Downgrade>,
}

/// Why a finding is a warning, or is one even if the configuration says more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Downgrade {
    /// It was there before; the change does not touch it.
    Existing,
    /// The rule itself is not sure.
    Doubt(Doubt),
    /// It was pushed before, and this push does not change it.
    Untouched,
    /// It is on this other branch already, and this push does not change it.
    Elsewhere(String),
    /// It can be seen only by looking ahead of this commit.
    Ahead,
    /// A server takes it on a branch that is no target.
    NoTarget,
    /// There is nothing to compare with, so what has landed first is not known.
    NoBase,
    /// Git will ask how to merge the file; one of the two answers is without fault.
    Conflict,
    /// The user asked for it in git's configuration or the environment.
    Asked(String),
}

/// What is known of a change before it is asked who is to blame.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Facts {
    /// The paths that the change touches, if it answers for these alone; if not set, it answers for all.
    pub touched: Option<BTreeSet<RepoPath>>,
    /// For each untouched path the branch on which it is just so, for the advice.
    pub elsewhere: BTreeMap<RepoPath, String>,
    /// Why nothing blocks but what stops Alembic from loading, if that is so.
    pub unless_loading: Option<Downgrade>,
    /// Why nothing blocks at all, if nothing does.
    pub cap: Option<Downgrade>,
    /// What a comment in a file may allow that file.
    pub allow: AllowComments,
}

/// What `# alembic-guard: allow(rule)` in a file may allow that file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum AllowComments {
    /// To break any rule.
    #[default]
    Anything,
    /// Only what would not block.
    Warnings,
}

/// A remote branch that has a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The branch, `origin/topic` for one.
    pub branch: String,
    /// Whether it is the branch that is judged, as it was pushed before.
    pub own: bool,
}

/// Answers what is asked only where it matters, since it takes a look at other branches.
pub trait Witness {
    /// Tells on which remote branch a file is just so.
    fn shared(&mut self, path: &RepoPath) -> Option<Shared>;

    /// Names another target on which one of these revisions is at or below a head that is new here.
    fn head_elsewhere(&mut self, revisions: &[RevisionId]) -> Option<String>;
}

/// Weighs problems, and drops those that are not to be shown at all.
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

/// Case 11: where git will ask how to merge, only what is wrong with both answers blocks.
pub fn only_either_way(findings: &mut [Finding], other_answer: &[Finding]) {
    let certain: BTreeSet<_> = other_answer.iter().map(|it| it.problem.identity()).collect();
    for finding in findings {
        if !certain.contains(&finding.problem.identity()) {
            finding.soften(&Downgrade::Conflict);
        }
    }
}

/// Case 12: lets nothing block if somebody asks for warnings, which is looked up only if something would.
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
        // A warning blocks nowhere, so there is nothing to explain.
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

    /// Tells why it weighs less than its rule says, where it does.
    pub fn downgrade(&self) -> Option<&Downgrade> {
        self.downgrade.as_ref()
    }

    /// Takes from an error that it blocks.
    fn soften(&mut self, reason: &Downgrade) {
        if self.level == Level::Error {
            self.level = Level::Warn;
            self.downgrade = Some(reason.clone());
        }
    }

    /// Drops what a file is allowed although its word does not count for all; what blocks stays.
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
    /// Tells whether a problem is about what the change touches.
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

/// Tells whether a path is touched, or anything below it.
fn is_touched(touched: &BTreeSet<RepoPath>, path: &RepoPath) -> bool {
    // No name in a tree is less than this one.
    let below = touched.range(path.join(b"\x01")..).next();
    touched.contains(path) || below.is_some_and(|first| first.below(path).is_some())
}

/// Tells whether a problem weighs less where there is nothing to compare with.
fn weighs_less_without_base(consequence: Consequence) -> bool {
    match consequence {
        Consequence::Loading | Consequence::Judging => false,
        Consequence::Heads | Consequence::Neither => true,
    }
}

/// Says why a file that the push does not touch is not its fault. What is on somebody else's branch
/// has to be fixed there, so the advice to edit it goes.
fn untouched(problem: &mut Problem, facts: &Facts) -> Downgrade {
    let elsewhere = &facts.elsewhere;
    let found = problem.culprits.iter().find_map(|path| Some((path, elsewhere.get(path)?)));
    let Some((path, branch)) = found else {
        return Downgrade::Untouched;
    };
    problem.advice = Advice::way([format!("fix {path} on {branch}, not here")]);
    Downgrade::Elsewhere(branch.clone())
}

/// Advises no edit of a migration that others may have run.
///
/// A branch's own stale migration is its own to repair, pushed or not; of two heads side by side, the one
/// that was pushed may be a colleague's.
fn leave_shared_alone(problem: &mut Problem, witness: &mut dyn Witness) {
    // Where there is no other way, as with a published value that must be put back, the advice stays.
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
