//! What a repository can be asked, whether libgit2 or git itself answers.

use std::path::{Path, PathBuf};

use crate::git::Reason;
use crate::git::changes::Changes;
use crate::git::index::{Index, IndexEntry};
use crate::git::process::Target;
use crate::tree::{Content, LARGEST_SETTING, Node, ObjectId, RepoPath};

/// A source of answers about a repository.
///
/// Everything that goes in or comes out is owned, so that nothing of one source reaches the other. What
/// is not there is told apart from what cannot be told: the first is an answer, the second a [`Reason`].
pub(super) trait Backend {
    /// Returns where the repository lies.
    fn place(&self) -> &Place;

    /// Finds the object that an expression names, as `git rev-parse` reads it; nothing where there is none.
    fn resolve(&self, expression: &str) -> Result<Option<ObjectId>, Reason>;

    /// Finds the commit that an object is, or that a tag names; nothing where there is none.
    ///
    /// Never goes to another repository for it.
    fn commit_of(&self, id: ObjectId) -> Result<Option<ObjectId>, Reason>;

    /// Finds the commit that a ref leads to, given its full name or `HEAD` and its kin.
    fn ref_commit(&self, name: &str) -> Result<Option<ObjectId>, Reason>;

    /// Finds the ref that another one stands for in the end, through others if need be; nothing where it
    /// names an object itself.
    fn symbolic_target(&self, name: &str) -> Result<Option<String>, Reason>;

    /// Lists the refs below a prefix that ends in `/` and that lead to a commit, with their full names.
    fn refs_below(&self, prefix: &str) -> Result<Vec<(String, ObjectId)>, Reason>;

    /// Returns a value of git's configuration files.
    fn setting(&self, key: &str) -> Result<Option<String>, Reason>;

    /// Tells whether [`Backend::setting`] finds whatever git would find in its files.
    fn reads_settings_as_git(&self) -> bool;

    /// Lists the names of all remotes.
    fn remotes(&self) -> Result<Vec<String>, Reason>;

    /// Tells whether an object is here; never goes to another repository for it.
    fn has(&self, id: ObjectId) -> bool;

    /// Reads an object.
    fn object(&self, id: ObjectId) -> Result<Object, Reason>;

    /// Reads the content of files, in the order of their ids; none that has more bytes than `most`.
    fn blobs(&self, ids: &[ObjectId], most: u64) -> Result<Vec<Content>, Reason>;

    /// Returns the id that this repository gives an object.
    fn hash(&self, kind: Kind, content: &[u8]) -> Result<ObjectId, Reason>;

    /// Returns the id that this repository gives a file on a disk, as it is there.
    ///
    /// `size` is that of the file, in bytes; a large one is not held in memory.
    fn hash_file(&self, disk: &Path, size: u64) -> Result<ObjectId, Reason> {
        let read = |error: std::io::Error| Reason::new(error.to_string());
        if size > LARGEST_SETTING {
            return self.hash_large_file(disk);
        }
        self.hash(Kind::Blob, &std::fs::read(disk).map_err(read)?)
    }

    /// Does what [`Backend::hash_file`] does, a part of the file after the other.
    fn hash_large_file(&self, disk: &Path) -> Result<ObjectId, Reason>;

    /// Returns how many bytes objects have, in the order of their ids; nothing for one that is not here.
    fn sizes(&self, ids: &[ObjectId]) -> Result<Vec<Option<u64>>, Reason>;

    /// Finds the best commits at which two commits parted; several where merges cross.
    fn merge_bases(&self, one: ObjectId, other: ObjectId) -> Result<Vec<ObjectId>, Reason>;

    /// Counts the commits of one history that another lacks; nothing where they have none in common.
    fn ahead(&self, tip: ObjectId, other: ObjectId) -> Result<Option<usize>, Reason>;

    /// Tells whether `ancestor` is `commit` or lies below it.
    fn contains(&self, commit: ObjectId, ancestor: ObjectId) -> Result<bool, Reason>;

    /// Reads the index, the one that git names (`GIT_INDEX_FILE`).
    fn index(&self) -> Result<Index, Reason>;

    /// Compares a tree, or nothing at all, with the index or the work tree.
    fn uncommitted(&self, from: Option<ObjectId>, state: Uncommitted) -> Result<Changes, Reason>;

    /// Tells whether git leaves out a path that it does not track.
    fn is_ignored(&self, path: &RepoPath) -> Result<bool, Reason>;

    /// Tells how a file of the work tree stands to the index.
    fn settled(&self, path: &RepoPath) -> Result<Settled, Reason>;

