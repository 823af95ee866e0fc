//! Where a host hands on nothing of what git says: a run by hand, and standard input that it keeps.

use crate::hosts::host::Host;
use crate::hosts::team::{Team, heard};
use crate::support::outcome::findings;
use crate::support::prerequisites::with;
use crate::support::world::Repo;

const STALE: &str = "error stale-down-revision at d:14";

/// Runs the host by hand, which must exit with `code`, and returns what it said.
fn run(host: Host, repo: &Repo, arguments: &[&str], code: i32) -> String {
    let output = host.command(repo).arg("run").args(arguments).output().expect("the host runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("it is text");
    let said: String = said.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    assert_eq!(output.status.code(), Some(code), "{host:?} {arguments:?}\n{said}");
    said
}

/// No stage and no way to run one by hand passes a stale migration that is checked out.
#[test]
#[ignore = "needs hook managers"]
fn by_hand_what_is_checked_out_is_judged() {
    for host in [Host::PreCommit, Host::Prek] {
        with(host.folder(), |_| {
            let team = Team::by_readme(host);
            team.mine.fetch().add("d(a)");
            let all = ["--all-files"];
            let stage = ["--hook-stage", "pre-push"];
            let range = ["--from-ref", "origin/main", "--to-ref", "HEAD"];
            let pushed = [&stage[..], &range].concat();
            for arguments in [&all[..], &stage, &range, &pushed] {
                let said = run(host, &team.mine, arguments, 1);
                assert_eq!(findings(&said), [STALE], "{host:?} {arguments:?}\n{said}");
            }
            team.mine.switch("main");
            run(host, &team.mine, &["--all-files"], 0);
        });
    }
}

/// A team that has `hook pre-push` for an entry is told that by hand there is no push.
#[test]
#[ignore = "needs hook managers"]
fn a_push_that_is_none_is_no_silent_pass() {
    for host in [Host::PreCommit, Host::Prek] {
        with(host.folder(), |_| {
            let team = Team::by_readme(host);
            let config = team.mine.read(".pre-commit-config.yaml");
            team.mine.write(".pre-commit-config.yaml", &config.replace("hosted", "pre-push"));
            team.mine.commit("another entry");
            let said = run(host, &team.mine, &["--hook-stage", "pre-push"], 0);
            assert!(said.contains("git passed no refs"), "{said}");
        });
    }
}

/// lefthook hands an empty standard input to a command without `use_stdin`, and no variable tells of it.
#[test]
#[ignore = "needs hook managers"]
fn without_standard_input_lefthook_gets_a_warning() {
    let host = Host::Lefthook;
    with(host.folder(), |_| {
        let team = Team::with(host, |host, repo| {
            host.write_readme(repo);
            let config = repo.read("lefthook.yml");
            let without: Vec<&str> =
                config.lines().filter(|line| !line.contains("use_stdin")).collect();
            assert_eq!(without.len() + 1, config.lines().count());
            repo.write("lefthook.yml", &without.join("\n"));
        });
        host.install(&team.mine);
        team.mine.add("d(a)");
        let pushed = heard(team.mine.push_it());
        assert!(pushed.success, "{}", pushed.stderr);
        pushed.says("git passed no refs, so nothing was checked").says("use_stdin: true");
        heard(team.mine.run(&["push", "origin", "HEAD"])).says_nothing_of("git passed no refs");
    });
}

/// git itself hands over nothing where everything is up to date, and then there is nothing to say.
#[test]
#[ignore = "needs hook managers"]
fn what_is_up_to_date_is_pushed_in_silence() {
    let host = Host::Husky;
    with(host.folder(), |_| {
        let team = Team::by_readme(host);
        team.mine.add_code();
        heard(team.mine.push_it()).passed(&[]).is_silent();
        let again = heard(team.mine.run(&["push", "origin", "HEAD"]));
        assert!(again.success, "{}", again.stderr);
        again.is_silent();
    });
}
