//! The interface to a repository, implemented by libgit2 and by git itself.

use std::path::{Path, PathBuf};

use crate::git::Reason;
use crate::git::changes::Changes;
use crate::git::index::{Index, IndexEntry};
use crate::git::process::Target;
use crate::tree::{Content, LARGEST_SETTING, Node, ObjectId, RepoPath};

/// A source of information about a repository.
///
/// All arguments and results are owned, so that the sources stay independent. A missing thing is an answer
/// (`None`); an unknown one is a [`Reason`].
pub(super) trait Backend {
    /// Returns the location of the repository.
    fn place(&self) -> &Place;

    /// Resolves a revision expression, as `git rev-parse` does; nothing if it does not exist.
    fn resolve(&self, expression: &str) -> Result<Option<ObjectId>, Reason>;

    /// Returns the commit that an object is or a tag points to; nothing if there is none.
    ///
    /// Never fetches from another repository.
    fn commit_of(&self, id: ObjectId) -> Result<Option<ObjectId>, Reason>;

    /// Returns the commit of a ref, given its full name or `HEAD` and similar names.
    fn ref_commit(&self, name: &str) -> Result<Option<ObjectId>, Reason>;

    /// Resolves a symbolic ref, through others if necessary; nothing if it is not symbolic.
    fn symbolic_target(&self, name: &str) -> Result<Option<String>, Reason>;

    /// Returns the full names of refs that point to a commit, below a prefix that ends in `/`.
    fn refs_below(&self, prefix: &str) -> Result<Vec<(String, ObjectId)>, Reason>;

    /// Returns a value of git's configuration files.
    fn setting(&self, key: &str) -> Result<Option<String>, Reason>;

    /// Returns whether [`Backend::setting`] finds everything that git would find in its files.
    fn reads_settings_as_git(&self) -> bool;

    /// Returns the names of all remotes.
    fn remotes(&self) -> Result<Vec<String>, Reason>;

    /// Returns whether an object is here; never fetches from another repository.
    fn has(&self, id: ObjectId) -> bool;

    /// Reads an object.
    fn object(&self, id: ObjectId) -> Result<Object, Reason>;

    /// Reads the contents of files, in the order of their ids, except those with more bytes than `most`.
    fn blobs(&self, ids: &[ObjectId], most: u64) -> Result<Vec<Content>, Reason>;

    /// Returns the id of an object in this repository's format.
    fn hash(&self, kind: Kind, content: &[u8]) -> Result<ObjectId, Reason>;

    /// Returns the id of a file on disk, without filters.
    ///
    /// `size` is its size in bytes; a large file is not held in memory.
    fn hash_file(&self, disk: &Path, size: u64) -> Result<ObjectId, Reason> {
        let read = |error: std::io::Error| Reason::new(error.to_string());
        if size > LARGEST_SETTING {
            return self.hash_large_file(disk);
        }
        self.hash(Kind::Blob, &std::fs::read(disk).map_err(read)?)
    }

    /// Does the same as [`Backend::hash_file`], one part of the file after the other.
    fn hash_large_file(&self, disk: &Path) -> Result<ObjectId, Reason>;

    /// Returns the sizes of objects in bytes, in the order of their ids; `None` for missing ones.
    fn sizes(&self, ids: &[ObjectId]) -> Result<Vec<Option<u64>>, Reason>;

    /// Returns the merge bases of two commits; several for criss-cross merges.
    fn merge_bases(&self, one: ObjectId, other: ObjectId) -> Result<Vec<ObjectId>, Reason>;

    /// Counts the commits of one history that another lacks; nothing if they have no common history.
    fn ahead(&self, tip: ObjectId, other: ObjectId) -> Result<Option<usize>, Reason>;

    /// Returns whether `ancestor` is `commit` or one of its ancestors.
    fn contains(&self, commit: ObjectId, ancestor: ObjectId) -> Result<bool, Reason>;

    /// Reads the index, the one that git names (`GIT_INDEX_FILE`).
    fn index(&self) -> Result<Index, Reason>;

    /// Compares a tree, or an empty one, with the index or the work tree.
    fn uncommitted(&self, from: Option<ObjectId>, state: Uncommitted) -> Result<Changes, Reason>;

    /// Returns whether git ignores a path that it does not track.
    fn is_ignored(&self, path: &RepoPath) -> Result<bool, Reason>;

