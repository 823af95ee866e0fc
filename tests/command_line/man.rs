//! The manual pages.

use std::ffi::OsStr;
use std::fs;

use super::{guard, refused, run};
use crate::support::scratch;

#[test]
fn the_page_has_the_usual_sections() {
    let page = guard(&["man"]);
    assert!(page.contains("\n.TH alembic-guard 1 "), "{page}");
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
    assert_eq!(
        sections,
        [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "SUBCOMMANDS",
            "\"GLOBAL OPTIONS\"",
            "EXAMPLES",
            "\"EXIT CODES\"",
            "ENVIRONMENT",
            "FILES",
        ]
    );
    assert!(!page.contains('\u{1b}'), "{page:?}");
}

#[test]
fn every_command_has_a_page_in_which_groff_finds_no_fault() {
    let folder = scratch::folder();
    assert_eq!(guard(&[OsStr::new("man"), folder.path().as_os_str()]), "");
    let pages = fs::read_dir(folder.path()).expect("the folder is ours");
    let mut names = Vec::new();
    for page in pages {
        let page = page.expect("an entry");
        names.push(page.file_name().into_string().expect("a plain name"));
        let options = ["-man", "-Tutf8", "-ww", "-z", "-rCHECKSTYLE=3"].map(OsStr::new);
        let path = page.path();
        let arguments = [&options[..], &[path.as_os_str()]].concat();
        let Some(output) = run("groff", &arguments) else { continue };
        let faults = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && faults.is_empty(), "{page:?}: {faults}");
    }
    names.sort();
    for name in ["alembic-guard", "alembic-guard-check", "alembic-guard-hook-install"] {
        assert!(names.contains(&format!("{name}.1")), "{names:?}");
    }
    assert!(!names.contains(&"alembic-guard-help.1".to_owned()), "{names:?}");
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let message = refused(&["man", "/nowhere/at/all"]);
    assert!(message.contains("cannot write to `/nowhere/at/all/alembic-guard.1`"), "{message}");
}
