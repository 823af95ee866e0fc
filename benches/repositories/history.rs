//! An application with a long history of migrations.

use super::stream::{Mark, On, Stream};
use super::{SETTINGS, migration};

/// The number of source files beside the migrations.
const SOURCES: usize = 500;

/// This many of the newest migrations have a commit each. The first commit contains all others.
const COMMITTED_SINGLY: usize = 1000;

/// The shape of a history of migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Linear.
    Linear,
    /// Three migrations at a time on one parent, joined by two merge revisions, with matching git merges.
    Merged,
}

impl Shape {
    /// Returns the parents of a migration in a history of `migrations`.
    pub(crate) fn parents(self, number: usize, migrations: usize) -> Vec<usize> {
        if number == 0 {
            return Vec::new();
        }
        let root = (number - 1) / 5 * 5;
        if self == Shape::Linear || root + 5 >= migrations {
            return vec![number - 1];
        }
        match number - root {
            4 => vec![root + 1, root + 2],
            5 => vec![root + 4, root + 3],
            _ => vec![root],
        }
    }
}

/// Writes the whole history of `main`.
pub(crate) fn write(stream: &mut Stream, migrations: usize, shape: Shape) {
    let bulk = migrations.saturating_sub(COMMITTED_SINGLY);
    let first = stream.commit("main", On::Nothing);
    application(stream);
    for number in 0..bulk {
        add(stream, number, &shape.parents(number, migrations));
    }
    let mut marks: Vec<Mark> = vec![first; bulk];
    for number in bulk..migrations {
        let parents = shape.parents(number, migrations);
        let mut on: Vec<Mark> = parents.iter().map(|&parent| marks[parent]).collect();
        on.dedup();
        let on = if on.is_empty() { vec![first] } else { on };
        marks.push(stream.commit("main", On::Marks(&on)));
        if let [_, merged] = parents[..] {
            add(stream, merged, &shape.parents(merged, migrations));
        }
        add(stream, number, &parents);
    }
}

fn application(stream: &mut Stream) {
    stream.file("README.md", "An application.\n");
    stream.file(".gitignore", "__pycache__/\nhead.txt\n");
    stream.file(".alembic-guard.toml", SETTINGS);
    stream.file("alembic.ini", "[alembic]\nscript_location = migrations\n");
    stream.file("migrations/env.py", "from alembic import context\n");
    stream.file("migrations/script.py.mako", "\"\"\"${message}\"\"\"\n");
    for number in 0..SOURCES {
        stream.file(&a_source(number), &format!("value_{number} = {number}\n").repeat(40));
    }
}

/// Returns the path of a source file.
pub(crate) fn a_source(number: usize) -> String {
    let number = number % SOURCES;
    format!("src/part_{}/file_{number}.py", number / 20)
}

/// Adds a migration to the commit that was started last.
pub(crate) fn add(stream: &mut Stream, number: usize, parents: &[usize]) {
    let path = migration::path("migrations/", number);
    stream.file(&path, &migration::text(number, parents));
}
