//! A fixture to what every rule says of it.

use std::fmt::Write;

use alembic_guard::compare::{Comparison, Peer, Reader, check};
use alembic_guard::config::{self, Config};
use alembic_guard::finding::{Finding, Report};
use alembic_guard::problem::Problem;
use alembic_guard::rules::{MoveDirection, Names, Situation, Standing, names};
use alembic_guard::text::position;
use alembic_guard::tree::{MemoryTree, Site, Tree};
use snapbox::{Data, IntoData, assert_data_eq};

use crate::rules::fixture::Fixture;

/// Asserts what all rules together say of a fixture.
///
/// A finding is `level rule path:line:column source`, the message, the label behind a `^`, what is related
/// behind a `+`, and the help behind a `>`. `SNAPSHOTS=overwrite` writes what is found into the test.
#[track_caller]
pub(crate) fn says(fixture: &str, expected: impl IntoData) {
    let actual = text(&judge(fixture));
    assert_data_eq!(Data::text(actual).raw(), expected.into_data().raw());
}

/// Asserts that no rule has anything to say of a fixture.
#[track_caller]
pub(crate) fn is_silent(fixture: &str) {
    assert_eq!(text(&judge(fixture)), "", "{fixture}");
}

/// Returns the rules that have something to say of a fixture.
pub(crate) fn rules(fixture: &str) -> Vec<&'static str> {
    judge(fixture).findings.iter().map(|finding| finding.problem.rule).collect()
}

fn judge(fixture: &str) -> Report {
    let fixture = Fixture::parse(fixture);
    let [next, earlier, later] = fixture.others();
    let (before, after) = fixture.trees();
    let peer = |name: &str, tree: &Option<MemoryTree>, usual| {
        let tree: Box<dyn Tree> = Box::new(tree.clone()?);
        Some(Peer { name: name.to_owned(), tree, usual })
    };
    let peers = || {
        let peers = [
            peer("next", &next, None),
            peer("release/1.0", &earlier, Some(MoveDirection::Here)),
            peer("release/3.0", &later, Some(MoveDirection::There)),
        ];
        peers.into_iter().flatten().collect()
    };
    let mut reader = Reader::new(configuration(&after));
    let comparison = Comparison {
        before: before.as_ref().map(|before| before as &dyn Tree),
        standing: Standing::Published,
        names: match before {
            None => Names::alone(),
            Some(_) => Names::new("main", "this change"),
        },
        situation: Situation {
            base_commit: before.is_some().then(|| "1234567890".to_owned()),
            ..Situation::default()
        },
        peers: &peers,
        ..Comparison::alone(&after)
    };
    check(&mut reader, &comparison).expect("memory never fails")
}

/// Reads the fixture's own configuration.
fn configuration(tree: &MemoryTree) -> Config {
    let path = config::FILE_NAME.into();
    match tree.read_path(&path).expect("memory never fails") {
        None => Config::default(),
        Some(source) => config::parse(&path, &source, &names()).expect("it has no mistakes"),
    }
}

fn text(report: &Report) -> String {
    report.findings.iter().map(|finding| one(report, finding)).collect()
}

fn one(report: &Report, finding: &Finding) -> String {
    let mut out = String::new();
    let level = finding.level();
    let lowered = finding.downgrade().map(|why| format!(" ({why:?})")).unwrap_or_default();
    let finding = &finding.problem;
    let place = place(report, &finding.site);
    let Problem { rule, message, .. } = finding;
    let _ = writeln!(out, "{level} {rule} {place}{lowered}\n  {message}");
    if !finding.label.is_empty() {
        let _ = writeln!(out, "  ^ {}", finding.label);
    }
    for related in &finding.related {
        let _ = writeln!(out, "  + {}: {}", self::place(report, &related.site), related.message);
    }
    for step in finding.advice.steps() {
        let _ = writeln!(out, "  > {step}");
    }
    out
}

fn place(report: &Report, site: &Site) -> String {
    match site {
        Site::Span { file, span } => {
            let source = report.sources.get(file).expect("the report has what it points into");
            let at = position(source, span.start);
            let quoted = String::from_utf8_lossy(&source[span.clone()]).replace('\n', "\\n");
            format!("{}:{}:{} {quoted}", file.path, at.line, at.column)
        }
        Site::File(file) => file.path.to_string(),
        Site::Path(path) => format!("{path} (a path)"),
    }
}
