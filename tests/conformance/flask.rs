//! What `flask db init` makes, for one database and for several, is found as Flask-Migrate runs it.

use std::fs;
use std::path::Path;
use std::process::Command;

use alembic_guard::alembic::environment::Runner;
use alembic_guard::compare::Reader;
use alembic_guard::config::Config;
use alembic_guard::tree::{MemoryTree, RepoPath};
use serde::Deserialize;

use crate::support::prerequisites::{python, run, source, with};
use crate::support::scratch;

#[derive(Debug, Deserialize)]
struct Taken {
    folder: String,
    versions: Vec<String>,
    heads: Vec<String>,
}

#[test]
#[ignore = "needs Alembic"]
fn what_flask_migrate_makes_is_found_as_it_runs_it() {
    with(python(), |python| {
        let folder = scratch::folder();
        let mut judge = Command::new(python);
        judge.arg(source("flask_judge.py")).arg(folder.path());
        let answers = run(&mut judge).expect("Flask-Migrate runs");
        let mut templates = Vec::new();
        for answer in answers.lines() {
            let (template, taken): (String, Taken) =
                serde_json::from_str(answer).expect("the judge writes JSON");
            compare(&folder.path().join(&template), &template, &taken);
            templates.push(template);
        }
        assert!(templates.iter().any(|template| template == "flask"), "{templates:?}");
        assert!(templates.iter().any(|template| template == "flask-multidb"), "{templates:?}");
    });
}

fn compare(folder: &Path, template: &str, taken: &Taken) {
    let mut files = Vec::new();
    collect(folder, template, &mut files);
    let tree = MemoryTree::new(files);
    let mut reader = Reader::new(Config::default());
    let found = reader.discover(&tree).expect("memory never fails");
    assert_eq!(found.problems, [], "{template}");
    let [environment] = found.environments.as_slice() else {
        panic!("{template}: {found:?}");
    };
    assert_eq!(environment.script_location.to_string(), taken.folder);
    let versions: Vec<String> =
        environment.version_locations.iter().map(RepoPath::to_string).collect();
    assert_eq!(versions, taken.versions, "{template}");
    assert!(matches!(environment.runner, Runner::FlaskMigrate(_)), "{template}: {environment:?}");
    let state = reader.state(&tree, environment, &[]).expect("memory never fails");
    let heads: Vec<String> = state.graph.heads().iter().map(ToString::to_string).collect();
    assert_eq!(heads, taken.heads, "{template}");
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("the judge has made it") {
        let path = entry.expect("the judge has made it").path();
        let name = format!("{name}/{}", path.file_name().expect("a file").to_string_lossy());
        if path.is_dir() {
            collect(&path, &name, files)
        } else {
            files.push((name, fs::read(&path).expect("the judge has made it")))
        }
    }
}
