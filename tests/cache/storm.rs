//! Twenty hooks at once, half of them killed in the middle.

use std::io::Write;
use std::process::Child;
use std::time::Duration;

use crate::cache::world::{Stale, all_below, files, folder, said};

const HOOKS: usize = 20;
const ROUNDS: usize = 12;

#[test]
fn hooks_that_are_killed_leave_nothing_and_spoil_no_answer() {
    let stale = Stale::new();
    let right = stale.ask(&["--no-cache"]);
    assert!(right.starts_with("Some(1)") && right.contains("stale-down-revision"), "{right}");
    let git_dir = stale.mine.top.join(".git");
    let untouched = all_below(&git_dir);
    let (mut killed, mut ended) = (0, 0);
    for round in 0..ROUNDS {
        // Some begin with nothing kept, some with facts, and some with a cache that is no cache.
        match round % 3 {
            0 => drop(std::fs::remove_dir_all(folder(&stale.mine))),
            1 => {}
            _ => std::fs::write(stale.file(), [0x55; 4000]).expect("it is ours"),
        }
        let mut hooks: Vec<Child> = (0..HOOKS).map(|_| start(&stale)).collect();
        for (number, hook) in hooks.iter_mut().enumerate().filter(|(number, _)| number % 2 == 0) {
            std::thread::sleep(Duration::from_micros((round * 131 + number * 577) as u64 % 4000));
            hook.kill().expect("it was started");
        }
        for hook in hooks {
            let output = hook.wait_with_output().expect("it ends");
            match output.status.code() {
                None => killed += 1,
                Some(_) => {
                    ended += 1;
                    assert_eq!(said(&output), right);
                }
            }
        }
        assert_eq!(stale.ask(&[]), right);
        assert_eq!(files(&folder(&stale.mine)).len(), 1, "{:?}", files(&folder(&stale.mine)));
    }
    let tally = format!("{killed} hooks were killed, {ended} ended, all with the same answer\n");
    let _ = std::io::stderr().write_all(tally.as_bytes());
    assert!(killed >= ROUNDS && ended >= ROUNDS * HOOKS / 2, "{killed} and {ended}");
    std::fs::remove_dir_all(folder(&stale.mine)).expect("it is ours");
    assert_eq!(all_below(&git_dir), untouched);
}

fn start(stale: &Stale) -> Child {
    let mut hook = stale.hook(&[]).spawn().expect("the guard runs");
    let mut stdin = hook.stdin.take().expect("it is piped");
    let _ = stdin.write_all(stale.input.as_bytes());
    hook
}
