use std::time::{Duration, SystemTime};

use super::*;
use crate::alembic::environment::discover;
use crate::config::Config;
use crate::tree::MemoryTree;

const SCRIPT: &str = "\"\"\"${message}\n\nRevises: ${down_revision | comma,n}\n\"\"\"\n\
    revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n";

/// A merge of `b` and `c` in the version folder of `b`.
struct Merge {
    ini: &'static str,
    script: &'static str,
    message: Option<&'static str>,
    id: &'static str,
    beside: &'static str,
}

impl Default for Merge {
    fn default() -> Merge {
        Merge { ini: "", script: SCRIPT, message: None, id: "d", beside: "m/versions/b.py" }
    }
}

impl Merge {
    fn file(&self) -> Result<NewFile, Unwritable> {
        let ini = format!("[alembic]\nscript_location = m\n{}\n", self.ini);
        let tree = MemoryTree::new([
            ("alembic.ini", ini.as_str()),
            ("m/env.py", ""),
            ("m/script.py.mako", self.script),
            ("m/versions/b.py", ""),
            ("m/versions/below/b.py", ""),
            ("other/c.py", ""),
        ]);
        let found = discover(&tree, &Config::default()).expect("memory never fails");
        let instant = SystemTime::UNIX_EPOCH + Duration::from_secs(1_706_710_029);
        let created = Created::at(instant, Some("UTC")).expect("UTC is always known");
        let revision = NewRevision {
            environment: &found.environments[0],
            id: &RevisionId::new(self.id),
            parents: &[RevisionId::new("b"), RevisionId::new("c")],
            beside: &RepoPath::from(self.beside),
            message: self.message,
            created: &created,
        };
        revision.file(&tree)
    }

    fn path(&self) -> String {
        match self.file() {
            Ok(file) => file.change.path.to_string(),
            Err(reason) => reason.to_string(),
        }
    }

    fn content(&self) -> String {
        let file = self.file().expect("it can be written");
        String::from_utf8(file.change.after.expect("it is new")).expect("it is UTF-8")
    }
}

#[test]
fn the_environments_own_template_is_filled_in() {
    let merge = Merge { message: Some("Bring both together"), ..Merge::default() };
    assert_eq!(merge.path(), "m/versions/d_bring_both_together.py");
    assert_eq!(
        merge.content(),
        "\"\"\"Bring both together\n\nRevises: b, c\n\"\"\"\nrevision = 'd'\ndown_revision = ('b', 'c')\n"
    );
    assert!(Merge::default().content().starts_with("\"\"\"empty message\n"));
    assert_eq!(Merge::default().path(), "m/versions/d_.py");
}

#[test]
fn another_template_gives_the_parameters_alone() {
    let script = "<%! import re %>\ndef upgrade(engine_name: str) -> None:\n    ${x}\n";
    let merge = Merge { script, message: Some("why"), ..Merge::default() };
    let reason = merge.file().expect("it can be written").own_template;
    assert!(matches!(reason, Err(Unrendered::Code { line: 1, .. })), "{reason:?}");
    assert_eq!(
        merge.content(),
        "\"\"\"why\n\nRevision ID: d\nRevises: b, c\nCreate Date: 2024-01-31 14:07:09+00:00\n\n\"\"\"\n\n\
         # What Alembic knows this migration by.\nrevision = 'd'\ndown_revision = ('b', 'c')\n\
         branch_labels = None\ndepends_on = None\n\n\n\
         def upgrade(engine_name: str) -> None:\n    pass\n\n\ndef downgrade() -> None:\n    pass\n"
    );
}

