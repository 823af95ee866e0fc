//! What a repository holds after each commit of a history, worked out from the facts.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::replay::facts::{Change, Facts, Status};
use crate::replay::layout::Layout;
use crate::replay::source;

/// All the files of one commit.
#[derive(Clone, Default)]
pub(crate) struct State<'f> {
    /// Every file's text, by path.
    pub(crate) files: BTreeMap<Rc<str>, Rc<str>>,
    pub(crate) layout: Layout<'f>,
    migrations: BTreeMap<&'f str, Migration<'f>>,
}

#[derive(Clone, Copy)]
struct Migration<'f> {
    change: &'f Change,
    /// When its text last became another.
    edition: usize,
}

/// Returns the state before the first migration, and then that after each commit.
pub(crate) fn states(facts: &Facts) -> Vec<State<'_>> {
    let mut state = State::default();
    let after_each: Vec<State<'_>> = (0..facts.history.len())
        .map(|number| {
            state.apply(facts, number);
            state.clone()
        })
        .collect();
    // The environment is there before its first migration.
    let mut first = State::default();
    first.lay_out(after_each[0].layout.clone());
    [first].into_iter().chain(after_each).collect()
}

impl<'f> State<'f> {
    /// Returns the migrations of a commit that another state lacks, by path.
    pub(crate) fn new_since(&self, other: &State<'_>) -> BTreeMap<&'f str, &'f Change> {
        let known: BTreeSet<&str> = other.revisions().collect();
        let new = self.migrations.iter().filter(|(_, migration)| {
            let revision = migration.change.revision.as_deref();
            revision.is_some_and(|revision| !known.contains(revision))
        });
        new.map(|(&path, migration)| (path, migration.change)).collect()
    }

    /// Tells whether a revision or a label has this name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        let mut migrations = self.migrations.values();
        self.revisions().any(|revision| revision == name)
            || migrations.any(|migration| migration.change.labels().contains(&name))
    }

    /// Returns what a revision stands on.
    pub(crate) fn ancestors(&self, revision: &str) -> BTreeSet<&'f str> {
        let mut seen = BTreeSet::new();
        let mut waiting = self.parents_of(revision);
        while let Some(next) = waiting.pop() {
            if seen.insert(next) {
                waiting.extend(self.parents_of(next));
            }
        }
        seen
    }

    /// Returns this state with one more file.
    pub(crate) fn with(mut self, path: &str, text: Rc<str>) -> State<'f> {
        self.files.insert(path.into(), text);
        self
    }

    /// Returns the ids of all revisions.
    pub(crate) fn revisions(&self) -> impl Iterator<Item = &'f str> {
        self.migrations.values().filter_map(|migration| migration.change.revision.as_deref())
    }

    fn parents_of(&self, revision: &str) -> Vec<&'f str> {
        let mut migrations = self.migrations.values();
        let found = migrations.find(|found| found.change.revision.as_deref() == Some(revision));
        found.map(|found| found.change.parents()).unwrap_or_default()
    }

    fn apply(&mut self, facts: &'f Facts, number: usize) {
        let commit = &facts.history[number];
        for change in &commit.changes {
            let moved = change.old_path.as_deref().and_then(|old_path| self.remove(old_path));
            let edition = match change.status {
                Status::Deleted => {
                    self.remove(&change.path);
                    continue;
                }
                Status::Renamed => moved.map_or(number, |moved| moved.edition),
                Status::Added | Status::Modified | Status::Retyped => number,
            };
            let mut text = source::migration(change, edition);
            if commit.has_syntax_error(&change.path) {
                text = source::with_syntax_error(&text);
            }
            self.files.insert(change.path.as_str().into(), text.into());
            self.migrations.insert(&change.path, Migration { change, edition });
        }
        let folders = facts.folders();
        let inhabited = folders.filter(|folder| {
            let mut paths = self.migrations.keys();
            paths.any(|path| path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/')))
        });
        let layout = Layout::new(&facts.environment, inhabited.collect());
        // An environment that loses its migrations stays where it was.
        self.lay_out(layout.unwrap_or_else(|| self.layout.clone()));
    }

    fn remove(&mut self, path: &str) -> Option<Migration<'f>> {
        self.files.remove(path);
        self.migrations.remove(path)
    }

    fn lay_out(&mut self, layout: Layout<'f>) {
        for (path, _) in self.layout.files() {
            self.files.remove(path.as_str());
        }
        for (path, text) in layout.files() {
            self.files.insert(path.into(), text.into());
        }
        self.layout = layout;
    }
}
