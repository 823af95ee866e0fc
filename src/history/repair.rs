//! Recognizes the repair of an incident from the graphs before and after it.

use std::collections::BTreeSet;

use crate::alembic::graph::{Graph, Parents, Revision};
use crate::alembic::migration::{Migration, RevisionId};
use crate::tree::RepoPath;

use super::files::{migrations, revisions};
use super::incident::{AuditedCommit, Incident, IncidentKind};

/// The end of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRepair {
    /// The commit that ended it.
    pub landed: AuditedCommit,
    /// The change of that commit.
    pub how: How,
    /// The time since the incident; `None` if the commit dates are in reverse order.
    pub seconds: u64,
    /// The number of commits since the incident.
    pub commits: usize,
}

/// The way in which a commit repaired a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// This new revision joins heads.
    Joined(RevisionId),
    /// A revision got another id and place.
    Renumbered {
        /// The old id.
        from: RevisionId,
        /// The new id.
        to: RevisionId,
    },
    /// These revisions, sorted, got other parents.
    Repointed(Vec<RevisionId>),
    /// These revisions, sorted, were removed.
    Removed(Vec<RevisionId>),
    /// The missing revision was added.
    Added(RevisionId),
    /// This file was fixed.
    Edited(RepoPath),
    /// The environment was removed.
    Dropped,
    /// None of these.
    Unclear,
}

impl IncidentRepair {
    pub(super) fn new(
        incident: &AuditedCommit,
        landed: &AuditedCommit,
        how: How,
    ) -> IncidentRepair {
        let (from, to) = (incident.description.committed, landed.description.committed);
        IncidentRepair {
            landed: landed.clone(),
            how,
            seconds: u64::try_from(to.saturating_sub(from)).unwrap_or(0),
            commits: landed.place - incident.place,
        }
    }
}

/// Recognizes one kind of repair from the graphs before and after a commit.
type Way = fn(&Incident, &Graph, &Graph) -> Option<How>;

/// Returns the kind of repair from the graphs before and after a commit.
pub(super) fn how(incident: &Incident, before: &Graph, after: &Graph) -> How {
    let ways: &[Way] = match incident.kind {
        IncidentKind::Heads => &[joined, renumbered, repointed, removed],
        IncidentKind::Loading => &[added, joined, renumbered, repointed, removed, edited],
        IncidentKind::Duplicate => &[joined, renumbered, removed, edited],
    };
    ways.iter().find_map(|way| way(incident, before, after)).unwrap_or(How::Unclear)
}

/// Finds a new revision with several parents that is above several of the old heads.
fn joined(_: &Incident, before: &Graph, after: &Graph) -> Option<How> {
    let heads: BTreeSet<&RevisionId> = before.heads().into_iter().collect();
    let joins = |revision: &&Revision| {
        !before.contains(&revision.id)
            && matches!(revision.parents, Parents::Merge(_))
            && after.ancestors(&revision.id).intersection(&heads).count() > 1
    };
    after.revisions().find(joins).map(|revision| How::Joined(revision.id.clone()))
}

/// Finds a file that got another id: at the same path, or at a path that differs only in the id.
fn renumbered(_: &Incident, before: &Graph, after: &Graph) -> Option<How> {
    let new: Vec<&Revision> =
        revisions(after).filter(|revision| !before.contains(&revision.id)).collect();
    let is_same = |old: &Revision, new: &Revision| {
        let (old_file, new_file) = (&old.migration.file.path, &new.migration.file.path);
        old_file == new_file || slug(old).is_some_and(|slug| Some(slug) == self::slug(new))
    };
    let still_there = |old: &Revision| {
        let path = &old.migration.file.path;
        revisions(after).any(|kept| kept.id == old.id && kept.migration.file.path == *path)
    };
    revisions(before).filter(|old| !still_there(old)).find_map(|old| {
        let new = new.iter().find(|new| is_same(old, new))?;
        Some(How::Renumbered { from: old.id.clone(), to: new.id.clone() })
    })
}

/// Returns a file's name without the id in it; nothing where there is none, or nothing else.
fn slug(revision: &Revision) -> Option<String> {
    let name = String::from_utf8_lossy(revision.migration.file.path.file_name()).into_owned();
    let (start, end) = name.split_once(revision.id.as_str())?;
    let slug = format!("{start}\0{end}");
    (slug.len() > "\0.py".len()).then_some(slug)
}

fn repointed(_: &Incident, before: &Graph, after: &Graph) -> Option<How> {
    let moved = after.revisions().filter(|revision| {
        let old = before.get(&revision.id);
        old.is_some_and(|old| parents(old) != parents(revision))
    });
    let mut moved: Vec<RevisionId> = moved.map(|revision| revision.id.clone()).collect();
    moved.sort();
    (!moved.is_empty()).then_some(How::Repointed(moved))
}

fn parents(revision: &Revision) -> BTreeSet<&str> {
    revision.parents.texts().iter().map(|text| text.text.as_str()).collect()
}

/// Finds removed revisions; of several files with the same id, one may have been removed.
fn removed(_: &Incident, before: &Graph, after: &Graph) -> Option<How> {
    let count = |graph: &Graph, id: &RevisionId| {
        revisions(graph).filter(|revision| revision.id == *id).count()
    };
    let fewer = revisions(before).map(|revision| &revision.id);
    let fewer: BTreeSet<&RevisionId> =
        fewer.filter(|id| !after.contains(id) || count(after, id) < count(before, id)).collect();
    let gone: Vec<RevisionId> = fewer.into_iter().cloned().collect();
    (!gone.is_empty()).then_some(How::Removed(gone))
}

fn added(incident: &Incident, before: &Graph, after: &Graph) -> Option<How> {
    let mut named = incident.findings.iter().flat_map(|evidence| &evidence.revisions);
    let found = named.find(|id| !before.contains(id) && after.contains(id));
    found.map(|id| How::Added(id.clone()))
}

fn edited(incident: &Incident, _: &Graph, after: &Graph) -> Option<How> {
    let mut faulty = incident.findings.iter().filter_map(|evidence| evidence.file.as_ref());
    let edited = faulty.find(|file| {
        let is_new = |migration: &Migration| {
            migration.file.path == file.path && migration.file.id != file.id
        };
        migrations(after).any(is_new)
    });
    edited.map(|file| How::Edited(file.path.clone()))
}
