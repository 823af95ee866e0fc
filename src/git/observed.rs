//! What a remote's branch was when this repository last saw it, no matter which command looked.
//!
//! Git remembers that in its tracking refs, which a push hook must leave alone: moving them would defeat
//! `--force-with-lease`. So what a push learns is kept beside them, in a file for each branch, and counts
//! for as long as git itself has not looked again. Time decides and never ancestry: a branch may have been
//! rolled back in between.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::finding::Freshness;
use crate::git::backend::Backend;
use crate::git::{Repository, Target, parse_id};
use crate::platform::own_file;
use crate::tree::ObjectId;

/// The folder of these files in a repository's common folder.
const FOLDER: &str = "alembic-guard/seen";
/// No file of these is longer, and no entry of a reflog.
const LONGEST: u64 = 16 * 1024;

/// What a push learned of a remote's branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sighting {
    /// The branch, `origin/main` for one.
    name: String,
    /// The commit, in hexadecimal.
    commit: String,
    when: SystemTime,
    /// What git knew of the branch at that time.
    known: Known,
}

/// What git knows of a remote's branch; another value means that git has looked again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// What the tracking ref names.
    commit: Option<String>,
    /// The last entry of its reflog: a ref may come back to what it was.
    entry: Option<String>,
}

impl Repository {
    /// Returns the commit that a remote's branch was last seen at, where git's tracking ref names `tracked`.
    pub(super) fn last_seen(&self, remote: &str, branch: &str, tracked: ObjectId) -> ObjectId {
        self.sighting(remote, branch).map_or(tracked, |(commit, _)| commit)
    }

    /// Says when and by whom a target was last seen at its commit.
    pub fn freshness_of(&self, target: &Target) -> Freshness {
        let tracking = self.freshness(&target.full_name);
        let seen = target.remote.as_ref().and_then(|it| self.sighting(it, &target.branch));
        match (seen, tracking) {
            (Some((commit, when)), tracking) if commit == target.commit => {
                match (self.ref_commit(&target.full_name) == Some(commit), tracking) {
                    (true, Freshness::Updated(updated)) => {
                        Freshness::Updated(Some(when).max(updated))
                    }
                    (true, tracking) => tracking,
                    (false, _) => Freshness::SeenByPush(when),
                }
            }
            (_, tracking) => tracking,
        }
    }

    /// Tells whether a tracking ref was ever moved by a push from this repository, as its reflog says
    /// (`transport_update_tracking_ref` in transport.c).
    pub fn was_pushed_from_here(&self, name: &str) -> bool {
        let log = self.source.place().common_dir.join("logs/refs/remotes").join(name);
        let entries = fs::read(log).unwrap_or_default();
        entries.split(|byte| *byte == b'\n').any(|entry| entry.ends_with(b"\tupdate by push"))
    }

    /// Notes what git says a remote's branch is, where that is news.
    pub fn note_reported(&self, remote: &str, branch: &str, commit: ObjectId) {
        let tracked = self.ref_commit(&format!("refs/remotes/{remote}/{branch}"));
        if let Some(tracked) = tracked
            && self.last_seen(remote, branch, tracked) != commit
        {
            self.note_seen(remote, branch, commit, self.known(remote, branch));
        }
    }

    /// Notes what a remote's branch is; `known` is what git knew before anybody looked. What cannot be noted is
    /// learned again by the next push.
    pub(super) fn note_seen(&self, remote: &str, branch: &str, commit: ObjectId, known: Known) {
        let name = name_of(remote, branch);
        let sighting =
            Sighting { name, commit: commit.to_string(), when: SystemTime::now(), known };
        let _ = write(&self.source.place().common_dir, &sighting);
    }

    /// Returns what git knows of a remote's branch.
    pub(super) fn known(&self, remote: &str, branch: &str) -> Known {
        let full_name = format!("refs/remotes/{remote}/{branch}");
        let log = self.source.place().common_dir.join("logs").join(&full_name);
        let commit = self.ref_commit(&full_name).map(|commit| commit.to_string());
        Known { commit, entry: last_line(&log).ok() }
    }

    /// Finds what a push learned of a branch, unless git has looked since.
    fn sighting(&self, remote: &str, branch: &str) -> Option<(ObjectId, SystemTime)> {
        let name = name_of(remote, branch);
        let sighting = read(&self.source.place().common_dir, &name)?;
        let commit = parse_id(&sighting.commit)?;
        let is_newest = sighting.name == name
            && sighting.known == self.known(remote, branch)
            && !self.is_fetched_since(&sighting, remote, branch)
            && self.commit_of(commit) == Some(commit);
        is_newest.then_some((commit, sighting.when))
    }

