//! Rows 19 and 20: environments that move or vanish, or that Alembic can no longer run.

use crate::support::notation::Written;
use crate::support::world::{Repo, VERSIONS, World};

const INI: &str = "[alembic]\nscript_location = %(here)s/migrations\n";
const TWO_FOLDERS: &str = "[alembic]\nscript_location = %(here)s/migrations\npath_separator = space\n\
    version_locations = %(here)s/migrations/versions %(here)s/plugin\n";

/// A repository whose main has a, b(a) and, in a second version folder, p.
fn with_a_plugin() -> (World, Repo) {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.write("alembic.ini", TWO_FOLDERS);
    mine.write("plugin/p_add_p.py", &Written::parse("p").python()).commit("plugin").publish();
    (world, mine)
}

/// Runs the command of a help that begins with these words, in the repository that it is about.
#[track_caller]
fn follow(mine: &Repo, stderr: &str, word: &str) {
    let line = stderr.lines().map(str::trim).find(|line| line.starts_with(word));
    let line = line.unwrap_or_else(|| panic!("no {word}:\n{stderr}"));
    let ran = mine.command("sh").args(["-c", line]).status();
    assert!(ran.expect("sh runs").success(), "{line}");
}

#[test]
fn row_19_a_migration_added_to_the_folder_that_main_moved_is_stale() {
    let (world, feature) = World::moved_on();
    move_on_main(&world);
    feature.fetch().add("d(a)");
    let push = feature.push_it();
    push.refused(&["error stale-down-revision at d:14"]).says("origin/main is now at `b`");
}

/// Moves the folder on main, as a colleague does.
fn move_on_main(world: &World) {
    let theirs = world.main();
    std::fs::create_dir(theirs.top.join("db")).expect("a folder");
    theirs.git(&["mv", "migrations", "db/migrations"]);
    theirs.write("alembic.ini", "[alembic]\nscript_location = %(here)s/db/migrations\n");
    theirs.commit("move").publish();
}

#[test]
fn row_19_of_a_chain_in_the_folder_that_main_moved_every_link_counts() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    move_on_main(&world);
    // The files sort the other way round.
    mine.fetch().add_all("z(b) f(z) e(z)");
    mine.push_it().refused(&["error multiple-heads at e:14"]);
}

#[test]
fn a_merge_revision_lies_where_the_work_tree_has_its_migrations_although_main_moved_them() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.add_all("d(b) e(b)");
    move_on_main(&world);
    mine.fetch();
    mine.guard(&["merge", "--stage", "d", "e"]).succeeded();
    let staged = mine.git(&["diff", "--cached", "--name-only"]);
    assert!(staged.starts_with("migrations/versions/"), "{staged}");
    mine.git(&["commit", "-qm", "merge"]);
    mine.push(&["--force", "origin", "main"]).passed(&[]);
}

#[test]
fn a_merge_revision_that_alembic_does_not_load_joins_nothing_on_a_target() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.add_all("d(b) e(b)");
    move_on_main(&world);
    let merge = Written::parse("m(d,e)").python();
    std::fs::create_dir_all(mine.top.join("db/migrations/versions")).expect("folders");
    mine.write("db/migrations/versions/m_add_m.py", &merge).commit("merge").fetch();
    let push = mine.try_git(&["push", "--force", "origin", "main"]);
    let said = String::from_utf8_lossy(&push.stderr);
    assert!(!push.status.success() && said.contains("2 heads: `d` and `e`"), "{said}");
}

/// What main had at first tells of the folder, and nothing else does.
#[test]
fn row_19_a_push_is_refused_again_where_it_gave_the_folder_up_that_main_moved() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)");
    mine.git(&["rm", "-q", "alembic.ini", "migrations/env.py", "migrations/script.py.mako"]);
    mine.commit("gone");
    move_on_main(&world);
    for _ in 0..2 {
        let push = mine.push_it();
        assert!(!push.success, "{}", push.stderr);
        push.says("error[stale-down-revision]: `d` is stale");
    }
}

