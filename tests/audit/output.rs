//! What is printed, and what is not.

use snapbox::str;

use crate::audit::repository::Repository;

/// A history with a fork that was repaired, one that was not, and one that did not load.
fn eventful() -> Repository {
    let repository = Repository::forked();
    repository.add_code().add("d(b) x(nowhere)").remove("x(nowhere)").add("e(d) f(b) g(b)");
    repository
}

fn stdout(repository: &Repository, arguments: &[&str]) -> String {
    let output = repository.guard(arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "a pipe sees no progress");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn incidents_are_told_in_the_order_in_which_they_landed() {
    snapbox::assert_data_eq!(
        stdout(&eventful(), &["audit"]),
        str![[r#"
9769539172 2024-01-05 Merge branch 'feature'
  1 head before, 2 after: `b`, `d`
  stale-down-revision: `d` is stale: the branch has moved on
      migrations/versions/d_add_d.py:14
  repaired after 2 days and 2 commits: `d` re-pointed
    4a46ed559f 2024-01-07 d(b)

ed86317cfc 2024-01-08 x(nowhere)
  Alembic does not load the history any more
  unknown-down-revision: `x` builds on `nowhere`, which no migration defines
      migrations/versions/x_add_x.py:14
  repaired after 1 day and 1 commit: `x` removed
    1dd840ce85 2024-01-09 remove x(nowhere)

50f166e53f 2024-01-11 f(b)
  1 head before, 2 after: `e`, `f`
  stale-down-revision: `f` is stale: the branch has moved on
      migrations/versions/f_add_f.py:14
  open still

cf6b07e857 2024-01-12 g(b)
  2 heads before, 3 after: `e`, `f`, `g`
  stale-down-revision: `g` is stale: the branch has moved on
      migrations/versions/g_add_g.py:14
  open still

alembic-guard: 4 incidents in 11 commits, 10 of which changed migrations
  2 repaired, in the median after 2 days; 2 open still

"#]]
    );
}

#[test]
fn the_report_for_programs_is_this() {
    let repository = Repository::forked();
    repository.add("m(b,d)");
    snapbox::assert_data_eq!(
        stdout(&repository, &["--format", "json", "audit"]),
        str![[r#"
{
  "version": 1,
  "range": "HEAD",
  "commits": 5,
  "judged": 5,
  "environments": [
    "migrations"
  ],
  "incidents": [
    {
      "commit": "9769539172faffa072b2434b50deeea6f8e39159",
      "parent": "4fa47a01bc2d50dd42bd914d0e51fcacd4a671aa",
      "date": "2024-01-05T00:00:00Z",
      "author_date": "2024-01-05T00:00:00Z",
      "subject": "Merge branch 'feature'",
      "environment": "migrations",
      "kind": "heads",
      "heads_before": [
        "b"
      ],
      "heads_after": [
        "b",
        "d"
      ],
      "findings": [
        {
          "rule": "stale-down-revision",
          "message": "`d` is stale: the branch has moved on",
          "path": "migrations/versions/d_add_d.py",
          "line": 14
        }
      ],
      "repaired": {
        "commit": "70427ccdd2c537062a1387633cb38d54d22448b2",
        "date": "2024-01-06T00:00:00Z",
        "subject": "m(b,d)",
        "how": "joined",
        "revisions": [
          "m"
        ],
        "seconds": 86400,
        "commits": 1
      }
    }
  ],
  "repaired": 1,
  "median_seconds": 86400,
  "notes": []
}

"#]]
    );
}

#[test]
fn a_history_without_incident_is_one_line_or_quiet() {
    let repository = Repository::with("a b(a)");
    repository.add_code();
    snapbox::assert_data_eq!(
        stdout(&repository, &["audit"]),
        str![[r#"
alembic-guard: no incident in 4 commits, 3 of which changed migrations

"#]]
    );
    assert_eq!(stdout(&repository, &["audit", "-q"]), "");
    snapbox::assert_data_eq!(
        stdout(&repository, &["audit", "main..main"]),
        str![[r#"
alembic-guard: no incident in 0 commits, 0 of which changed migrations

"#]]
    );
}

#[test]
fn a_subject_cannot_steer_a_terminal() {
    let repository = Repository::with("a");
    repository.write("migrations/versions/b.py", "revision = 'b'\ndown_revision = None\n");
    repository.commit("fork \u{1b}[2J\u{202e} of\u{7} mine");
    let text = stdout(&repository, &["audit"]);
    assert!(text.contains("fork \\u{1b}[2J\\u{202e} of\\u{7} mine"), "{text}");
    let json = stdout(&repository, &["--format", "json", "audit"]);
    for printed in [text, json] {
        assert!(!printed.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{printed:?}");
    }
}

#[test]
fn colours_are_those_of_the_other_reports() {
    let repository = Repository::forked();
    let plain = stdout(&repository, &["audit"]);
    let coloured = stdout(&repository, &["--color", "always", "audit"]);
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}[1m\u{1b}[91m1 incident\u{1b}[0m"), "{coloured:?}");
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}
