//! What `hook status` says of a host's hooks.

use crate::hosts::host::{Host, with_each_host};
use crate::hosts::team::Team;

with_each_host!(what_the_host_is_told_counts);

fn what_the_host_is_told_counts(host: Host) {
    let push = |team: &Team| {
        let status = team.mine.guard(&["hook", "status"]).stdout();
        let mut lines = status.lines().filter_map(|line| line.split_once(": "));
        let (_, state) =
            lines.find(|(hooks, _)| hooks.contains("pre-push")).expect("every hook is in a line");
        state.to_owned()
    };
    assert_eq!(push(&Team::by_readme(host)), "another hook, which calls alembic-guard");

    let without = Team::with_other(host);
    host.install(&without.mine);
    assert_eq!(push(&without), "another hook, which does not call alembic-guard");
}
