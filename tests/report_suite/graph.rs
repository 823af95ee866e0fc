//! Graph snapshots.

use alembic_guard::report::Style;
use alembic_guard::report::graph::{
    EnvironmentView, GraphView, RevisionView, heads_json, heads_text, json, text,
};
use alembic_guard::report::json::to_string;
use alembic_guard::tree::RepoPath;
use snapbox::file;

use crate::report_suite::fixtures::{VERSIONS, id, pretty, style};
use crate::report_suite::text::same;

pub(crate) fn revision(revision: &str, parents: &[&str]) -> RevisionView {
    RevisionView {
        revision: id(revision),
        down_revision: parents.iter().copied().map(id).collect(),
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        labels: Vec::new(),
        path: RepoPath::new(format!("{VERSIONS}/{revision}_change.py")),
        title: Some(format!("change {revision}")),
    }
}

pub(crate) fn environment(
    name: &str,
    revisions: Vec<RevisionView>,
    heads: &[&str],
) -> EnvironmentView {
    EnvironmentView {
        name: name.to_owned(),
        script_location: RepoPath::new("migrations"),
        version_locations: vec![RepoPath::new(VERSIONS)],
        recursive: false,
        revisions,
        heads: heads.iter().copied().map(id).collect(),
        real_heads: heads.iter().take(1).copied().map(id).collect(),
        bases: vec![id("a")],
        problems: Vec::new(),
    }
}

fn usual() -> GraphView {
    let mut merge = revision("f", &["d", "e"]);
    merge.branch_labels = vec!["billing".to_owned()];
    merge.labels = merge.branch_labels.clone();
    merge.depends_on = vec!["x1".to_owned()];
    let revisions = vec![
        revision("a", &[]),
        revision("b", &["a"]),
        revision("c", &["b"]),
        revision("d", &["c"]),
        revision("e", &["b"]),
        merge,
        revision("g", &["c"]),
    ];
    GraphView { environments: vec![environment("default", revisions, &["f", "g"])] }
}

fn broken() -> GraphView {
    let revisions = vec![
        revision("a", &["c"]),
        revision("b", &["a"]),
        revision("c", &["b"]),
        revision("d", &["b", "nowhere"]),
        revision("e", &["e"]),
        revision("dup", &[]),
        revision("dup", &["nowhere"]),
    ];
    let mut view = usual();
    let mut second = environment("second", revisions, &["d"]);
    second.problems =
        vec!["`nowhere` is the parent of 2 revisions, but no file defines it".to_owned()];
    view.environments.push(second);
    view
}

#[test]
fn a_history_is_drawn() {
    same(text(&usual(), &style()), file!["../snapshots/report/graph.txt"]);
    let unicode = Style { color: false, ..pretty() };
    same(text(&usual(), &unicode), file!["../snapshots/report/graph-unicode.txt"]);
    same(text(&usual(), &pretty()), file!["../snapshots/report/graph-color.txt"]);
    same(text(&GraphView::default(), &style()), "no Alembic environment\n".into());
}

#[test]
fn a_broken_history_is_drawn() {
    same(text(&broken(), &style()), file!["../snapshots/report/graph-broken.txt"]);
}

#[test]
fn heads_are_listed() {
    same(heads_text(&usual(), &style()), file!["../snapshots/report/heads.txt"]);
    same(heads_text(&broken(), &style()), file!["../snapshots/report/heads-several.txt"]);
}

#[test]
fn programs_get_it_all() {
    let written = to_string(&json(&broken())).expect("nothing in it can fail");
    same(written, file!["../snapshots/report/graph.json"]);
    let written = to_string(&heads_json(&usual())).expect("nothing in it can fail");
    same(written, file!["../snapshots/report/heads.json"]);
}

#[test]
fn ten_thousand_revisions_are_drawn_at_once() {
    let ids: Vec<String> = (0..10_000).map(|number| format!("{number:05}")).collect();
    let mut revisions = vec![revision(&ids[0], &[])];
    revisions.extend(ids.windows(2).map(|pair| revision(&pair[1], &[&pair[0]])));
    let view = GraphView { environments: vec![environment("long", revisions, &["09999"])] };
    assert_eq!(text(&view, &style()).lines().count(), 10_000);
}
