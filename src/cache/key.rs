//! The keys of facts, which cover every byte that could change them.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::tree::ObjectId;

/// The length of a key in bytes: long enough that no two contents share a key by accident.
pub(super) const LENGTH: usize = 16;

/// The key of a fact.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Key(pub(super) [u8; LENGTH]);

/// The kind of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// The contents of a migration.
    Module = 1,
    /// The possible Alembic configuration files in a folder.
    Interests = 2,
    /// The differences between two folders.
    Differences = 3,
    /// The meaning of a name in a folder.
    Node = 4,
    /// The result of a comparison.
    Verdict = 5,
}

impl Key {
    /// Returns the key of a fact about one object.
    pub fn of_object(kind: FactKind, id: ObjectId) -> Key {
        // Ids are hashes already, so there is nothing to spread.
        let mut key = [0; LENGTH];
        let start = &id.as_bytes()[..LENGTH.min(id.as_bytes().len())];
        key[..start.len()].copy_from_slice(start);
        key[LENGTH - 1] ^= kind as u8;
        Key(key)
    }

    /// Returns the key of a fact that depends on several things, each with its start and end.
    pub fn of(kind: FactKind, parts: &[&[u8]]) -> Key {
        let mut hasher = Sha256::new();
        hasher.update([kind as u8]);
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut key = [0; LENGTH];
        key.copy_from_slice(&hasher.finalize()[..LENGTH]);
        Key(key)
    }

    /// Returns the key of a fact that depends on a value; nothing if the value cannot be serialized.
    pub fn of_value(kind: FactKind, value: &impl Serialize) -> Option<Key> {
        let bytes = postcard::to_stdvec(value).ok()?;
        Some(Key::of(kind, &[&bytes]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_on_every_part_and_on_where_it_ends() {
        let of = |parts: &[&[u8]]| Key::of(FactKind::Node, parts);
        assert_eq!(of(&[b"a", b"b"]), of(&[b"a", b"b"]));
        assert_ne!(of(&[b"ab", b""]), of(&[b"a", b"b"]));
        assert_ne!(of(&[b"ab"]), of(&[b"ab", b""]));
        assert_ne!(Key::of(FactKind::Node, &[b"a"]), Key::of(FactKind::Verdict, &[b"a"]));
    }

    #[test]
    fn kinds_are_told_apart_of_one_object() {
        let id = ObjectId::from_bytes(&[7; 20]);
        let of = |kind| Key::of_object(kind, id);
        assert_ne!(of(FactKind::Module), of(FactKind::Interests));
        assert_ne!(
            of(FactKind::Module),
            Key::of_object(FactKind::Module, ObjectId::from_bytes(&[8; 32]))
        );
    }
}
