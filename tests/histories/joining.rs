//! `merge`: which heads it joins, what it writes, and what it refuses.

use crate::support::world::{Ran, Repo, World, path_of};

/// Runs `merge` with an id that a test can know, and returns what it said as JSON.
fn merged(repo: &Repo, arguments: &[&str]) -> (Ran, serde_json::Value) {
    let ran = repo.guard(&[&["--format", "json", "merge", "--rev-id", "ffff"], arguments].concat());
    let said = serde_json::from_str(&ran.stdout()).expect("it is JSON");
    (ran, said)
}

/// Returns the parents of the one merge revision that is to be written.
fn parents(said: &serde_json::Value) -> Vec<&str> {
    let parents = said["environments"][0]["steps"][0]["down_revision"].as_array();
    parents.into_iter().flatten().filter_map(|id| id.as_str()).collect()
}

#[test]
fn what_has_landed_is_named_first() {
    let (_world, feature) = World::moved_on();
    feature.add("0(a)").merge("origin/main");
    let (ran, said) = merged(&feature, &["--stage"]);
    ran.exits(0);
    assert_eq!(parents(&said), ["b", "0"]);
    let file = feature.read("migrations/versions/ffff_merge_b_and_0.py");
    assert!(file.contains("('b', '0')"), "{file}");
    feature.git(&["commit", "-q", "-m", "join"]);
    feature.push_it().passed(&[]).is_silent();
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").merge("origin/main");
    feature.guard(&["merge"]).exits(0);
    let again = feature.guard(&["merge"]);
    assert!(again.exits(0).stdout().contains("nothing to do"), "{}", again.stdout());
    assert_eq!(feature.git(&["status", "--porcelain"]).lines().count(), 1);
}

#[test]
fn heads_are_named_by_what_their_ids_begin_with() {
    let world = World::with("a b1(a) c2(a) e3(a)");
    let mine = world.mine();
    let (ran, said) = merged(&mine, &["c", "e3"]);
    ran.exits(0);
    assert_eq!(parents(&said), ["c2", "e3"]);
}

#[test]
fn what_is_named_must_be_a_head_and_not_the_only_one() {
    let world = World::with("a b1(a) b2(a)");
    let mine = world.mine();
    for (names, words) in [
        (["nowhere", "b1"], "no migration has the id `nowhere`"),
        (["a", "b1"], "`a` is not a head"),
        (["b", "b1"], "`b` is ambiguous: several revision ids start with it"),
    ] {
        let ran = mine.guard(&[&["merge"][..], &names].concat());
        assert!(ran.exits(2).stderr().contains(words), "{}", ran.stderr());
    }
    let ran = mine.guard(&["merge", "b1"]);
    assert!(ran.exits(1).stdout().contains("is only one head"), "{}", ran.stdout());
    assert_eq!(mine.git(&["status", "--porcelain"]), "");
}

#[test]
fn without_the_base_in_the_work_tree_nothing_is_written() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)");
    let ran = feature.guard(&["merge"]);
    let said = ran.exits(1).stdout();
    assert!(said.contains("git merge --no-ff --no-commit origin/main"), "{said}");
    assert_eq!(feature.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_repository_without_any_other_branch_is_enough() {
    let world = World::empty();
    let mine = world.repository("mine");
    mine.scaffold().add_all("a b(a) c(a)");
    let (ran, said) = merged(&mine, &["-m", "join them"]);
    ran.exits(0);
    assert_eq!(parents(&said), ["b", "c"]);
    assert!(mine.top.join("migrations/versions/ffff_join_them.py").exists());
}

#[test]
fn configured_lines_are_joined_apart_and_others_not_unasked() {
    let world = World::with("e#expand c#contract");
    let mine = world.mine();
    let ran = mine.guard(&["merge"]);
    assert!(ran.exits(1).stdout().contains("alembic-guard merge c e"), "{}", ran.stdout());
    mine.write(
        ".alembic-guard.toml",
        "[[environment]]\nscript_location = \"migrations\"\n\
         version_locations = [\"migrations/versions\"]\nbranches = [\"expand\", \"contract\"]\n",
    );
    mine.commit("branches").add_all("x(e) y(e)");
    let (ran, said) = merged(&mine, &[]);
    ran.exits(0);
    assert_eq!(parents(&said), ["x", "y"]);
}

#[test]
fn where_a_rebase_would_do_the_plan_says_so() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)").merge("origin/main");
    let ran = feature.guard(&["merge", "-n"]);
    assert!(ran.exits(0).stdout().contains("alembic-guard rebase"), "{}", ran.stdout());
    let world = World::with("a b(a) c(a)");
    let ran = world.mine().guard(&["merge", "-n"]);
    assert!(!ran.exits(0).stdout().contains("alembic-guard rebase"), "{}", ran.stdout());
}