    /// Returns how a file of the work tree relates to the index.
    fn settled(&self, path: &RepoPath) -> Result<Settled, Reason>;

    /// Does the same as [`Backend::settled`] for many files, in their order.
    fn all_settled(&self, paths: &[&RepoPath]) -> Result<Vec<Settled>, Reason> {
        paths.iter().map(|path| self.settled(path)).collect()
    }

    /// Merges into a commit as git would; new objects are kept only for this run.
    fn merge(&self, into: &Incoming, incoming: &Incoming) -> Result<Merge, Reason>;
}

/// The location of a repository.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The top folder of the work tree.
    pub(super) work_dir: Option<PathBuf>,
    /// The git folder; that of the linked worktree if it is one.
    pub(super) git_dir: PathBuf,
    /// The folder that all worktrees share.
    pub(super) common_dir: PathBuf,
    /// The index.
    pub(super) index: PathBuf,
}

impl Place {
    /// Uses the index that git passes, or else the default one.
    pub(super) fn new(
        work_dir: Option<PathBuf>,
        git_dir: PathBuf,
        common_dir: PathBuf,
        index: Option<&Path>,
    ) -> Place {
        let index = index.map_or_else(|| git_dir.join("index"), Path::to_owned);
        Place { work_dir, git_dir, common_dir, index }
    }

    /// Sets the repository for a git command.
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

/// An object with its type.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) content: Vec<u8>,
}

impl Object {
    /// Returns the content of an object if it has this type.
    pub(super) fn of_kind(self, kind: Kind) -> Result<Vec<u8>, Reason> {
        if self.kind == kind {
            Ok(self.content)
        } else {
            Err(Reason::new(format!("it is a {}, not a {}", self.kind.word(), kind.word())))
        }
    }
}

/// A state that is not committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uncommitted {
    Index,
    WorkTree,
}

/// The state of a file in the work tree, relative to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It is unchanged or untracked.
    Same,
    /// It is modified.
    Modified,
    /// It has an unresolved conflict.
    Conflicted,
}

/// One side of a merge.
#[derive(Debug, Clone)]
pub(super) enum Incoming {
    /// A commit.
    Commit(ObjectId),
    /// A future commit: the tree of a commit with edits.
    Made {
        /// The commit; `None` before the first one.
        like: Option<ObjectId>,
        /// Its parents.
        parents: Vec<Incoming>,
        /// Its changes.
        edits: Vec<(RepoPath, Edit)>,
    },
}

impl Incoming {
    /// Returns the commit itself, or the parents of the future commit.
    pub(super) fn tips(&self) -> Vec<ObjectId> {
        match self {
            Incoming::Commit(commit) => vec![*commit],
            Incoming::Made { parents, .. } => parents.iter().flat_map(Incoming::tips).collect(),
        }
    }
}

/// The new state of a path.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// Nothing.
    Gone,
    /// An object of the repository.
    Object(ObjectId, Mode),
    /// A file of the work tree, as `git add` would store it, including line endings; with the id under
    /// which it is read.
    Disk(PathBuf, ObjectId),
    /// This.
    Content(Vec<u8>, Mode),
}

/// The mode of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    File,
    Link,
}

impl Mode {
    /// Returns the bits of the mode.
    pub(super) fn bits(self) -> u32 {
        match self {
            Mode::File => 0o100644,
            Mode::Link => 0o120000,
        }
    }
}

/// The result of merging two commits.
#[derive(Debug)]
pub(super) struct Merge {
    /// The merged files without conflicts, and for some sources the others too.
    pub(super) files: MergedFiles,
    /// The conflicts.
    pub(super) conflicts: Vec<Conflict>,
}

/// The files of a merge.
#[derive(Debug)]
pub(super) enum MergedFiles {
    Entries(Vec<IndexEntry>),
    Tree(ObjectId),
}

/// A conflicted path; `None` for a side that has removed it.
///
/// A path that only one side ever had, such as a file in a folder that the other side has moved, exists
/// however the conflict is resolved.
#[derive(Debug, Clone)]
pub(super) struct Conflict {
    pub(super) path: RepoPath,
    /// The version of the commit that is merged into.
    pub(super) ours: Option<Node>,
    /// The version of the other commit.
    pub(super) theirs: Option<Node>,
}
