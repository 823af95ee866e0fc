//! Objects whose files end too early: libgit2 never comes to an end with one.

use std::fs;
use std::process::Command;
use std::thread;

use super::repository::{GUARD, Repository, fed, migration, said};

/// Cuts the file of an object off, and returns the id.
fn cut_off(repository: &Repository, expression: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let id = repository.git(&["rev-parse", expression]);
    let file = repository.top().join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let whole = fs::read(&file).expect("it lies by itself");
    fs::write(&file, &whole[..whole.len() / 2]).expect("it is ours");
    id
}

fn repository() -> Repository {
    let repository = Repository::with_alembic();
    repository.write("migrations/versions/b.py", migration("b", Some("a")));
    repository.commit("b");
    repository
}

/// All at once, since each spends seconds on finding out that libgit2 does not come back.
#[test]
#[ignore = "needs more time"]
fn an_object_that_is_cut_off_is_named_within_seconds() {
    thread::scope(|scope| {
        for expression in ["HEAD:migrations/versions/a.py", "HEAD:migrations", "HEAD", "HEAD~1"] {
            for arguments in [&["check", "--all", "HEAD"][..], &["audit"], &["heads", "HEAD"]] {
                scope.spawn(|| is_named(expression, arguments));
            }
        }
    });
}

fn is_named(expression: &str, arguments: &[&str]) {
    let repository = repository();
    let id = cut_off(&repository, expression);
    let mut guard = repository.command("timeout");
    guard.args(["10", GUARD, "--no-cache"]).args(arguments);
    let (text, code) = said(&fed(&mut guard, b""));
    let is_needed = expression != "HEAD~1" || arguments == ["audit"];
    assert!(!is_needed || code == 2 && text.contains(&id), "{arguments:?}: {code} {text}");
    assert!(!is_needed || text.contains("git fsck"), "{text}");
    assert_ne!(code, 124, "{expression} {arguments:?} never ends: {text}");
}

#[test]
fn an_audit_can_be_interrupted_whatever_it_does() {
    let repository = repository();
    cut_off(&repository, "HEAD~1");
    let mut audit = repository.command(GUARD);
    let mut audit = audit.args(["--no-cache", "audit"]).spawn().expect("the guard runs");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let killed = Command::new("kill").args(["-TERM", &audit.id().to_string()]).status();
    assert!(killed.expect("kill is there").success());
    let started = std::time::Instant::now();
    let ended = audit.wait().expect("it can be waited for");
    use std::os::unix::process::ExitStatusExt;
    assert_eq!(ended.signal(), Some(15), "{ended}");
    assert!(started.elapsed().as_secs() < 30);
}
