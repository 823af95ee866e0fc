//! The index as listed by `git ls-files`: expanded if it is sparse, joined if it is split.

use std::collections::BTreeSet;

use super::run::{printed, run};
use super::{Plumbing, text};
use crate::git::backend::{Kind, Settled};
use crate::git::index::{Index, IndexEntry, Marks};
use crate::git::{Reason, parse_id};
use crate::platform::path_bytes::path_from_bytes;
use crate::tree::{Node, ObjectId, RepoPath};

impl Plumbing {
    /// Reads the index that git passes.
    pub(super) fn read_index(&self) -> Result<Index, Reason> {
        let listed = self.git.output(&["ls-files", "-z", "--stage", "-v"])?;
        let lines = listed.split(|byte| *byte == 0).filter(|line| !line.is_empty());
        let entries = lines.map(|line| entry(line).ok_or_else(|| unknown(line)));
        let mut entries: Vec<IndexEntry> = entries.collect::<Result<_, _>>()?;
        self.mark_intended(&mut entries)?;
        Ok(Index::new(entries))
    }

    /// Finds the entries whose content is not staged (`git add --intent-to-add`).
    ///
    /// Git lists them as empty files; a comparison can omit them.
    fn mark_intended(&self, entries: &mut [IndexEntry]) -> Result<(), Reason> {
        let empty = Node::File(super::objects::hash(self.format, Kind::Blob, b"")?);
        if !entries.iter().any(|entry| entry.node == empty) {
            return Ok(());
        }
        let nothing = self.empty_tree()?.to_string();
        let staged =
            ["diff-index", "--cached", "-r", "--ita-invisible-in-index", "--name-only", "-z"];
        let staged = self.git.output(&[&staged[..], &["--no-renames", &nothing]].concat())?;
        let staged: BTreeSet<&[u8]> = staged.split(|byte| *byte == 0).collect();
        for entry in entries.iter_mut().filter(|entry| entry.node == empty) {
            entry.marks.intent_to_add = !staged.contains(entry.path.as_bytes());
        }
        Ok(())
    }

    /// Returns the id of the empty tree, which git knows without having it.
    pub(super) fn empty_tree(&self) -> Result<ObjectId, Reason> {
        super::objects::hash(self.format, Kind::Tree, b"")
    }

    /// Returns the state of a file relative to the index.
    pub(super) fn status(&self, path: &RepoPath) -> Result<Settled, Reason> {
        let status =
            ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=no", "--"];
        let mut git = self.git.command();
        git.args(status).arg(path_from_bytes(path.as_bytes()));
        let said = text(&printed(run(&mut git)?)?);
        // `1 XY ...`: X is how it is staged, Y how the work tree differs from that.
        let differs = said.as_bytes().get(3).is_some_and(|letter| *letter != b'.');
        Ok(match said.as_bytes().first() {
            Some(b'u') => Settled::Conflicted,
            Some(b'1' | b'2') if differs => Settled::Modified,
            _ => Settled::Same,
        })
    }
}

/// Parses `TAG MODE ID STAGE TAB PATH`; `S` means skip-worktree, a lower-case letter assume-unchanged
/// (git-ls-files(1)).
fn entry(line: &[u8]) -> Option<IndexEntry> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let head = text(&line[..tab]);
    let mut words = head.split(' ');
    let tag = words.next()?.chars().next()?;
    let node = node(words.next()?, words.next()?)?;
    Some(IndexEntry {
        path: RepoPath::new(&line[tab + 1..]),
        node,
        stage: words.next()?.parse().ok()?,
        marks: Marks {
            intent_to_add: false,
            skip_worktree: tag.eq_ignore_ascii_case(&'S'),
            assume_unchanged: tag.is_ascii_lowercase(),
        },
        stat: None,
    })
}

/// Returns the node for a mode and id.
pub(super) fn node(mode: &str, id: &str) -> Option<Node> {
    let id = parse_id(id)?;
    Some(match mode {
        "120000" => Node::Link(id),
        "160000" => Node::Submodule,
        _ => Node::File(id),
    })
}

fn unknown(line: &[u8]) -> Reason {
    Reason::new(format!("git lists `{}` in the index", crate::text::Escaped(line)))
}
