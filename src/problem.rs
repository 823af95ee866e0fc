//! The problems that rules find, before it is decided whether they block.
//!
//! A problem is data. Rules create it, [`crate::finding`] decides whether it blocks, and [`crate::report`]
//! prints it. No code in between parses prose.

use crate::advice::Advice;
use crate::alembic::migration::RevisionId;
use crate::text::StaticStr;
use crate::tree::{File, RepoPath, Site};

/// A second place that explains the first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Related {
    /// The place.
    pub site: Site,
    /// The message for that place.
    pub message: String,
}

/// One problem of the result of a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    /// The name of the rule: `multiple-heads`, for example. The cache stores it separately.
    #[serde(skip)]
    pub rule: StaticStr,
    /// The intrinsic weight of the problem.
    pub weight: Weight,
    /// Why the rule is not certain, if it is not.
    pub doubt: Option<Doubt>,
    /// Whether the base already has the problem. The comparison sets this, not the rule.
    pub existing: bool,
    /// Whether a comment in the file allows it. The comparison sets this, not the rule.
    pub allowed: bool,
    /// The name of its environment.
    pub environment: String,
    /// The message, in one sentence.
    pub message: String,
    /// The place of the problem.
    pub site: Site,
    /// A short label beside the quoted source.
    pub label: String,
    /// Other places that explain the problem.
    pub related: Vec<Related>,
    /// The files that a change must touch to cause the problem: that of `site`, and others if several show
    /// it.
    pub culprits: Vec<RepoPath>,
    /// Other files through which a change may cause the problem, although no repair edits them.
    pub causes: Vec<RepoPath>,
    /// The revisions of the problem.
    pub revisions: Vec<RevisionId>,
    /// A drawing of the relevant part of the graph.
    pub drawing: Option<Drawing>,
    /// The advice.
    pub advice: Advice,
    /// The advice if others may have run the migration.
    pub if_shared: Option<Advice>,
}

impl Problem {
    /// Creates a problem of a rule at a place. The change must touch that place to cause the problem.
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

    /// Returns the key that identifies the problem: its rule and its revisions, or its path if it has no
    /// revisions.
    pub fn identity(&self) -> ProblemIdentity<'_> {
        let path = self.revisions.is_empty().then(|| self.site.path());
        ProblemIdentity { rule: self.rule, revisions: &self.revisions, path, file: None }
    }

    /// Reduces the problem to its message and place.
    pub fn brief(self) -> Problem {
        let (related, advice) = (Vec::new(), Advice::default());
        Problem { related, drawing: None, advice, if_shared: None, ..self }
    }
}

/// The key that identifies a problem in two states of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProblemIdentity<'p> {
    rule: StaticStr,
    revisions: &'p [RevisionId],
    path: Option<&'p RepoPath>,
    file: Option<&'p File>,
}

impl<'p> ProblemIdentity<'p> {
    /// Adds the content of the file to the key.
    #[must_use]
    pub fn in_file(self, file: Option<&'p File>) -> ProblemIdentity<'p> {
        ProblemIdentity { file, ..self }
    }
}

/// The intrinsic weight of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Weight {
    /// The level of its rule applies.
    Full,
    /// At most a warning.
    Minor,
}

/// Why a rule is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Doubt {
    /// A file with an unknown revision or unknown parents may explain the problem.
    CannotTell,
    /// It depends on a program, another package or another machine.
    OutsideRepository,
    /// The history had such gaps before: parts of it are not in the tree.
    Incomplete,
    /// A repair needs one more step.
    Unfinished,
}

/// A part of the graph for a drawing, newest first.
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
    /// Those of its parents that are in the drawing.
    pub parents: Vec<RevisionId>,
    /// Whether the history continues below it, outside the drawing.
    pub continues: bool,
    /// Its origin and its role: "head of origin/main", "this push".
    pub note: String,
    /// Whether the change adds it.
    pub new: bool,
    /// Its file, so that users can find it.
    pub path: RepoPath,
}

/// A note that is not a problem of a file: a failed fetch or a distant base, for example.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Note {
    /// The message, in one sentence.
    pub message: String,
    /// The advice.
    pub advice: Advice,
    /// Whether it applied before the change too.
    pub known: bool,
}
