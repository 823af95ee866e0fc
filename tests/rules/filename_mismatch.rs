//! `filename-mismatch`.

use snapbox::str;

use crate::rules::Examples;
use crate::rules::judge::{is_silent, rules, says};

pub(crate) const EXAMPLES: Examples = Examples {
    rule: "filename-mismatch",
    fires: "\
before: a
change versions/1975ea83b712_add_users.py:
    revision = \"4f0405411201\"
    down_revision = \"a\"",
    silent: "\
before: a
change versions/4f0405411201_add_users.py:
    revision = \"4f0405411201\"
    down_revision = \"a\"",
};

/// Says a fixture in which `name` holds a new migration with the given id.
fn named(name: &str, id: &str) -> String {
    format!(
        "before: r0041\nchange versions/{name}.py:\n    revision = \"{id}\"\n    down_revision = \"r0041\""
    )
}

#[test]
fn another_id_of_alembics_form() {
    says(
        EXAMPLES.fires,
        str![[r#"
warn filename-mismatch versions/1975ea83b712_add_users.py:1:12 "4f0405411201"
  the file name contains `1975ea83b712`, but the revision is `4f0405411201`
  ^ `1975ea83b712_add_users.py` says `1975ea83b712`
  > rename the file: `git mv versions/1975ea83b712_add_users.py versions/4f0405411201_add_users.py`
  > or use the id from the file name, everywhere instead of `4f0405411201`: `revision = "1975ea83b712"`

"#]],
    );
}

#[test]
fn the_id_of_another_revision() {
    says(
        &named("r0041_add_users", "r0042"),
        str![[r#"
warn filename-mismatch versions/r0041_add_users.py:1:12 "r0042"
  the file name contains `r0041`, but the revision is `r0042`
  ^ `r0041_add_users.py` says `r0041`
  > rename the file: `git mv versions/r0041_add_users.py versions/r0042_add_users.py`

"#]],
    );
}

#[test]
fn the_place_of_the_id_is_that_of_the_template() {
    let template = "\
before alembic.ini:
    [alembic]
    script_location = .
    file_template = %%(year)d_%%(slug)s-%%(rev)s
";
    let fixture = template.to_owned() + &named("2024_add_users-1975ea83b712", "r0042");
    assert_eq!(rules(&fixture), ["filename-mismatch"]);
    is_silent(&(template.to_owned() + &named("1975ea83b712_add_users", "r0042")));
    let pyproject = "\
before -alembic.ini:
before pyproject.toml:
    [tool.alembic]
    script_location = \"%(here)s\"
    file_template = \"%%(slug)s-%%(rev)s\"
";
    let fixture = pyproject.to_owned() + &named("add-1975ea83b712", "r0042");
    assert_eq!(rules(&fixture), ["filename-mismatch"]);
}

#[test]
fn a_template_without_an_id() {
    for template in ["%%(slug)s", "%(rev)s_%(slug)s"] {
        is_silent(&format!(
            "before alembic.ini:\n    [alembic]\n    script_location = .\n    file_template = {template}\n{}",
            named("1975ea83b712_add_users", "r0042")
        ));
    }
}

#[test]
fn names_that_carry_no_other_id() {
    for (name, id) in [
        ("add_users", "4f0405411201"),
        ("0001_initial", "4f0405411201"),
        ("202401311405_add_users", "4f0405411201"),
        ("2024_01_31_4f0405411201_add_users", "4f0405411201"),
        ("1975ea83b712_for_4f0405411201", "4f0405411201"),
        ("4F0405411201_add_users", "4f0405411201"),
        ("4f0405_add_users", "4f0405411201"),
        ("accessdeface_add_users", "4f0405411201"),
        ("r0042_add_users", "r0042"),
    ] {
        is_silent(&named(name, id));
    }
}

#[test]
fn an_old_name_of_a_file_that_changed() {
    is_silent(
        "\
before: a
before versions/1975ea83b712_add_users.py:
    revision = \"4f0405411201\"
    down_revision = \"a\"
change versions/1975ea83b712_add_users.py:
    revision = \"4f0405411201\"
    down_revision = \"a\"
    # more",
    );
}

#[test]
fn an_id_that_is_taken_is_told_of_once() {
    let fixture = "\
before versions/1975ea83b712_a.py:
    revision = \"1975ea83b712\"
    down_revision = None
change versions/4f0405411201_b.py:
    revision = \"1975ea83b712\"
    down_revision = None";
    assert_eq!(rules(fixture), ["duplicate-revision"]);
}
