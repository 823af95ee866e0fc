use super::*;
use crate::alembic::environment::Naming;

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
        let naming = naming(&files);
        assert_eq!(naming.file_template, None, "{files:?}");
        assert_eq!(naming.unreadable, ["file_template"], "{files:?}");
    }
}

#[test]
fn a_length_is_what_python_takes_for_a_number() {
    let length = |length| {
        let ini = format!("[alembic]\nscript_location = m\ntruncate_slug_length = {length}\n");
        let naming = naming(&[("alembic.ini", &ini)]);
        (naming.slug_length, naming.unreadable.is_empty())
    };
    for (text, expected) in [("7", 7), ("+9", 9), ("1_0", 10), ("0", 40)] {
        assert_eq!(length(text), (expected, true), "{text}");
    }
    for text in ["", "x", "-4"] {
        assert_eq!(length(text), (40, false), "{text}");
    }
}

#[test]
fn the_encoding_of_new_files_is_utf_8_unless_said() {
    assert_eq!(Naming::default().output_encoding, "utf-8");
    let ini = "[alembic]\nscript_location = m\noutput_encoding = latin-1\n";
    assert_eq!(naming(&[("alembic.ini", ini)]).output_encoding, "latin-1");
    let pyproject = "[tool.alembic]\nscript_location = \"m\"\noutput_encoding = \"ascii\"\n";
    assert_eq!(naming(&[("pyproject.toml", pyproject)]).output_encoding, "ascii");
}

#[test]
fn a_value_that_cannot_be_read_is_named() {
    let ini = "[alembic]\nscript_location = m\ntimezone = %(gone)s\noutput_encoding = 5%\n";
    let naming = naming(&[("alembic.ini", ini)]);
    assert_eq!((naming.timezone, naming.file_template.is_some()), (None, true));
    assert_eq!(naming.unreadable, ["timezone", "output_encoding"]);
}
