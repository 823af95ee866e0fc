//! Finds out whether a text calls the guard: a custom hook, or the configuration of a hook manager.
//!
//! A folder may have the name of the program, such as a clone of its source, so the name alone is not
//! enough.

use crate::advice::program::PROGRAM;
use crate::advice::program::WHEEL_PROGRAM;

/// The names of the program, and that of the Python module that runs it.
const PROGRAMS: [&str; 3] = [PROGRAM, WHEEL_PROGRAM, "alembic_head_guard"];

/// The subcommands that run hooks.
const COMMANDS: [&str; 2] = ["hook", "check"];

/// Characters that separate words, in a shell and in YAML, TOML and JSON.
const BETWEEN: [char; 13] = [' ', '\t', '"', '\'', '`', '(', ')', '{', '}', '[', ']', ',', '='];

/// Characters that end a command.
const ENDS: [char; 3] = [';', '&', '|'];

/// Returns whether a line calls the guard: its name or a path to it, followed by a hook command.
pub(super) fn calls_guard(text: &str) -> bool {
    commands(text).any(|command| {
        let mut words = words(command);
        let is_program =
            |word: &str| word.rsplit('/').next().is_some_and(|it| PROGRAMS.contains(&it));
        words.any(is_program) && words.any(|word| COMMANDS.contains(&word))
    })
}

/// Returns whether a line of a pre-commit configuration runs the hook from the guard's repository.
pub(super) fn names_hook(text: &str) -> bool {
    commands(text).any(|command| {
        let mut words = words(command).map(|word| word.trim_end_matches(':'));
        words.any(|word| word == "id") && words.next() == Some(PROGRAM)
    })
}

/// Returns the commands of a text, without comments.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| line.split(ENDS))
}

fn words(command: &str) -> impl Iterator<Item = &str> {
    command.split(BETWEEN).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_a_program_and_what_it_is_to_do() {
        for text in [
            "alembic-guard hook pre-push \"$@\"",
            "#!/bin/sh\nexec '/opt/my tools/alembic-guard' hook pre-push origin",
            "cd x && ./bin/alembic-guard -q -C . hook pre-commit || exit",
            "alembic-guard --format json check --staged",
            "      entry: alembic-guard hook hosted",
            "pre-push: {run: \"alembic-guard hook pre-push '{1}' '{2}'\"}",
            "{\"run\": \"alembic-guard hook pre-commit\"}",
            "run = \"alembic-guard hook pre-commit\"",
            "x=$(alembic-guard hook pre-push)",
            "      entry: alembic-head-guard hook hosted",
            "exec /opt/venv/bin/alembic-head-guard hook pre-push \"$@\"",
            "python -m alembic_head_guard hook pre-push \"$@\"",
        ] {
            assert!(calls_guard(text), "{text}");
        }
        for text in [
            "",
            "cd /src/alembic-guard && make hook",
            "echo ran >>'/tmp/alembic-guard/log'",
            "# alembic-guard hook pre-push",
            "exec /src/alembic-guard/run hook pre-push",
            "my-alembic-guard hook pre-push",
            "alembic-guard-old hook pre-push",
            "my-alembic-head-guard hook pre-push",
            "echo alembic-guard; echo hook",
        ] {
            assert!(!calls_guard(text), "{text}");
        }
    }

    #[test]
    fn a_hook_of_pre_commits_goes_by_its_id() {
        for text in [
            "      - id: alembic-guard",
            "- {id: 'alembic-guard'}",
            "hooks = [{id = \"alembic-guard\"}]",
        ] {
            assert!(names_hook(text), "{text}");
        }
        for text in
            ["- repo: https://x/alembic-guard", "# - id: alembic-guard", "id: alembic-guard-x"]
        {
            assert!(!names_hook(text), "{text}");
        }
    }
}
