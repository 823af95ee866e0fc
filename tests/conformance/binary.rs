//! The guard as people run it, on a folder of files.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::conformance::guard::{ENVIRONMENT, Opinion, Revision, VERSIONS};
use crate::support::prerequisites::run;
use crate::support::scratch;

/// A repository in which one history after the other can lie.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Folder {
        let folder = scratch::folder();
        run(Command::new("git").args(["init", "-q"]).arg(folder.path())).expect("git runs");
        let folder = Folder { folder };
        fs::create_dir_all(folder.versions()).expect("the folder is ours");
        for (path, content) in ENVIRONMENT {
            fs::write(folder.folder.path().join(path), content).expect("the folder is ours");
        }
        folder
    }

    /// Returns how `graph --format json` differs from what the library says of the same files.
    pub(crate) fn difference(
        &self,
        files: &BTreeMap<String, String>,
        opinion: &Opinion,
    ) -> Option<String> {
        fs::remove_dir_all(self.versions()).expect("the folder is ours");
        fs::create_dir(self.versions()).expect("the folder is ours");
        for (name, content) in files {
            fs::write(self.versions().join(name), content).expect("the folder is ours");
        }
        let output = Command::new(env!("CARGO_BIN_EXE_alembic-guard"))
            .current_dir(self.folder.path())
            .args(["--format", "json", "graph"])
            .env_remove("CI")
            .output()
            .expect("the guard runs");
        let graph: Value = serde_json::from_slice(&output.stdout).expect("the guard writes JSON");
        let graph = &graph["environments"][0];
        let lists = [
            ("heads", &opinion.heads),
            ("real_heads", &opinion.real_heads),
            ("bases", &opinion.bases),
        ];
        let list = lists.into_iter().find(|(name, library)| texts(&graph[name]) != **library);
        let revisions = revisions(&graph["revisions"]);
        match list {
            Some((name, library)) => {
                Some(format!("{name}: library {library:?}, binary {}", graph[name]))
            }
            None => (revisions != opinion.revisions)
                .then(|| format!("library {:?}, binary {revisions:?}", opinion.revisions)),
        }
    }

    fn versions(&self) -> PathBuf {
        self.folder.path().join(VERSIONS)
    }
}

fn revisions(revisions: &Value) -> BTreeMap<String, Revision> {
    let revisions = revisions.as_array().expect("a list").iter().map(|revision| {
        let read = Revision {
            down_revision: texts(&revision["down_revision"]),
            depends_on: texts(&revision["depends_on"]),
            labels: texts(&revision["labels"]),
        };
        (revision["revision"].as_str().expect("text").to_owned(), read)
    });
    revisions.collect()
}

/// Returns a list of texts, sorted, each once.
fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list").iter();
    let mut texts: Vec<String> = list.map(|text| text.as_str().expect("text").to_owned()).collect();
    texts.sort();
    texts.dedup();
    texts
}
