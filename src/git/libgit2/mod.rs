//! libgit2: fast, in-process, but without support for git's newer formats.
//!
//! The only module that uses git2. Objects that libgit2 writes during a merge go to an object database in
//! memory.

mod changes;
mod index;
mod merge;
mod status;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Oid};

use crate::git::Reason;
use crate::git::backend::{Backend, Incoming, Kind, Merge, Object, Place, Settled, Uncommitted};
use crate::git::changes::Changes;
use crate::git::index::Index;
use crate::platform::path_bytes::path_from_bytes;
use crate::tree::{Content, ObjectId, RepoPath};

/// A repository that libgit2 has opened.
pub(super) struct Libgit2 {
    repository: git2::Repository,
    place: Place,
    /// The index that git passes, if it is not the default one.
    named_index: Option<PathBuf>,
    config: OnceCell<git2::Config>,
}

/// The maximum length of a chain of symbolic refs; git does not write to a longer one (`SYMREF_MAXDEPTH` in
/// refs.c).
const MOST_SYMBOLIC: usize = 5;

impl Libgit2 {
    /// Opens the repository of the environment, or else the one around the current directory.
    pub(super) fn open(index: Option<&Path>) -> Result<Libgit2, Reason> {
        // Git itself does not hash again what it reads from its own database.
        git2::opts::strict_hash_verification(false);
        let repository = git2::Repository::open_from_env()?;
        refuse_what_it_misreads(&repository)?;
        // New objects go to the backend of the highest priority; those on the disk have 1 and 2 (libgit2's odb.h).
        repository.odb()?.add_new_mempack_backend(1000)?;
        let place = Place::new(
            repository.workdir().map(Path::to_owned),
            repository.path().to_owned(),
            repository.commondir().to_owned(),
            index,
        );
        let named_index = index.map(Path::to_owned);
        Ok(Libgit2 { repository, place, named_index, config: OnceCell::new() })
    }

    fn config(&self) -> Result<&git2::Config, git2::Error> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = self.repository.config()?;
        Ok(self.config.get_or_init(|| config))
    }

    fn blob(&self, odb: &git2::Odb<'_>, id: ObjectId, most: u64) -> Result<Content, Reason> {
        // A few bytes may be written to mean millions, so the size is asked first.
        let (size, _) = odb.read_header(oid(id)?)?;
        match size as u64 {
            size if size > most => Ok(Content::TooLarge(size)),
            _ => Ok(Content::Whole(self.object(id)?.of_kind(Kind::Blob)?)),
        }
    }

    fn tree(&self, id: Option<ObjectId>) -> Result<Option<git2::Tree<'_>>, git2::Error> {
        id.map(|id| self.repository.find_tree(oid(id)?)).transpose()
    }
}

impl Backend for Libgit2 {
    fn place(&self) -> &Place {
        &self.place
    }

    fn resolve(&self, expression: &str) -> Result<Option<ObjectId>, Reason> {
        // Git knows expressions that libgit2 does not, so nothing found is no answer yet.
        Ok(Some(owned(self.repository.revparse_single(expression)?.id())))
    }

    fn commit_of(&self, id: ObjectId) -> Result<Option<ObjectId>, Reason> {
        let Ok(oid) = oid(id) else {
            return Ok(None);
        };
        let object = there(self.repository.find_object(oid, None))?;
        Ok(object.and_then(|object| object.peel_to_commit().ok()).map(|commit| owned(commit.id())))
    }

    fn ref_commit(&self, name: &str) -> Result<Option<ObjectId>, Reason> {
        let reference = there(self.repository.find_reference(name))?;
        let commit = reference.and_then(|reference| reference.peel_to_commit().ok());
        Ok(commit.map(|commit| owned(commit.id())))
    }

