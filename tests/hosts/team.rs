//! A team under a host: a shared repository, and a clone with the host's hooks and none of the guard's.

use crate::hosts::host::Host;
use crate::support::outcome::Outcome;
use crate::support::world::{Repo, World};

/// A world whose `main` is a, b(a) and whose team has a host; `mine` has `feature` checked out, cut at a.
pub(crate) struct Team {
    pub(crate) world: World,
    pub(crate) mine: Repo,
}

impl Team {
    /// A team that wrote the files that docs/hook-managers.md shows.
    pub(crate) fn by_readme(host: Host) -> Team {
        let team = Team::with(host, Host::write_readme);
        host.install(&team.mine);
        team
    }

    /// A team with a hook of its own, nothing of which is installed yet.
    pub(crate) fn with_other(host: Host) -> Team {
        Team::with(host, Host::write_other)
    }

    /// A team that wrote down what `write` writes; nothing is installed yet.
    pub(crate) fn with(host: Host, write: impl Fn(Host, &Repo)) -> Team {
        let world = World::with("a");
        let theirs = world.main();
        write(host, &theirs);
        theirs.commit("the host").publish();
        let (source, target) = (world.url("origin.git"), world.url("mine"));
        world.at(".").git(&["clone", "-q", &source, &target]);
        let mine = host.at_home_in(&world.at("mine"));
        world.main().land("b(a)");
        mine.branch("feature", "main");
        Team { world, mine }
    }

    /// Pushes a new migration on top of a, and takes it back here and there whatever comes of it.
    pub(crate) fn push_stale(&self) -> Outcome {
        let count = self.mine.git(&["rev-list", "--count", "HEAD"]);
        let branch = format!("stale-{}", count.trim());
        self.mine.branch(&branch, "HEAD");
        self.mine.add("d(a)");
        let pushed = heard(self.mine.push(&["origin", &branch]));
        if pushed.success {
            self.mine.git(&["push", "-q", "--no-verify", "origin", "--delete", &branch]);
        }
        self.mine.switch("feature").add_code();
        pushed
    }

    /// Pushes a change of something else.
    pub(crate) fn push_code(&self) -> Outcome {
        self.mine.add_code();
        heard(self.mine.push(&["origin", "HEAD"]))
    }

    /// Tells whether the team's own hook ran since this was asked last.
    pub(crate) fn other_ran(&self) -> bool {
        std::fs::remove_file(self.mine.top.join(".git/other")).is_ok()
    }
}

/// Takes what a host printed for what was said: pre-commit and prek write all of it to standard output,
/// and prek indents it.
pub(crate) fn heard(mut outcome: Outcome) -> Outcome {
    let all = [outcome.stdout.as_str(), outcome.stderr.as_str()];
    let lines = all.iter().flat_map(|text| text.lines());
    outcome.stderr = lines.map(|line| format!("{}\n", unmarked(line))).collect();
    outcome
}

fn unmarked(line: &str) -> &str {
    line.strip_prefix("  ").unwrap_or(line)
}