    /// Tells whether a fetch has found since that the tracking ref is right, for which git writes no reflog:
    /// FETCH_HEAD lists what the last one has found (git-fetch(1)).
    fn is_fetched_since(&self, sighting: &Sighting, remote: &str, branch: &str) -> bool {
        let (Some(tracked), Some(url)) =
            (&sighting.known.commit, self.file_setting(&format!("remote.{remote}.url")))
        else {
            return false;
        };
        let found = format!("branch '{branch}' of {}", shown_url(&url));
        let place = self.source.place();
        [&place.git_dir, &place.common_dir].into_iter().any(|folder| {
            let path = folder.join("FETCH_HEAD");
            let is_newer = || fs::metadata(&path)?.modified().map(|it| it > sighting.when);
            let lists = |line: &str| line.starts_with(tracked) && line.ends_with(&found);
            is_newer().unwrap_or(false)
                && fs::read_to_string(&path).is_ok_and(|text| text.lines().any(lists))
        })
    }
}

/// Removes all that pushes have noted in a common folder.
pub(crate) fn forget_seen(common_dir: &Path) -> io::Result<()> {
    if !is_own(common_dir) {
        return Ok(());
    }
    match fs::remove_dir_all(common_dir.join(FOLDER)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn name_of(remote: &str, branch: &str) -> String {
    format!("{remote}/{branch}")
}

fn path_of(common_dir: &Path, name: &str) -> PathBuf {
    let digest = Sha256::digest(name.as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    common_dir.join(FOLDER).join(hex)
}

/// Tells whether nobody else can have written what is there: as with the cache, neither a link nor a folder
/// that belongs to another user or that everybody may write to is used.
fn is_own(common_dir: &Path) -> bool {
    [own_file::FOLDER, FOLDER].iter().all(|folder| {
        let found = fs::symlink_metadata(common_dir.join(folder));
        found.map_or(true, |found| found.is_dir() && own_file::is_trusted(&found))
    })
}

fn read(common_dir: &Path, name: &str) -> Option<Sighting> {
    let path = path_of(common_dir, name);
    let file = own_file::open(&path, fs::OpenOptions::new().read(true)).ok()?;
    (is_own(common_dir) && own_file::is_trusted(&file.metadata().ok()?)).then_some(())?;
    serde_json::from_reader(file.take(LONGEST)).ok()
}

fn write(common_dir: &Path, sighting: &Sighting) -> io::Result<()> {
    // Nothing of root's is left in the repository of somebody else.
    if !own_file::is_own(&fs::metadata(common_dir)?) {
        return Ok(());
    }
    let path = path_of(common_dir, &sighting.name);
    let folder = common_dir.join(FOLDER);
    own_file::create_folder(&folder)?;
    if !is_own(common_dir) {
        return Ok(());
    }
    let mut file = tempfile::NamedTempFile::new_in(&folder)?;
    file.write_all(&serde_json::to_vec(sighting)?)?;
    file.persist(path)?;
    Ok(())
}

/// Returns the last line of a file, or the end of it where it is very long.
fn last_line(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
    let mut end = Vec::new();
    file.take(LONGEST).read_to_end(&mut end)?;
    let text = String::from_utf8_lossy(&end);
    Ok(text.lines().next_back().unwrap_or_default().to_owned())
}

/// Writes an address as FETCH_HEAD has it: without `.git` at its end, too (`append_fetch_head` in
/// builtin/fetch.c).
fn shown_url(url: &str) -> String {
    let shown = without_credentials(url);
    let trimmed = shown.trim_end_matches('/');
    trimmed.strip_suffix(".git").unwrap_or(trimmed).to_owned()
}

/// Writes an address without the name and password in it (`transport_anonymize_url` in transport.c).
fn without_credentials(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let end = if scheme.is_empty() { ':' } else { '/' };
    let (host, path) = rest.split_at(rest.find(end).unwrap_or(rest.len()));
    let host = match host.split_once('@') {
        Some((_, host)) if !scheme.is_empty() || !path.is_empty() => host,
        Some(_) | None => host,
    };
    format!("{scheme}{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_as_in_fetch_head() {
        let shown = [
            ("https://me:secret@host.example/x.git", "https://host.example/x"),
            ("ssh://git@host.example:22/x.git/", "ssh://host.example:22/x"),
            ("git@host.example:x.git", "host.example:x"),
            ("/srv/x.git", "/srv/x"),
            ("../x", "../x"),
        ];
        for (url, expected) in shown {
            assert_eq!(shown_url(url), expected);
        }
    }
}