    fn symbolic_target(&self, name: &str) -> Result<Option<String>, Reason> {
        let mut last = None;
        for _ in 0..MOST_SYMBOLIC {
            let name = last.as_deref().unwrap_or(name);
            let reference = there(self.repository.find_reference(name))?;
            let target = reference.and_then(|it| it.symbolic_target().ok()?.map(str::to_owned));
            if target.is_none() {
                break;
            }
            last = target;
        }
        Ok(last)
    }

    fn refs_below(&self, prefix: &str) -> Result<Vec<(String, ObjectId)>, Reason> {
        let mut found = Vec::new();
        for reference in self.repository.references_glob(&format!("{prefix}*"))? {
            let reference = reference?;
            // A ref that stands for another one may dangle; one that names what is not there is a fault.
            let is_direct = reference.kind() == Some(git2::ReferenceType::Direct);
            match (reference.name(), reference.peel_to_commit()) {
                (Ok(name), Ok(commit)) => found.push((name.to_owned(), owned(commit.id()))),
                (Ok(_), Err(error)) if is_direct && error.code() == ErrorCode::NotFound => {
                    return Err(error.into());
                }
                (Ok(_) | Err(_), _) => {}
            }
        }
        Ok(found)
    }

    fn setting(&self, key: &str) -> Result<Option<String>, Reason> {
        there(self.config().and_then(|config| config.get_string(key)))
    }

    fn reads_settings_as_git(&self) -> bool {
        self.config().and_then(includes_what_git_would).unwrap_or(false)
    }

    fn remotes(&self) -> Result<Vec<String>, Reason> {
        let remotes = self.repository.remotes()?;
        let names = remotes.iter().filter_map(|name| name.ok().flatten());
        Ok(names.map(str::to_owned).collect())
    }

    fn has(&self, id: ObjectId) -> bool {
        let odb = self.repository.odb();
        oid(id).is_ok_and(|id| odb.is_ok_and(|odb| odb.exists(id)))
    }

    fn object(&self, id: ObjectId) -> Result<Object, Reason> {
        let odb = self.repository.odb()?;
        let object = odb.read(oid(id)?)?;
        let kind = match object.kind() {
            ObjectType::Blob => Kind::Blob,
            ObjectType::Tree => Kind::Tree,
            ObjectType::Commit => Kind::Commit,
            ObjectType::Tag => Kind::Tag,
            ObjectType::Any => return Err(Reason::new("its type is unknown")),
        };
        Ok(Object { kind, content: object.data().to_vec() })
    }

    fn blobs(&self, ids: &[ObjectId], most: u64) -> Result<Vec<Content>, Reason> {
        let odb = self.repository.odb()?;
        ids.iter().map(|id| self.blob(&odb, *id, most)).collect()
    }

    fn hash(&self, kind: Kind, content: &[u8]) -> Result<ObjectId, Reason> {
        Ok(hash(kind, content)?)
    }

    fn hash_large_file(&self, disk: &Path) -> Result<ObjectId, Reason> {
        Ok(hash_file(disk)?)
    }

    fn sizes(&self, ids: &[ObjectId]) -> Result<Vec<Option<u64>>, Reason> {
        let odb = self.repository.odb()?;
        let size = |id: &ObjectId| {
            let header = oid(*id).and_then(|id| odb.read_header(id));
            Ok(there(header)?.map(|(size, _)| size as u64))
        };
        ids.iter().map(size).collect()
    }

    fn merge_bases(&self, one: ObjectId, other: ObjectId) -> Result<Vec<ObjectId>, Reason> {
        let bases = there(self.repository.merge_bases(oid(one)?, oid(other)?))?;
        Ok(bases.map(|bases| bases.iter().copied().map(owned).collect()).unwrap_or_default())
    }

