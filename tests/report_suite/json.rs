//! JSON snapshots.

use alembic_guard::advice::{Advice, Command, Step};
use alembic_guard::finding::{Base, Freshness};
use alembic_guard::problem::Problem;
use alembic_guard::report::json::{broken, check, refs, to_string};
use alembic_guard::tree::{RepoPath, Site};
use serde::Serialize;
use serde_json::{Value, json};
use snapbox::file;

use crate::report_suite::fixtures::{
    base, clean, debt, finding, hostile, multiple_heads, problem, stale,
};
use crate::report_suite::text::same;

fn written(value: &impl Serialize) -> String {
    to_string(value).expect("nothing in it can fail")
}

#[test]
fn one_comparison() {
    same(written(&check(&stale())), file!["../snapshots/report/stale.json"]);
    same(written(&check(&multiple_heads())), file!["../snapshots/report/multiple-heads.json"]);
    same(written(&check(&debt())), file!["../snapshots/report/debt.json"]);
    same(written(&check(&clean())), file!["../snapshots/report/clean.json"]);
}

#[test]
fn several_refs() {
    same(
        written(&refs(&crate::report_suite::text::refs())),
        file!["../snapshots/report/refs.json"],
    );
}

#[test]
fn hostile_text_is_escaped_and_comes_back() {
    let shown = written(&check(&hostile()));
    same(shown.clone(), file!["../snapshots/report/hostile.json"]);
    let read: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(
        read["findings"][0]["path"],
        "migrations/versions/\u{202e}yp.dlo\u{1b}[2J_\u{e0041}.py"
    );
    assert_eq!(read["findings"][0]["revisions"][0], "a\u{1b}]0;owned\u{7}\u{202e}b");
}

/// A step that ends both ways is listed once, and part of both.
#[test]
fn a_sequence_and_a_choice_are_told_apart() {
    let (versions, id) = (RepoPath::new("db/versions"), RepoPath::new("db/versions/a.py"));
    let commit = || Step::run("commit it", Command::of("git commit").path(&id));
    let merge = Command::of("alembic-guard merge -m").placeholder("MESSAGE").below(&versions);
    let advice = Advice::way([Step::write("write in it", "down_revision = \"b\""), commit()])
        .or([Step::run("join them", merge).when("both have run"), commit()])
        .after([Step::run("switch to the branch", Command::of("git switch topic"))])
        .caution("databases may have run it");
    let mut report = clean();
    let site = Site::Path(id.clone());
    report.findings.push(finding(Problem { advice, ..problem("multiple-heads", site) }));
    let read: Value = serde_json::from_str(&written(&check(&report))).expect("it is JSON");
    let finding = &read["findings"][0];
    let [go, write, commit, join, caution] = [0, 1, 2, 3, 4].map(|place| &finding["advice"][place]);
    assert_eq!(join["text"], "or join them");
    let mut join = join.clone();
    join["text"] = "join them".into();
    let plan = json!({
        "first": [go], "ways": [[write, commit], [join, commit]], "cautions": [caution],
    });
    assert_eq!(finding["plan"], plan);
    assert_eq!(finding["advice"][5], Value::Null, "{finding:#}");
    assert_eq!(write["line"], "down_revision = \"b\"");
    assert_eq!(
        join,
        json!({
            "text": "join them",
            "when": "both have run",
            "commands": [["alembic-guard", "merge", "-m", "MESSAGE"]],
            "folder": "db/versions",
            "placeholders": ["MESSAGE"],
        })
    );
}

#[test]
fn a_failure_of_ours() {
    let error = std::io::Error::other("no such object");
    let help = ["fetch it".into(), "or not".into()];
    same(written(&broken(&error, &help)), file!["../snapshots/report/broken.json"]);
}

#[test]
fn times_that_no_calendar_has_are_null() {
    let mut report = clean();
    let far =
        std::time::SystemTime::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(1 << 45));
    let before = std::time::SystemTime::UNIX_EPOCH.checked_sub(std::time::Duration::from_secs(1));
    for when in [far, before] {
        report.base = Some(Base { others: Vec::new(), ..base(Freshness::Updated(when)) });
        let read: serde_json::Value =
            serde_json::from_str(&written(&check(&report))).expect("JSON");
        assert_eq!(read["base"]["fetched"], serde_json::Value::Null);
    }
}
