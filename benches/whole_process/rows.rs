//! The names of what is measured.

use std::fmt;

/// One row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) what: What,
    /// What the guard knows beforehand; nothing for other programs.
    pub(crate) cache: Option<Cache>,
}

/// What a process is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// What it costs git to list the version folder.
    LsTree,
    /// What it costs git to read the migrations.
    CatFile,
    /// What it costs git to start and read one ref.
    RevParse,
    /// What it costs git to compare the index with HEAD.
    DiffCached,
    PushStale,
    /// The same where the base is fetched for it.
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

/// What the guard's cache holds when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cache {
    /// It is switched off, or the program has none.
    Cold,
    /// It is empty, and filled on the way.
    Filling,
    /// It knows what has landed, but not what it is asked about.
    New,
    /// It was asked the same before.
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
