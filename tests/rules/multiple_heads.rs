//! `multiple-heads`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, rules, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "multiple-heads",
    fires: "before: a\nchange: b(a) c(a)",
    silent: "before: a\nchange: b(a) c(b)",
};

#[test]
fn two_new_revisions_on_one_parent() {
    says(
        EXAMPLES.fires,
        str![[r#"
error multiple-heads versions/b.py:2:17 "a"
  this change adds 2 heads: `b` and `c`
  ^ `b` is a head
  + versions/c.py:2:17 "a": `c` is a head too
  > put them in one line: `alembic-guard rebase`
  > or join them with a merge revision: `alembic-guard merge b c`

"#]],
    );
}

/// A merge revision that named all three would stop an upgrade.
#[test]
fn heads_that_no_single_merge_revision_may_join() {
    says(
        "before: a\nchange: b(a) c(a)!b d(a)",
        str![[r#"
error multiple-heads versions/b.py:2:17 "a"
  this change adds 3 heads: `b`, `c` and `d`
  ^ `b` is a head
  + versions/c.py:2:17 "a": `c` is a head too
  + versions/d.py:2:17 "a": `d` is a head too
  > put them in one line: `alembic-guard rebase`

"#]],
    );
}

#[test]
fn a_second_history() {
    says(
        "before: a\nchange: x",
        str![[r#"
error multiple-heads versions/x.py:2:17 None
  `x` starts a second history beside `a`
  ^ no parent, but main is at `a`
  > put it on top of the history: `alembic-guard rebase`
  > or join both with a merge revision: `alembic-guard merge a x`

"#]],
    );
}

#[test]
fn a_published_revision_that_builds_on_another() {
    says(
        "before: a b(a) c(b)\nchange: c(a)",
        str![[r#"
error multiple-heads versions/c.py:2:17 "a"
  `b` is a head again: `c` no longer builds on it
  ^ builds on `b` on main
  > restore the parent: write in versions/c.py: `down_revision = "b"`

"#]],
    );
}

#[test]
fn a_published_merge_that_joins_less() {
    says(
        "before: a b(a) c(a) m(b,c)\nchange: m(b)",
        str![[r#"
error multiple-heads versions/m.py:2:17 "b"
  `c` is a head again: `m` no longer builds on it
  ^ builds on `c` on main
  > restore the parent: write in versions/m.py: `down_revision = ("b", "c")`

"#]],
    );
}

#[test]
fn a_removed_revision_that_leaves_its_parent_a_head() {
    says(
        "before: a b(a) c(a) m(b,c)\nchange: -m",
        str![[r#"
error multiple-heads versions/m.py (a path)
  `b` and `c` are heads again: `m` was deleted
  ^ `m` was defined here
  > restore versions/m.py: `git restore --source=1234567890 --staged --worktree -- versions/m.py`

"#]],
    );
}

#[test]
fn a_head_for_each_branch_of_the_configuration() {
    is_silent(
        "\
before: a b(a)#expand c(a)#contract
change .alembic-guard.toml:
    environment = [{ script_location = \".\", branches = [\"expand\", \"contract\"] }]
change: d(b) e(c)",
    );
}

#[test]
fn branches_are_advised_where_each_head_has_a_label_of_its_own() {
    says(
        "before: a#users\nchange: b(a)#billing c(a)",
        str![[r#"
error multiple-heads versions/b.py:2:17 "a"
  this change adds 2 heads: `b` and `c`
  ^ `b` is a head
  + versions/c.py:2:17 "a": `c` is a head too
  > put them in one line: `alembic-guard rebase`
  > or join them with a merge revision: `alembic-guard merge b c`
  > or if these branches are meant to stay separate, add this at the top of .alembic-guard.toml (list every environment there: the search for others is then off): `environment = [{ script_location = "", version_locations = ["versions"], branches = ["billing"] }]`

"#]],
    );
    says(
        "before: a#users\nchange: b(a) c(a)",
        str![[r#"
error multiple-heads versions/b.py:2:17 "a"
  this change adds 2 heads: `b` and `c`
  ^ `b` is a head
  + versions/c.py:2:17 "a": `c` is a head too
  > put them in one line: `alembic-guard rebase`
  > or join them with a merge revision: `alembic-guard merge b c`

"#]],
    );
}

#[test]
fn two_new_revisions_on_a_parent_whose_id_is_computed() {
    says(
        "\
before: a
before versions/o.py:
    revision = make()
    down_revision = \"a\"
change: b(p) c(p)",
        str![[r#"
error multiple-heads versions/b.py:2:17 "p"
  this change adds 2 heads: `b` and `c`
  ^ `b` is a head
  + versions/c.py:2:17 "p": `c` is a head too
  > put them in one line: `alembic-guard rebase`
  > or join them with a merge revision: `alembic-guard merge b c`
warn unknown-down-revision versions/b.py:2:17 "p" (Doubt(CannotTell))
  `b` builds on `p`, which no migration defines
  ^ no such revision
  + versions/o.py: may define it: its id is computed
  > if `p` is on another branch, merge that branch; if it was deleted, restore it
warn unknown-down-revision versions/c.py:2:17 "p" (Doubt(CannotTell))
  `c` builds on `p`, which no migration defines
  ^ no such revision
  + versions/o.py: may define it: its id is computed
  > if `p` is on another branch, merge that branch; if it was deleted, restore it
warn computed-identifier versions/o.py:1:12 make() (Existing)
  `revision` is not a literal: it is a function call
  ^ computed
  > write `revision` as a literal

"#]],
    );
}

#[test]
fn what_cannot_be_read_may_join_two_heads() {
    let fixture = "\
before: a
before versions/o.py:
    revision = make()
    down_revision = \"a\"
before versions/m.py:
    revision = \"m\"
    down_revision = make()
change: b(p) c(p)";
    assert!(!rules(fixture).contains(&EXAMPLES.rule));
}

#[test]
fn a_second_history_beside_a_head_that_returns() {
    says(
        "before: a b(a)\nchange: -b d",
        str![[r#"
error multiple-heads versions/b.py (a path)
  `a` is a head again: `b` was deleted
  ^ `b` was defined here
  > restore versions/b.py: `git restore --source=1234567890 --staged --worktree -- versions/b.py`
error multiple-heads versions/d.py:2:17 None
  `d` starts a second history beside `b`
  ^ no parent, but main is at `b`
  > first repair the change that makes `a` a head again

"#]],
    );
}

#[test]
fn very_many_heads_are_counted_and_the_command_that_joins_them_names_none() {
    let heads: String = (10..32).map(|number| format!(" h{number}(a)")).collect();
    says(
        &format!("before: a\nchange:{heads}"),
        str![[r#"
error multiple-heads versions/h10.py:2:17 "a"
  this change adds 22 heads: `h10`, `h11`, `h12`, `h13`, `h14`, `h15`, `h16`, `h17`, `h18`, `h19`, `h20`, `h21`, `h22`, `h23`, `h24`, `h25`, `h26`, `h27`, `h28`, `h29` and 2 more
  ^ `h10` is a head
  + versions/h11.py:2:17 "a": `h11` is a head too
  + versions/h12.py:2:17 "a": `h12` is a head too
  + versions/h13.py:2:17 "a": `h13` is a head too
  + versions/h14.py:2:17 "a": `h14` is a head too
  + versions/h15.py:2:17 "a": `h15` is a head too
  + versions/h16.py:2:17 "a": `h16` is a head too
  + versions/h17.py:2:17 "a": `h17` is a head too
  + versions/h18.py:2:17 "a": `h18` is a head too
  + versions/h19.py:2:17 "a": `h19` is a head too
  + versions/h20.py:2:17 "a": `h20` is a head too
  + versions/h21.py:2:17 "a": `h21` is a head too
  + versions/h22.py:2:17 "a": `h22` is a head too
  + versions/h23.py:2:17 "a": `h23` is a head too
  + versions/h24.py:2:17 "a": `h24` is a head too
  + versions/h25.py:2:17 "a": `h25` is a head too
  + versions/h26.py:2:17 "a": `h26` is a head too
  + versions/h27.py:2:17 "a": `h27` is a head too
  + versions/h28.py:2:17 "a": `h28` is a head too
  + versions/h29.py:2:17 "a": `h29` is a head too
  + versions/h30.py:2:17 "a": `h30` is a head too
  > put them in one line: `alembic-guard rebase`
  > or join them with a merge revision: `alembic-guard merge`

"#]],
    );
}
