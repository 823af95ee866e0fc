//! The texts below the options in `--help`, and the sections of the manual pages: examples, exit codes,
//! environment.
//!
//! A line that isn't indented and ends with a colon is a heading. Example commands end at two spaces.

use clap::builder::{Resettable, StyledStr};
use clap::{Command, CommandFactory};

use super::arguments::Arguments;
use crate::advice::program::PROGRAM;

/// A heading in the style of clap's own; clap removes the style if there is no terminal.
macro_rules! heading {
    ($title:literal) => {
        concat!("\x1b[1m\x1b[4m", $title, ":\x1b[0m\n")
    };
}

/// Examples, one per line.
macro_rules! examples {
    ($($line:literal),+ $(,)?) => {
        concat!(heading!("Examples"), $("  ", $line, "\n"),+)
    };
}

macro_rules! root_examples {
    () => {
        examples![
            "alembic-guard hook install  Install the hooks into this repository",
            "alembic-guard check         Check the work tree before you push",
            "alembic-guard rebase        Put your migrations on top",
            "alembic-guard help rebase   Print the help of a command",
        ]
    };
}

/// Returns the command line for a program that may have another name, as in the wheel: `alembic-guard` may
/// belong to another package there.
pub(super) fn command(name: &'static str) -> Command {
    let command = Arguments::command().bin_name(name);
    // Going through all texts takes longer than the rest of reading the command line.
    if name == PROGRAM { command } else { renamed(command, name) }
}

/// Changes the program's name in the texts of a command and its subcommands.
fn renamed(command: Command, name: &str) -> Command {
    let [about, long_about, after, long_after] = [
        command.get_about(),
        command.get_long_about(),
        command.get_after_help(),
        command.get_after_long_help(),
    ]
    .map(|text| {
        let text = text.map(|text| with_name(&text.ansi().to_string(), name));
        Resettable::from(text.map(StyledStr::from))
    });
    let command = command.about(about).long_about(long_about);
    let command = command.after_help(after).after_long_help(long_after);
    command.mut_subcommands(|below| renamed(below, name))
}

fn with_name(text: &str, name: &str) -> String {
    let begins = ["  ", "`", "<("];
    let text = begins.into_iter().fold(text.to_owned(), |text, begin| {
        text.replace(&format!("{begin}{PROGRAM} "), &format!("{begin}{name} "))
    });
    // fish looks for a file of the command's name.
    text.replace(&format!("/{PROGRAM}.fish"), &format!("/{name}.fish"))
}

pub(super) const ROOT: &str = root_examples!();

pub(super) const ROOT_LONG: &str = concat!(
    root_examples!(),
    "\n",
    heading!("Exit codes"),
    "  0  No error was found\n",
    "  1  Errors were found; a hook blocks the commit or the push\n",
    "  2  The check could not be made; a hook blocks too\n\n",
    heading!("Environment"),
    "  ALEMBIC_GUARD=0      Turn the hooks off\n",
    "  SKIP=alembic-guard   The same, as in pre-commit\n",
    "  NO_COLOR=1           Print without color\n\n",
    heading!("Files"),
    "  .alembic-guard.toml  Configuration of the repository\n",
    "  .git/alembic-guard   Cache\n",
);

pub(super) const CHECK: &str = examples![
    "alembic-guard check                     Check the work tree",
    "alembic-guard check --staged            Check what would be committed",
    "alembic-guard check --base origin/main  Compare with another branch",
    "alembic-guard check --fix --stage       Fix, stage, then check",
];

pub(super) const HOOK: &str = examples![
    "alembic-guard hook install    Install the hooks into this repository",
    "alembic-guard hook status     Show whether they are installed",
    "alembic-guard hook uninstall  Remove them again",
];

pub(super) const REBASE: &str = examples![
    "alembic-guard rebase -n                   Print the changes as a diff",
    "alembic-guard rebase --stage              Write and stage them",
    "alembic-guard rebase --onto 8c27e05f61b3  Choose among several heads",
];

pub(super) const MERGE: &str = examples![
    "alembic-guard merge -m 'merge heads'           Join the heads",
    "alembic-guard merge 8c27e05f61b3 d10f5b7c92ae  Join only these two",
];

pub(super) const HEADS: &str = examples![
    "alembic-guard heads              List the heads in the work tree",
    "alembic-guard heads origin/main  List the heads of a branch",
];

pub(super) const GRAPH: &str = examples![
    "alembic-guard graph                Draw the work tree's revisions",
    "alembic-guard graph --format json  Print them for a program",
];

pub(super) const AUDIT: &str = examples![
    "alembic-guard audit main         Look at the whole history of main",
    "alembic-guard audit v1.0..v2.0   Look at the commits between two tags",
];

pub(super) const EXPLAIN: &str = examples![
    "alembic-guard explain                      List all rules",
    "alembic-guard explain stale-down-revision  Explain one",
];

pub(super) const CONFIG: &str = examples![
    "alembic-guard config                        Print all settings",
    "alembic-guard config --config strict.toml   Print them with another file",
    "alembic-guard config init                   Write .alembic-guard.toml",
];

pub(super) const CONFIG_INIT: &str =
    examples!["alembic-guard config init   Write .alembic-guard.toml at the top"];

pub(super) const COMPLETIONS: &str = examples![
    "alembic-guard completions bash   Print the script for bash",
    "alembic-guard help completions   Show how to install it",
];

pub(super) const COMPLETIONS_LONG: &str = concat!(
    heading!("Bash, in ~/.bashrc"),
    "  source <(alembic-guard completions bash)\n\n",
    heading!("Zsh, in ~/.zshrc, after compinit"),
    "  source <(alembic-guard completions zsh)\n\n",
    heading!("Fish"),
    "  alembic-guard completions fish \\\n",
    "    > ~/.config/fish/completions/alembic-guard.fish\n\n",
    examples!["alembic-guard completions bash   Print the script for bash"],
);

