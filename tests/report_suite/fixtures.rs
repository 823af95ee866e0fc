//! Reports as the verdict would make them.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use alembic_guard::advice::{Advice, Command, Step};
use alembic_guard::alembic::migration::RevisionId;
use alembic_guard::config::Config;
use alembic_guard::finding::{
    Base, Downgrade, EnvironmentSummary, Facts, Finding, Freshness, Report, Shared, Witness, blame,
};
use alembic_guard::problem::{Drawing, DrawnRevision, Note, Problem, Related};
use alembic_guard::report::{Bypass, Style};
use alembic_guard::tree::{File, ObjectId, RepoPath, Site};

pub(crate) const VERSIONS: &str = "migrations/versions";

pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

pub(crate) fn style() -> Style {
    Style { color: false, unicode: false, width: 80, verbose: false, quiet: false, now: now() }
}

pub(crate) fn pretty() -> Style {
    Style { color: true, unicode: true, ..style() }
}

pub(crate) fn bypass() -> Bypass {
    Bypass {
        verb: "push".to_owned(),
        commands: vec![Command::of("git push --no-verify")],
        ..Bypass::default()
    }
}

pub(crate) fn id(id: &str) -> RevisionId {
    RevisionId::new(id)
}

pub(crate) fn file(path: &str) -> File {
    File { path: RepoPath::new(path), id: ObjectId::from_bytes(path.as_bytes()) }
}

/// Writes a migration as Alembic's template does.
pub(crate) fn migration(title: &str, revision: &str, down_revision: &str) -> String {
    format!(
        "\"\"\"{title}\n\nRevision ID: {revision}\nRevises: {down_revision}\nCreate Date: \
         2026-09-21 09:12:44.120934\n\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as \
         sa\n\n\n# revision identifiers, used by Alembic.\nrevision = \
         \"{revision}\"\ndown_revision = \"{down_revision}\"\nbranch_labels = None\ndepends_on = \
         None\n\n\ndef upgrade() -> None:\n    pass\n"
    )
}

/// Points at the first place where `needle` stands in `source` behind the docstring.
pub(crate) fn at(report: &mut Report, path: &str, source: &[u8], needle: &[u8]) -> Site {
    let file = file(path);
    let start = source
        .windows(needle.len().max(1))
        .rposition(|window| window == needle)
        .expect("the needle is in the source");
    report.sources.insert(file.clone(), source.to_vec());
    Site::Span { file, span: start..start + needle.len() }
}

pub(crate) fn base(freshness: Freshness) -> Base {
    Base {
        name: "origin/main".to_owned(),
        commit: "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d".to_owned(),
        freshness,
        others: Vec::new(),
    }
}

pub(crate) fn environment(name: &str, before: &[&str], after: &[&str]) -> EnvironmentSummary {
    EnvironmentSummary {
        name: name.to_owned(),
        script_location: RepoPath::new("migrations"),
        version_locations: vec![RepoPath::new(VERSIONS)],
        revisions: 128,
        heads_before: before.iter().copied().map(id).collect(),
        heads_after: after.iter().copied().map(id).collect(),
        existing: Vec::new(),
    }
}

pub(crate) fn clean() -> Report {
    Report {
        base: Some(base(Freshness::FetchedNow)),
        environments: vec![environment("default", &["9c8b7a6d5e4f"], &["9c8b7a6d5e4f"])],
        findings: Vec::new(),
        notes: Vec::new(),
        sources: BTreeMap::new(),
    }
}

/// Has other branches say nothing.
struct NobodyElse;

impl Witness for NobodyElse {
    fn shared(&mut self, _: &RepoPath) -> Option<Shared> {
        None
    }

    fn head_elsewhere(&mut self, _: &[RevisionId]) -> Option<String> {
        None
    }
}

pub(crate) fn finding(problem: Problem) -> Finding {
    weighed(problem, None)
}

/// Makes an error that does not block, for a reason.
pub(crate) fn lowered(reason: Downgrade, problem: Problem) -> Finding {
    weighed(problem, Some(reason))
}

