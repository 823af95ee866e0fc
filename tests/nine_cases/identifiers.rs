//! Values that Alembic takes for something else, or that only running Python could know.

use crate::nine_cases::repository::{Repository, file, first, migration, same, source, text};

#[test]
fn ids_that_alembic_cannot_name() {
    let longest = "rename_the_address_of_all_users_";
    let too_long = format!("{longest}to_email");
    for id in ["", "head", "heads", "base", "a-b", "a@b", "a+b", "a:b", &too_long] {
        let repository = Repository::with_change(&[first()], &[file("b", &source(id, "\"a\""))]);
        for arguments in [&["check", "--all"][..], &["check", "--base", "main"]] {
            assert_eq!(repository.findings(arguments), ["error invalid-revision-id"], "{id:?}");
        }
        if matches!(id, "" | "head" | "a-b") || id == too_long {
            let name = match id {
                "" => "invalid_id_empty",
                "head" => "invalid_id_head",
                "a-b" => "invalid_id_range",
                _ => "invalid_id_long",
            };
            same(&repository.both_checks(), name);
        }
    }
    let repository = Repository::with_change(&[first()], &[file("b", &source(longest, "\"a\""))]);
    assert!(repository.findings(&["check", "--all"]).is_empty());
}

#[test]
fn a_long_id_is_no_fault_where_a_longer_one_has_landed() {
    let landed = "rename_the_address_of_all_users_to_email";
    let repository = Repository::with_change(
        &[first(), file("x", &source(landed, "\"a\""))],
        &[file("y", &source("rename_the_address_of_all_users_to_phone", &format!("\"{landed}\"")))],
    );
    assert!(repository.findings(&["check", "--base", "main"]).is_empty());
}

#[test]
fn the_greatest_length_is_configured() {
    let repository = Repository::with_change(
        &[first()],
        &[
            text(".alembic-guard.toml", "max_revision_id_length = 64\n"),
            file("b", &source("rename_the_address_of_all_users_to_email", "\"a\"")),
        ],
    );
    assert!(repository.findings(&["check", "--all"]).is_empty());
}

#[test]
fn a_computed_value_blocks_in_a_new_file() {
    for (before, after, name) in [
        ("revision = \"b\"", "revision = make_id()", Some("computed_revision")),
        (
            "down_revision = \"a\"",
            "down_revision = os.environ[\"PARENT\"]",
            Some("computed_down_revision"),
        ),
        ("\ndown_revision = \"a\"", "\nif sa:\n    down_revision = \"a\"", None),
    ] {
        let computed = source("b", "\"a\"").replacen(before, after, 1);
        let repository = Repository::with_change(&[first()], &[file("b", &computed)]);
        assert_eq!(
            repository.findings(&["check", "--base", "main"]),
            ["error computed-identifier"],
            "{after}"
        );
        if let Some(name) = name {
            same(&repository.both_checks(), name);
        }
    }
}

#[test]
fn a_computed_value_in_an_old_file_warns() {
    let computed = source("b", "parent()");
    let repository =
        Repository::with_change(&[first(), file("b", &computed)], &[migration("c", "\"b\"")]);
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["warn computed-identifier"]);
}

#[test]
fn a_file_with_a_computed_id_takes_its_parents_place() {
    let computed = source("b", "\"a\"").replacen("revision = \"b\"", "revision = make_id()", 1);
    let repository =
        Repository::with_change(&[first(), file("b", &computed)], &[migration("c", "\"a\"")]);
    same(&repository.both_checks(), "computed_in_an_old_file");
    assert_eq!(
        repository.findings(&["check", "--base", "main"]),
        ["error stale-down-revision", "warn computed-identifier"]
    );
}

#[test]
fn an_edit_of_a_computed_file_blocks() {
    let computed = source("b", "\"a\"").replacen("revision = \"b\"", "revision = make_id()", 1);
    let edited = computed.replace("pass", "op.drop_table(\"t\")");
    let repository =
        Repository::with_change(&[first(), file("b", &computed)], &[file("b", &edited)]);
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error computed-identifier"]);
}

#[test]
fn a_file_without_identifiers() {
    let repository =
        Repository::with_change(&[first()], &[file("helpers", "def column():\n    pass\n")]);
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error missing-identifier"]);
    same(&repository.both_checks(), "missing_identifier");
    let partly = source("b", "\"a\"").replace("down_revision = \"a\"\n", "");
    let repository = Repository::with_change(&[first()], &[file("b", &partly)]);
    same(&repository.both_checks(), "missing_down_revision");
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error missing-identifier"]);
}

#[test]
fn an_environment_that_loses_its_configuration() {
    let repository = Repository::new(&[first()]);
    repository.remove(&["alembic.ini", "migrations/env.py", "migrations/script.py.mako"]);
    assert_eq!(repository.findings(&["check", "--base", "main"]), ["error environment-lost"]);
    same(&repository.said(&["check", "--base", "main"]), "environment_lost");
}

#[test]
fn an_environment_that_goes_with_its_migrations() {
    let repository = Repository::with_change(&[first()], &[text("README", "no database\n")]);
    repository.remove(&[
        "alembic.ini",
        "migrations/env.py",
        "migrations/script.py.mako",
        "migrations/versions/a.py",
    ]);
    let findings = repository.findings(&["check", "--base", "main"]);
    assert_eq!(findings, ["warn published-migration-deleted"]);
}