#[test]
fn the_version_folder_is_the_first_parents() {
    let two = "path_separator = os\nversion_locations = m/versions:other";
    let beside = |beside, ini| Merge { beside, ini, ..Merge::default() }.path();
    assert_eq!(beside("other/c.py", two), "other/d_.py");
    assert_eq!(beside("m/versions/b.py", two), "m/versions/d_.py");
    assert_eq!(beside("else/x.py", two), "`else/x.py` is not in any versions folder");
    assert_eq!(beside("else/x.py", ""), "m/versions/d_.py");
    let recursive = "path_separator = os\nversion_locations = other:m/versions\n\
                     recursive_version_locations = true";
    assert_eq!(beside("m/versions/below/b.py", recursive), "m/versions/d_.py");
}

#[test]
fn a_name_by_which_alembic_would_not_find_the_file_is_refused() {
    let folders = "file_template = %%(year)d/%%(month).2d_%%(rev)s";
    let path = |ini| Merge { ini, ..Merge::default() }.path();
    assert_eq!(
        path(folders),
        "the file would be named `2024/01_d.py`: Alembic does not search subfolders, since \
         `recursive_version_locations` is not set"
    );
    let recursive = "file_template = ./%%(year)d//%%(rev)s\nrecursive_version_locations = true";
    assert_eq!(path(recursive), "m/versions/2024/d.py");
    assert_eq!(path("file_template = b"), "`m/versions/b.py` already exists");
    for (template, name, reason) in [
        ("../%%(rev)s", "../d.py", "it is outside the versions folder"),
        ("/%%(rev)s", "/d.py", "it is outside the versions folder"),
        ("__init__", "__init__.py", "Alembic does not load files with this name"),
        ("", ".py", "Alembic does not load files with this name"),
    ] {
        let ini: &'static str = format!("file_template = {template}").leak();
        assert_eq!(path(ini), format!("the file would be named `{name}`: {reason}"));
    }
    assert_eq!(
        path("file_template = %%(branch)s"),
        "`file_template` does not produce a file name: `%(branch)` is not a field that Alembic knows"
    );
}

#[test]
fn what_cannot_stand_in_a_docstring_is_refused() {
    let said = |message| Merge { message: Some(message), ..Merge::default() }.path();
    for (message, part) in [
        ("a \"\"\" b", "three quotes in a row"),
        ("C:\\new", "a backslash"),
        ("a\nb", "a control character"),
    ] {
        let shown = escape(message);
        let expected =
            format!("the message `{shown}` contains {part}, which a docstring cannot hold");
        assert_eq!(said(message), expected);
    }
    assert_eq!(said("it's \"here\""), "m/versions/d_it_s_here.py");
    let id = |id| Merge { id, ..Merge::default() }.path();
    assert_eq!(id(""), "a revision needs an id");
    assert_eq!(id("a@b"), "the revision id `a@b` contains `@`, which Alembic does not allow");
    assert_eq!(id("a\\b"), "the id `a\\b` contains a backslash, which a docstring cannot hold");
}

#[test]
fn a_file_that_does_not_say_what_it_must_is_refused() {
    let made = |script| Merge { script, message: Some("x\" y"), ..Merge::default() }.path();
    let reason = "the file generated from `script.py.mako` is not usable:";
    assert_eq!(
        made("revision = ${repr(up_revision)}\n"),
        format!("{reason} `down_revision` has the wrong value")
    );
    assert!(made("title = \"${message}\"\n").starts_with(reason));
}

#[test]
fn an_encoding_that_may_write_other_bytes_is_refused() {
    let path = |message, ini| Merge { message: Some(message), ini, ..Merge::default() }.path();
    assert_eq!(path("é", "output_encoding = UTF_8"), "m/versions/d_é.py");
    assert_eq!(path("e", "output_encoding = latin-1"), "m/versions/d_e.py");
    for (message, encoding) in
        [("é", "latin-1"), ("e", "utf-16"), ("e", "utf-8-sig"), ("e", "none")]
    {
        let ini: &'static str = format!("output_encoding = {encoding}").leak();
        assert_eq!(
            path(message, ini),
            format!("cannot write this file in `output_encoding`, `{encoding}`")
        );
    }
    assert_eq!(path("e", "output_encoding = %(gone)s"), "`output_encoding` cannot be read");
}
