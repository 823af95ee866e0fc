//! Attributes and compiled files that come between a migration and Python.

use std::fs;

use crate::support::world::{Repo, VERSIONS, World};

/// The head of a compiled file that Python does not compare with its source (PEP 552), and of one that it does.
const UNCHECKED: &[u8] = b"\xcb\x0d\r\n\x01\0\0\0hashhash";
const CHECKED: &[u8] = b"\xcb\x0d\r\n\0\0\0\0timesize";

fn compiled(repo: &Repo, name: &str, content: &[u8]) {
    let folder = repo.top.join(VERSIONS).join("__pycache__");
    fs::create_dir_all(&folder).expect("the folder is ours");
    fs::write(folder.join(name), content).expect("the folder is ours");
    repo.git(&["add", "-f", &format!("{VERSIONS}/__pycache__")]);
    repo.git(&["commit", "-qm", "compiled", "--no-verify"]);
}

/// Commits attributes by which git would take no file of another encoding.
fn encode(repo: &Repo) {
    repo.write(".git/info/attributes", "*.py !working-tree-encoding\n");
    repo.write(".gitattributes", "*.py working-tree-encoding=UTF-16\n").commit("encode");
}

#[test]
fn attributes_alone_that_keep_python_from_loading_migrations() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.git(&["switch", "-qc", "feature"]);
    encode(&mine);
    let push = mine.push_it();
    push.refused(&["error unreadable-migration at a", "error unreadable-migration at b"]);
    push.says("git writes this file as UTF-16 at checkout, and Python cannot load it");
    let switched_off =
        ["a_add_a", "b_add_b"].map(|name| format!("{VERSIONS}/{name}.py !working-tree-encoding\n"));
    push.says(switched_off[0].trim());
    push.says(switched_off[1].trim());
    let attributes = mine.read(".gitattributes") + &switched_off.concat();
    mine.write(".gitattributes", &attributes).commit("switch off");
    mine.push_it().passed(&[]);
    mine.write(".git/info/attributes", "");
    mine.git(&["rm", "-q", "--cached", "-r", "."]);
    mine.git(&["reset", "-q", "--hard"]);
    assert!(mine.read(&format!("{VERSIONS}/a_add_a.py")).contains("revision"));
}

#[test]
fn attributes_that_are_there_already_concern_new_migrations_alone() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    encode(&mine);
    mine.push(&["--no-verify", "origin", "main"]).passed(&[]);
    mine.git(&["switch", "-qc", "feature"]);
    mine.write("readme", "x").commit("no migration");
    mine.push_it().passed(&[]).is_silent();
    mine.add("c(b)").push_it().refused(&["error unreadable-migration at c"]);
}

#[test]
fn attributes_that_are_too_large_to_be_read_stop_a_push() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.git(&["switch", "-qc", "feature"]);
    let many = "*.bin ident\n".repeat(1_000_000);
    mine.write("migrations/.gitattributes", &many).git(&["add", "migrations"]);
    mine.stage("c(b)");
    mine.git(&["commit", "-qm", "many", "--no-verify"]);
    mine.push_it().refused(&[]).says("migrations/.gitattributes").says("12000000 bytes");
}

#[test]
fn a_compiled_file_that_python_loads_unseen_is_warned_of_when_it_comes() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.git(&["switch", "-qc", "feature"]);
    compiled(&mine, "a_add_a.cpython-312.pyc", CHECKED);
    mine.push_it().passed(&[]).is_silent();
    compiled(&mine, "b_add_b.cpython-312.pyc", UNCHECKED);
    let push = mine.push_it();
    push.passed(&["warning unreadable-migration at b"]);
    push.says("Python may load a compiled file without comparing it with this one");
    push.says(&format!("git rm {VERSIONS}/__pycache__/b_add_b.cpython-312.pyc"));
    push.says_nothing_of("a_add_a");
    mine.write("readme", "x").commit("no migration");
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn compiled_files_that_conflict_are_no_matter() {
    let world = World::with("a b(a)");
    let main = world.main();
    compiled(&main, "b_add_b.cpython-312.pyc", CHECKED);
    main.git(&["push", "-q", "--no-verify", "origin", "main"]);
    let mine = world.mine();
    mine.git(&["switch", "-qc", "feature", "HEAD~"]);
    compiled(&mine, "b_add_b.cpython-312.pyc", &[CHECKED, b"x"].concat());
    mine.add("c(b)");
    mine.push_it().passed(&[]).is_silent();
}
