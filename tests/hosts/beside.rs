//! The guard's own hooks beside a host that knows nothing of it, whichever came first and goes first.

use std::fs;

use crate::hosts::host::{Host, with_each_host};
use crate::hosts::team::{Team, heard};

const STALE: [&str; 1] = ["error stale-down-revision at d:14"];

mod after {
    //! The guard comes to a host that is there.
    use super::*;

    with_each_host!(
        it_works,
        every_ref_of_a_push_is_judged,
        the_guard_goes_first,
        the_host_goes_first,
        the_host_comes_again,
    );

    fn both(host: Host) -> Team {
        let team = Team::with_other(host);
        host.install(&team.mine);
        only_the_host_works(&team);
        install_guard(host, &team);
        team
    }

    fn it_works(host: Host) {
        both_work(&both(host));
    }

    /// pre-commit and prek hand all of standard input to a hook that they run as `.legacy`.
    fn every_ref_of_a_push_is_judged(host: Host) {
        let team = both(host);
        team.mine.branch("fine", "feature").add_code();
        team.mine.branch("stale", "feature").add("d(a)");
        heard(team.mine.push(&["origin", "fine", "stale"])).refused(&STALE);
    }

    fn the_guard_goes_first(host: Host) {
        let team = both(host);
        uninstall_guard(host, &team);
        only_the_host_works(&team);
        host.uninstall(&team.mine);
        neither_works(&team);
    }

    fn the_host_goes_first(host: Host) {
        let team = both(host);
        host.uninstall(&team.mine);
        match host {
            Host::PreCommit | Host::Prek | Host::Lefthook => only_the_guard_works(&team),
            // It takes all hooks with it, the line for the guard as well.
            Host::Husky => neither_works(&team),
        }
        uninstall_guard(host, &team);
    }

    fn the_host_comes_again(host: Host) {
        let team = both(host);
        host.install(&team.mine);
        if host == Host::Lefthook {
            displaced(&team);
            team.mine.install();
        }
        both_work(&team);
        uninstall_guard(host, &team);
        only_the_host_works(&team);
        host.uninstall(&team.mine);
        neither_works(&team);
    }
}

mod before {
    //! A host comes to a repository that has the guard.
    use super::*;

    with_each_host!(it_works, the_guard_goes_first, the_host_goes_first);

    fn both(host: Host) -> Team {
        let team = Team::with_other(host);
        team.mine.install();
        only_the_guard_works(&team);
        host.install(&team.mine);
        match host {
            Host::PreCommit | Host::Prek => {}
            Host::Lefthook | Host::Husky => {
                displaced(&team);
                install_guard(host, &team);
            }
        }
        team
    }

    fn it_works(host: Host) {
        both_work(&both(host));
    }

    fn the_guard_goes_first(host: Host) {
        let team = both(host);
        uninstall_guard(host, &team);
        only_the_host_works(&team);
        host.uninstall(&team.mine);
        neither_works(&team);
    }

    fn the_host_goes_first(host: Host) {
        let team = both(host);
        host.uninstall(&team.mine);
        only_the_guard_works(&team);
        uninstall_guard(host, &team);
        neither_works(&team);
    }
}

/// Puts the guard in place beside a host: by itself, or where that is refused by the line that it asks for.
fn install_guard(host: Host, team: &Team) {
    if host != Host::Husky {
        team.mine.install();
        return;
    }
    for arguments in [&["hook", "install"][..], &["hook", "install", "--force"]] {
        let refused = team.mine.guard(arguments);
        refused.exits(2);
        let line = "alembic-guard hook pre-push \"$@\" || exit";
        let help = format!("call it from husky: add `{line}` to '");
        assert!(refused.stderr().contains(&help), "{refused:?}");
        assert!(refused.stderr().contains("/mine/.husky/pre-push'\n"), "{refused:?}");
    }
    let hook = team.mine.read(".husky/pre-push");
    let with_line = format!("{hook}alembic-guard hook pre-push \"$@\" || exit\n");
    team.mine.write(".husky/pre-push", &with_line).commit("call the guard");
}

fn uninstall_guard(host: Host, team: &Team) {
    team.mine.guard(&["hook", "uninstall"]).succeeded();
    if host == Host::Husky {
        let hook = team.mine.read(".husky/pre-push");
        let lines = hook.lines().filter(|line| !line.contains("alembic-guard"));
        let without: String = lines.map(|line| format!("{line}\n")).collect();
        team.mine.write(".husky/pre-push", &without).commit("do not call the guard");
    }
    let hooks = fs::read_dir(team.mine.top.join(".git/hooks")).expect("there are samples");
    for hook in hooks.flatten() {
        let text = fs::read_to_string(hook.path()).expect("a hook is text");
        assert!(!text.contains("# alembic-guard shim"), "{:?} is left", hook.path());
    }
}

/// The host has taken the guard's place, and `hook status` knows.
fn displaced(team: &Team) {
    only_the_host_works(team);
    let status = team.mine.guard(&["hook", "status"]);
    status.exits(1);
    let said = status.stdout();
    assert!(said.contains("another hook, which does not call alembic-guard"), "{said}");
}

fn both_work(team: &Team) {
    team.push_stale().refused(&STALE);
    assert!(team.other_ran());
    team.push_code().passed(&[]);
    assert!(team.other_ran());
    let fail = team.mine.top.join(".git/fail");
    fs::write(&fail, "").expect("the folder is ours");
    team.push_code().refused(&[]);
    assert!(team.other_ran());
    fs::remove_file(fail).expect("it was written");
}

fn only_the_guard_works(team: &Team) {
    team.push_stale().refused(&STALE);
    team.push_code().passed(&[]);
    assert!(!team.other_ran());
}

fn only_the_host_works(team: &Team) {
    team.push_stale().passed(&[]);
    assert!(team.other_ran());
}

fn neither_works(team: &Team) {
    team.push_stale().passed(&[]);
    assert!(!team.other_ran());
}
