use super::*;
use crate::environment::Naming;

fn naming(files: &[(&str, &str)]) -> Naming {
    let found = found(&[files, &[("m/env.py", ""), ("m/versions/a.py", "")]].concat());
    found.environments[0].naming.clone()
}

#[test]
fn names_are_alembics_usual_ones_unless_said() {
    let usual = Naming::default();
    assert_eq!(usual.file_template.as_deref(), Some("%(rev)s_%(slug)s"));
    assert_eq!((usual.slug_length, usual.timezone.as_deref()), (40, None));
    assert_eq!(naming(&[("alembic.ini", "[alembic]\nscript_location = m\n")]), usual);
}

#[test]
fn the_ini_comes_before_pyproject() {
    let ini = "[DEFAULT]\ntimezone = UTC\n[alembic]\nscript_location = m\n\
               file_template = %%(year)d-%%(rev)s\n";
    let pyproject = "[tool.alembic]\nfile_template = \"%%(slug)s\"\ntruncate_slug_length = 20\n";
    let both = naming(&[("alembic.ini", ini), ("pyproject.toml", pyproject)]);
    assert_eq!(both.file_template.as_deref(), Some("%(year)d-%(rev)s"));
    assert_eq!((both.slug_length, both.timezone.as_deref()), (20, Some("UTC")));
}

#[test]
fn a_template_that_cannot_be_read_is_none() {
    // The `%` must be doubled in both kinds of file.
    for files in [
        [("alembic.ini", "[alembic]\nscript_location = m\nfile_template = %(rev)s\n")],
        [(
            "pyproject.toml",
            "[tool.alembic]\nscript_location = \"m\"\nfile_template = \"%(rev)s\"\n",
        )],
    ] {
        assert_eq!(naming(&files).file_template, None, "{files:?}");
    }
}

#[test]
fn a_length_that_is_none_is_the_usual_one() {
    for length in ["0", "", "x"] {
        let ini = format!("[alembic]\nscript_location = m\ntruncate_slug_length = {length}\n");
        assert_eq!(naming(&[("alembic.ini", &ini)]).slug_length, 40, "{length}");
    }
}
