//! Remembers the last seen commit of a remote's branch, whichever command saw it.
//!
//! Git stores that in its tracking refs, which a push hook must not change: moving them would defeat
//! `--force-with-lease`. So information from a push is stored separately, in one file per branch, and is
//! valid until git itself has looked again. Time decides, not ancestry: a branch may have been rolled back
//! in between.

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
/// The maximum length of such a file, and of a reflog entry.
const LONGEST: u64 = 16 * 1024;

/// The state of a remote's branch as seen by a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sighting {
    /// The branch, `origin/main` for one.
    name: String,
    /// The commit, in hexadecimal.
    commit: String,
    when: SystemTime,
    /// Git's knowledge of the branch at that time.
    known: Known,
}

/// Git's knowledge of a remote's branch; if it changes, git has looked again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// The commit of the tracking ref.
    commit: Option<String>,
    /// The last entry of its reflog, since a ref may return to an earlier commit.
    entry: Option<String>,
}

impl Repository {
    /// Returns the last seen commit of a remote's branch if git's tracking ref has `tracked`.
    pub(super) fn last_seen(&self, remote: &str, branch: &str, tracked: ObjectId) -> ObjectId {
        self.sighting(remote, branch).map_or(tracked, |(commit, _)| commit)
    }

    /// Returns when and how a target was last seen at its commit.
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

    /// Returns whether a push from this repository ever moved a tracking ref, according to its reflog
    /// (`transport_update_tracking_ref` in transport.c).
    pub fn was_pushed_from_here(&self, name: &str) -> bool {
        let log = self.source.place().common_dir.join("logs/refs/remotes").join(name);
        let entries = fs::read(log).unwrap_or_default();
        entries.split(|byte| *byte == b'\n').any(|entry| entry.ends_with(b"\tupdate by push"))
    }

    /// Stores the commit that git reports for a remote's branch, if it is new.
    pub fn note_reported(&self, remote: &str, branch: &str, commit: ObjectId) {
        let tracked = self.ref_commit(&format!("refs/remotes/{remote}/{branch}"));
        if let Some(tracked) = tracked
            && self.last_seen(remote, branch, tracked) != commit
        {
            self.note_seen(remote, branch, commit, self.known(remote, branch));
        }
    }

    /// Stores the commit of a remote's branch; `known` is git's earlier knowledge. If this fails, the next
    /// push learns it again.
    pub(super) fn note_seen(&self, remote: &str, branch: &str, commit: ObjectId, known: Known) {
        let name = name_of(remote, branch);
        let sighting =
            Sighting { name, commit: commit.to_string(), when: SystemTime::now(), known };
        let _ = write(&self.source.place().common_dir, &sighting);
    }

    /// Returns git's knowledge of a remote's branch.
    pub(super) fn known(&self, remote: &str, branch: &str) -> Known {
        let full_name = format!("refs/remotes/{remote}/{branch}");
        let log = self.source.place().common_dir.join("logs").join(&full_name);
        let commit = self.ref_commit(&full_name).map(|commit| commit.to_string());
        Known { commit, entry: last_line(&log).ok() }
    }

    /// Returns the state of a branch as seen by a push, unless git has looked since.
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

    /// Returns whether a later fetch has confirmed the tracking ref, which git does not log: FETCH_HEAD
    /// lists the results of the last fetch (git-fetch(1)).
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

/// Removes all stored states in a common folder.
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

/// Returns whether nobody else can have written a file: as with the cache, symlinks and folders of other
/// users or writable by everybody are not used.
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

/// Returns the last line of a file, or the end of it if it is very long.
fn last_line(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
    let mut end = Vec::new();
    file.take(LONGEST).read_to_end(&mut end)?;
    let text = String::from_utf8_lossy(&end);
    Ok(text.lines().next_back().unwrap_or_default().to_owned())
}

/// Formats a URL as in FETCH_HEAD, without `.git` at its end (`append_fetch_head` in builtin/fetch.c).
fn shown_url(url: &str) -> String {
    let shown = without_credentials(url);
    let trimmed = shown.trim_end_matches('/');
    trimmed.strip_suffix(".git").unwrap_or(trimmed).to_owned()
}

/// Formats a URL without its user name and password (`transport_anonymize_url` in transport.c).
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
