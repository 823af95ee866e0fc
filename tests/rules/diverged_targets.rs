//! `diverged-targets`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "diverged-targets",
    fires: "before: a\nnext: a b(a) x(b)\nchange: x(a)",
    silent: "before: a\nnext: a x(a)\nchange: x(a)",
};

#[test]
fn a_backport_that_leaves_an_ancestor_behind() {
    says(
        "before: a\nnext: a b(a) x(b)\nchange: x(a)",
        str![[r#"
error diverged-targets versions/x.py:2:17 "a"
  `x` builds on `b` on next, but not in this change
  ^ a database at `x` that moves to next skips `b`
  > bring all its ancestors on next to this branch too, and leave its `down_revision` as it is there
  > or give it its own id: write in versions/x.py: `revision = "9c0c79f14a03"`
  > merge it into next, and make `upgrade` of both skip changes that already exist: databases that move run both
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn a_backport_that_leaves_behind_what_is_here_elsewhere() {
    says(
        "before: a b(a) c(b)\nnext: a b(a) x(b)\nchange: x(c)",
        str![[r#"
error diverged-targets versions/x.py:2:17 "c"
  `x` builds on `c` in this change, but not on next
  ^ a database at `x` that comes from next skips `c`
  > give it the same parents as on next: write in versions/x.py: `down_revision = "b"`
  > if this leaves two heads, join them: `git add versions/x.py && alembic-guard merge`
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
    says(
        "before: a b(a)\nnext: a b(a) c(b) x(c)\nchange: x(a) c(b)",
        str![[r#"
error diverged-targets versions/x.py:2:17 "a"
  `x` builds on `b` and `c` on next, but not in this change
  ^ a database at `x` that moves to next skips `b` and `c`
  > give it the same parents as on next: write in versions/x.py: `down_revision = "c"`
  > if this leaves two heads, join them: `git add versions/x.py && alembic-guard merge`
  > or give it its own id: write in versions/x.py: `revision = "9c0c79f14a03"`
  > merge it into next, and make `upgrade` of both skip changes that already exist: databases that move run both
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml
error stale-down-revision versions/x.py:2:17 "a"
  `x` is stale: main has moved on
  ^ main is now at `b`
  + versions/b.py:2:17 "a": main has `b` on this parent
  > put `x` on top of `c`: `alembic-guard rebase`
  > or join both heads with a merge revision: `alembic-guard merge c x`

"#]],
    );
}

#[test]
fn a_migration_that_gets_an_ancestor_which_an_earlier_release_lacks() {
    says(
        "before: a b(a)\nearlier: a x(a)\nchange: x(b)",
        str![[r#"
error diverged-targets versions/x.py:2:17 "b"
  `x` builds on `b` in this change, but not on release/1.0
  ^ a database at `x` that comes from release/1.0 skips `b`
  > give it the same parents as on release/1.0: write in versions/x.py: `down_revision = "a"`
  > if this leaves two heads, join them: `git add versions/x.py && alembic-guard merge`
  > or if databases never move between release/1.0 and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn a_migration_that_would_run_again() {
    says(
        "before: a h(a)\nlater: a h(a) x(a) m(h,x)\nchange: x(h)",
        str![[r#"
error diverged-targets versions/x.py:2:17 "h"
  `x` builds on `h` in this change, but not on release/3.0
  ^ a database at `x` that moves to release/3.0 runs `h` again
  > give it the same parents as on release/3.0: write in versions/x.py: `down_revision = "a"`
  > if this leaves two heads, join them: `git add versions/x.py && alembic-guard merge`
  > or give it its own id: write in versions/x.py: `revision = "9c0c79f14a03"`
  > merge it into release/3.0, and make `upgrade` of both skip changes that already exist: databases that move run both
  > or if databases never move between release/3.0 and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn many_ancestors_are_not_all_named() {
    says(
        "before: a\nnext: a b(a) c(b) d(c) e(d) f(e) x(f)\nchange: x(a)",
        str![[r#"
error diverged-targets versions/x.py:2:17 "a"
  `x` builds on `b`, `c`, `d` and others on next, but not in this change
  ^ a database at `x` that moves to next skips `b`, `c`, `d` and others
  > bring all its ancestors on next to this branch too, and leave its `down_revision` as it is there
  > or give it its own id: write in versions/x.py: `revision = "9c0c79f14a03"`
  > merge it into next, and make `upgrade` of both skip changes that already exist: databases that move run both
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn a_way_back_to_an_earlier_release_warns() {
    says(
        "before: a\nearlier: a h(a) x(h)\nchange: x(a)",
        str![[r#"
warn diverged-targets versions/x.py:2:17 "a"
  `x` builds on `h` on release/1.0, but not in this change
  ^ a database at `x` that moves to release/1.0 skips `h`
  > bring all its ancestors on release/1.0 to this branch too, and leave its `down_revision` as it is there
  > or if databases never move between release/1.0 and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn what_only_an_earlier_release_has_below_warns_there() {
    says(
        "before: a h(a)\nlater: a x(a)\nchange: x(h)",
        str![[r#"
warn diverged-targets versions/x.py:2:17 "h"
  `x` builds on `h` in this change, but not on release/3.0
  ^ a database at `x` that comes from release/3.0 skips `h`
  > give it the same parents as on release/3.0: write in versions/x.py: `down_revision = "a"`
  > if this leaves two heads, join them: `git add versions/x.py && alembic-guard merge`
  > or if databases never move between release/3.0 and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn of_several_targets_the_worst_is_told() {
    let fixture = "before: a\nnext: a x(a)\nearlier: a h(a) x(h)\nlater: a b(a) x(b)\nchange: x(a)";
    says(
        fixture,
        str![[r#"
error diverged-targets versions/x.py:2:17 "a"
  `x` builds on `b` on release/3.0, but not in this change
  ^ a database at `x` that moves to release/3.0 skips `b`
  > bring all its ancestors on release/3.0 to this branch too, and leave its `down_revision` as it is there
  > or give it its own id: write in versions/x.py: `revision = "9c0c79f14a03"`
  > merge it into release/3.0, and make `upgrade` of both skip changes that already exist: databases that move run both
  > or if databases never move between release/3.0 and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn a_dependency_counts_as_an_ancestor() {
    says(
        "before: a\nnext: a b(a) x(a)!b\nchange: x(a)",
        str![[r#"
error diverged-targets versions/x.py:2:17 "a"
  `x` builds on `b` on next, but not in this change
  ^ a database at `x` that moves to next skips `b`
  > copy its `depends_on` from next
  > or give it its own id: write in versions/x.py: `revision = "9c0c79f14a03"`
  > merge it into next, and make `upgrade` of both skip changes that already exist: databases that move run both
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn a_published_migration_that_is_put_on_top_of_another_head() {
    says(
        "before: a b(a) x(a)\nearlier: a x(a)\nchange: x(b)",
        str![[r#"
error diverged-targets versions/x.py:2:17 "b"
  `x` builds on `b` in this change, but not on release/1.0
  ^ a database at `x` that comes from release/1.0 skips `b`
  > give it the same parents as on release/1.0: write in versions/x.py: `down_revision = "a"`
  > if this leaves two heads, join them: `git add versions/x.py && alembic-guard merge`
  > or if databases never move between release/1.0 and this branch, list one of them in `independent_targets` of .alembic-guard.toml
warn published-identity-changed versions/x.py:2:17 "b"
  published revision `x` gains a new ancestor, `b`
  ^ builds on `a` on main
  + versions/b.py:1:12 "b": databases at `x` never run this
  > restore the parent: write in versions/x.py: `down_revision = "a"`
  > join the heads instead, which is safe for every database: `alembic-guard merge b x`

"#]],
    );
}

#[test]
fn other_rules_speak_of_what_else_becomes_of_a_published_migration() {
    let fixture = "before: a x(a)\nearlier: a x(a)\nchange: b(a) x(b)";
    assert_eq!(crate::rules::judge::rules(fixture), ["published-identity-changed"]);
}

#[test]
fn what_was_so_before_is_silent() {
    is_silent("before: a x(a)\nnext: a b(a) x(b)\nchange: y(x)");
    is_silent("before: a x(a)\nnext: a b(a) x(b) y(x)\nchange: y(x)");
}

#[test]
fn an_ancestor_that_does_nothing_makes_no_difference() {
    for empty in ["    pass", "    \"\"\"Reserved for a backport.\"\"\"", "    return"] {
        let other = "before: a\nnext: a x(b)\nchange: x(a)";
        is_silent(&format!(
            "{other}\nnext versions/b.py:\n    revision = \"b\"\n    down_revision = \"a\"\n    \
             def upgrade():\n    {empty}\n    def downgrade():\n    {empty}"
        ));
    }
    // The same cherry-picks, joined by merge revisions of different ids.
    let merge = |side: &str, id: &str| {
        format!(
            "{side} versions/{id}.py:\n    revision = \"{id}\"\n    down_revision = (\"b\", \"x\")\n    \
             def upgrade():\n        pass\n    def downgrade():\n        pass\n"
        )
    };
    let lines = "before: a\nnext: a b(a) x(a) y(m)\nchange: b(a) x(a) y(n)\n";
    is_silent(&(lines.to_owned() + &merge("next", "m") + &merge("change", "n")));
}

#[test]
fn a_squash_stands_for_what_it_takes_away() {
    let rules = crate::rules::judge::rules(
        "before: a b(a) x(b)\nearlier: a b(a) x(b)\nchange: -a -b s x(s)",
    );
    assert_eq!(rules.iter().filter(|rule| **rule == "diverged-targets").count(), 0, "{rules:?}");
    is_silent("before: a b(a) x(b)\nnext: s y(s)\nchange: y(x)");
}

#[test]
fn a_history_with_gaps_is_not_compared() {
    let rules = crate::rules::judge::rules("before: a\nnext: a x(b)\nchange: x(a)");
    assert_eq!(rules, [""; 0]);
}

/// Adds a migration of the id 0021 beside another target's.
fn beside(next: (&str, &str, &str), change: (&str, &str, &str)) -> String {
    let file = |side: &str, (name, title, body): (&str, &str, &str)| {
        format!(
            "{side} versions/{name}.py:\n    \"\"\"{title}\"\"\"\n    revision = \"0021\"\n    \
             down_revision = \"a\"\n    COLUMN = \"name\"\n    def upgrade():\n        {body}\n"
        )
    };
    format!("before: a\nnext: a\n{}{}", file("next", next), file("change", change))
}

const NAME: &str = "op.add_column(\"user\", COLUMN)";
const CITY: &str = "op.add_column(\"user\", \"city\")";

#[test]
fn another_migration_of_the_same_id() {
    says(
        &beside(("0021_a", "add name", NAME), ("0021_b", "add city", CITY)),
        str![[r#"
error diverged-targets versions/0021_b.py:2:12 "0021"
  `0021` is a different migration on next: versions/0021_a.py
  ^ a database that moves between next and this branch runs only one of them
  > give it its own id: write in versions/0021_b.py: `revision = "7c8e73438ee9"`
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn no_message_is_no_common_message() {
    let fixture = beside(("0021_a", "empty message", NAME), ("0021_b", "empty message", CITY));
    assert_eq!(crate::rules::judge::rules(&fixture), ["diverged-targets"]);
    says(
        &fixture,
        str![[r#"
error diverged-targets versions/0021_b.py:2:12 "0021"
  `0021` is a different migration on next: versions/0021_a.py
  ^ a database that moves between next and this branch runs only one of them
  > give it its own id: write in versions/0021_b.py: `revision = "7c8e73438ee9"`
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn an_edited_backport() {
    says(
        &beside(("0021_a", "add name", NAME), ("0021_a", "add city", CITY)),
        str![[r#"
warn diverged-targets versions/0021_a.py:2:12 "0021"
  `upgrade` of `0021` does something else on next
  ^ a database that moves between next and this branch keeps the version it ran first
  > make sure that both versions create the same schema: versions/0021_a.py on next
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
    says(
        &beside(("0021_a", "add name", NAME), ("0021_b", "add name", CITY)),
        str![[r#"
warn diverged-targets versions/0021_b.py:2:12 "0021"
  `upgrade` of `0021` does something else on next
  ^ a database that moves between next and this branch keeps the version it ran first
  > make sure that both versions create the same schema: versions/0021_a.py on next
  > or if databases never move between next and this branch, list one of them in `independent_targets` of .alembic-guard.toml

"#]],
    );
}

#[test]
fn the_same_migration_in_another_file() {
    for (name, title, body) in [
        ("0021_b", "add name", NAME),
        ("0021_b", "another title", "op.add_column(  # once more\n            \"user\", COLUMN)"),
        (
            "0021_b",
            "another title",
            "op.add_column(\"user\", COLUMN)\n    def downgrade():\n        x()",
        ),
    ] {
        is_silent(&beside(("0021_a", "add name", NAME), (name, title, body)));
    }
}

#[test]
fn what_upgrade_reads_counts() {
    let fixture = beside(("0021_a", "add name", NAME), ("0021_a", "add name", NAME));
    let fixture = fixture.replacen("COLUMN = \"name\"", "COLUMN = \"nick\"", 1);
    assert_eq!(crate::rules::judge::rules(&fixture), ["diverged-targets"]);
}

#[test]
fn a_file_may_be_allowed_to_differ() {
    let fixture = beside(("0021_a", "add name", NAME), ("0021_b", "add city", CITY));
    let (before, change) = fixture.split_once("change ").expect("there is one");
    let change = change
        .replace("    revision", "    # alembic-guard: allow(diverged-targets)\n    revision");
    is_silent(&format!("{before}change {change}"));
}

#[test]
fn it_can_be_turned_off() {
    let fixture = beside(("0021_a", "add name", NAME), ("0021_b", "add city", CITY));
    let off = "change .alembic-guard.toml:\n    [rules]\n    diverged-targets = \"off\"\n";
    is_silent(&(fixture + off));
}
