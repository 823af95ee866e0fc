//! Merges with git outside of the repository: `git merge-tree --write-tree`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::index::node;
use super::run::{fed, printed, refused, run};
use super::{Plumbing, text};
use crate::git::backend::{Conflict, Edit, Incoming, Kind, Merge, MergedFiles, Mode};
use crate::git::process::GitOption;
use crate::git::{Reason, parse_id};
use crate::tree::{Node, ObjectId, RepoPath};

/// Git's exit code for an unknown option.
const USAGE: i32 = 129;

impl Plumbing {
    /// Merges into a commit.
    pub(super) fn merge_tree(&self, into: &Incoming, incoming: &Incoming) -> Result<Merge, Reason> {
        self.scratch()?;
        let (into, incoming) = (self.side(into)?, self.side(incoming)?);
        let mut git = self.in_scratch();
        git.args(["merge-tree", "--write-tree", "-z", "--no-messages"]);
        let output = run(git.args([into, incoming].map(|id| id.to_string())))?;
        match output.status.code() {
            // 1 where there are conflicts (git-merge-tree(1)).
            Some(0 | 1) => merge(&output.stdout),
            Some(USAGE) => Err(Reason::new("this kind of repository needs git 2.38 or newer")),
            Some(_) | None => Err(refused(&output)),
        }
    }

    /// Finds or creates a side of a merge.
    fn side(&self, side: &Incoming) -> Result<ObjectId, Reason> {
        let (like, parents, edits) = match side {
            Incoming::Commit(commit) => return Ok(*commit),
            Incoming::Made { like, parents, edits } => (like, parents, edits),
        };
        let parents = parents.iter().map(|parent| self.side(parent));
        let parents: Vec<ObjectId> = parents.collect::<Result<_, _>>()?;
        let index = self.scratch()?.path("index");
        let git = || self.in_scratch_with(&[GitOption::Nobody, GitOption::Index(&index)]);
        let like = like.map_or("--empty".to_owned(), |like| like.to_string());
        printed(run(git().args(["read-tree", &like]))?)?;
        let mut lines = Vec::new();
        for (path, edit) in edits {
            let (mode, id) = self.staged(edit)?;
            lines.extend(format!("{mode:o} {id}\t").bytes());
            lines.extend(path.as_bytes().iter().chain(b"\0"));
        }
        printed(fed(git().args(["update-index", "-z", "--index-info"]), &lines)?)?;
        let tree = id_of(git().arg("write-tree"))?;
        let mut commit = git();
        commit.args(["commit-tree", "-m", "uncommitted", &tree.to_string()]);
        for parent in parents {
            commit.args(["-p", &parent.to_string()]);
        }
        id_of(&mut commit)
    }

    /// Returns the mode and id of the new state of a path; zeros if it is removed.
    fn staged(&self, edit: &Edit) -> Result<(u32, String), Reason> {
        Ok(match edit {
            // Mode 0 removes a path; the id is of the right length and names nothing (git-update-index(1)).
            Edit::Gone => (0, "0".repeat(2 * self.empty_tree()?.as_bytes().len())),
            Edit::Object(id, mode) => (mode.bits(), id.to_string()),
            Edit::Disk(disk, _) => (Mode::File.bits(), self.blob_of(disk)?),
            Edit::Content(content, mode) => {
                let mut git = self.in_scratch();
                git.args(["hash-object", "-w", "-t", Kind::Blob.word(), "--stdin"]);
                let id = printed(fed(&mut git, content)?)?;
                (mode.bits(), text(&id).trim_end().to_owned())
            }
        })
    }

    /// Creates a blob of a file as `git add` would.
    fn blob_of(&self, disk: &Path) -> Result<String, Reason> {
        let mut git = self.in_scratch();
        git.args(["hash-object", "-w", "--"]).arg(disk);
        Ok(text(&printed(run(&mut git)?)?).trim_end().to_owned())
    }
}

fn id_of(git: &mut Command) -> Result<ObjectId, Reason> {
    let printed = text(&printed(run(git)?)?);
    parse_id(printed.trim_end()).ok_or_else(|| Reason::new("git printed no id"))
}

/// Parses the id of the tree and then `MODE ID STAGE TAB PATH` for the conflicts, all separated by zero
/// bytes.
fn merge(printed: &[u8]) -> Result<Merge, Reason> {
    let mut fields = printed.split(|byte| *byte == 0);
    let tree = fields.next().and_then(|id| parse_id(&text(id)));
    let tree = tree.ok_or_else(|| Reason::new("git printed no tree"))?;
    let mut stages: BTreeMap<RepoPath, [Option<Node>; 3]> = BTreeMap::new();
    for field in fields.filter(|field| !field.is_empty()) {
        let (stage, path, node) =
            stage(field).ok_or_else(|| Reason::new("git printed an unknown conflict"))?;
        stages.entry(path).or_default()[usize::from(stage.clamp(1, 3)) - 1] = Some(node);
    }
    let conflict = |(path, [ancestor, ours, theirs]): (RepoPath, [Option<Node>; 3])| {
        // A file of one side in a folder that the other has moved ("file location" in git's merge-ort.c).
        let alone = if ancestor.is_none() { ours.xor(theirs) } else { None };
        Conflict { path, ours: ours.or(alone), theirs: theirs.or(alone) }
    };
    let conflicts = stages.into_iter().map(conflict).collect();
    Ok(Merge { files: MergedFiles::Tree(tree), conflicts })
}

fn stage(field: &[u8]) -> Option<(u8, RepoPath, Node)> {
    let tab = field.iter().position(|byte| *byte == b'\t')?;
    let head = text(&field[..tab]);
    let mut words = head.split(' ');
    let node = node(words.next()?, words.next()?)?;
    Some((words.next()?.parse().ok()?, RepoPath::new(&field[tab + 1..]), node))
}
