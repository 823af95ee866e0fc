//! `--help`, as users see it.

use snapbox::str;

use super::guard;

#[test]
fn the_help_of_the_program() {
    snapbox::assert_data_eq!(
        guard(&["-h"]),
        str![[r#"
Block commits and pushes that would give an Alembic history a second head

Usage: alembic-guard [OPTIONS] <COMMAND>

Commands:
  check        Check the work tree, the index or a commit
  hook         Install, remove, list or run the git hooks
  rebase       Put unpublished migrations on top of the target branch
  merge        Write a merge revision, as `alembic merge` does
  heads        List the heads of every environment
  graph        Draw the revisions of every environment
  audit        List past commits that added a head, and their repairs
  explain      Explain a rule, or list all rules
  config       Print the configuration in force, or write a new one
  completions  Print a completion script for a shell
  man          Print the manual page, or write all of them
  help         Print this message or the help of the given subcommand(s)

Global options:
  -C <DIR>               Run as if started in DIR
      --config <FILE>    Use FILE instead of .alembic-guard.toml
      --format <FORMAT>  Output format [default: text] [possible values: text,
                         json]
      --color <WHEN>     When to use color [default: auto] [possible values:
                         auto, always, never]
  -q, --quiet            Print only problems
  -v, --verbose          Print details, such as each existing problem
      --no-cache         Neither read nor write the cache
  -h, --help             Print help
  -V, --version          Print the version

Examples:
  alembic-guard hook install  Install the hooks into this repository
  alembic-guard check         Check the work tree before you push
  alembic-guard rebase        Put your migrations on top
  alembic-guard help rebase   Print the help of a command

"#]]
    );
}

#[test]
fn the_help_of_a_command() {
    snapbox::assert_data_eq!(
        guard(&["check", "-h"]),
        str![[r#"
Check the work tree, the index or a commit

Usage: alembic-guard check [OPTIONS] [REV]

Arguments:
  [REV]  Commit to check [default: the work tree]

Options:
      --staged      Check the index
      --worktree    Check the work tree
      --base <REV>  Merge into REV [default: the nearest target branch]
      --all         Check everything, as if all of it were new
      --fix         First fix what has only one fix
  -n, --dry-run     With --fix: print the changes without writing them
      --stage       With --fix: stage the written files

Global options:
  -C <DIR>               Run as if started in DIR
      --config <FILE>    Use FILE instead of .alembic-guard.toml
      --format <FORMAT>  Output format [default: text] [possible values: text,
                         json]
      --color <WHEN>     When to use color [default: auto] [possible values:
                         auto, always, never]
  -q, --quiet            Print only problems
  -v, --verbose          Print details, such as each existing problem
      --no-cache         Neither read nor write the cache
  -h, --help             Print help

Examples:
  alembic-guard check                     Check the work tree
  alembic-guard check --staged            Check what would be committed
  alembic-guard check --base origin/main  Compare with another branch
  alembic-guard check --fix --stage       Fix, stage, then check

"#]]
    );
}

#[test]
fn help_is_a_command_too() {
    assert_eq!(guard(&["help"]), guard(&["--help"]));
    assert_eq!(guard(&["help", "rebase"]), guard(&["rebase", "--help"]));
    assert_eq!(guard(&["help", "hook", "install"]), guard(&["hook", "install", "--help"]));
    assert_eq!(guard(&["hook", "help", "install"]), guard(&["hook", "install", "--help"]));
}
