//! Text snapshots.

use alembic_guard::advice::{Command, Step};
use alembic_guard::finding::{RefReport, Report, SkipReason};
use alembic_guard::problem::{Problem, Weight};
use alembic_guard::report::text::{
    MistakeText, Push, broken, config_problems, render, render_refs,
};
use alembic_guard::report::{Bypass, Style};
use alembic_guard::tree::Site;
use snapbox::data::DataFormat;
use snapbox::{Data, assert_data_eq, file};

use crate::report_suite::fixtures::{
    VERSIONS, at, bypass, clean, debt, file, finding, hostile, multiple_heads, pretty, problem,
    stale, style,
};

pub(crate) fn same(actual: String, expected: Data) {
    assert_data_eq!(Data::text(actual).raw(), expected.is(DataFormat::Text).raw());
}

#[test]
fn a_stale_push_is_refused() {
    same(render(&stale(), &bypass(), &style()), file!["../snapshots/report/stale.txt"]);
}

#[test]
fn a_stale_push_in_colour_and_unicode() {
    same(render(&stale(), &bypass(), &pretty()), file!["../snapshots/report/stale-color.txt"]);
    let unicode = Style { color: false, ..pretty() };
    same(render(&stale(), &bypass(), &unicode), file!["../snapshots/report/stale-unicode.txt"]);
}

#[test]
fn a_stale_push_in_a_narrow_terminal() {
    let narrow = Style { width: 40, ..style() };
    same(render(&stale(), &bypass(), &narrow), file!["../snapshots/report/stale-narrow.txt"]);
}

#[test]
fn a_stale_push_in_a_log_file() {
    let log = Style { width: usize::MAX, ..style() };
    same(render(&stale(), &bypass(), &log), file!["../snapshots/report/stale-log.txt"]);
}

#[test]
fn two_heads_share_picture_and_advice() {
    same(
        render(&multiple_heads(), &bypass(), &style()),
        file!["../snapshots/report/multiple-heads.txt"],
    );
}

#[test]
fn what_was_there_before_is_one_line_a_rule() {
    same(render(&debt(), &bypass(), &style()), file!["../snapshots/report/debt.txt"]);
    let verbose = Style { verbose: true, ..style() };
    same(render(&debt(), &bypass(), &verbose), file!["../snapshots/report/debt-verbose.txt"]);
}

#[test]
fn quiet_says_nothing_where_nothing_is_wrong() {
    let quiet = Style { quiet: true, ..style() };
    assert_eq!(render(&clean(), &bypass(), &quiet), "");
    let mut old = debt();
    old.notes.clear();
    old.findings.truncate(4);
    assert_eq!(render(&old, &bypass(), &quiet), "");
    same(render(&debt(), &bypass(), &quiet), file!["../snapshots/report/debt-quiet.txt"]);
}

#[test]
fn a_clean_check_is_short() {
    same(render(&clean(), &bypass(), &style()), file!["../snapshots/report/clean.txt"]);
    same(
        render(&Report::default(), &Bypass::default(), &style()),
        file!["../snapshots/report/nothing.txt"],
    );
}

#[test]
fn hostile_text_is_shown_not_obeyed() {
    same(render(&hostile(), &bypass(), &style()), file!["../snapshots/report/hostile.txt"]);
}

#[test]
fn foreign_line_endings_and_encodings_are_quoted() {
    let mut report = clean();
    let path = format!("{VERSIONS}/0001_caf\u{e9}.py");
    let source =
        b"# -*- coding: latin-1 -*-\r\nrevision = 'caf\xe9'; down_revision =\t'0000'\r\nx = 1\r\n";
    let site = at(&mut report, &path, source, b"'0000'");
    report.findings.push(finding(Problem {
        label: "no file has this id".to_owned(),
        ..problem("unknown-down-revision", site)
    }));
    same(render(&report, &bypass(), &style()), file!["../snapshots/report/latin1.txt"]);
}

#[test]
fn a_long_line_is_cut_around_the_mark() {
    let mut report = clean();
    let path = format!("{VERSIONS}/long.py");
    let source = format!(
        "x = '{}'; down_revision = 'MARK'; y = '{}'\n",
        "x".repeat(100_000),
        "y".repeat(900_000)
    );
    let site = at(&mut report, &path, source.as_bytes(), b"'MARK'");
    report.findings.push(finding(Problem {
        label: "no file has this id".to_owned(),
        ..problem("unknown-down-revision", site)
    }));
    same(render(&report, &bypass(), &style()), file!["../snapshots/report/long-line.txt"]);
}

