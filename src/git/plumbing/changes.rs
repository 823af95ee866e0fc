//! Compares uncommitted states with git.

use std::collections::BTreeMap;

use super::Plumbing;
use super::coprocess::Conversation;
use crate::git::Reason;
use crate::git::backend::Uncommitted;
use crate::git::changes::{Changes, PathChange};
use crate::git::{parse_id, tree_object};
use crate::tree::{Node, ObjectId, RepoPath};

/// How two states are compared, whatever the configuration says.
const PLAINLY: [&str; 7] = [
    "--raw",
    // A sparse index has folders in it.
    "-r",
    "-z",
    "--no-renames",
    "--no-relative",
    "--ignore-submodules=all",
    "--ita-invisible-in-index",
];

impl Plumbing {
    /// Compares a tree, or an empty one, with the index or the work tree.
    pub(super) fn diff(
        &self,
        from: Option<ObjectId>,
        state: Uncommitted,
    ) -> Result<Changes, Reason> {
        let from = from.map_or_else(|| self.empty_tree(), Ok)?.to_string();
        let arguments: &[&str] = match state {
            Uncommitted::Index => &["diff-index", "--cached"],
            // Unlike `diff-index` it looks into a file whose times alone have changed.
            Uncommitted::WorkTree => &["diff", "--no-ext-diff", "--no-textconv"],
        };
        let listed = self.git.output(&[arguments, &PLAINLY, &[&from]].concat())?;
        let mut paths = paths(&listed);
        if state == Uncommitted::WorkTree {
            let others = self.git.output(&["ls-files", "-z", "--others", "--exclude-standard"])?;
            let others = others.split(|byte| *byte == 0).filter(|path| !path.is_empty());
            paths.extend(others.map(|path| (RepoPath::new(path), PathChange::Present(None))));
        }
        Ok(Changes::new(paths))
    }

    /// Returns whether git ignores a path that it does not track.
    pub(super) fn check_ignore(&self, path: &RepoPath) -> Result<bool, Reason> {
        let mut running = self.ignored.borrow_mut();
        if running.is_none() {
            let mut git = self.git.command();
            git.args(["check-ignore", "--verbose", "--non-matching", "-z", "--stdin"]);
            *running = Some(Conversation::start(&mut git)?);
        }
        let talk = running.as_mut().expect("it was started");
        let pattern = (|| {
            talk.say(&[path.as_bytes(), b"\0"].concat())?;
            // Where the pattern is, its line, the pattern, the path.
            let mut fields = [const { Vec::new() }; 4];
            for field in &mut fields {
                *field = talk.line(0)?;
            }
            let [_, _, pattern, _] = fields;
            Ok(pattern)
        })();
        if pattern.is_err() {
            *running = None;
        }
        // A pattern that begins with `!` lets the path in again (git-check-ignore(1)).
        pattern.map(|pattern| !pattern.is_empty() && !pattern.starts_with(b"!"))
    }
}

/// Parses a sequence of `:MODE MODE ID ID LETTER`, a zero byte, the path and another zero byte.
fn paths(listed: &[u8]) -> BTreeMap<RepoPath, PathChange> {
    let mut fields = listed.split(|byte| *byte == 0);
    let mut paths = BTreeMap::new();
    while let (Some(head), Some(path)) = (fields.next(), fields.next()) {
        let change = match head.last() {
            Some(b'D') => PathChange::Removed,
            _ => PathChange::Present(node(head)),
        };
        // A path about which git asks comes twice: as unmerged, and as it is in the work tree.
        paths.entry(RepoPath::new(path)).or_insert(change);
    }
    paths
}

/// Parses the current node; nothing if there is a conflict or git has not read it.
fn node(head: &[u8]) -> Option<Node> {
    let mut fields = head.split(|byte| *byte == b' ');
    let (mode, id) = (fields.nth(1)?, fields.nth(1)?);
    let id = parse_id(std::str::from_utf8(id).ok()?)?;
    Some(tree_object::node_of(mode, id))
}
