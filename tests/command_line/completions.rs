//! The completion scripts, loaded by the shells themselves.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{guard, refused, run};
use crate::support::scratch;

/// Writes the script of a shell and a program for the shell to run, in which `SCRIPT` is the former's path.
fn written(shell: &str, program: &str) -> (TempDir, PathBuf) {
    let folder = scratch::folder();
    let script = folder.path().join("completions");
    fs::write(&script, guard(&["completions", shell])).expect("the folder is ours");
    let path = folder.path().join("program");
    let program = program.replace("SCRIPT", script.to_str().expect("a plain path"));
    fs::write(&path, program).expect("the folder is ours");
    (folder, path)
}

/// Asserts that a shell runs a program without a word on standard error, and returns what it prints.
fn ran(shell: &str, options: &[&str], program: &str) -> Option<String> {
    let (_folder, path) = written(shell, program);
    let mut arguments: Vec<&OsStr> = options.iter().map(OsStr::new).collect();
    arguments.push(path.as_os_str());
    let output = run(shell, &arguments)?;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shell}");
    Some(String::from_utf8(output.stdout).expect("it prints UTF-8"))
}

#[test]
fn bash_completes_a_subcommand_and_a_value() {
    let program = "source 'SCRIPT'\n\
        by=$(complete -p alembic-guard) && by=${by#*-F } && by=${by%% *} || exit\n\
        complete_words() {\n\
            COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMPREPLY=()\n\
            \"$by\" \"$1\" \"${!#}\" \"${COMP_WORDS[$#-2]}\"\n\
            echo \"${COMPREPLY[@]}\"\n\
        }\n\
        complete_words alembic-guard re\n\
        complete_words alembic-guard hook un\n\
        complete_words alembic-guard --format j\n";
    let Some(printed) = ran("bash", &["--norc", "--noprofile"], program) else { return };
    assert_eq!(printed, "rebase\nuninstall\njson\n");
}

/// The Python package names the program differently, and adds a script of the usual name.
#[test]
fn a_program_from_a_python_package_completes_both_of_its_names() {
    let folder = scratch::folder();
    let program = folder.path().join("alembic-head-guard");
    fs::copy(env!("CARGO_BIN_EXE_alembic-guard"), &program).expect("the folder is ours");
    let source = format!(
        "source <('{}' completions bash) || exit\ncomplete -p alembic-guard alembic-head-guard\n",
        program.display(),
    );
    let Some(printed) = ran("bash", &["--norc", "--noprofile"], &source) else { return };
    assert_eq!(printed.lines().count(), 2, "{printed}");
}

#[test]
fn fish_completes_a_subcommand_and_a_value() {
    let program = "source 'SCRIPT'\n\
        complete -C 'alembic-guard reb'\n\
        complete -C 'alembic-guard hook un'\n\
        complete -C 'alembic-guard check --format j'\n";
    let Some(printed) = ran("fish", &["--no-config"], program) else { return };
    let words = printed.lines().filter_map(|line| line.split('\t').next());
    assert_eq!(words.collect::<Vec<_>>(), ["rebase", "uninstall", "json"], "{printed}");
}

/// zsh completes only on a terminal, which `zpty` provides.
#[test]
fn zsh_completes_a_subcommand() {
    let program = "zmodload zsh/zpty || exit\n\
        zpty shell zsh -f -i\n\
        zpty -w shell 'autoload -U compinit && compinit -u -D && source \"SCRIPT\"'\n\
        zpty -w shell 'alembic-guard() { print \"ran: $*.\" }'\n\
        zpty -w -n shell $'alembic-guard hook uninst\\t\\n'\n\
        zpty -w shell exit\n\
        while zpty -r shell line; do print -r -- $line; done\n";
    let Some(printed) = ran("zsh", &["-f"], program) else { return };
    assert!(printed.contains("ran: hook uninstall."), "{printed}");
    assert!(!printed.contains("not found"), "{printed}");
}

#[test]
fn a_shell_that_is_not_known_is_refused_with_the_known_ones() {
    let message = refused(&["completions", "csh"]);
    assert!(
        message.contains("[possible values: bash, elvish, fish, powershell, zsh]"),
        "{message}"
    );
}
