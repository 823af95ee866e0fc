//! Parses the arguments that git's hooks pass to this program, without clap.

use std::ffi::OsString;

use super::arguments::{Arguments, Color, Command, Format, Global, HookCommand};
use crate::scope::Deadline;

/// Parses the arguments that git's hooks pass to this program; returns nothing for other arguments.
///
/// Describing the whole command line to clap takes a fifth of the time of a push without migrations.
pub(super) fn read(words: impl Iterator<Item = OsString>) -> Option<Arguments> {
    let words: Vec<String> = words.map(|word| word.into_string().ok()).collect::<Option<_>>()?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // The shims put a `--` before what git says; by hand it may be left out.
    let (name, said) = match words.as_slice() {
        ["hook", name, "--", said @ ..] => (*name, said),
        ["hook", name, said @ ..] if said.iter().all(|word| !word.starts_with('-')) => {
            (*name, said)
        }
        _ => return None,
    };
    let owned = |word: &&str| (**word).to_owned();
    let hook = match (name, said) {
        ("pre-commit", []) => HookCommand::PreCommit,
        ("pre-merge-commit", []) => HookCommand::PreMergeCommit,
        ("pre-push", [] | [_] | [_, _]) => {
            let (remote, url) = (said.first().map(owned), said.get(1).map(owned));
            HookCommand::PrePush { remote, url }
        }
        ("post-merge", [] | [_]) => HookCommand::PostMerge { squash: said.first().map(owned) },
        ("post-checkout", [before, after, flag]) => {
            let [before, after, flag] = [before, after, flag].map(owned);
            HookCommand::PostCheckout { before, after, flag }
        }
        _ => return None,
    };
    let global = Global {
        directory: None,
        config: None,
        format: Format::Text,
        color: Color::Auto,
        quiet: false,
        verbose: false,
        no_cache: false,
        help: None,
        deadline: Deadline::default(),
    };
    Some(Arguments { global, version: None, command: Command::Hook(hook) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn what_git_calls_reads_as_clap_reads_it() {
        let calls = [
            "hook pre-commit",
            "hook pre-commit --",
            "hook pre-merge-commit --",
            "hook pre-push",
            "hook pre-push -- origin",
            "hook pre-push -- -v --help",
            "hook pre-push origin ../remote.git",
            "hook post-merge 0",
            "hook post-merge",
            "hook post-checkout -- 1 2 1",
        ];
        for call in calls {
            let words = || call.split(' ').map(OsString::from);
            let ours = read(words()).expect("git calls so");
            let name = std::iter::once(OsString::from("alembic-guard"));
            let clap = Arguments::try_parse_from(name.chain(words())).expect("clap knows it");
            assert_eq!(format!("{ours:?}"), format!("{clap:?}"), "{call}");
        }
    }

    #[test]
    fn everything_else_is_left_to_clap() {
        let calls = [
            "",
            "hook",
            "hook pre-push -v",
            "hook pre-push -- origin url more",
            "hook pre-commit -- more",
            "hook pre-commit --help",
            "--no-cache hook pre-commit",
            "hook post-checkout 1 2",
            "check",
        ];
        for call in calls {
            let words = call.split(' ').map(OsString::from);
            assert!(read(words).is_none(), "{call}");
        }
    }
}
