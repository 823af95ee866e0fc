//! The guard on a tree in memory.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::Rc;

use alembic_guard::alembic::migration::RevisionId;
use alembic_guard::cache::Cache;
use alembic_guard::compare::{Comparison, Reader, check};
use alembic_guard::config::{Config, Level};
use alembic_guard::finding::Finding;
use alembic_guard::tree::{Entry, Error, File, Identity, MemoryTree, RepoPath, Tree};
use serde::Deserialize;

use crate::support::scratch;

/// The files of an environment, and where its migrations are.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [
    ("alembic.ini", "[alembic]\nscript_location = migrations\n"),
    ("migrations/env.py", ""),
    ("migrations/script.py.mako", ""),
];
pub(crate) const VERSIONS: &str = "migrations/versions";

/// What a revision says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Revision {
    pub(crate) down_revision: Vec<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) labels: Vec<String>,
}

/// The rule about what loads and stops an upgrade halfway.
const STOPS: &str = "redundant-merge";

/// What the guard makes of some files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Opinion {
    pub(crate) revisions: BTreeMap<String, Revision>,
    pub(crate) heads: Vec<String>,
    pub(crate) real_heads: Vec<String>,
    pub(crate) bases: Vec<String>,
    /// The rules by which it refuses to load the history, with what they say.
    pub(crate) errors: Vec<(&'static str, String)>,
    /// The revisions at which it says that an upgrade stops.
    pub(crate) stops: Vec<String>,
}

/// Reads a version folder and judges it as if all of it were new.
pub(crate) fn opinion(files: &BTreeMap<String, String>) -> Opinion {
    let files = files.iter().map(|(name, source)| (name.as_str(), source.as_bytes()));
    let tree = tree(files);
    by_every_reader(|reader| opinion_of(&tree, reader))
}

/// Lets three readers answer, of which the first remembers nothing, the second has nothing to remember yet,
/// and the third remembers what that one has read; all must say the same.
fn by_every_reader<T: PartialEq + Debug>(answer: impl Fn(&mut Reader) -> T) -> T {
    let said = answer(&mut Reader::new(Config::default()));
    let common_dir = scratch::folder();
    for _ in 0..2 {
        let cache = Rc::new(Cache::of(common_dir.path()));
        let remembered = answer(&mut Reader::remembering(Config::default(), Rc::clone(&cache)));
        assert_eq!(remembered, said);
        cache.keep();
    }
    said
}

fn opinion_of(tree: &Stored, reader: &mut Reader) -> Opinion {
    let found = reader.discover(tree).expect("memory never fails");
    let state = reader.state(tree, &found.environments[0], &[]).expect("memory never fails");
    let graph = &state.graph;
    let labels = graph.labels().expect("there are few");
    let revisions = graph.revisions().map(|revision| {
        let parents = revision.parents.texts().iter();
        let labels = labels.get(&revision.id).into_iter().flatten();
        let read = Revision {
            down_revision: sorted(parents.map(|text| text.text.clone())),
            depends_on: sorted(revision.dependencies().map(str::to_owned)),
            labels: sorted(labels.map(|label| (*label).to_owned())),
        };
        (revision.id.to_string(), read)
    });
    let (stops, errors): (Vec<Finding>, Vec<Finding>) =
        errors(reader, tree).into_iter().partition(|finding| finding.problem.rule == STOPS);
    Opinion {
        revisions: revisions.collect(),
        heads: names(graph.heads()),
        real_heads: names(graph.real_heads()),
        bases: names(graph.bases()),
        errors: errors
            .into_iter()
            .map(|finding| (finding.problem.rule, finding.problem.message))
            .collect(),
        stops: sorted(stops.iter().map(|finding| finding.problem.revisions[0].to_string())),
    }
}

/// Says by which rules the guard refuses a file for its own sake, wherever its parents are.
pub(crate) fn refusals(name: &str, source: &[u8]) -> Vec<(&'static str, String)> {
    let tree = tree([(name, source)].into_iter());
    let errors = by_every_reader(|reader| errors(reader, &tree)).into_iter();
    let own = errors.filter(|finding| {
        !matches!(finding.problem.rule, "unknown-down-revision" | "unknown-dependency")
    });
    own.map(|finding| (finding.problem.rule, finding.problem.message)).collect()
}

/// A tree in memory whose files are named by what they hold, as those of a commit are.
struct Stored(MemoryTree);

impl Tree for Stored {
    fn list(&self, folder: &RepoPath) -> Result<Vec<Entry>, Error> {
        self.0.list(folder)
    }

    fn read(&self, file: &File) -> Result<Vec<u8>, Error> {
        self.0.read(file)
    }

    fn identity(&self, _file: &File) -> Identity {
        Identity::Exact
    }

    fn describe(&self) -> String {
        self.0.describe()
    }
}

fn tree<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Stored {
    let environment = ENVIRONMENT.map(|(path, content)| (path.to_owned(), content.as_bytes()));
    let versions = files.map(|(name, source)| (format!("{VERSIONS}/{name}"), source));
    Stored(MemoryTree::new(environment.into_iter().chain(versions)))
}

fn errors(reader: &mut Reader, tree: &Stored) -> Vec<Finding> {
    let report = check(reader, &Comparison::alone(tree)).expect("memory never fails");
    report.findings.into_iter().filter(|finding| finding.level() == Level::Error).collect()
}

fn names(ids: Vec<&RevisionId>) -> Vec<String> {
    sorted(ids.into_iter().map(RevisionId::to_string))
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts.dedup();
    texts
}
