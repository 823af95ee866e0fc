//! Many services in one repository. Some of them have a database.

use super::stream::{On, Stream};
use super::{SETTINGS, migration};

/// The size of a monorepo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// The approximate number of files.
    pub(crate) files: usize,
    /// The number of services with migrations.
    pub(crate) environments: usize,
}

const FILES_OF_A_FOLDER: usize = 20;
const FOLDERS_OF_A_SERVICE: usize = 50;
/// Per environment.
const MIGRATIONS: usize = 40;

impl Size {
    fn services(self) -> usize {
        self.files.div_ceil(FILES_OF_A_FOLDER * FOLDERS_OF_A_SERVICE).max(self.environments)
    }

    /// Returns whether a service has migrations. Such services are spread evenly.
    fn has_environment(self, service: usize) -> bool {
        let before = |service: usize| service * self.environments / self.services();
        before(service) < before(service + 1)
    }

    fn first_with_environment(self) -> usize {
        (self.services() - 1) / self.environments
    }
}

/// Writes everything in one commit, except the newest migration, which gets a second one.
pub(crate) fn write(stream: &mut Stream, size: Size) {
    let first = stream.commit("main", On::Nothing);
    stream.file(".alembic-guard.toml", SETTINGS);
    stream.file("README.md", "All of it.\n");
    let mut left = size.files;
    for service in 0..size.services() {
        let files = left.min(FILES_OF_A_FOLDER * FOLDERS_OF_A_SERVICE);
        left -= files;
        sources(stream, &folder(service), files);
        if size.has_environment(service) {
            let newest_is_missing = service == size.first_with_environment();
            environment(stream, &folder(service), MIGRATIONS - usize::from(newest_is_missing));
        }
    }
    stream.commit("main", On::Marks(&[first]));
    add(stream, &an_environment(size).0, MIGRATIONS - 1);
}

/// Returns the path of a source file. Consecutive numbers belong to different services.
pub(crate) fn a_source(size: Size, number: usize) -> String {
    source(&folder(number % size.services()), number)
}

/// Returns the path of a text file.
pub(crate) fn a_text() -> String {
    format!("{}README.md", folder(0))
}

/// Returns the folder of the first environment and its number of migrations.
pub(crate) fn an_environment(size: Size) -> (String, usize) {
    (format!("{}migrations/", folder(size.first_with_environment())), MIGRATIONS)
}

fn folder(service: usize) -> String {
    format!("teams/team_{:02}/service_{service:03}/", service / 10)
}

fn source(service: &str, file: usize) -> String {
    let folder = file / FILES_OF_A_FOLDER;
    let (package, module) = (folder / 7, folder % 7);
    format!("{service}src/package_{package}/module_{module}/file_{file}.py")
}

fn sources(stream: &mut Stream, service: &str, files: usize) {
    stream.file(&format!("{service}README.md"), &format!("# {service}\n"));
    for file in 0..files {
        stream.file(&source(service, file), &format!("PLACE = \"{service}\"\nNUMBER = {file}\n"));
    }
}

fn environment(stream: &mut Stream, service: &str, count: usize) {
    let ini = format!("{service}alembic.ini");
    stream.file(&ini, "[alembic]\nscript_location = %(here)s/migrations\n");
    let migrations = format!("{service}migrations/");
    stream.file(&format!("{migrations}env.py"), "from alembic import context\n");
    stream.file(&format!("{migrations}script.py.mako"), "\"\"\"${message}\"\"\"\n");
    for number in 0..count {
        add(stream, &migrations, number);
    }
}

fn add(stream: &mut Stream, migrations: &str, number: usize) {
    let parent: Vec<usize> = number.checked_sub(1).into_iter().collect();
    stream.file(&migration::path(migrations, number), &migration::text(number, &parent));
}