#[test]
fn an_id_that_is_taken_or_a_name_that_cannot_be_is_refused() {
    let world = World::with("a b(a) c(a)");
    let mine = world.mine();
    let ran = mine.guard(&["merge", "--rev-id", "b"]);
    assert!(ran.exits(1).stdout().contains("revision `b` already exists"), "{}", ran.stdout());
    let ran = mine.guard(&["merge", "-m", "a \"\"\" b"]);
    assert!(ran.exits(1).stdout().contains("three quotes"), "{}", ran.stdout());
    assert_eq!(mine.git(&["status", "--porcelain"]), "");
}

#[test]
fn joining_what_a_colleague_has_joined_already_is_not_offered() {
    let world = World::with("a b(a) c(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    world.main().land("n(b,c)");
    mine.fetch();
    let ran = mine.guard(&["merge"]);
    let said = ran.exits(1).stdout();
    assert!(said.contains("`n` of origin/main is not in the work tree yet"), "{said}");
    assert!(!mine.top.join(path_of("n(b,c)")).exists());
}

#[test]
fn a_head_over_a_parent_that_is_missing_is_not_joined() {
    let (_world, feature) = World::moved_on();
    feature.add("d(x)").merge("origin/main");
    for names in [&[][..], &["b", "d"]] {
        let ran = feature.guard(&[&["merge"], names].concat());
        let said = ran.exits(1).stdout();
        assert!(said.contains("the parent of `d`, `x`, is not defined in any file"), "{said}");
    }
    assert_eq!(feature.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_gap_keeps_other_lines_from_being_joined_unless_they_are_named() {
    let world = World::with("e#expand b(e) c(e)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(x)");
    let ran = mine.guard(&["merge"]);
    let said = ran.exits(1).stdout();
    assert!(said.contains("the parent of `d`, `x`, is not defined in any file"), "{said}");
    let (ran, said) = merged(&mine, &["b", "c"]);
    ran.exits(0);
    assert_eq!(parents(&said), ["b", "c"]);
}

#[test]
fn a_gap_that_has_landed_keeps_nothing_else_from_being_joined() {
    let world = World::with("a(x) b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)");
    let (ran, said) = merged(&mine, &[]);
    ran.exits(0);
    assert_eq!(parents(&said), ["b", "d"]);
}

#[test]
fn heads_that_a_file_joins_which_git_does_not_know_are_not_joined_again() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(b) e(b)");
    mine.guard(&["merge", "d", "e", "--rev-id", "ffff"]).exits(0);
    let again = mine.guard(&["merge", "--stage", "d", "e"]);
    let said = again.exits(0).stdout();
    assert!(said.contains("nothing to do: the head is `ffff`"), "{said}");
    assert!(said.contains("git add migrations/versions/ffff_merge_d_and_e.py"), "{said}");
    mine.git(&["add", "migrations"]);
    let said = mine.guard(&["merge", "d", "e"]).exits(0).stdout();
    assert!(said.contains("git commit"), "{said}");
    mine.commit("as advised").push_it().passed(&[]).is_silent();
}

/// Without ids, `merge` keeps what has no revision in common apart from a line with a label.
#[test]
fn heads_at_several_faults_are_named_so_that_all_are_joined() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add_all("d(b) e");
    world.main().land("c#label(b)");
    mine.fetch();
    let push = mine.push_it();
    push.refused(&["error stale-down-revision at d:14", "error multiple-heads at e:14"])
        .says("alembic-guard merge --stage c d e");
    mine.git(&["merge", "-q", "--no-commit", "origin/main"]);
    mine.guard(&["merge", "--stage", "c", "d", "e"]).exits(0);
    mine.git(&["commit", "-q", "--no-edit"]);
    mine.push_it().passed(&["warning second-base at e:14"]);
}

#[test]
fn a_migration_that_is_there_twice_loses_one_of_its_files() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(b)");
    mine.write("migrations/versions/d_again.py", &mine.read(&path_of("d(b)"))).commit("again");
    mine.push_it()
        .refused(&["error duplicate-revision at d_again.py:13"])
        .says("git rm migrations/versions/d_again.py");
    for command in ["merge", "rebase"] {
        let said = mine.guard(&[command]).exits(1).stdout();
        assert!(said.contains("git rm migrations/versions/d_again.py"), "{said}");
    }
    mine.git(&["rm", "-q", "migrations/versions/d_again.py"]);
    mine.commit("as advised").push_it().passed(&[]).is_silent();
}
