//! What `--help` prints below the options, and the manual pages as sections: examples, exit codes, environment.
//!
//! A line that isn't indented and ends with a colon is a heading. Example commands end at two spaces.

/// A heading, in the style that clap gives its own; clap removes it if there is no terminal.
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
            "alembic-guard rebase        Put your migrations on top of the base",
            "alembic-guard help rebase   Print the help of a command",
        ]
    };
}

/// Has the examples begin with another name of the program, as in Python packages, whose `alembic-guard` may be
/// another package's.
pub(super) fn renamed(help: &str, name: &str) -> String {
    help.replace("  alembic-guard ", &format!("  {name} "))
        .replace("<(alembic-guard ", &format!("<({name} "))
        // fish looks for a file of the command's name.
        .replace("/alembic-guard.fish", &format!("/{name}.fish"))
}

pub(super) const ROOT: &str = root_examples!();

pub(super) const ROOT_LONG: &str = concat!(
    root_examples!(),
    "\n",
    heading!("Exit codes"),
    "  0  No error was found\n",
    "  1  Errors were found; a hook blocks the commit or the push\n",
    "  2  The check failed to run\n\n",
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
    "alembic-guard check --staged            Check what `git commit` would commit",
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
    "alembic-guard -C app hook install   Install them into the repository `app`",
];

pub(super) const UNINSTALL: &str =
    examples!["alembic-guard hook uninstall   Remove the hooks from this repository"];

pub(super) const STATUS: &str = examples![
    "alembic-guard hook status                 Exit with 1 if a hook is missing",
    "alembic-guard hook status --format json   Print it for a program",
];

pub(super) const HOOK_CHECK: &str =
    examples!["alembic-guard hook check --staged   Check what `git commit` would commit"];

pub(super) const HOSTED: &str =
    examples!["alembic-guard hook hosted   The `entry` in .pre-commit-config.yaml"];

pub(super) const PRE_COMMIT: &str =
    examples!["alembic-guard hook pre-commit   A line of .git/hooks/pre-commit"];

pub(super) const PRE_MERGE_COMMIT: &str =
    examples!["alembic-guard hook pre-merge-commit   A line of .git/hooks/pre-merge-commit"];

pub(super) const PRE_PUSH: &str =
    examples!["alembic-guard hook pre-push \"$@\"   A line of .git/hooks/pre-push"];

pub(super) const POST_MERGE: &str =
    examples!["alembic-guard hook post-merge \"$@\"   A line of .git/hooks/post-merge"];

pub(super) const POST_CHECKOUT: &str =
    examples!["alembic-guard hook post-checkout \"$@\"   A line of .git/hooks/post-checkout"];

pub(super) const PRE_RECEIVE: &str =
    examples!["alembic-guard hook pre-receive   A line of hooks/pre-receive on the server"];

pub(super) const UPDATE: &str =
    examples!["alembic-guard hook update \"$@\"   A line of hooks/update on the server"];

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory, Parser};

    use crate::cli::arguments::Arguments;

    /// Calls `check` with every command, as words, and its short and long help.
    fn for_each_help(check: &mut dyn FnMut(&str, &[String; 2])) {
        fn visit(command: &mut Command, check: &mut dyn FnMut(&str, &[String; 2])) {
            let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
            let helps = [command.render_help().to_string(), command.render_long_help().to_string()];
            check(&name, &helps);
            let below = command.get_subcommands_mut().filter(|below| below.get_name() != "help");
            below.for_each(|below| visit(below, check));
        }
        let mut command = Arguments::command();
        command.build();
        visit(&mut command, check);
    }

    #[test]
    fn every_help_fits_80_columns_and_groups_the_global_options() {
        let mut count = 0;
        for_each_help(&mut |name, helps| {
            count += 1;
            for help in helps {
                let long = help.lines().find(|line| line.chars().count() > 80);
                assert_eq!(long, None, "{name}");
                assert!(help.contains("\nGlobal options:\n  -C <DIR>"), "{name}: {help}");
                assert!(help.contains("\nExamples:\n  alembic-guard "), "{name}: {help}");
            }
        });
        assert!(count > 20, "it finds the commands");
    }

    #[test]
    fn help_of_the_wheels_program_names_no_other() {
        for_each_help(&mut |name, helps| {
            let examples = helps[1].split("\nExamples:\n").nth(1).unwrap_or_default();
            let renamed = super::renamed(examples, "x");
            assert!(!renamed.contains(" alembic-guard "), "{name}: {renamed}");
        });
        let fish = super::renamed(super::COMPLETIONS_LONG, "x");
        assert!(fish.contains("x completions fish \\\n    > ~/.config/fish/completions/x.fish"));
    }

    #[test]
    fn every_line_of_commands_has_room_for_its_description() {
        for_each_help(&mut |name, [short, _]| {
            let commands = short.split("\nCommands:\n").nth(1).unwrap_or_default();
            let rows = commands.lines().take_while(|line| !line.is_empty());
            let wrapped = rows.filter(|row| row.starts_with("     ")).collect::<Vec<_>>();
            assert!(wrapped.is_empty(), "{name}: {wrapped:?}");
        });
    }

    #[test]
    fn every_example_is_a_valid_command_line() {
        for_each_help(&mut |name, [_, help]| {
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
