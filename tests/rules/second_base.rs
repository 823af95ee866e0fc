//! `second-base`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, rules, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "second-base",
    fires: "before: a b(a)\nchange: x m(b,x)",
    silent: "before: a b(a)\nchange: c(b) d(c)",
};

#[test]
fn a_new_base_that_a_merge_revision_joins() {
    says(
        EXAMPLES.fires,
        str![[r#"
warn second-base versions/x.py:2:17 None
  `x` is a second base beside `a`
  ^ no parent
  + versions/a.py:2:17 None: the history starts with `a`
  > set `down_revision` in versions/x.py to the revision that `x` follows
  > or if you want a separate history, add at the top of the file: `# alembic-guard: allow(second-base)`

"#]],
    );
}

#[test]
fn a_published_revision_that_now_builds_on_nothing() {
    assert!(rules("before: a b(a) c(a) m(b,c)\nchange: c").contains(&"second-base"));
}

#[test]
fn a_new_base_for_which_there_is_room() {
    says(
        "\
before: a
change .alembic-guard.toml:
    environment = [{ script_location = \".\", heads = 2 }]
change: x#other",
        str![[r#"
warn second-base versions/x.py:2:17 None
  `x` is a second base beside `a`
  ^ no parent
  + versions/a.py:2:17 None: the history starts with `a`
  > set `down_revision` in versions/x.py to the revision that `x` follows
  > or if you want a separate history, add at the top of the file: `# alembic-guard: allow(second-base)`

"#]],
    );
}

#[test]
fn a_new_base_of_a_branch_that_the_configuration_names() {
    is_silent(
        "\
before: a
change .alembic-guard.toml:
    environment = [{ script_location = \".\", branches = [\"other\"] }]
change: x#other",
    );
}

#[test]
fn a_new_base_that_is_a_head_too_many_is_told_of_once() {
    assert_eq!(rules("before: a b(a)\nchange: x"), ["multiple-heads"]);
    assert_eq!(rules("change: a b(a) x y(x)"), ["multiple-heads"]);
}

#[test]
fn two_bases_where_nothing_is_known_of_before() {
    assert_eq!(rules("change: a b(a) x m(b,x)"), ["second-base"]);
}

#[test]
fn a_history_that_is_begun_anew() {
    assert_eq!(rules("before: a b(a)\nchange: -a -b s"), ["published-migration-deleted"]);
}

#[test]
fn a_line_that_is_begun_anew_beside_another() {
    let squash = "before: a b(a) x\nchange: -a -b s";
    assert_eq!(rules(squash), ["published-migration-deleted"]);
    let joined = "before: a x m(a,x)\nchange: -a s m(s,x)";
    assert!(!rules(joined).contains(&"second-base"));
    let one_more = "before: a b(a) x m(b,x)\nchange: -a -b s y m(s,x,y)";
    assert!(rules(one_more).contains(&"second-base"));
}

#[test]
fn a_base_that_was_there_before() {
    is_silent("before: a x m(a,x)\nchange: n(m)");
    let depends = "before: a x m(a,x)\nchange: x!a";
    assert_eq!(rules(depends), ["published-identity-changed"]);
}

#[test]
fn a_base_that_says_it_is_meant() {
    is_silent(
        "\
before: a
change: m(a,x)
change versions/x.py:
    # alembic-guard: allow(second-base)
    revision = \"x\"
    down_revision = None",
    );
}