#[test]
fn files_and_paths_need_no_source() {
    let mut report = clean();
    let whole = format!("{VERSIONS}/blob.py");
    report.findings.push(finding(Problem {
        label: "holds a null byte".to_owned(),
        ..problem("unreadable-migration", Site::File(file(&whole)))
    }));
    report.findings.push(finding(Problem {
        weight: Weight::Minor,
        label: "no file here any more".to_owned(),
        ..problem("published-migration-deleted", Site::Path("gone.py".into()))
    }));
    report.findings.push(finding(problem(
        "unreadable-migration",
        Site::Span { file: file("no/source.py"), span: 3..5 },
    )));
    same(render(&report, &bypass(), &style()), file!["../snapshots/report/sites.txt"]);
}

pub(crate) fn refs() -> Vec<RefReport> {
    let one = |name: &str, remote: &str, report: Report| RefReport {
        local_ref: format!("refs/heads/{name}"),
        local_oid: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(),
        remote_ref: format!("refs/heads/{remote}"),
        remote_oid: "0000000000000000000000000000000000000000".to_owned(),
        report,
        skipped: None,
        unknown: None,
        behind: None,
        like: None,
    };
    let mut tag = one("x", "x", Report::default());
    tag.local_ref = "refs/tags/v1.0".to_owned();
    tag.remote_ref = "refs/tags/v1.0".to_owned();
    tag.skipped = Some(SkipReason::NoBranch);
    vec![
        one("feature/email", "feature/email", stale()),
        one("docs", "docs", clean()),
        one("hotfix", "main", multiple_heads()),
        tag,
    ]
}

#[test]
fn several_refs_are_refused_by_name() {
    let fine = Command::of("git push origin docs v1.0");
    let push = Push { refs: &refs(), push_fine: Some(&fine), bypass: &bypass() };
    same(render_refs(&push, &style()), file!["../snapshots/report/refs.txt"]);
    let quiet = Style { quiet: true, ..style() };
    let fine = Push { refs: &refs()[1..2], ..push };
    assert_eq!(render_refs(&fine, &quiet), "");
}

#[test]
fn a_long_fork_is_drawn_short() {
    let mut report = stale();
    let drawing = report.findings[0].problem.drawing.as_mut().expect("it has a drawing");
    let mut nodes = vec![drawing.nodes[0].clone()];
    for number in (0..20).rev() {
        let mut node = drawing.nodes[1].clone();
        node.revision = crate::report_suite::fixtures::id(&format!("{number:04}"));
        node.note = if number == 19 { "head of origin/main".to_owned() } else { String::new() };
        node.parents = vec![crate::report_suite::fixtures::id(&match number {
            0 => "4f1e2d3c4b5a".to_owned(),
            _ => format!("{:04}", number - 1),
        })];
        nodes.push(node);
    }
    nodes.push(drawing.nodes[2].clone());
    drawing.nodes = nodes;
    same(render(&report, &bypass(), &style()), file!["../snapshots/report/long-fork.txt"]);
}

#[test]
fn many_heads_are_cut() {
    let mut report = stale();
    let drawing = report.findings[0].problem.drawing.as_mut().expect("it has a drawing");
    let head = drawing.nodes[0].clone();
    for number in 0..15 {
        let mut node = head.clone();
        node.revision = crate::report_suite::fixtures::id(&format!("{number:012}"));
        drawing.nodes.insert(0, node);
    }
    same(render(&report, &bypass(), &style()), file!["../snapshots/report/many-heads.txt"]);
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read `versions/a.py` in the index")]
struct Outer(#[source] std::io::Error);

#[test]
fn what_could_not_be_judged_is_said() {
    let error = Outer(std::io::Error::other("object not found\nno match for id 0123"));
    let help = [Step::run("fetch the rest of the history", Command::of("git fetch --unshallow"))];
    same(broken(&error, &help, &style()), file!["../snapshots/report/broken.txt"]);
}

#[test]
fn mistakes_in_the_configuration_are_pointed_at() {
    let source = b"bse = \"origin/main\"\n\n[rules]\nmerge-with-operatons = \"off\"\n";
    let problems = [
        MistakeText {
            message: "unknown key `bse`".to_owned(),
            span: 0..3,
            help: Some("did you mean `base`?".into()),
        },
        MistakeText {
            message: "unknown rule `merge-with-operatons`".to_owned(),
            span: 29..49,
            help: None,
        },
    ];
    let shown = config_problems(".alembic-guard.toml", source, &problems, &style());
    same(shown, file!["../snapshots/report/config.txt"]);
    assert_eq!(config_problems("x", b"", &[], &style()), "");
}
