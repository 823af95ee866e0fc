//! The guard on a tree in memory.

use std::collections::BTreeMap;

use alembic_guard::check::{Comparison, Reader, check};
use alembic_guard::config::Config;
use alembic_guard::finding::Level;
use alembic_guard::migration::RevisionId;
use alembic_guard::tree::MemoryTree;
use serde::Deserialize;

/// What a revision says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Revision {
    pub(crate) down_revision: Vec<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) labels: Vec<String>,
}

/// What the guard makes of some files.
pub(crate) struct Opinion {
    pub(crate) revisions: BTreeMap<String, Revision>,
    pub(crate) heads: Vec<String>,
    pub(crate) real_heads: Vec<String>,
    pub(crate) bases: Vec<String>,
    /// The rules by which it refuses, with what they say.
    pub(crate) errors: Vec<(&'static str, String)>,
}

/// Reads a version folder and judges it as if all of it were new.
pub(crate) fn opinion(files: &BTreeMap<String, String>) -> Opinion {
    let files = files.iter().map(|(name, source)| (name.as_str(), source.as_bytes()));
    let tree = tree(files);
    let mut reader = Reader::new(Config::default());
    let found = reader.discover(&tree).expect("memory never fails");
    let state = reader.state(&tree, &found.environments[0], &[]).expect("memory never fails");
    let graph = &state.graph;
    let labels = graph.labels();
    let revisions = graph.revisions().map(|revision| {
        let parents = revision.parents.texts().iter();
        // Only the labels of heads count; below them Alembic has quirks that nothing shows.
        let labels = labels.get(&revision.id);
        let labels = labels.filter(|_| graph.is_head(&revision.id));
        let labels = labels.into_iter().flatten();
        let read = Revision {
            down_revision: sorted(parents.map(|text| text.text.clone())),
            depends_on: sorted(revision.dependencies().map(str::to_owned)),
            labels: sorted(labels.map(|label| (*label).to_owned())),
        };
        (revision.id.to_string(), read)
    });
    Opinion {
        revisions: revisions.collect(),
        heads: names(graph.heads()),
        real_heads: names(graph.real_heads()),
        bases: names(graph.bases()),
        errors: errors(&mut reader, &tree),
    }
}

/// Says by which rules the guard refuses a file for its own sake, wherever its parents are.
pub(crate) fn refusals(name: &str, source: &[u8]) -> Vec<(&'static str, String)> {
    let mut errors =
        errors(&mut Reader::new(Config::default()), &tree([(name, source)].into_iter()));
    errors.retain(|(rule, _)| !matches!(*rule, "unknown-down-revision" | "unknown-dependency"));
    errors
}

fn tree<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> MemoryTree {
    let environment: [(&str, &[u8]); 3] = [
        ("alembic.ini", b"[alembic]\nscript_location = migrations\n"),
        ("migrations/env.py", b""),
        ("migrations/script.py.mako", b""),
    ];
    let environment = environment.map(|(path, content)| (path.to_owned(), content));
    let versions = files.map(|(name, source)| (format!("migrations/versions/{name}"), source));
    MemoryTree::new(environment.into_iter().chain(versions))
}

fn errors(reader: &mut Reader, tree: &MemoryTree) -> Vec<(&'static str, String)> {
    let report = check(reader, &Comparison::alone(tree)).expect("memory never fails");
    let findings = report.findings.into_iter();
    findings
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| (finding.rule, finding.message))
        .collect()
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
