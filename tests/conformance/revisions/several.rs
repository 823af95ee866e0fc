//! A merge that the guard writes for several databases brings each of them to the head.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use alembic_guard::alembic::environment::discover;
use alembic_guard::alembic::migration::RevisionId;
use alembic_guard::config::Config;
use alembic_guard::repair::{Created, NewRevision, Unrendered};
use alembic_guard::tree::MemoryTree;

use crate::support::prerequisites::{python, run, source, with};
use crate::support::scratch;

type Versions = BTreeMap<String, Vec<String>>;

#[test]
#[ignore = "needs Alembic"]
fn a_merge_for_several_databases_is_run_in_each() {
    with(python(), |python| {
        let folder = scratch::folder();
        let made = judge(&python, folder.path(), "init");
        assert_eq!(made.len(), 2);
        for (name, _) in made {
            merge(&folder.path().join(name));
        }
        for (name, versions) in judge(&python, folder.path(), "upgrade") {
            let expected =
                ["first", "second"].map(|name| (name.to_owned(), vec!["three".to_owned()]));
            assert_eq!(versions, BTreeMap::from(expected), "{name}");
        }
    });
}

fn judge(python: &Path, folder: &Path, step: &str) -> Vec<(String, Versions)> {
    let mut judge = Command::new(python);
    let answers = run(judge.arg(source("several_judge.py")).arg(folder).arg(step));
    let answers = answers.expect("Alembic runs");
    let answers = answers.lines().map(serde_json::from_str);
    answers.map(|answer| answer.expect("the judge writes JSON")).collect()
}

/// Writes a merge of the two heads into an environment.
fn merge(folder: &Path) {
    let mut files = Vec::new();
    collect(folder, "", &mut files);
    let tree = MemoryTree::new(files);
    let found = discover(&tree, &Config::default()).expect("memory never fails");
    let [environment] = found.environments.as_slice() else {
        panic!("{found:?}");
    };
    let created = Created::at(SystemTime::now(), environment.naming.timezone.as_deref());
    let revision = NewRevision {
        environment,
        id: &RevisionId::new("three"),
        parents: &[RevisionId::new("one"), RevisionId::new("two")],
        beside: &environment.version_locations[0].join("one_one.py"),
        message: Some("merge one and two"),
        created: &created.expect("the clock is right"),
    };
    let file = revision.file(&tree).expect("it can be written");
    assert!(matches!(file.own_template, Err(Unrendered::Code { line: 1, .. })), "{file:?}");
    let path = folder.join(file.change.path.to_string());
    fs::write(path, file.change.after.expect("it is new")).expect("the folder is there");
}

fn collect(folder: &Path, above: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the judge has made it") {
        let path = entry.expect("the judge has made it").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, &format!("{above}{name}/"), files)
        } else {
            let content = fs::read(&path).expect("the judge has made it");
            files.push((format!("{above}{name}"), content));
        }
    }
}
