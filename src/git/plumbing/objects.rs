//! Objects, through `git cat-file --batch`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::coprocess::Conversation;
use super::run::{fed, printed};
use super::{Format, Plumbing, text};
use crate::git::Reason;
use crate::git::backend::{Kind, Object};
use crate::git::libgit2;
use crate::git::process::GitOption;
use crate::tree::ObjectId;

/// How many requests are sent at once: as many as fit into a pipe before its output must be read.
const AT_ONCE: usize = 32;

/// An object, or its size if it is too large.
pub(super) enum Read {
    Whole(Object),
    /// It has this many bytes, more than the limit.
    TooLarge(u64),
}

impl Plumbing {
    /// Reads objects in order, except those with more bytes than `most`.
    pub(super) fn read_all(&self, ids: &[ObjectId], most: u64) -> Result<Vec<Read>, Reason> {
        let mut running = self.objects.borrow_mut();
        let talk = match running.take() {
            Some(talk) => talk,
            None => Conversation::start(self.in_scratch().args(["cat-file", "--batch"]))?,
        };
        // Where it fails it has ended, and the next question finds a new one.
        let talk = running.insert(talk);
        let read = read_with(talk, ids, most);
        if read.as_ref().is_err_and(|failure| failure.ended) {
            *running = None;
        }
        read.map_err(|failure| failure.reason)
    }

    /// Returns the sizes of objects, in order and in bytes; `None` for missing ones.
    pub(super) fn measured(&self, ids: &[ObjectId]) -> Result<Vec<Option<u64>>, Reason> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let questions: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let mut git = self.in_scratch_with(&[GitOption::NoLazyFetch]);
        git.args(["cat-file", "--batch-check=%(objectsize)"]);
        let sizes = printed(fed(&mut git, questions.as_bytes())?)?;
        let sizes: Vec<Option<u64>> = text(&sizes).lines().map(|line| line.parse().ok()).collect();
        if sizes.len() == ids.len() {
            Ok(sizes)
        } else {
            Err(Reason::new("git did not print the size of an object"))
        }
    }

    /// Drops the running git, so that the next one sees new objects.
    pub(super) fn begin_anew(&self) {
        self.objects.replace(None);
    }
}

/// A reason why an object could not be read, and whether git has ended.
struct Unread {
    reason: Reason,
    ended: bool,
}

fn read_with(talk: &mut Conversation, ids: &[ObjectId], most: u64) -> Result<Vec<Read>, Unread> {
    let mut objects = Vec::with_capacity(ids.len());
    let mut missing = None;
    for some in ids.chunks(AT_ONCE) {
        let questions: String = some.iter().map(|id| format!("{id}\n")).collect();
        let ended = |reason| Unread { reason, ended: true };
        talk.say(questions.as_bytes()).map_err(ended)?;
        for id in some {
            match answer(talk, most).map_err(ended)? {
                Some(object) => objects.push(object),
                None => missing = missing.or(Some(*id)),
            }
        }
    }
    match missing {
        Some(id) => {
            let reason = Reason::new(format!("object {id} is missing"));
            Err(Unread { reason, ended: false })
        }
        None => Ok(objects),
    }
}

/// Reads `ID KIND SIZE`, the content and a line feed; nothing if the object is missing.
fn answer(talk: &mut Conversation, most: u64) -> Result<Option<Read>, Reason> {
    let line = text(&talk.line(b'\n')?);
    let mut words = line.split(' ').skip(1);
    let kind = match words.next() {
        Some("blob") => Kind::Blob,
        Some("tree") => Kind::Tree,
        Some("commit") => Kind::Commit,
        Some("tag") => Kind::Tag,
        _ => return Ok(None),
    };
    let size = words.next().and_then(|size| size.parse().ok());
    let size: u64 = size.ok_or_else(|| Reason::new("git printed no size"))?;
    let read = if size > most {
        talk.skip(size).map(|()| Read::TooLarge(size))?
    } else {
        Read::Whole(Object { kind, content: talk.bytes(size)? })
    };
    talk.skip(1)?;
    Ok(Some(read))
}

/// Returns the id of an object: the hash of `KIND SIZE`, a zero byte and the content.
pub(super) fn hash(format: Format, kind: Kind, content: &[u8]) -> Result<ObjectId, Reason> {
    match format {
        Format::Sha1 => Ok(libgit2::hash(kind, content)?),
        Format::Sha256 => {
            let header = format!("{} {}\0", kind.word(), content.len());
            let hash = Sha256::new().chain_update(header).chain_update(content).finalize();
            Ok(ObjectId::from_bytes(&hash))
        }
    }
}

/// Returns the id of a file on disk, reading it in parts.
pub(super) fn hash_file(format: Format, disk: &Path) -> Result<ObjectId, Reason> {
    if format == Format::Sha1 {
        return Ok(libgit2::hash_file(disk)?);
    }
    let unread = |error: std::io::Error| Reason::new(error.to_string());
    let mut file = File::open(disk).map_err(unread)?;
    let size = file.metadata().map_err(unread)?.len();
    let mut hash = Sha256::new().chain_update(format!("{} {size}\0", Kind::Blob.word()));
    let mut part = vec![0; 64 * 1024];
    loop {
        match file.read(&mut part).map_err(unread)? {
            0 => return Ok(ObjectId::from_bytes(&hash.finalize())),
            length => hash.update(&part[..length]),
        }
    }
}
