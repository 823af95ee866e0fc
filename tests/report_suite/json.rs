//! JSON snapshots.

use alembic_guard::finding::{Base, Freshness};
use alembic_guard::report::json::{broken, check, refs, to_string};
use serde::Serialize;
use snapbox::file;

use crate::fixtures::{base, clean, debt, hostile, multiple_heads, stale};
use crate::text::same;

fn json(value: &impl Serialize) -> String {
    to_string(value).expect("nothing in it can fail")
}

#[test]
fn one_comparison() {
    same(json(&check(&stale())), file!["../snapshots/report/stale.json"]);
    same(json(&check(&multiple_heads())), file!["../snapshots/report/multiple-heads.json"]);
    same(json(&check(&debt())), file!["../snapshots/report/debt.json"]);
    same(json(&check(&clean())), file!["../snapshots/report/clean.json"]);
}

#[test]
fn several_refs() {
    same(json(&refs(&crate::text::refs())), file!["../snapshots/report/refs.json"]);
}

#[test]
fn hostile_text_is_escaped_and_comes_back() {
    let written = json(&check(&hostile()));
    same(written.clone(), file!["../snapshots/report/hostile.json"]);
    let read: serde_json::Value = serde_json::from_str(&written).expect("it is JSON");
    assert_eq!(
        read["findings"][0]["path"],
        "migrations/versions/\u{202e}yp.dlo\u{1b}[2J_\u{e0041}.py"
    );
    assert_eq!(read["findings"][0]["revisions"][0], "a\u{1b}]0;owned\u{7}\u{202e}b");
}

#[test]
fn a_failure_of_ours() {
    let error = std::io::Error::other("no such object");
    let help = ["fetch it".into(), "or not".into()];
    same(json(&broken(&error, &help)), file!["../snapshots/report/broken.json"]);
}

#[test]
fn times_that_no_calendar_has_are_null() {
    let mut report = clean();
    let far =
        std::time::SystemTime::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(1 << 45));
    let before = std::time::SystemTime::UNIX_EPOCH.checked_sub(std::time::Duration::from_secs(1));
    for when in [far, before] {
        report.base = Some(Base { others: Vec::new(), ..base(Freshness::Updated(when)) });
        let read: serde_json::Value = serde_json::from_str(&json(&check(&report))).expect("JSON");
        assert_eq!(read["base"]["fetched"], serde_json::Value::Null);
    }
}
