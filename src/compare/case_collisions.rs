//! Migrations with the same name on case-insensitive disks: macOS and Windows have one file, git has two.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;

use super::State;
use super::pairing::Pair;
use crate::advice::Advice;
use crate::finding::Facts;
use crate::problem::Note;
use crate::tree::RepoPath;

/// The maximum number of named files.
const MOST: usize = 20;

/// Returns notes on migrations that collide on such a disk, if the change causes the collision.
pub(super) fn notes(pair: &Pair, facts: &Facts) -> Vec<Note> {
    let found = namesakes(&pair.after);
    if found.is_empty() {
        return Vec::new();
    }
    let known: BTreeSet<Vec<&RepoPath>> = namesakes(&pair.before).into_iter().collect();
    let is_touched =
        |name: &&&RepoPath| facts.touched.as_ref().is_none_or(|touched| touched.contains(**name));
    let news = found.iter().filter(|names| !known.contains(*names));
    let mut news = news.filter(|names| names.iter().any(|name| is_touched(&name)));
    let mut notes: Vec<Note> = news.by_ref().take(MOST).map(|names| note(names)).collect();
    match news.count() {
        0 => {}
        more => notes.push(Note {
            message: format!(
                "{more} more migrations have the same name as another one on such file systems"
            ),
            advice: Advice::default(),
            known: false,
        }),
    }
    notes
}

/// Groups the files of an environment that have the same name on such a disk.
fn namesakes(state: &State) -> Vec<Vec<&RepoPath>> {
    if are_distinct(state) {
        return Vec::new();
    }
    let mut first: HashMap<Vec<u8>, &RepoPath> = HashMap::with_capacity(state.files.len());
    let mut groups: BTreeMap<&RepoPath, Vec<&RepoPath>> = BTreeMap::new();
    for file in &state.files {
        let earlier = *first.entry(folded(&file.path)).or_insert(&file.path);
        if *earlier != file.path {
            groups.entry(earlier).or_insert_with(|| vec![earlier]).push(&file.path);
        }
    }
    groups.into_values().collect()
}

/// Returns whether the names are surely distinct. This check is cheap and may return false for distinct names.
fn are_distinct(state: &State) -> bool {
    let is_ascii = state.files.iter().all(|file| file.path.as_bytes().is_ascii());
    let mut marks: Vec<u64> = state.files.iter().map(|file| mark(&file.path)).collect();
    marks.sort_unstable();
    is_ascii && marks.windows(2).all(|pair| pair[0] != pair[1])
}

/// Hashes an ASCII path, ignoring case (FNV-1a).
fn mark(path: &RepoPath) -> u64 {
    path.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, |mark, byte| {
        (mark ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Normalizes a path as such a disk does. Nearly all paths are ASCII, which is fast.
fn folded(path: &RepoPath) -> Vec<u8> {
    match path.as_bytes() {
        bytes if bytes.is_ascii() => bytes.to_ascii_lowercase(),
        bytes => {
            String::from_utf8_lossy(bytes).nfc().collect::<String>().to_lowercase().into_bytes()
        }
    }
}

fn note(names: &[&RepoPath]) -> Note {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Note {
        message: format!(
            "{} are one file on file systems that ignore case or the encoding of accents (macOS, \
             Windows); Alembic sees only one of them there",
            quoted.join(" and ")
        ),
        advice: Advice::way(["rename one of them"]),
        known: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{File, ObjectId};

    #[test]
    fn names_that_differ_in_case_or_accents_alone_share_a_file() {
        let file = |path: &&str| File { path: (*path).into(), id: ObjectId::from_bytes(b"x") };
        let state =
            |paths: &[&str]| State { files: paths.iter().map(file).collect(), ..State::default() };
        let found = |paths: &[&str]| -> Vec<Vec<String>> {
            let state = state(paths);
            let groups = namesakes(&state).into_iter();
            groups.map(|names| names.iter().map(|name| name.to_string()).collect()).collect()
        };
        assert_eq!(found(&["v/a.py", "v/b.py", "w/a.py"]), [[""; 0]; 0]);
        assert_eq!(found(&["v/a.py", "v/A.py", "v/b.py"]), [["v/a.py", "v/A.py"]]);
        assert_eq!(found(&["v/caf\u{e9}.py", "v/CAFE\u{301}.py"]).len(), 1);
    }
}
