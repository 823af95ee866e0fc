//! Which files of a version folder Alembic reads, and what a file's name says.

use super::RevisionId;

/// Tells whether Alembic reads a file of this name.
///
/// Alembic's `_only_source_rev_file`: `(?!\.\#|__init__)(.*\.py)$`, matched from the start. `.` is no
/// newline there, and `$` also matches in front of a last one.
pub fn is_migration_name(file_name: &[u8]) -> bool {
    let name = file_name.strip_suffix(b"\n").unwrap_or(file_name);
    name.ends_with(b".py")
        && !name.contains(&b'\n')
        && !name.starts_with(b".#")
        && !name.starts_with(b"__init__")
}

/// Returns the id of a file that states no `revision`: its stem, where that is all lower-case hex.
///
/// Alembic's `_legacy_rev`, `([a-f0-9]+)\.py$`, for files from before Alembic 0.2.
pub fn legacy_id(file_name: &[u8]) -> Option<RevisionId> {
    let name = file_name.strip_suffix(b"\n").unwrap_or(file_name);
    let stem = name.strip_suffix(b".py")?;
    let is_hex = |byte: &u8| matches!(byte, b'a'..=b'f' | b'0'..=b'9');
    if stem.is_empty() || !stem.iter().all(is_hex) {
        return None;
    }
    std::str::from_utf8(stem).ok().map(RevisionId::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_alembic_matches_them() {
        for name in ["a.py", ".py", "a.py.py", "0383 up:date.py", "a.py\n", ".a.py"] {
            assert!(is_migration_name(name.as_bytes()), "{name}");
        }
        for name in
            ["a.pyc", "a", ".#a.py", "__init__.py", "__init__x.py", "a\nb.py", "a.py\n\n", "a.PY"]
        {
            assert!(!is_migration_name(name.as_bytes()), "{name}");
        }
        assert!(is_migration_name(b"\xff.py"));
    }

    #[test]
    fn only_a_stem_of_hex_is_a_legacy_id() {
        assert_eq!(legacy_id(b"1ab2.py"), Some(RevisionId::new("1ab2")));
        for name in ["1AB2.py", "1ab2_x.py", ".py", "1ab2", "x1ab2.py"] {
            assert_eq!(legacy_id(name.as_bytes()), None, "{name}");
        }
    }
}
