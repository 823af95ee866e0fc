//! The commands of a refusal are run as they stand, and lead to a push that passes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::world::{GUARD, Repo, World};

/// Runs a command as a person would who copies it.
#[track_caller]
fn run(repo: &Repo, command: &str) {
    let folder = Path::new(GUARD).parent().expect("a program is in a folder");
    let script = format!("PATH='{}':$PATH; export PATH; {command}", folder.display());
    // Who is asked for a message writes one.
    let editor = "sh -c 'echo message >\"$1\"' editor";
    let mut shell = repo.command("sh");
    let ran = shell.env("GIT_EDITOR", editor).args(["-c", &script]).output().expect("sh runs");
    assert!(ran.status.success(), "{command}: {ran:?}");
}

/// Returns the commands of a step of advice, as one line for the shell; nothing where the user must fill
/// something in.
fn command(item: &Value) -> Option<String> {
    if item.get("placeholders").is_some() || item.get("when").is_some() {
        return None;
    }
    let parts = item["commands"].as_array()?.iter();
    let words = |part: &Value| -> Vec<String> {
        let words = part.as_array().expect("words").iter();
        words.map(|word| word.as_str().expect("text").to_owned()).collect()
    };
    let parts: Vec<String> = parts
        .map(|part| shlex::try_join(words(part).iter().map(String::as_str)).expect("no zero byte"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" && "))
}

/// Returns the commands of the steps of one way, those that come first included.
fn commands(plan: &Value, way: &Value) -> Vec<String> {
    let steps = [&plan["first"], way].into_iter();
    let steps = steps.flat_map(|steps| steps.as_array().expect("steps"));
    steps.filter_map(command).collect()
}

/// Returns the advice of the one error that a push of this branch meets.
#[track_caller]
fn plan(repo: &Repo, branch: &str) -> Value {
    let report = repo.judged_push(branch);
    let findings = report["refs"][0]["findings"].as_array().expect("findings").iter();
    let errors: Vec<&Value> = findings.filter(|finding| finding["level"] == "error").collect();
    let [error] = errors.as_slice() else { panic!("one error, not {report:#}") };
    error["plan"].clone()
}

/// Follows the advice of a refusal, each alternative in a copy of the repository, until the push passes.
#[track_caller]
fn leads_out(repo: &Repo, branch: &str) {
    let plan = plan(repo, branch);
    let ways = plan["ways"].as_array().expect("ways");
    let (best, others) = ways.split_first().expect("there is a way out");
    for (place, way) in others.iter().enumerate() {
        // Some alternatives are prose, or a line to write.
        if command(&way[0]).is_none() {
            continue;
        }
        let name = format!("{}-{place}", repo.top.display());
        let mut copy = repo.clone();
        copy.top = name.into();
        let copied = repo.command("cp").arg("-a").arg(&repo.top).arg(&copy.top).status();
        assert!(copied.expect("cp runs").success());
        commands(&plan, way).iter().for_each(|command| run(&copy, command));
        let report = copy.judged_push(branch);
        assert_eq!(report["outcome"], "clean", "{report:#}");
        fs::remove_dir_all(&copy.top).expect("it was copied");
    }
    let commands = commands(&plan, best);
    assert!(!commands.is_empty(), "{plan:#}");
    commands.iter().for_each(|command| run(repo, command));
    repo.push(&["origin", branch]).passed(&[]);
}

#[test]
fn of_a_stale_migration() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)");
    leads_out(&feature, "feature");
}

#[test]
fn of_a_stale_migration_where_git_merges_by_fast_forward_only() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)");
    feature.git(&["config", "merge.ff", "only"]);
    leads_out(&feature, "feature");
}

#[test]
fn of_a_stale_migration_on_a_branch_that_is_not_checked_out() {
    let (_world, feature) = World::moved_on();
    feature.add("d(a)");
    feature.git(&["switch", "-q", "main"]);
    leads_out(&feature, "feature");
}

/// No merge is advised, so none is to be committed.
#[test]
fn of_a_fork_while_the_base_moved_by_code_alone() {
    let world = World::with("a");
    let feature = world.mine();
    feature.git(&["switch", "-qc", "feature"]);
    feature.add("d(a)").add("e(a)");
    world.main().add_code().publish();
    feature.git(&["fetch", "-q"]);
    leads_out(&feature, "feature");
}

#[test]
fn of_a_removal_on_a_branch_that_is_not_checked_out() {
    let world = World::with("a b(a) c(b)");
    let feature = world.mine();
    feature.git(&["switch", "-qc", "feature"]);
    feature.remove("b");
    feature.git(&["switch", "-q", "main"]);
    leads_out(&feature, "feature");
}

/// The advice of the first red run is enough for the second to be green.
#[test]
fn of_a_shallow_checkout_in_ci() {
    for depth in [&["--depth", "1"][..], &[]] {
        let (world, feature) = World::moved_on();
        feature.add("d(b)").publish();
        let url = format!("file://{}", world.url("origin.git"));
        let target = world.url("checkout");
        let mut clone = vec!["clone", "-q", "--single-branch", "--branch", "feature"];
        clone.extend(depth);
        clone.extend([url.as_str(), target.as_str()]);
        world.at(".").git(&clone);
        let checkout = world.at("checkout").with("CI", "true");
        let ran = checkout.guard(&["--format", "json", "check"]);
        assert_eq!(ran.code(), Some(2), "{ran:?}");
        let report: Value = serde_json::from_str(&ran.stdout()).expect("the report is JSON");
        run(&checkout, &command(&report["error"]["advice"][0]).expect("a command"));
        let ran = checkout.guard(&["--format", "json", "check"]);
        let report: Value = serde_json::from_str(&ran.stdout()).expect("the report is JSON");
        assert_eq!(report["base"]["ref"], "origin/main", "{ran:?}");
        assert!(ran.code().is_some_and(|code| code < 2), "{ran:?}");
    }
}

#[test]
fn targets_are_spoken_of_only_where_there_is_a_choice() {
    let (world, feature) = World::moved_on();
    feature.add("d(a)");
    feature.push_it().says_nothing_of("`targets`");
    feature.push(&["origin", "HEAD:refs/for/main"]).says_nothing_of("`targets`");
    world.at("origin.git").git(&["branch", "release/1", "main~1"]);
    feature.git(&["fetch", "-q"]);
    feature.push_it().says("list it in `targets`");
}

#[test]
fn what_git_rejects_by_itself_is_left_to_git() {
    let (_world, feature) = World::moved_on();
    feature.git(&["switch", "-q", "main"]);
    feature.add_code();
    feature.git(&["config", "push.default", "current"]);
    let push = feature.push(&["origin", "main"]);
    push.says("[rejected]").says_nothing_of("git passed no refs");
}

/// A user in a folder below runs the commands there.
#[test]
fn from_a_folder_below_the_top() {
    let world = World::with("a b(a) c(b)");
    let feature = world.mine();
    feature.git(&["switch", "-qc", "feature"]);
    feature.remove("b");
    let ran = feature.below("migrations").guard(&["check"]);
    let said = ran.exits(1).stdout();
    assert!(said.contains("-- ../migrations/versions/b_add_b.py"), "{said}");
}
