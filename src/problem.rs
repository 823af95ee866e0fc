//! What a rule finds wrong, before anybody has asked whose fault it is.
//!
//! A problem is data. Rules make it, [`crate::finding`] decides whether it blocks, [`crate::report`] prints it,
//! and nobody in between reads prose.

use crate::advice::Advice;
use crate::alembic::migration::RevisionId;
use crate::text::StaticStr;
use crate::tree::{File, RepoPath, Site};

/// A second place that explains the first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Related {
    /// Where.
    pub site: Site,
    /// What is to be seen there.
    pub message: String,
}

/// One thing that is wrong after a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    /// The rule's name, `multiple-heads` for one; a cache keeps it beside.
    #[serde(skip)]
    pub rule: StaticStr,
    /// How much it weighs by itself.
    pub weight: Weight,
    /// What keeps the rule from being sure, if anything does.
    pub doubt: Option<Doubt>,
    /// Whether it was there before the change. Rules leave that to the comparison.
    pub existing: bool,
    /// Whether a comment in the file allows it. Rules leave that to the comparison.
    pub allowed: bool,
    /// The name of the environment it is in.
    pub environment: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where it is wrong.
    pub site: Site,
    /// The few words that stand beside the marked source.
    pub label: String,
    /// What else must be seen to understand it.
    pub related: Vec<Related>,
    /// The files that a change must touch to be at fault; the site's, and others where the fault
    /// shows in several.
    pub culprits: Vec<RepoPath>,
    /// Further files by which a change may bring it about, although no repair edits them.
    pub causes: Vec<RepoPath>,
    /// The revisions it is about.
    pub revisions: Vec<RevisionId>,
    /// A picture of the part of the graph it is about.
    pub drawing: Option<Drawing>,
    /// What to do.
    pub advice: Advice,
    /// What to do instead where others may have run the migration that is at fault.
    pub if_shared: Option<Advice>,
}

impl Problem {
    /// Begins a problem of a rule at a place, which the change must touch to be at fault.
    pub fn new(rule: StaticStr, environment: &str, site: Site, message: String) -> Problem {
        Problem {
            rule,
            weight: Weight::Full,
            doubt: None,
            existing: false,
            allowed: false,
            environment: environment.to_owned(),
            message,
            culprits: vec![site.path().clone()],
            causes: Vec::new(),
            site,
            label: String::new(),
            related: Vec::new(),
            revisions: Vec::new(),
            drawing: None,
            advice: Advice::default(),
            if_shared: None,
        }
    }

    /// Returns what makes another problem the same: its rule, and the revisions that it is about or, if it is
    /// about none, its path.
    pub fn identity(&self) -> ProblemIdentity<'_> {
        let path = self.revisions.is_empty().then(|| self.site.path());
        ProblemIdentity { rule: self.rule, revisions: &self.revisions, path, file: None }
    }

    /// Returns no more of it than what is wrong and where.
    pub fn brief(self) -> Problem {
        let (related, advice) = (Vec::new(), Advice::default());
        Problem { related, drawing: None, advice, if_shared: None, ..self }
    }
}

/// What makes two problems the same, in two states of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProblemIdentity<'p> {
    rule: StaticStr,
    revisions: &'p [RevisionId],
    path: Option<&'p RepoPath>,
    file: Option<&'p File>,
}

impl<'p> ProblemIdentity<'p> {
    /// Makes it that of the same content too.
    #[must_use]
    pub fn in_file(self, file: Option<&'p File>) -> ProblemIdentity<'p> {
        ProblemIdentity { file, ..self }
    }
}

/// How much a problem weighs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Weight {
    /// As much as the level of its rule.
    Full,
    /// A warning, unless the level of its rule is lower still.
    Minor,
}

/// What keeps a rule from being sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Doubt {
    /// A file whose revision or parents are unknown may explain it.
    CannotTell,
    /// A program, another package or another machine decides.
    OutsideRepository,
    /// The history had such gaps before: the tree does not hold all of it.
    Incomplete,
    /// A repair that needs one more step.
    Unfinished,
}

/// A part of the graph, newest first, as a picture needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Drawing {
    /// The revisions, each before its parents.
    pub nodes: Vec<DrawnRevision>,
}

/// One revision in a [`Drawing`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DrawnRevision {
    /// Its id.
    pub revision: RevisionId,
    /// Its parents that are drawn too.
    pub parents: Vec<RevisionId>,
    /// Whether more of the history lies below it, undrawn.
    pub continues: bool,
    /// Where it is from and what it is: "head of origin/main", "this push".
    pub note: String,
    /// Whether this change brings it.
    pub new: bool,
    /// Its file, for a person to find it.
    pub path: RepoPath,
}

/// Something to report that is not a problem of a file: a fetch that failed, a base that is far away.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Note {
    /// What is to be said, in one sentence.
    pub message: String,
    /// What can be done about it.
    pub advice: Advice,
    /// Whether it was so before the change.
    pub known: bool,
}
