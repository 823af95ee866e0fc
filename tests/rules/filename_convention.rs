//! `filename-convention`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "filename-convention",
    fires: "\
before: a
change .alembic-guard.toml:
    filename.pattern = \"{date:%Y%m%d}_{slug}_{label}\"
change: b(a)",
    silent: "\
before: a
change .alembic-guard.toml:
    filename.pattern = \"{date:%Y%m%d}_{slug}_{label}\"
change versions/20240131_add_users_main.py:
    revision = \"b\"
    down_revision = \"a\"",
};

#[test]
fn a_name_of_another_kind() {
    says(
        EXAMPLES.fires,
        str![[r#"
warn filename-convention versions/b.py
  `b.py` does not follow the pattern `{date:%Y%m%d}_{slug}_{label}`
  > rename it before you merge it, for example: `git mv versions/b.py versions/20250131_what_it_does_label.py`

"#]],
    );
}

#[test]
fn a_label_that_the_line_does_not_carry() {
    says(
        "\
before: a b(a)#expand
change .alembic-guard.toml:
    filename.pattern = \"{date:%Y%m%d}_{slug}_{label}.py\"
    rules.filename-convention = \"error\"
change versions/20240131_add_users_contract.py:
    revision = \"c\"
    down_revision = \"b\"",
        str![[r#"
error filename-convention versions/20240131_add_users_contract.py
  `20240131_add_users_contract.py` does not follow the pattern `{date:%Y%m%d}_{slug}_{label}.py`
  ^ branch label `expand`
  > rename it before you merge it, for example: `git mv versions/20240131_add_users_contract.py versions/20250131_what_it_does_expand.py`

"#]],
    );
}

#[test]
fn a_published_migration_that_gets_another_name() {
    says(
        "\
before: a b(a)
change .alembic-guard.toml:
    filename.pattern = \"{slug}\"
change: -b
change versions/B.py:
    revision = \"b\"
    down_revision = \"a\"",
        str![[r#"
warn filename-convention versions/B.py
  `B.py` does not follow the pattern `{slug}`
  > rename it before you merge it, for example: `git mv versions/B.py versions/what_it_does.py`

"#]],
    );
}

#[test]
fn names_that_were_there_before_and_folders_that_moved() {
    is_silent(
        "\
before: a b(a)
change .alembic-guard.toml:
    filename.pattern = \"{date:%Y%m%d}_{slug}\"
change versions/b.py:
    revision = \"b\"
    down_revision = \"a\"
    # more",
    );
}

#[test]
fn a_rule_that_is_off_in_spite_of_its_pattern() {
    is_silent(
        "\
before: a
change .alembic-guard.toml:
    filename.pattern = \"{date:%Y%m%d}\"
    rules.filename-convention = \"off\"
change: b(a)",
    );
}