#[test]
fn row_19_moving_the_folder_deletes_nothing() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    std::fs::create_dir(mine.top.join("db")).expect("a folder");
    mine.git(&["mv", "migrations", "db/migrations"]);
    mine.write("alembic.ini", "[alembic]\nscript_location = %(here)s/db/migrations\n");
    mine.commit("move");
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn row_20_taking_the_environment_away_and_leaving_its_migrations_is_refused() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.git(&["rm", "-q", "alembic.ini", "migrations/env.py", "migrations/script.py.mako"]);
    let commit = mine.run(&["commit", "-m", "gone"]);
    assert!(!commit.success, "{}", commit.stderr);
    commit.says("environment-lost");
    mine.git(&["commit", "-qm", "gone", "--no-verify"]);
    let push = mine.push_it();
    push.refused(&["error environment-lost at migrations"]);
}

#[test]
fn row_20_a_fork_beside_the_loss_is_still_seen() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").add("d(a)");
    mine.git(&["rm", "-q", "alembic.ini", "migrations/env.py", "migrations/script.py.mako"]);
    mine.commit("gone");
    let push = mine.push_it();
    assert!(!push.success, "{}", push.stderr);
    push.says("error[environment-lost]").says("error[stale-down-revision]: `d` is stale");
}

#[test]
fn taking_the_environment_away_with_its_migrations_passes() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.git(&["rm", "-qr", "alembic.ini", "migrations"]);
    mine.commit("gone");
    mine.push_it().passed(&["warning published-migration-deleted at a"]).says(
        "`a` and `b` were deleted from origin/main with the Alembic environment `migrations`",
    );
}

#[test]
fn a_folder_that_leaves_the_configuration_is_refused_by_the_ids_in_it() {
    let (_world, mine) = with_a_plugin();
    mine.branch("feature", "origin/main");
    mine.write("alembic.ini", INI).commit("drop");
    mine.push_it()
        .refused(&["error environment-lost at alembic.ini"])
        .says("`p` of origin/main is no longer in any Alembic environment")
        .says("`version_locations` no longer includes `plugin`");
    let listed = mine.guard(&["check", "-v"]).stdout();
    assert!(listed.contains("2 revisions"), "{listed}");
}

#[test]
fn a_folder_may_be_copied_or_moved_or_squashed() {
    let (_world, mine) = with_a_plugin();
    mine.branch("copy", "origin/main");
    mine.write("other/p_add_p.py", &Written::parse("p").python());
    mine.write("alembic.ini", &TWO_FOLDERS.replace("plugin", "other")).commit("copy");
    mine.push_it().passed(&[]);
    mine.branch("squash", "origin/main");
    mine.write("db/env.py", "from alembic import context\n");
    mine.write("db/versions/s_add_s.py", &Written::parse("s").python());
    mine.write("alembic.ini", &INI.replace("migrations", "db")).commit("squash");
    mine.push_it().passed(&["warning published-migration-deleted at a"]);
}

#[test]
fn an_id_that_goes_to_another_environment_is_told_of() {
    let (_world, mine) = with_a_plugin();
    mine.write("other/alembic.ini", "[alembic]\nscript_location = %(here)s\n");
    mine.write("other/env.py", "from alembic import context\n");
    mine.write("other/script.py.mako", "").commit("other").publish();
    mine.branch("feature", "origin/main");
    std::fs::create_dir(mine.top.join("other/versions")).expect("a folder");
    mine.git(&["mv", "plugin/p_add_p.py", "other/versions/p_add_p.py"]);
    mine.commit("move");
    mine.push_it()
        .passed(&["warning published-migration-deleted at plugin/p"])
        .says("`p` of origin/main is now in the Alembic environment `other`");
}

#[test]
fn a_switch_of_script_location_is_refused() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.write("db/env.py", "from alembic import context\n");
    mine.write("alembic.ini", &INI.replace("migrations", "db")).commit("switch");
    mine.push_it()
        .refused(&["error environment-lost at alembic.ini:2"])
        .says("`a` and `b` of origin/main are no longer in any Alembic environment")
        .says("`script_location` no longer includes `migrations/versions`");
}

