//! Git itself, through its plumbing commands: it can read every repository that it made.
//!
//! A git process costs milliseconds, so this is the second source. Objects are read through one `git
//! cat-file --batch`. Nothing is written to the repository: objects of a merge go to a temporary folder
//! that is removed with the run.

mod changes;
mod coprocess;
mod index;
mod merge;
mod objects;
mod promised;
mod run;
mod scratch;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::git::backend::{Backend, Incoming, Kind, Merge, Object, Place, Settled, Uncommitted};
use crate::git::changes::Changes;
use crate::git::index::Index;
use crate::git::{Reason, parse_id};
use crate::platform::path_bytes::path_from_bytes;
use crate::tree::{Content, ObjectId, RepoPath};

use coprocess::Conversation;
use objects::Read;
use run::Git;
pub(super) use run::refusal;
use scratch::Scratch;

/// A repository that git opens.
pub(super) struct Plumbing {
    git: Git,
    place: Place,
    format: Format,
    settings: OnceCell<BTreeMap<String, String>>,
    objects: RefCell<Option<Conversation>>,
    ignored: RefCell<Option<Conversation>>,
    scratch: OnceCell<Scratch>,
}

/// A reason why git does not open a repository.
#[derive(Debug)]
pub(super) enum Failure {
    /// Git cannot be run.
    NotRun(Reason),
    /// Git failed.
    Refused(Reason),
}

/// The hash function of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Sha1,
    Sha256,
}

impl Plumbing {
    /// Opens the repository of the environment, or else the one around the current directory.
    pub(super) fn open(index: Option<&Path>) -> Result<Plumbing, Failure> {
        let git = Git::new(index);
        git.is_there().map_err(Failure::NotRun)?;
        Plumbing::with(git, index).map_err(Failure::Refused)
    }

    fn with(git: Git, index: Option<&Path>) -> Result<Plumbing, Reason> {
        let about = |question: &str| git.output(&["rev-parse", question]);
        let git_dir = path(&about("--absolute-git-dir")?);
        let common_dir = std::path::absolute(path(&about("--git-common-dir")?));
        let common_dir = common_dir.map_err(|error| Reason::new(error.to_string()))?;
        let has_work_tree = about("--is-inside-work-tree")? == b"true\n";
        let work_dir =
            has_work_tree.then(|| about("--show-toplevel").map(|it| path(&it))).transpose()?;
        let format = match about("--show-object-format")?.trim_ascii_end() {
            b"sha1" => Format::Sha1,
            b"sha256" => Format::Sha256,
            other => {
                let name = String::from_utf8_lossy(other);
                return Err(Reason::new(format!(
                    "unknown object format `{}`",
                    name.escape_debug()
                )));
            }
        };
        let place = Place::new(work_dir, git_dir, common_dir, index);
        Ok(Plumbing {
            git: git.at(&place)?,
            place,
            format,
            settings: OnceCell::new(),
            objects: RefCell::default(),
            ignored: RefCell::default(),
            scratch: OnceCell::new(),
        })
    }

    /// Resolves an expression to one object; nothing if git finds none.
    fn parsed(&self, expression: &str) -> Result<Option<ObjectId>, Reason> {
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", expression];
        let answer = self.git.answer(&arguments)?;
        Ok(answer.and_then(|answer| parse_id(text(&answer).trim_end())))
    }

    /// Returns the commit that a local object is, or that a local tag points to.
    fn peeled(&self, id: ObjectId) -> Result<Option<ObjectId>, Reason> {
        match self.object(id)?.kind {
            Kind::Commit => Ok(Some(id)),
            Kind::Tag => self.parsed(&format!("{id}^{{commit}}")),
            Kind::Blob | Kind::Tree => Ok(None),
        }
    }

    fn settings(&self) -> Result<&BTreeMap<String, String>, Reason> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let listed = self.git.output(&["config", "--null", "--list"])?;
        let settings = listed.split(|byte| *byte == 0).filter(|setting| !setting.is_empty());
        // A key without a value has no line of its own for it, and means `true`.
        let settings = settings.map(|setting| {
            let setting = text(setting);
            let (key, value) = setting.split_once('\n').unwrap_or((&setting, "true"));
            (key.to_owned(), value.to_owned())
        });
        let settings = settings.collect();
        Ok(self.settings.get_or_init(|| settings))
    }
}

impl Backend for Plumbing {
    fn place(&self) -> &Place {
        &self.place
    }

    fn resolve(&self, expression: &str) -> Result<Option<ObjectId>, Reason> {
        self.parsed(expression)
    }

    fn commit_of(&self, id: ObjectId) -> Result<Option<ObjectId>, Reason> {
        // If nothing is promised, asking for an object gets nothing from anywhere.
        if !self.is_partial()?
            && let Ok(commit) = self.peeled(id)
        {
            return Ok(commit);
        }
        if self.missing(&[id])?.is_empty() { self.peeled(id) } else { Ok(None) }
    }

    fn ref_commit(&self, name: &str) -> Result<Option<ObjectId>, Reason> {
        self.parsed(&format!("{name}^{{commit}}"))
    }

    fn symbolic_target(&self, name: &str) -> Result<Option<String>, Reason> {
        let target = self.git.answer(&["symbolic-ref", "--quiet", name])?;
        Ok(target.map(|target| text(&target).trim_end_matches('\n').to_owned()))
    }