fn weighed(problem: Problem, cap: Option<Downgrade>) -> Finding {
    let facts = Facts { cap, ..Facts::default() };
    let findings = blame(vec![problem], &facts, &Config::default(), &mut NobodyElse);
    findings.into_iter().next().expect("it is an error, or a new warning")
}

pub(crate) fn problem(rule: &'static str, site: Site) -> Problem {
    Problem::new(rule, "default", site, "something is wrong with `x`".to_owned())
}

pub(crate) fn drawn(revision: &str, parents: &[&str], note: &str, name: &str) -> DrawnRevision {
    DrawnRevision {
        revision: id(revision),
        parents: parents.iter().copied().map(id).collect(),
        continues: parents.is_empty(),
        note: note.to_owned(),
        new: note == "this push",
        path: RepoPath::new(format!("{VERSIONS}/{name}")),
    }
}

/// A migration on a revision that main has moved past.
pub(crate) fn stale() -> Report {
    let mut report = clean();
    report.environments[0].heads_after.push(id("e5d4c3b2a190"));
    let ours = "migrations/versions/e5d4c3b2a190_add_email_to_customer.py";
    let theirs = "migrations/versions/9c8b7a6d5e4f_add_phone.py";
    let our_source = migration("add email to customer", "e5d4c3b2a190", "4f1e2d3c4b5a");
    let their_source = migration("add phone", "9c8b7a6d5e4f", "4f1e2d3c4b5a");
    let site = at(&mut report, ours, our_source.as_bytes(), b"\"4f1e2d3c4b5a\"");
    let related = at(&mut report, theirs, their_source.as_bytes(), b"\"4f1e2d3c4b5a\"");
    report.findings.push(finding(Problem {
        message: "`e5d4c3b2a190` is stale: origin/main has moved on".to_owned(),
        label: "origin/main is now at `9c8b7a6d5e4f`".to_owned(),
        related: vec![Related {
            site: related,
            message: "origin/main has `9c8b7a6d5e4f` on this parent".to_owned(),
        }],
        revisions: vec![id("e5d4c3b2a190"), id("4f1e2d3c4b5a"), id("9c8b7a6d5e4f")],
        drawing: Some(Drawing {
            nodes: vec![
                drawn(
                    "e5d4c3b2a190",
                    &["4f1e2d3c4b5a"],
                    "this push",
                    "e5d4c3b2a190_add_email_to_customer.py",
                ),
                drawn(
                    "9c8b7a6d5e4f",
                    &["4f1e2d3c4b5a"],
                    "head of origin/main",
                    "9c8b7a6d5e4f_add_phone.py",
                ),
                drawn("4f1e2d3c4b5a", &[], "", "4f1e2d3c4b5a_create_customer.py"),
            ],
        }),
        advice: Advice::way([Step::run(
            "put it on top of origin/main's head",
            Command::of("alembic-guard rebase"),
        )])
        .or([Step::run(
            "if others may have run it, join the two heads",
            Command::of("alembic-guard merge -m").arg("merge heads"),
        )]),
        ..problem("stale-down-revision", site)
    }));
    report
}

/// Two new migrations on one parent.
pub(crate) fn multiple_heads() -> Report {
    let mut report = clean();
    report.base = Some(base(Freshness::Updated(Some(now() - Duration::from_secs(11_000)))));
    let drawing = Drawing {
        nodes: vec![
            drawn("d11111111111", &["9c8b7a6d5e4f"], "this push", "d11111111111_cart.py"),
            drawn("e22222222222", &["9c8b7a6d5e4f"], "this push", "e22222222222_wishlist.py"),
            drawn("9c8b7a6d5e4f", &[], "head of origin/main", "9c8b7a6d5e4f_add_phone.py"),
        ],
    };
    for (revision, name) in [("d11111111111", "cart"), ("e22222222222", "wishlist")] {
        let path = format!("{VERSIONS}/{revision}_{name}.py");
        let source = migration(name, revision, "9c8b7a6d5e4f");
        let needle = format!("\"{revision}\"");
        let site = at(&mut report, &path, source.as_bytes(), needle.as_bytes());
        report.findings.push(finding(Problem {
            message: format!("`{revision}` is one of 2 heads where 1 is allowed"),
            label: "a head that this push adds".to_owned(),
            revisions: vec![id(revision)],
            drawing: Some(drawing.clone()),
            advice: Advice::way([Step::run(
                "join them",
                Command::of("alembic merge -m")
                    .arg("merge heads")
                    .args(["d11111111111", "e22222222222"]),
            )]),
            ..problem("multiple-heads", site)
        }));
    }
    report
}

