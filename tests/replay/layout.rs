//! The files around the migrations: what tells Alembic, and the guard, where they are.

use alembic_guard::config::Level;
use alembic_guard::rules::{Consequence, RULES};

use crate::replay::facts::Environment;

/// Rules of [`Consequence::Neither`] that the facts can answer all the same: they know every file, and
/// the environment never goes.
const ANSWERED: [&str; 2] = ["duplicate-revision", "environment-lost"];

/// What Alembic makes new files from.
const TEMPLATE: &str = r#""""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
"#;

/// Where an environment is at one commit.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Layout<'f> {
    /// Where `env.py` is; nothing where no file of the repository says it.
    script_location: Option<&'f str>,
    pub(crate) version_locations: Vec<&'f str>,
    pub(crate) recursive: bool,
}

/// Returns the rules that would block by what the facts are silent about.
pub(crate) fn set_aside() -> impl Iterator<Item = &'static str> {
    let silent = RULES.iter().filter(|rule| {
        rule.consequence == Consequence::Neither
            && rule.level == Level::Error
            && !ANSWERED.contains(&rule.name)
    });
    silent.map(|rule| rule.name)
}

impl<'f> Layout<'f> {
    /// Returns the layout while these folders hold migrations; nothing where there is none.
    pub(crate) fn new(environment: &'f Environment, folders: Vec<&'f str>) -> Option<Layout<'f>> {
        let newest = *folders.first()?;
        let today = environment.version_locations.iter().any(|folder| folder == newest);
        let script_location = environment.script_location.as_deref();
        Some(Layout {
            script_location: if today {
                script_location
            } else {
                script_location.and(newest.strip_suffix("/versions"))
            },
            version_locations: folders,
            recursive: environment.recursive,
        })
    }

    /// Returns where a migration goes that lies elsewhere today: into this environment.
    pub(crate) fn path_of(&self, path: &str) -> String {
        let is_here = |folder: &&str| path.starts_with(&format!("{folder}/"));
        if self.version_locations.iter().any(is_here) {
            path.to_owned()
        } else {
            let name = path.rsplit('/').next().expect("a path has a name");
            format!("{}/{name}", self.version_locations[0])
        }
    }

    /// Returns the files, by path.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let mut configuration = levels();
        let Some(script_location) = self.script_location else {
            configuration = self.environment_table() + &configuration;
            return vec![(".alembic-guard.toml".to_owned(), configuration)];
        };
        vec![
            (".alembic-guard.toml".to_owned(), configuration),
            ("alembic.ini".to_owned(), self.ini(script_location)),
            (format!("{script_location}/env.py"), "from alembic import context\n".to_owned()),
            (format!("{script_location}/script.py.mako"), TEMPLATE.to_owned()),
        ]
    }

    fn ini(&self, script_location: &str) -> String {
        let mut text = format!("[alembic]\nscript_location = {script_location}\n");
        if self.version_locations != [format!("{script_location}/versions")] {
            text += &format!(
                "path_separator = space\nversion_locations = {}\n",
                self.version_locations.join(" ")
            );
        }
        if self.recursive {
            text += "recursive_version_locations = true\n";
        }
        text
    }

    fn environment_table(&self) -> String {
        format!(
            "[[environment]]\nversion_locations = {:?}\nrecursive = {}\n\n",
            self.version_locations, self.recursive
        )
    }
}

fn levels() -> String {
    let levels: String = set_aside().map(|rule| format!("{rule} = \"warn\"\n")).collect();
    format!("[rules]\n{levels}")
}
