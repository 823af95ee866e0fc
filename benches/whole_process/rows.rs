//! The names of the measured rows.

use std::fmt;

/// One row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) what: What,
    /// The state of the guard's cache; `None` for other programs.
    pub(crate) cache: Option<Cache>,
}

/// The task of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// git listing the versions folder.
    LsTree,
    /// git reading the migrations.
    CatFile,
    /// git starting and reading one ref.
    RevParse,
    /// git comparing the index with HEAD.
    DiffCached,
    PushStale,
    /// The same, with a fetch of the base.
    PushStaleFetching,
    PushSource,
    PushText,
    CommitMigration,
    CommitSource,
    CheckoutMigration,
    CheckoutNone,
    CheckAll,
    AlembicHeads,
    AlembicLinear,
}

/// The state of the guard's cache at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cache {
    /// Switched off, or not supported by the program.
    Cold,
    /// Empty; the run fills it.
    Filling,
    /// Contains the base, but not the checked commit.
    New,
    /// Contains the same question.
    Again,
}

impl Row {
    pub(crate) fn of(what: What) -> Row {
        Row { what, cache: None }
    }

    pub(crate) fn guard(what: What, cache: Cache) -> Row {
        Row { what, cache: Some(cache) }
    }

    pub(crate) fn is_guard(self) -> bool {
        self.cache.is_some()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.what {
            What::LsTree => "git ls-tree -r, version folder",
            What::CatFile => "git cat-file --batch, its blobs",
            What::RevParse => "git rev-parse HEAD",
            What::DiffCached => "git diff --cached --quiet",
            What::PushStale => "pre-push, stale migration",
            What::PushStaleFetching => "pre-push, stale, local remote asked",
            What::PushSource => "pre-push, a source file",
            What::PushText => "pre-push, a text",
            What::CommitMigration => "pre-commit, new migration",
            What::CommitSource => "pre-commit, a source file",
            What::CheckoutMigration => "post-checkout, one migration",
            What::CheckoutNone => "post-checkout, no migration",
            What::CheckAll => "check --all",
            What::AlembicHeads => "alembic heads, .pyc files warm",
            What::AlembicLinear => "alembic-linear check, likewise",
        })?;
        match self.cache {
            None => Ok(()),
            Some(Cache::Cold) => out.write_str(": cold"),
            Some(Cache::Filling) => out.write_str(": filling"),
            Some(Cache::New) => out.write_str(": warm, new question"),
            Some(Cache::Again) => out.write_str(": warm, same again"),
        }
    }
}
