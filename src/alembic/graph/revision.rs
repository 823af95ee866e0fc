//! A migration as a node: a known id and its parents.

use crate::alembic::migration::{Migration, RevisionId, Shape, Text, Value, legacy_id};
use crate::text::Span;
use crate::tree::Site;

/// A migration whose id is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// Its parents.
    pub parents: Parents,
    /// Its file.
    pub migration: Migration,
}

/// The parents of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parents {
    /// None: it is a base.
    Base,
    /// One revision.
    One(Text),
    /// Several revisions, at least two.
    Merge(Vec<Text>),
    /// Unknown without running Python, or invalid for Alembic.
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

    /// Creates parents that are not in a source yet, such as those of a repair.
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

    /// Returns the parents as written in the source.
    pub fn texts(&self) -> &[Text] {
        match self {
            Parents::Base | Parents::Unknown => &[],
            Parents::One(parent) => std::slice::from_ref(parent),
            Parents::Merge(parents) => parents,
        }
    }
}

impl Revision {
    /// Turns a migration into a node, or returns it if its id is unknown: the file cannot be loaded, or
    /// computes its id.
    ///
    /// A file without `revision` and with a hexadecimal stem has the stem as its id, as in Alembic before
    /// 0.2 (`_legacy_rev` in `alembic/script/base.py`).
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

    /// Returns whether another version has the same parents and dependencies.
    pub fn is_linked_as(&self, other: &Revision) -> bool {
        let parents = self.parents.texts().iter().map(|text| &text.text);
        parents.eq(other.parents.texts().iter().map(|text| &text.text))
            && self.dependencies().eq(other.dependencies())
    }

    /// Returns the location of the value of `revision`, or of the file if it has none.
    pub fn id_site(&self) -> Site {
        self.site_of(&self.migration.module.revision)
    }

    /// Returns the location of the value of `down_revision`, or of the file if it has none.
    pub fn parents_site(&self) -> Site {
        self.site_of(&self.migration.module.down_revision)
    }

    /// Returns the location of the value of `depends_on`, or of the file if it has none.
    pub fn dependencies_site(&self) -> Site {
        self.site_of(&self.migration.module.depends_on)
    }

    /// Returns the location of the value of `branch_labels`, or of the file if it has none.
    pub fn labels_site(&self) -> Site {
        self.site_of(&self.migration.module.branch_labels)
    }

    /// Returns the location of a parent in `down_revision`.
    pub fn parent_site(&self, parent: &RevisionId) -> Site {
        let named = self.parents.texts().iter().find(|text| text.text == parent.as_str());
        named.map_or_else(|| self.parents_site(), |text| self.site_at(text.span.clone()))
    }

    /// Returns the location of bytes in the file.
    pub fn site_at(&self, span: Span) -> Site {
        Site::Span { file: self.migration.file.clone(), span }
    }

    fn site_of(&self, value: &Value) -> Site {
        match value.span() {
            Some(span) => self.site_at(span.clone()),
            None => Site::File(self.migration.file.clone()),
        }
    }

    /// Returns the labels that the file declares.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.label_texts().iter().map(|text| text.text.as_str())
    }

    /// Returns the labels that the file declares, with their positions.
    pub fn label_texts(&self) -> &[Text] {
        self.migration.module.branch_labels.texts()
    }

    /// Returns the ids and labels that the revision depends on.
    pub fn dependencies(&self) -> impl Iterator<Item = &str> {
        self.dependency_texts().iter().map(|text| text.text.as_str())
    }

    /// Returns the ids and labels that the revision depends on, with their positions.
    pub fn dependency_texts(&self) -> &[Text] {
        self.migration.module.depends_on.texts()
    }
}
