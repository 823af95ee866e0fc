//! What holds for every report.

use alembic_guard::advice::{Advice, Command, Step};
use alembic_guard::finding::{RefReport, Report, SkipReason};
use alembic_guard::problem::{Doubt, Drawing, DrawnRevision, Problem, Related, Weight};
use alembic_guard::report::graph::{self, GraphView, RevisionView};
use alembic_guard::report::text::{
    MistakeText, Push, broken, config_problems, render, render_refs,
};
use alembic_guard::report::{Style, json};
use alembic_guard::text::is_unprintable;
use alembic_guard::tree::{RepoPath, Site};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::prop_assert;
use proptest::sample::select;

use crate::report_suite::fixtures::{bypass, clean, file, finding, id, now, problem};

/// Text of everything that could hurt.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        select(vec![
            "\u{1b}[2J",
            "\u{202e}",
            "\r",
            "\n",
            "\t",
            "`",
            ": `x`",
            "\u{9b}",
            "é",
            "漢字",
            "\u{0}",
            "\u{7f}",
            "\u{e0041}",
            "\u{301}",
            "a b",
            "x:1:1",
            "\u{200b}",
            "...",
        ])
        .prop_map(str::to_owned),
        "[a-z ]{0,30}",
        any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn source() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        nasty().prop_map(String::into_bytes),
        vec(any::<u8>(), 0..20),
        select(vec![
            b"\r\n".to_vec(),
            vec![b'y'; 700],
            "é".repeat(400).into_bytes(),
            b"\n\n\n\n\n".to_vec()
        ]),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn site() -> impl Strategy<Value = (Site, Vec<u8>)> {
    (nasty(), source(), 0..2000_usize, 0..800_usize, 0..8_u8).prop_map(
        |(path, source, start, length, kind)| {
            let file = file(&path);
            let site = match kind {
                0 => Site::Path(RepoPath::new(path)),
                1 => Site::File(file),
                _ => Site::Span { file, span: start..start + length },
            };
            (site, source)
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    (nasty(), nasty(), 0..4_u8).prop_map(|(text, shown, kind)| match kind {
        0 => Step::note(text),
        1 => Step::write(text, shown),
        2 => Step::run(text, Command::of("git add").path(&RepoPath::new(shown))),
        _ => Step::run(text.clone(), Command::of("git switch").arg(shown)).when(text),
    })
}

fn advice() -> impl Strategy<Value = Advice> {
    let ways = vec(vec(step(), 1..3), 0..3);
    (vec(step(), 0..2), ways, vec(step(), 0..2)).prop_map(|(first, ways, cautions)| Advice {
        first,
        ways,
        cautions,
    })
}

fn drawing() -> impl Strategy<Value = Drawing> {
    let node = (0..12_u8, vec(0..12_u8, 0..4), any::<bool>(), nasty());
    vec(node, 0..20).prop_map(|nodes| Drawing {
        nodes: nodes
            .into_iter()
            .map(|(name, parents, continues, note)| DrawnRevision {
                revision: id(&format!("{name}")),
                parents: parents.iter().map(|parent| id(&format!("{parent}"))).collect(),
                continues,
                note: if continues { note.clone() } else { String::new() },
                new: continues,
                path: RepoPath::new(note),
            })
            .collect(),
    })
}

fn style() -> impl Strategy<Value = Style> {
    let widths = prop_oneof![0..200_usize, select(vec![usize::MAX])];
    (any::<[bool; 4]>(), widths).prop_map(|([color, unicode, verbose, quiet], width)| Style {
        color,
        unicode,
        width,
        verbose,
        quiet,
        now: now(),
    })
}

fn report() -> impl Strategy<Value = Report> {
    let spans = vec((0..1500_usize, 0..300_usize), 0..3);
    let one = (site(), spans, vec((site(), nasty()), 0..3), nasty(), advice(), drawing());
    vec(one, 0..4).prop_map(|all| {
        let mut report = clean();
        for ((place, bytes), spans, related, words, advice, drawing) in all {
            let mut others = Vec::new();
            if let Some(file) = place.file() {
                report.sources.insert(file.clone(), bytes);
                let near = spans.into_iter().map(|(start, length)| Site::Span {
                    file: file.clone(),
                    span: start..start + length,
                });
                others.extend(near.map(|site| Related { site, message: words.clone() }));
            }
            for ((site, bytes), message) in related {
                if let Some(file) = site.file().filter(|_| bytes.len() % 3 > 0) {
                    report.sources.insert(file.clone(), bytes);
                }
                others.push(Related { site, message });
            }
            report.findings.push(finding(Problem {
                doubt: (words.len() % 3 == 1).then_some(Doubt::CannotTell),
                weight: if words.len() % 2 == 0 { Weight::Full } else { Weight::Minor },
                message: words.clone(),
                label: words.clone(),
                environment: words,
                related: others,
                advice,
                drawing: Some(drawing),
                ..problem("unknown-down-revision", place)
            }));
        }
        report
    })
}

/// Takes away what the renderers write themselves: `ESC [ digits ; m`.
fn without_colors(text: &str, style: &Style) -> String {
    if !style.color {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out += before;
        let code = after.trim_start_matches(|next: char| next.is_ascii_digit() || next == ';');
        match code.strip_prefix('m') {
            Some(behind) => rest = behind,
            None => return text.to_owned(),
        }
    }
    out + rest
}

fn printable(text: &str, style: &Style) -> bool {
    let bare = without_colors(text, style);
    bare.chars().all(|character| character == '\n' || !is_unprintable(character))
}

proptest::proptest! {
    #[test]
    fn a_report_never_steers_the_terminal(report in report(), style in style()) {
        let shown = render(&report, &bypass(), &style);
        prop_assert!(printable(&shown, &style), "{shown:?}");
        prop_assert!(shown.is_empty() || shown.ends_with('\n'));
        let written = json::to_string(&json::check(&report)).expect("it is all text");
        prop_assert!(written.chars().all(|character| character == '\n' || !is_unprintable(character)));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok());
    }

    #[test]
    fn a_push_never_steers_the_terminal(
        reports in vec((report(), nasty(), nasty()), 0..3), words in nasty(), style in style(),
    ) {
        let refs: Vec<RefReport> = reports
            .into_iter()
            .map(|(report, local_ref, remote_ref)| RefReport {
                skipped: (local_ref.len() % 2 == 0).then(|| SkipReason::AlreadyOn(remote_ref.clone())),
                unknown: None,
                behind: None,
                like: None,
                local_oid: String::new(),
                remote_oid: String::new(),
                local_ref,
                remote_ref,
                report,
            })
            .collect();
        let fine = Command::of("git push").arg(words);
        let push = Push { refs: &refs, push_fine: Some(&fine), bypass: &bypass() };
        let shown = render_refs(&push, &style);
        prop_assert!(printable(&shown, &style), "{shown:?}");
    }

    #[test]
    fn trouble_never_steers_the_terminal(
        source in source(), words in nasty(), start in 0..900_usize, style in style(),
    ) {
        let problem = MistakeText { message: words.clone(), span: start..start + 9, help: Some(Step::note(words.clone())) };
        let shown = config_problems(&words, &source, &[problem], &style);
        prop_assert!(printable(&shown, &style), "{shown:?}");
        let error = std::io::Error::other(words.clone());
        let shown = broken(&error, &[Step::write(words.clone(), words)], &style);
        prop_assert!(printable(&shown, &style), "{shown:?}");
    }

    #[test]
    fn any_graph_can_be_drawn(
        edges in vec((0..15_u8, vec(0..20_u8, 0..4), nasty()), 0..25), style in style(),
    ) {
        let revisions: Vec<RevisionView> = edges
            .into_iter()
            .map(|(name, parents, words)| RevisionView {
                revision: id(&format!("{name}{}", if name > 12 { words.as_str() } else { "" })),
                down_revision: parents.iter().map(|parent| id(&format!("{parent}"))).collect(),
                depends_on: vec![words.clone()],
                branch_labels: vec![words.clone()],
                labels: vec![words.clone()],
                path: RepoPath::new(&words),
                title: Some(words),
            })
            .collect();
        let count = revisions.len();
        let view = GraphView { environments: vec![super::graph::environment("x", revisions, &["1"])] };
        let shown = graph::text(&view, &style);
        prop_assert!(printable(&shown, &style), "{shown:?}");
        prop_assert!(shown.lines().count() >= count);
        prop_assert!(printable(&graph::heads_text(&view, &style), &style));
    }
}
