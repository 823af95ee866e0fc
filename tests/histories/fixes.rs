//! `check --fix`: what it repairs, and what it leaves alone.

use crate::support::world::{Repo, VERSIONS, World};

const PLACEHOLDER: &str = "a1b2c3d4e5f6";

/// Runs `check --fix` and returns the rules whose faults it repaired.
fn fixed(repo: &Repo, code: i32) -> Vec<String> {
    let ran = repo.guard(&["--format", "json", "check", "--fix"]);
    ran.exits(code);
    let said: serde_json::Value = serde_json::from_str(&ran.stdout()).expect("it is JSON");
    let environments = said["fixes"]["environments"].as_array().cloned().unwrap_or_default();
    let steps = environments.iter().flat_map(|one| one["steps"].as_array().expect("a list"));
    steps.map(|step| step["rule"].as_str().expect("a rule").to_owned()).collect()
}

fn write(repo: &Repo, name: &str, content: &str) {
    repo.write(&format!("{VERSIONS}/{name}"), content);
}

fn read(repo: &Repo, name: &str) -> String {
    repo.read(&format!("{VERSIONS}/{name}"))
}

/// A branch at b, the head of main.
fn at_the_head() -> (World, Repo) {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    (world, mine)
}

#[test]
fn a_misspelled_name_is_written_rightly_and_what_it_hid_comes_to_light() {
    let (_world, mine) = at_the_head();
    write(&mine, "d_x.py", "'''x\n\nRevises: a\n'''\nrevision = 'd'\ndown_revisions = 'b'\n");
    assert_eq!(fixed(&mine, 0), ["misspelled-identifier", "docstring-mismatch"]);
    assert_eq!(
        read(&mine, "d_x.py"),
        "'''x\n\nRevises: b\n'''\nrevision = 'd'\ndown_revision = 'b'\n"
    );
    write(&mine, "d_x.py", "revision = 'd'\ndown_revisions = 'a'\n");
    assert_eq!(fixed(&mine, 1), ["misspelled-identifier"], "it is stale, and that is told");
}

#[test]
fn a_file_is_renamed_in_the_index_too() {
    let (_world, mine) = at_the_head();
    write(&mine, "1975ea83b712_x.py", "revision = '1975ea83b713'\ndown_revision = 'b'\n");
    mine.commit("x");
    assert_eq!(fixed(&mine, 0), ["filename-mismatch"]);
    let status = mine.git(&["status", "--porcelain"]);
    assert_eq!(
        status,
        "R  migrations/versions/1975ea83b712_x.py -> migrations/versions/1975ea83b713_x.py\n"
    );
}

#[test]
fn a_made_up_id_is_replaced_wherever_it_is_meant() {
    let (_world, mine) = at_the_head();
    let id = PLACEHOLDER;
    let name = format!("{id}_x.py");
    let text = format!("'''x\n\nRevision ID: {id}\nRevises: b\n'''\nrevision = '{id}'\n");
    write(&mine, &name, &(text + "down_revision = 'b'\n"));
    write(&mine, "e_x.py", &format!("revision = 'e'\ndown_revision = '{id}'\n"));
    let joins = format!("revision = 'm'\ndown_revision = ('e',)\ndepends_on = ('{id}', 'b')\n");
    write(&mine, "m_x.py", &joins);
    mine.commit("three");
    assert_eq!(fixed(&mine, 0), ["placeholder-revision-id"]);
    let grep = mine.try_git(&["grep", "-q", "--untracked", id, "--", VERSIONS]);
    assert!(!grep.status.success(), "it is still there");
    assert!(!mine.top.join(VERSIONS).join(name).exists());
    mine.commit("as fixed").push_it().passed(&[]).is_silent();
}

#[test]
fn the_id_that_is_written_is_the_one_that_was_proposed() {
    let (_world, mine) = at_the_head();
    let name = format!("{PLACEHOLDER}_x.py");
    write(&mine, &name, &format!("revision = '{PLACEHOLDER}'\ndown_revision = 'b'\n"));
    let check = mine.guard(&["check"]).stdout();
    let (_, proposed) = check.split_once("revision = \"").expect("an id is proposed");
    let proposed = &proposed[..12];
    assert_eq!(fixed(&mine, 0), ["placeholder-revision-id"]);
    let written = read(&mine, &format!("{proposed}_x.py"));
    assert!(written.contains(&format!("revision = '{proposed}'")), "{check}\n{written}");
}

#[test]
fn an_id_that_is_too_long_is_replaced() {
    let (_world, mine) = at_the_head();
    let id = "d".repeat(33);
    write(&mine, "x.py", &format!("revision = '{id}'\ndown_revision = 'b'\n"));
    assert_eq!(fixed(&mine, 0), ["invalid-revision-id"]);
    assert!(!read(&mine, "x.py").contains(&id));
}

#[test]
fn what_has_landed_or_what_others_have_is_left_alone() {
    let world = World::with("a");
    let main = world.main();
    let text = "'''x\n\nRevises: zz\n'''\nrevision = 'd'\ndown_revisions = 'a'\n";
    write(&main, "d_x.py", text);
    main.commit("landed").publish();
    let mine = world.mine();
    mine.branch("theirs", "origin/main");
    write(&mine, "e_x.py", &format!("revision = '{PLACEHOLDER}'\ndown_revision = 'a'\n"));
    mine.commit("shared").publish().branch("mine", "HEAD").add_code();
    fixed(&mine, 0);
    assert_eq!(mine.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_file_with_changes_that_are_not_staged_is_left_alone() {
    let (_world, mine) = at_the_head();
    write(&mine, "x.py", &format!("revision = '{PLACEHOLDER}'\ndown_revision = 'b'\n"));
    mine.commit("x");
    write(&mine, "x.py", &format!("revision = '{PLACEHOLDER}'\ndown_revision = 'b'\n# more\n"));
    assert_eq!(fixed(&mine, 0), [""; 0]);
}

#[test]
fn a_dry_run_says_what_it_would_do() {
    let (_world, mine) = at_the_head();
    write(&mine, "x.py", "revision = 'd'\ndown_revisions = 'b'\n");
    let ran = mine.guard(&["check", "--fix", "--dry-run"]);
    let said = ran.exits(1).stdout();
    assert!(said.contains("+down_revision = 'b'"), "{said}");
    assert!(said.contains("error[misspelled-identifier]"), "{said}");
    assert!(read(&mine, "x.py").contains("down_revisions"));
}

#[test]
fn a_second_file_with_an_id_is_left_to_its_author() {
    let (_world, mine) = at_the_head();
    let other = "revision = 'b'\ndown_revision = 'a'\n";
    write(&mine, "b_other.py", other);
    for _ in 0..2 {
        let said = mine.guard(&["check", "--fix"]).exits(1).stdout();
        assert!(said.contains("revision `b` is defined by 2 files"), "{said}");
        assert!(said.contains("Give one of them its own id"), "{said}");
        assert_eq!(read(&mine, "b_other.py"), other);
    }
    write(&mine, "e_x.py", "revision = 'e'\ndown_revisions = 'b'\n");
    assert_eq!(fixed(&mine, 1), ["misspelled-identifier"], "what else there is, is fixed");
    assert_eq!(read(&mine, "b_other.py"), other);
    write(&mine, "b_other.py", "revision = 'c'\ndown_revision = 'b'\n");
    write(&mine, "e_x.py", "revision = 'e'\ndown_revision = 'c'\n");
    assert_eq!(fixed(&mine, 0), [""; 0]);
}