#[test]
fn an_ini_that_cannot_be_parsed_is_refused_until_it_is_restored() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.write("alembic.ini", &format!("<<<<<<< HEAD\n{INI}")).commit("conflict");
    let push = mine.push_it();
    push.refused(&["error environment-lost at alembic.ini:1"])
        .says("Alembic can no longer run `migrations`: Python cannot read the file");
    follow(&mine, &push.stderr, "git restore");
    mine.commit("restore").push_it().passed(&[]).is_silent();
}

#[test]
fn a_broken_setting_blocks_the_push_that_breaks_it() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.write("alembic.ini", &format!("{INI}[loggers]\nkeys = a\nkeys = b\n")).commit("twice");
    mine.push_it().refused(&["error environment-lost at alembic.ini:5"]);
    mine.publish().add_code();
    let push = mine.push_it();
    assert!(push.success, "{}", push.stderr);
    push.says("warning[environment-lost]");
    mine.switch("main").merge("feature");
    mine.push_it().refused(&["error environment-lost at alembic.ini:5"]);
}

#[test]
fn a_missing_env_is_refused() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.git(&["rm", "-q", "migrations/env.py"]);
    let commit = mine.run(&["commit", "-m", "gone"]);
    assert!(!commit.success, "{}", commit.stderr);
    commit.says("there is no `env.py`");
    mine.commit("gone");
    let push = mine.push_it();
    push.refused(&["error environment-lost at migrations/env.py"]);
    follow(&mine, &push.stderr, "git restore");
    mine.commit("restore").push_it().passed(&[]).is_silent();
}

#[test]
fn a_setting_that_a_program_fills_in_is_told_of() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.write("alembic.ini", "[alembic]\nscript_location = {folder}/migrations\n").commit("fill");
    let push = mine.push_it();
    assert!(push.success, "{}", push.stderr);
    push.says("warning[environment-lost]: cannot tell whether Alembic can still run `migrations`");
}

#[test]
fn taking_all_migrations_away_and_leaving_the_environment_is_refused() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.git(&["rm", "-qr", VERSIONS]);
    mine.commit("empty");
    let push = mine.push_it();
    push.refused(&["error published-migration-deleted at a"])
        .says("which leaves the Alembic environment `migrations` empty");
    follow(&mine, &push.stderr, "git restore");
    mine.commit("restore").push_it().passed(&[]).is_silent();
}

#[test]
fn a_submodule_in_the_place_of_the_migrations_counts_as_their_removal() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    let tip = mine.tip("HEAD");
    mine.git(&["rm", "-qr", VERSIONS]);
    mine.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{tip},{VERSIONS}")]);
    mine.git(&["commit", "-qm", "submodule", "--no-verify"]);
    mine.push_it().refused(&["error published-migration-deleted at a"]);
}

#[test]
fn a_target_may_not_be_replaced_by_what_has_no_alembic() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.git(&["switch", "-q", "--orphan", "X"]);
    mine.write("README", "other").commit("other");
    mine.push(&["-f", "origin", "X:main"])
        .refused(&["error published-migration-deleted at a"])
        .says("since this push replaces origin/main");
}

#[test]
fn two_migrations_that_are_one_file_on_other_disks_are_told_of() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    let python = Written::parse("d(b)").python();
    mine.write(&format!("{VERSIONS}/B_ADD_B.py"), &python).commit("d");
    let push = mine.push_it();
    push.passed(&[]).says("B_ADD_B.py` and ").says("are one file on file systems");
    mine.add_code().push_it().passed(&[]).is_silent();
}

#[test]
fn deleting_a_target_is_told_of_where_no_other_has_its_migrations() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("release/1", "origin/main").add("h(b)").publish();
    mine.branch("release/2", "origin/main").publish();
    mine.fetch();
    let tip = mine.tip("release/1");
    let push = mine.push(&["origin", ":release/1", ":release/2"]);
    push.passed(&[])
        .says("this push deletes release/1 and with it `h`, which no other target branch has");
    push.says(&format!("git push origin {tip}:refs/heads/release/1"));
    push.says_nothing_of("deletes release/2");
    follow(&mine, &push.stderr, "git push origin");
    mine.switch("main").merge("release/1").publish().fetch();
    mine.push(&["origin", ":release/1"]).passed(&[]).is_silent();
}

