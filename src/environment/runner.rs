//! The commands by which people run an environment, for the advice in a report.

use super::Environment;
use crate::text::shell_word;

/// The command by which people run an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// `alembic`, with the arguments that select this environment (`-c FILE`, `-n SECTION`).
    Alembic(Vec<String>),
    /// `flask db`, with the arguments that select this environment (`-d FOLDER`).
    FlaskMigrate(Vec<String>),
}

impl Environment {
    /// Returns the shell command that runs these subcommands one after the other, each with its own
    /// arguments, quoted already: `merge -m "merge heads" a b`.
    pub fn command(&self, subcommands: &[&str]) -> String {
        let commands: Vec<String> =
            subcommands.iter().map(|words| self.runner.command(words)).collect();
        let command = commands.join(" && ");
        match self.run_from.is_root() {
            true => command,
            false => {
                let folder = shell_word(&self.run_from.to_string());
                format!("(cd {folder} && {command})")
            }
        }
    }
}

impl Runner {
    fn command(&self, subcommand: &str) -> String {
        let (name, rest) = subcommand.split_once(' ').unwrap_or((subcommand, ""));
        let quoted = |arguments: &[String]| -> Vec<String> {
            arguments.iter().map(|word| shell_word(word)).collect()
        };
        // Alembic takes what selects an environment before the subcommand, Flask-Migrate behind it.
        let words = match self {
            Runner::Alembic(arguments) => {
                [vec!["alembic".to_owned()], quoted(arguments), vec![subcommand.to_owned()]]
                    .concat()
            }
            Runner::FlaskMigrate(arguments) => {
                let name = format!("flask db {name}");
                [vec![name], quoted(arguments), vec![rest.to_owned()]].concat()
            }
        };
        words.join(" ").trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_selects_an_environment_stands_where_its_program_takes_it() {
        let alembic = Runner::Alembic(vec!["-n".to_owned(), "my db".to_owned()]);
        assert_eq!(alembic.command("downgrade a"), "alembic -n 'my db' downgrade a");
        let flask = Runner::FlaskMigrate(vec!["-d".to_owned(), "other".to_owned()]);
        assert_eq!(flask.command("downgrade a"), "flask db downgrade -d other a");
        assert_eq!(flask.command("upgrade"), "flask db upgrade -d other");
    }
}