    /// Does what [`Backend::settled`] does for many files, in their order.
    fn all_settled(&self, paths: &[&RepoPath]) -> Result<Vec<Settled>, Reason> {
        paths.iter().map(|path| self.settled(path)).collect()
    }

    /// Merges into a commit as git would; what that makes is kept for this run alone.
    fn merge(&self, into: &Incoming, incoming: &Incoming) -> Result<Merge, Reason>;
}

/// Where a repository lies.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The top folder of the work tree.
    pub(super) work_dir: Option<PathBuf>,
    /// The repository's own folder, that of the linked worktree where it is one.
    pub(super) git_dir: PathBuf,
    /// The folder that all worktrees share.
    pub(super) common_dir: PathBuf,
    /// The index.
    pub(super) index: PathBuf,
}

impl Place {
    /// Makes a place of the index that git names, else the usual one.
    pub(super) fn new(
        work_dir: Option<PathBuf>,
        git_dir: PathBuf,
        common_dir: PathBuf,
        index: Option<&Path>,
    ) -> Place {
        let index = index.map_or_else(|| git_dir.join("index"), Path::to_owned);
        Place { work_dir, git_dir, common_dir, index }
    }

    /// Tells git to work here.
    pub(super) fn target(&self) -> Target<'_> {
        Target::Found { git_dir: &self.git_dir, work_tree: self.work_dir.as_deref() }
    }
}

/// The four kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Blob,
    Tree,
    Commit,
    Tag,
}

impl Kind {
    /// Returns git's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Blob => "blob",
            Kind::Tree => "tree",
            Kind::Commit => "commit",
            Kind::Tag => "tag",
        }
    }
}

/// An object as git keeps it.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) content: Vec<u8>,
}

impl Object {
    /// Returns the content of an object of a kind.
    pub(super) fn of_kind(self, kind: Kind) -> Result<Vec<u8>, Reason> {
        if self.kind == kind {
            Ok(self.content)
        } else {
            Err(Reason::new(format!("it is a {}, not a {}", self.kind.word(), kind.word())))
        }
    }
}

/// A state that is in no commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uncommitted {
    Index,
    WorkTree,
}

/// How a file of the work tree stands to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It is the same, or git does not know it.
    Same,
    /// It is another.
    Modified,
    /// Git asks how to merge it.
    Conflicted,
}

/// One side of a merge.
#[derive(Debug, Clone)]
pub(super) enum Incoming {
    /// A commit.
    Commit(ObjectId),
    /// What would be one: the tree of a commit with edits.
    Made {
        /// The commit; nothing before the first one.
        like: Option<ObjectId>,
        /// What it would be made on.
        parents: Vec<Incoming>,
        /// What it would change.
        edits: Vec<(RepoPath, Edit)>,
    },
}

impl Incoming {
    /// Returns the commits that it is, or that it would be made on.
    pub(super) fn tips(&self) -> Vec<ObjectId> {
        match self {
            Incoming::Commit(commit) => vec![*commit],
            Incoming::Made { parents, .. } => parents.iter().flat_map(Incoming::tips).collect(),
        }
    }
}

/// What is to be at a path.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// Nothing.
    Gone,
    /// An object of the repository.
    Object(ObjectId, Mode),
    /// A file of the work tree, as `git add` would take it, line endings and all; by what id it is read.
    Disk(PathBuf, ObjectId),
    /// This.
    Content(Vec<u8>, Mode),
}

/// How git marks a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    File,
    Link,
}

impl Mode {
    /// Returns the bits of it.
    pub(super) fn bits(self) -> u32 {
        match self {
            Mode::File => 0o100644,
            Mode::Link => 0o120000,
        }
    }
}

/// What git would make of two commits.
#[derive(Debug)]
pub(super) struct Merge {
    /// Everything about which git would not ask, and for some sources what it would ask about too.
    pub(super) files: MergedFiles,
    /// What git would ask about.
    pub(super) conflicts: Vec<Conflict>,
}

/// The files of a merge.
#[derive(Debug)]
pub(super) enum MergedFiles {
    Entries(Vec<IndexEntry>),
    Tree(ObjectId),
}

/// A path about which git would ask; nothing where a side has removed it.
///
/// What one side alone has ever had, such as a file in a folder that the other side has moved, is there
/// whatever the answer is.
#[derive(Debug, Clone)]
pub(super) struct Conflict {
    pub(super) path: RepoPath,
    /// As the commit has it that is merged into.
    pub(super) ours: Option<Node>,
    /// As the other has it.
    pub(super) theirs: Option<Node>,
}
