//! Files that Python cannot load, and those that only look like it.

use crate::nine_cases::repository::{Repository, file, first, migration, same, source};

const CONFLICT: &str =
    "<<<<<<< HEAD\ndown_revision = \"a\"\n=======\ndown_revision = \"c\"\n>>>>>>> topic\n";

fn python_2() -> String {
    source("b", "\"a\"").replacen("pass", "print \"done\"", 1)
}

#[test]
fn conflict_markers() {
    let marked = source("b", "\"a\"").replace("down_revision = \"a\"\n", CONFLICT);
    let repository = Repository::with_change(&[first()], &[file("b", &marked)]);
    same(&repository.both_checks(), "conflict_markers");
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error unreadable-migration"]);
}

#[test]
fn python_2_in_the_body_of_an_old_file_is_nobodys_fault() {
    let repository =
        Repository::with_change(&[first(), file("b", &python_2())], &[migration("c", "\"b\"")]);
    assert!(repository.findings(&["check", "--base", "main"]).is_empty());
}

#[test]
fn python_2_in_the_body_of_a_new_file() {
    let repository = Repository::with_change(&[first()], &[file("b", &python_2())]);
    same(&repository.both_checks(), "python_2");
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error unreadable-migration"]);
}

#[test]
fn an_encoding_that_no_migration_has() {
    let cookie = format!("# -*- coding: utf-7 -*-\n{}", source("b", "\"a\""));
    let repository = Repository::with_change(&[first()], &[file("b", &cookie)]);
    same(&repository.both_checks(), "utf_7");
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error unreadable-migration"]);
}

#[test]
fn the_newest_syntax_is_fine() {
    let body = "\
type Row[T = int] = dict[str, T]\n\n\n\
def upgrade():\n\
\x20   try:\n\
\x20       op.execute(f\"insert {\"x\"}\")\n\
\x20   except KeyError, ValueError:\n\
\x20       pass\n\
\x20   message = t\"{op}\"\n";
    let newest = source("b", "\"a\"").replace("def upgrade():\n    pass\n", body);
    let repository = Repository::with_change(&[first()], &[file("b", &newest)]);
    let none = [""; 0];
    assert_eq!(repository.findings(&["check", "--base", "main"]), none);
    assert_eq!(repository.findings(&["check", "--all"]), none);
}
