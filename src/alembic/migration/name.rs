//! The revision id in the name of a migration.

use super::RevisionId;

/// Returns the id of a file without `revision`: its stem, if that is lower-case hexadecimal.
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
    fn only_a_stem_of_hex_is_a_legacy_id() {
        assert_eq!(legacy_id(b"1ab2.py"), Some(RevisionId::new("1ab2")));
        for name in ["1AB2.py", "1ab2_x.py", ".py", "1ab2", "x1ab2.py"] {
            assert_eq!(legacy_id(name.as_bytes()), None, "{name}");
        }
    }
}
