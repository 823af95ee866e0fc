//! Links that lead in circles or out, and version folders that are none.

use super::repository::{Repository, migration, refuses, said};

#[test]
fn a_migration_behind_links_that_lead_nowhere_is_a_finding() {
    for target in ["z.py", "y.py", "/etc/passwd.py", "../../../outside.py", "../../.git/x.py"] {
        let repository = Repository::with_alembic();
        repository.link("migrations/versions/y.py", "z.py");
        repository.link("migrations/versions/z.py", target);
        repository.commit("links");
        for command in [&["check", "--all"][..], &["check", "--all", "HEAD"]] {
            let output = repository.guard(command);
            refuses(&output, "broken symlink in a versions folder");
        }
    }
}

#[test]
fn a_chain_of_links_is_followed_as_far_as_linux_does() {
    let repository = Repository::with_alembic();
    repository.write("elsewhere/b.py", migration("b", Some("gone")));
    repository.link("elsewhere/0.py", "b.py");
    for place in 1..50 {
        repository.link(&format!("elsewhere/{place}.py"), &format!("{}.py", place - 1));
    }
    repository.link("migrations/versions/b.py", "../../elsewhere/30.py");
    repository.commit("a chain");
    refuses(&repository.guard(&["check", "--all", "HEAD"]), "`b` builds on `gone`");
    repository.link("migrations/versions/c.py", "../../elsewhere/49.py");
    repository.commit("a longer chain");
    refuses(&repository.guard(&["check", "--all", "HEAD"]), "broken symlink in a versions folder");
}

#[test]
fn a_version_folder_that_is_a_link_into_a_circle_or_out_is_no_silent_pass() {
    for target in ["versions", "../migrations/versions", "/tmp", "../../..", "../.git"] {
        let repository = Repository::with_alembic();
        repository.git(&["rm", "-rq", "migrations/versions"]);
        repository.link("migrations/versions", target);
        let ini =
            "[alembic]\nscript_location = migrations\nversion_locations = migrations/versions\n";
        repository.write("alembic.ini", ini);
        repository.commit("a circle");
        let (text, code) = said(&repository.guard(&["check", "--all", "-v"]));
        let (at_commit, same) = said(&repository.guard(&["check", "--all", "-v", "HEAD"]));
        assert_eq!(code, same, "{text}{at_commit}");
        let told = [
            "key `version_locations`",
            "leads to no folder",
            "broken symlink in a versions folder",
        ];
        assert!(told.iter().any(|words| text.contains(words)), "{target}: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
}

#[test]
fn a_link_to_a_folder_is_not_entered_however_deep_the_search_goes() {
    let repository = Repository::with_alembic();
    let ini = "[alembic]\nscript_location = migrations\nrecursive_version_locations = true\n";
    repository.write("alembic.ini", ini);
    repository.link("migrations/versions/again", ".");
    repository.link("migrations/versions/up", "../..");
    repository.link("migrations/versions/out", "/");
    repository.commit("links to folders");
    for command in [&["check", "--all"][..], &["check", "--all", "HEAD"]] {
        let (text, code) = said(&repository.guard(command));
        assert!(code == 0 && text.contains("1 revision"), "{text}");
    }
}

#[test]
fn folders_too_deep_for_anyone_are_told_of() {
    let repository = Repository::with_alembic();
    let ini = "[alembic]\nscript_location = migrations\nrecursive_version_locations = true\n";
    repository.write("alembic.ini", ini);
    let deep = "d/".repeat(70);
    repository.write(format!("migrations/versions/{deep}b.py"), migration("b", Some("gone")));
    repository.commit("deep");
    refuses(&repository.guard(&["check", "--all", "HEAD"]), "64 levels deep");
}
