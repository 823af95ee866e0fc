//! The commands by which people run an environment, for the advice in a report.

use super::Environment;
use crate::advice::Command;

/// The command by which people run an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runner {
    /// `alembic`, with the arguments that select this environment (`-c FILE`, `-n SECTION`).
    Alembic(Vec<String>),
    /// `flask db`, with the arguments that select this environment (`-d FOLDER`).
    FlaskMigrate(Vec<String>),
}

impl Environment {
    /// Returns the command that runs a subcommand of Alembic, such as `upgrade`, with its arguments.
    pub fn command(&self, subcommand: &'static str, arguments: &[&str]) -> Command {
        self.runner.command(subcommand, arguments).below(&self.run_from)
    }
}

impl Runner {
    fn command(&self, subcommand: &'static str, arguments: &[&str]) -> Command {
        // Alembic takes what selects an environment before the subcommand (`CommandLine._generate_args`),
        // Flask-Migrate behind it (its cli.py).
        let command = match self {
            Runner::Alembic(selecting) => Command::of("alembic").args(selecting).arg(subcommand),
            Runner::FlaskMigrate(selecting) => {
                Command::of("flask db").arg(subcommand).args(selecting)
            }
        };
        command.args(arguments.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_selects_an_environment_stands_where_its_program_takes_it() {
        let alembic = Runner::Alembic(vec!["-n".to_owned(), "my db".to_owned()]);
        let shown = |runner: &Runner| runner.command("downgrade", &["a"]).to_string();
        assert_eq!(shown(&alembic), "alembic -n 'my db' downgrade a");
        let flask = Runner::FlaskMigrate(vec!["-d".to_owned(), "other".to_owned()]);
        assert_eq!(shown(&flask), "flask db downgrade -d other a");
    }
}