#[test]
fn migrations_below_a_version_folder_are_told_of_by_check_alone() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.write(&format!("{VERSIONS}/rocky/c.py"), &Written::parse("c(b)").python()).commit("c");
    let checked = mine.guard(&["check"]);
    let said = checked.succeeded().stdout();
    assert!(said.contains("1 file below `migrations/versions`"), "{said}");
    assert!(said.contains("recursive_version_locations = true"), "{said}");
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn a_folder_that_code_alone_can_run_is_told_of_by_check() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    mine.write("db/env.py", "from alembic import context\n");
    mine.write("db/versions/c.py", "VERSION = 1\n").commit("db");
    let said = mine.guard(&["check"]).succeeded().stdout();
    assert!(!said.contains("`db`"), "{said}");
    mine.write("db/versions/d.py", &Written::parse("d").python()).commit("d");
    let said = mine.guard(&["check"]).succeeded().stdout();
    assert!(
        said.contains("`db` has an `env.py`, and 1 file in `versions` looks like a migration"),
        "{said}"
    );
}

#[test]
fn what_was_removed_from_a_folder_that_moved_is_kept_in_its_new_place() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main").remove("b").add("d(a)");
    std::fs::create_dir(mine.top.join("db")).expect("a folder");
    mine.git(&["mv", "migrations", "db/migrations"]);
    mine.write("alembic.ini", "[alembic]\nscript_location = %(here)s/db/migrations\n");
    mine.commit("move");
    let push = mine.push_it();
    assert!(!push.success, "{}", push.stderr);
    push.says("restore migrations/versions/b_add_b.py in db/migrations/versions:")
        .says("&& git mv migrations/versions/b_add_b.py db/migrations/versions");
    follow(&mine, &push.stderr, "git restore");
    assert!(mine.top.join("db/migrations/versions/b_add_b.py").exists());
    // `git mv` leaves the empty folder behind.
    assert_eq!(mine.git(&["ls-files", "migrations"]), "");
}

/// The old folder beside the new one would leave two of them.
#[test]
fn a_setting_that_leads_to_no_folder_is_to_lead_to_where_the_migrations_are_now() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.branch("feature", "origin/main");
    std::fs::create_dir(mine.top.join("db")).expect("a folder");
    mine.git(&["mv", "migrations", "db/migrations"]);
    for ini in [INI.replace("migrations", "nowhere"), INI.to_owned()] {
        mine.write("alembic.ini", &ini).git(&["add", "-A"]);
        mine.git(&["commit", "-qm", "move", "--no-verify"]);
        let push = mine.push_it();
        push.refused(&["error environment-lost at alembic.ini:2"])
            .says("write in alembic.ini: script_location = %(here)s/db/migrations");
        assert!(!push.stderr.contains("git restore"), "{}", push.stderr);
    }
    mine.write("alembic.ini", &INI.replace("migrations", "db/migrations"));
    mine.git(&["commit", "-q", "-m", "as advised", "alembic.ini"]);
    mine.push_it().passed(&[]).is_silent();
}

#[test]
fn a_broken_file_that_main_has_no_more_is_not_brought_back_with_another_folder() {
    let world = World::with("a b(a)");
    let mine = world.mine();
    mine.write("alembic.ini", "[alembic]\nscript_location = migrations\n<<<<<<< HEAD\n")
        .commit("broken");
    let main = world.main();
    main.git(&["rm", "-q", "alembic.ini"]);
    main.write("pyproject.toml", "[tool.alembic]\nscript_location = \"%(here)s/migrations\"\n");
    main.add("c(b)").publish();
    let push = mine.push(&["--force", "origin", "main"]);
    push.says("environment-lost").says("fix alembic.ini").says_nothing_of("-- migrations\n");
}

#[test]
fn a_misspelled_folder_in_the_configuration_does_not_turn_the_guard_off_in_silence() {
    let (_world, feature) = World::moved_on();
    let told = "not checked: `migrations/versions`";
    feature.write(".alembic-guard.toml", "[[environment]]\nscript_location = 'migration'\n");
    feature.commit("config");
    feature.add("d(a)");
    feature.push_it().passed(&[]).says(told);
    // It is told again, whoever wrote it.
    feature.publish();
    feature.add("e(d)");
    feature.push_it().passed(&[]).says(told);
}
