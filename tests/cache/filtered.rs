//! A work tree whose files git has put through a filter: they hold something else than their objects.

use crate::support::world::{Repo, World};

const MIGRATION: &str = "revision = 'b'\ndown_revision = 'a'\n";

/// Asks of the work tree and of a commit, in both orders; each answer is the same without a cache.
fn ask_both_ways(repo: &Repo) {
    for commands in [[&["graph"][..], &["graph", "HEAD"]], [&["graph", "HEAD"], &["graph"]]] {
        std::fs::remove_dir_all(repo.top.join(".git/alembic-guard")).unwrap_or_default();
        for command in commands {
            let json = [&["--format", "json"], command].concat();
            repo.guard(&json);
        }
        repo.guard(&["check", "--all"]);
        repo.guard(&["check", "--all", "HEAD"]);
    }
}

fn filtered(attributes: &str) -> (World, Repo) {
    let world = World::with("a");
    let mine = world.mine();
    let head = "printf '\\0GITCRYPT\\0'; cat";
    mine.git(&["config", "filter.crypt.clean", head]);
    mine.git(&["config", "filter.crypt.smudge", "tail -c +11"]);
    mine.write(".gitattributes", attributes);
    mine.write("migrations/versions/b.py", MIGRATION);
    mine.commit("b");
    // Git trusts what it wrote some seconds ago, and so does the guard.
    let past = ["-d", "2020-01-01", "migrations/versions/b.py"];
    let touched = mine.command("touch").args(past).status();
    assert!(touched.expect("touch runs").success());
    mine.git(&["update-index", "--refresh"]);
    (world, mine)
}

#[test]
fn what_git_crypt_keeps_is_plain_on_the_disk_alone() {
    let (_world, mine) = filtered("migrations/versions/b.py filter=crypt\n");
    assert!(mine.git(&["show", "HEAD:migrations/versions/b.py"]).contains("GITCRYPT"));
    ask_both_ways(&mine);
    assert!(mine.guard(&["graph"]).stdout().contains('b'));
}

#[test]
fn line_endings_move_what_is_pointed_at() {
    let (_world, mine) = filtered("*.py text eol=crlf\n");
    mine.git(&["rm", "-q", "--cached", "-r", "migrations"]);
    mine.git(&["reset", "-q", "--hard"]);
    assert!(mine.read("migrations/versions/b.py").contains("\r\n"));
    ask_both_ways(&mine);
}
