//! One migration as a node: an id that is known and what it builds on.

use crate::alembic::migration::{Migration, RevisionId, Shape, Text, Value, legacy_id};
use crate::text::Span;
use crate::tree::Site;

/// A migration whose id is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// What it builds on.
    pub parents: Parents,
    /// The file it is from.
    pub migration: Migration,
}

/// What a migration builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parents {
    /// Nothing: it begins a history.
    Base,
    /// One revision.
    One(Text),
    /// Several revisions, at least two.
    Merge(Vec<Text>),
    /// Something that only running Python could know, or nothing that Alembic could read.
    Unknown,
}

impl Parents {
    fn of(value: &Value) -> Parents {
        let Value::Known { texts, .. } = value else {
            return Parents::Unknown;
        };
        // An empty collection is no parent, and one of a single id is that id (`tuple_rev_as_scalar`).
        match texts.as_slice() {
            [] => Parents::Base,
            [parent] => Parents::One(parent.clone()),
            several => Parents::Merge(several.to_vec()),
        }
    }

    /// Makes parents that no source names yet, such as those of a repair.
    pub(super) fn naming(ids: &[RevisionId]) -> Parents {
        let text = |id: &RevisionId| Text { text: id.as_str().to_owned(), span: 0..0 };
        match ids {
            [] => Parents::Base,
            [one] => Parents::One(text(one)),
            several => Parents::Merge(several.iter().map(text).collect()),
        }
    }

    /// Returns the parents' ids.
    pub fn ids(&self) -> Vec<RevisionId> {
        self.texts().iter().map(|text| RevisionId::new(text.text.clone())).collect()
    }

    /// Returns the parents as the source names them.
    pub fn texts(&self) -> &[Text] {
        match self {
            Parents::Base | Parents::Unknown => &[],
            Parents::One(parent) => std::slice::from_ref(parent),
            Parents::Merge(parents) => parents,
        }
    }
}

impl Revision {
    /// Reads a migration as a node, or gives it back where its id cannot be known: Python does not
    /// load the file, or computes the id.
    ///
    /// A file without `revision` whose stem is all hexadecimal has the stem as its id; Alembic keeps
    /// this for files older than its version 0.2 (`_legacy_rev` in `alembic/script/base.py`).
    pub fn of(migration: Migration) -> Result<Revision, Migration> {
        let module = &migration.module;
        if module.fault.is_some() {
            return Err(migration);
        }
        let id = match &module.revision {
            Value::Known { texts, shape: Shape::String, .. } => {
                texts.first().map(|text| RevisionId::new(text.text.clone()))
            }
            Value::Known { .. } | Value::Computed { .. } => None,
            Value::Missing => legacy_id(migration.file.path.file_name()),
        };
        let Some(id) = id else {
            return Err(migration);
        };
        let parents = Parents::of(&module.down_revision);
        Ok(Revision { id, parents, migration })
    }

    /// Tells whether another version names the same parents and dependencies.
    pub fn is_linked_as(&self, other: &Revision) -> bool {
        let parents = self.parents.texts().iter().map(|text| &text.text);
        parents.eq(other.parents.texts().iter().map(|text| &text.text))
            && self.dependencies().eq(other.dependencies())
    }

    /// Points at the value of `revision`, or at the file where it has none.
    pub fn id_site(&self) -> Site {
        self.site_of(&self.migration.module.revision)
    }

    /// Points at the value of `down_revision`, or at the file where it has none.
    pub fn parents_site(&self) -> Site {
        self.site_of(&self.migration.module.down_revision)
    }

    /// Points at the value of `depends_on`, or at the file where it has none.
    pub fn dependencies_site(&self) -> Site {
        self.site_of(&self.migration.module.depends_on)
    }

    /// Points at the value of `branch_labels`, or at the file where it has none.
    pub fn labels_site(&self) -> Site {
        self.site_of(&self.migration.module.branch_labels)
    }

    /// Points at the place in `down_revision` that names a parent.
    pub fn parent_site(&self, parent: &RevisionId) -> Site {
        let named = self.parents.texts().iter().find(|text| text.text == parent.as_str());
        named.map_or_else(|| self.parents_site(), |text| self.site_at(text.span.clone()))
    }

    /// Points at bytes of the file.
    pub fn site_at(&self, span: Span) -> Site {
        Site::Span { file: self.migration.file.clone(), span }
    }

    fn site_of(&self, value: &Value) -> Site {
        match value.span() {
            Some(span) => self.site_at(span.clone()),
            None => Site::File(self.migration.file.clone()),
        }
    }

    /// Returns the labels that the file itself gives.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.label_texts().iter().map(|text| text.text.as_str())
    }

    /// Returns the labels that the file itself gives, with their places.
    pub fn label_texts(&self) -> &[Text] {
        self.migration.module.branch_labels.texts()
    }

    /// Returns the ids and labels that the revision depends on.
    pub fn dependencies(&self) -> impl Iterator<Item = &str> {
        self.dependency_texts().iter().map(|text| text.text.as_str())
    }

    /// Returns the ids and labels that the revision depends on, with their places.
    pub fn dependency_texts(&self) -> &[Text] {
        self.migration.module.depends_on.texts()
    }
}