pub(super) const MAN: &str = examples![
    "alembic-guard man                             Print alembic-guard(1)",
    "alembic-guard man /usr/local/share/man/man1   Write a page per command",
];

pub(super) const INSTALL: &str = examples![
    "alembic-guard hook install          Install the hooks",
    "alembic-guard -C app hook install   Install them into `app`",
];

pub(super) const UNINSTALL: &str =
    examples!["alembic-guard hook uninstall   Remove the hooks from this repository"];

pub(super) const STATUS: &str = examples![
    "alembic-guard hook status                 Exit with 1 if one is missing",
    "alembic-guard hook status --format json   Print it for a program",
];

pub(super) const HOOK_CHECK: &str =
    examples!["alembic-guard hook check --staged   Check what would be committed"];

pub(super) const HOSTED: &str =
    examples!["alembic-guard hook hosted   The `entry` in .pre-commit-config.yaml"];

pub(super) const PRE_COMMIT: &str =
    examples!["alembic-guard hook pre-commit   In .git/hooks/pre-commit"];

pub(super) const PRE_MERGE_COMMIT: &str =
    examples!["alembic-guard hook pre-merge-commit   In .git/hooks/pre-merge-commit"];

pub(super) const PRE_PUSH: &str =
    examples!["alembic-guard hook pre-push \"$@\"   In .git/hooks/pre-push"];

pub(super) const POST_MERGE: &str =
    examples!["alembic-guard hook post-merge \"$@\"   In .git/hooks/post-merge"];

pub(super) const POST_CHECKOUT: &str =
    examples!["alembic-guard hook post-checkout \"$@\"   In .git/hooks/post-checkout"];

pub(super) const PRE_RECEIVE: &str =
    examples!["alembic-guard hook pre-receive   In hooks/pre-receive on the server"];

pub(super) const UPDATE: &str =
    examples!["alembic-guard hook update \"$@\"   In hooks/update on the server"];

#[cfg(test)]
mod tests {
    use clap::{Command, Parser};

    use crate::advice::program::{PROGRAM, WHEEL_PROGRAM};
    use crate::cli::arguments::Arguments;

    /// Calls `check` with every command, as words, and its short and long help.
    fn for_each_help(program: &'static str, check: &mut dyn FnMut(&str, &[String; 2])) {
        fn visit(command: &mut Command, check: &mut dyn FnMut(&str, &[String; 2])) {
            let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
            let helps = [command.render_help().to_string(), command.render_long_help().to_string()];
            check(&name, &helps);
            let below = command.get_subcommands_mut().filter(|below| below.get_name() != "help");
            below.for_each(|below| visit(below, check));
        }
        let mut command = super::command(program);
        command.build();
        visit(&mut command, check);
    }

    #[test]
    fn every_help_fits_80_columns_and_groups_the_global_options() {
        for program in [PROGRAM, WHEEL_PROGRAM] {
            let mut count = 0;
            for_each_help(program, &mut |name, helps| {
                count += 1;
                for help in helps {
                    let long = help.lines().find(|line| line.chars().count() > 80);
                    assert_eq!(long, None, "{name}");
                    assert!(help.contains("\nGlobal options:\n  -C <DIR>"), "{name}: {help}");
                    let examples = help.split("\nExamples:\n").nth(1).expect("it has examples");
                    let mut lines = examples.lines().take_while(|line| !line.is_empty());
                    let wrapped = lines.find(|line| !line.starts_with(&format!("  {program} ")));
                    assert_eq!(wrapped, None, "{name}");
                }
            });
            assert!(count > 20, "it finds the commands");
        }
    }

    #[test]
    fn help_of_the_wheels_program_calls_no_other() {
        for_each_help(WHEEL_PROGRAM, &mut |name, helps| {
            for help in helps {
                // These stay: a variable's value, and a path.
                let help = help.replace("SKIP=alembic-guard", "").replace(".git/alembic-guard", "");
                assert!(!help.contains("alembic-guard "), "{name}: {help}");
                assert!(!help.contains("alembic-guard.fish"), "{name}: {help}");
            }
        });
    }

    #[test]
    fn every_line_of_commands_has_room_for_its_description() {
        for_each_help(PROGRAM, &mut |name, [short, _]| {
            let commands = short.split("\nCommands:\n").nth(1).unwrap_or_default();
            let rows = commands.lines().take_while(|line| !line.is_empty());
            let wrapped = rows.filter(|row| row.starts_with("     ")).collect::<Vec<_>>();
            assert!(wrapped.is_empty(), "{name}: {wrapped:?}");
        });
    }

    #[test]
    fn every_example_is_a_valid_command_line() {
        for_each_help(PROGRAM, &mut |name, [_, help]| {
            let lines =
                help.lines().map(str::trim).filter(|line| line.starts_with("alembic-guard "));
            for line in lines.filter(|line| !line.ends_with('\\')) {
                let command = line.split("  ").next().unwrap_or_default();
                // What git passes.
                let arguments = match name.rsplit(' ').next() {
                    Some("post-merge") => "0",
                    Some("post-checkout") => "1 2 1",
                    Some("update") => "refs/heads/main 1 2",
                    _ => "origin ../remote.git",
                };
                let words = shlex::split(&command.replace("\"$@\"", arguments)).expect("words");
                if let Err(error) = Arguments::try_parse_from(&words) {
                    assert_eq!(
                        error.kind(),
                        clap::error::ErrorKind::DisplayHelp,
                        "{line}: {error}"
                    );
                }
            }
        });
    }
}