    fn ahead(&self, tip: ObjectId, other: ObjectId) -> Result<Option<usize>, Reason> {
        let (tip, other) = (oid(tip)?, oid(other)?);
        if there(self.repository.merge_base(tip, other))?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.repository.graph_ahead_behind(tip, other)?.0))
    }

    fn contains(&self, commit: ObjectId, ancestor: ObjectId) -> Result<bool, Reason> {
        Ok(self.repository.graph_descendant_of(oid(commit)?, oid(ancestor)?)?)
    }

    fn index(&self) -> Result<Index, Reason> {
        Ok(self.read_index()?)
    }

    fn uncommitted(&self, from: Option<ObjectId>, state: Uncommitted) -> Result<Changes, Reason> {
        Ok(self.diff(from, state)?)
    }

    fn is_ignored(&self, path: &RepoPath) -> Result<bool, Reason> {
        Ok(self.repository.status_should_ignore(&path_of(path))?)
    }

    fn settled(&self, path: &RepoPath) -> Result<Settled, Reason> {
        self.status(path)
    }

    fn all_settled(&self, paths: &[&RepoPath]) -> Result<Vec<Settled>, Reason> {
        self.statuses(paths)
    }

    fn merge(&self, into: &Incoming, incoming: &Incoming) -> Result<Merge, Reason> {
        Ok(self.merged(into, incoming)?)
    }
}

/// Returns whether libgit2 follows every `include` of the configuration as git does.
fn includes_what_git_would(config: &git2::Config) -> Result<bool, git2::Error> {
    let mut includes = config.entries(Some("^include"))?;
    while let Some(include) = includes.next() {
        let include = include?;
        let (name, path) =
            (include.name().unwrap_or_default(), include.value().unwrap_or_default());
        // It knows the conditions on folders and branches and takes others for none, and no home but one.
        let is_of_others_home = path.starts_with('~') && !path.starts_with("~/");
        if name.starts_with("includeif.hasconfig") || is_of_others_home || path.starts_with("%(") {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Rejects repositories that libgit2 would silently read differently from git.
fn refuse_what_it_misreads(repository: &git2::Repository) -> Result<(), Reason> {
    let others = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    if others.as_encoded_bytes().contains(&b'"') {
        return Err(Reason::new(
            "it does not read quoted paths in GIT_ALTERNATE_OBJECT_DIRECTORIES",
        ));
    }
    let grafts = std::fs::metadata(repository.commondir().join("info/grafts"));
    if grafts.is_ok_and(|grafts| grafts.len() > 0) {
        return Err(Reason::new("it treats info/grafts as part of the history that is pushed"));
    }
    Ok(())
}

/// Returns the object databases of the environment, or else that of the repository.
pub(super) fn databases(place: &Place) -> Vec<PathBuf> {
    let named = std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
    let others = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    let others = std::env::split_paths(&others).filter(|path| !path.as_os_str().is_empty());
    std::iter::once(named.unwrap_or_else(|| place.common_dir.join("objects")))
        .chain(others)
        .collect()
}

/// Returns git's SHA-1 id of an object.
pub(super) fn hash(kind: Kind, content: &[u8]) -> Result<ObjectId, git2::Error> {
    let kind = match kind {
        Kind::Blob => ObjectType::Blob,
        Kind::Tree => ObjectType::Tree,
        Kind::Commit => ObjectType::Commit,
        Kind::Tag => ObjectType::Tag,
    };
    Oid::hash_object(kind, content).map(owned)
}

/// Returns git's SHA-1 id of a file.
pub(super) fn hash_file(disk: &Path) -> Result<ObjectId, git2::Error> {
    Oid::hash_file(ObjectType::Blob, disk).map(owned)
}

/// Turns a missing object into `None`; a name that no ref can have is `InvalidSpec` (libgit2's refs.c).
fn there<T>(result: Result<T, git2::Error>) -> Result<Option<T>, Reason> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Converts an id from libgit2.
fn owned(oid: Oid) -> ObjectId {
    ObjectId::from_bytes(oid.as_bytes())
}

/// Converts an id for libgit2, which only supports SHA-1.
fn oid(id: ObjectId) -> Result<Oid, git2::Error> {
    Oid::from_bytes(id.as_bytes())
}

fn path_of(path: &RepoPath) -> PathBuf {
    path_from_bytes(path.as_bytes()).to_owned()
}