    fn refs_below(&self, prefix: &str) -> Result<Vec<(String, ObjectId)>, Reason> {
        const FORMAT: &str =
            "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)";
        let listed = self.git.output(&["for-each-ref", FORMAT, prefix])?;
        let refs = text(&listed);
        let refs = refs.lines().filter_map(|line| {
            let mut words = line.splitn(5, ' ');
            let mut word = || words.next();
            let (kind, id, peeled_kind, peeled_id, name) =
                (word()?, word()?, word()?, word()?, word()?);
            let id = match (kind, peeled_kind) {
                ("commit", _) => id,
                ("tag", "commit") => peeled_id,
                _ => return None,
            };
            Some((name.to_owned(), parse_id(id)?))
        });
        Ok(refs.collect())
    }

    fn setting(&self, key: &str) -> Result<Option<String>, Reason> {
        Ok(self.settings()?.get(&normal(key)).cloned())
    }

    fn reads_settings_as_git(&self) -> bool {
        // What it has of them leaves out what a command line says.
        false
    }

    fn remotes(&self) -> Result<Vec<String>, Reason> {
        let names = self.git.output(&["remote"])?;
        Ok(text(&names).lines().map(str::to_owned).collect())
    }

    fn has(&self, id: ObjectId) -> bool {
        self.missing(&[id]).is_ok_and(|missing| missing.is_empty())
    }

    fn object(&self, id: ObjectId) -> Result<Object, Reason> {
        match self.read_all(&[id], u64::MAX)?.pop() {
            Some(Read::Whole(object)) => Ok(object),
            Some(Read::TooLarge(_)) | None => Err(Reason::new("git printed nothing about it")),
        }
    }

    fn blobs(&self, ids: &[ObjectId], most: u64) -> Result<Vec<Content>, Reason> {
        self.obtain(ids)?;
        let content = |read| match read {
            Read::Whole(object) => Ok(Content::Whole(object.of_kind(Kind::Blob)?)),
            Read::TooLarge(size) => Ok(Content::TooLarge(size)),
        };
        self.read_all(ids, most)?.into_iter().map(content).collect()
    }

    fn hash(&self, kind: Kind, content: &[u8]) -> Result<ObjectId, Reason> {
        objects::hash(self.format, kind, content)
    }

    fn hash_large_file(&self, disk: &Path) -> Result<ObjectId, Reason> {
        objects::hash_file(self.format, disk)
    }

    fn sizes(&self, ids: &[ObjectId]) -> Result<Vec<Option<u64>>, Reason> {
        self.measured(ids)
    }

    fn merge_bases(&self, one: ObjectId, other: ObjectId) -> Result<Vec<ObjectId>, Reason> {
        let (one, other) = (one.to_string(), other.to_string());
        let bases = self.git.answer(&["merge-base", "--all", &one, &other])?.unwrap_or_default();
        Ok(text(&bases).lines().filter_map(parse_id).collect())
    }

    fn ahead(&self, tip: ObjectId, other: ObjectId) -> Result<Option<usize>, Reason> {
        let (tip, other) = (tip.to_string(), other.to_string());
        if self.git.answer(&["merge-base", &tip, &other])?.is_none() {
            return Ok(None);
        }
        let count = self.git.output(&["rev-list", "--count", &tip, &format!("^{other}")])?;
        Ok(text(&count).trim_end().parse().ok())
    }

    fn contains(&self, commit: ObjectId, ancestor: ObjectId) -> Result<bool, Reason> {
        let (commit, ancestor) = (commit.to_string(), ancestor.to_string());
        let answer = self.git.answer(&["merge-base", "--is-ancestor", &ancestor, &commit])?;
        Ok(answer.is_some())
    }

    fn index(&self) -> Result<Index, Reason> {
        self.read_index()
    }

    fn uncommitted(&self, from: Option<ObjectId>, state: Uncommitted) -> Result<Changes, Reason> {
        self.diff(from, state)
    }

    fn is_ignored(&self, path: &RepoPath) -> Result<bool, Reason> {
        self.check_ignore(path)
    }

    fn settled(&self, path: &RepoPath) -> Result<Settled, Reason> {
        self.status(path)
    }

    fn merge(&self, into: &Incoming, incoming: &Incoming) -> Result<Merge, Reason> {
        self.merge_tree(into, incoming)
    }
}

/// Formats a key as `git config --list` does: only the part between the outer dots keeps its case.
fn normal(key: &str) -> String {
    let lower = str::to_ascii_lowercase;
    match (key.split_once('.'), key.rsplit_once('.')) {
        (Some((section, _)), Some((start, name))) if start.len() > section.len() => {
            format!("{}{}.{}", lower(section), &start[section.len()..], lower(name))
        }
        _ => lower(key),
    }
}

/// Reads git's output as one path, which may contain newlines.
fn path(answer: &[u8]) -> PathBuf {
    path_from_bytes(answer.strip_suffix(b"\n").unwrap_or(answer)).to_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_git_lists_them() {
        assert_eq!(normal("core.sshCommand"), "core.sshcommand");
        assert_eq!(normal("Branch.Feature.X.Remote"), "branch.Feature.X.remote");
        assert_eq!(normal("remote.a.pushUrl"), "remote.a.pushurl");
    }
}