/// Warnings of every kind, most of which were there before.
pub(crate) fn debt() -> Report {
    let mut report = clean();
    report.base = Some(Base {
        others: vec!["upstream/main".to_owned(), "origin/release/2.0".to_owned()],
        ..base(Freshness::Updated(None))
    });
    for name in ["a", "b", "c"] {
        let path = RepoPath::new(format!("{VERSIONS}/{name}.py"));
        report.findings.push(finding(Problem {
            existing: true,

            ..problem("redundant-merge", Site::Path(path))
        }));
    }
    let old = format!("{VERSIONS}/old.py");
    report.findings.push(finding(Problem {
        existing: true,

        ..problem("multiple-heads", Site::File(file(&old)))
    }));
    let gone = RepoPath::new(format!("{VERSIONS}/b7_gone.py"));
    report.findings.push(lowered(
        Downgrade::Elsewhere("origin/topic".to_owned()),
        Problem {
            message: "`b7` was deleted, and databases that ran it cannot find it".to_owned(),
            label: "deleted by this push".to_owned(),
            ..problem("published-migration-deleted", Site::Path(gone))
        },
    ));
    report.notes.push(Note {
        message: "could not ask `origin` for its newest commit: the network is unreachable"
            .to_owned(),
        advice: Advice::way([Step::run(
            "bring it up to date by hand",
            Command::of("git fetch origin main"),
        )]),
        known: false,
    });
    report
}

/// Names and sources that try to steer the terminal.
pub(crate) fn hostile() -> Report {
    let mut report = clean();
    let path = "migrations/versions/\u{202e}yp.dlo\u{1b}[2J_\u{e0041}.py";
    let source = "down_revision = \"a\u{1b}]0;owned\u{7}\u{202e}b\" # \u{200b}caf\u{e9}\n";
    let site =
        at(&mut report, path, source.as_bytes(), "\"a\u{1b}]0;owned\u{7}\u{202e}b\"".as_bytes());
    report.findings.push(lowered(
        Downgrade::Asked("\u{1b}[2J".to_owned()),
        Problem {
            environment: "e\u{1b}[1m".to_owned(),
            message: format!(
                "`{}` is no id\r\nerror: forged line",
                "a\u{1b}]0;owned\u{7}\u{202e}b"
            ),
            label: "here\u{1b}[0m\nand there".to_owned(),
            revisions: vec![id("a\u{1b}]0;owned\u{7}\u{202e}b")],
            related: vec![Related {
                site: Site::Path(RepoPath::new(b"bad\xff\x9b31m.py")),
                message: "gone\u{9b}2J".to_owned(),
            }],
            drawing: Some(Drawing {
                nodes: vec![drawn(
                    "a\u{1b}]0;owned\u{7}\u{202e}b",
                    &[],
                    "note\u{1b}[2J",
                    "x\ny.py",
                )],
            }),
            advice: Advice::way([Step::run("run", Command::of("git switch").arg("\u{202e}x\n"))]),
            ..problem("invalid-revision-id", site)
        },
    ));
    report.environments.push(environment("two\u{85}", &["\u{1b}[2J"], &["\u{2066}"]));
    report.notes.push(Note {
        message: "remote says \u{1b}[2J".to_owned(),
        advice: Advice::way(["\u{202e}"]),
        known: false,
    });
    report
}
