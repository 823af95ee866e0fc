//! The standard input of `pre-push`.

use alembic_guard::hook::read_refs;

use super::assert_printable;

/// Every line is a ref, word for word, or the push is not judged.
pub(crate) fn holds(input: &[u8]) {
    match read_refs(input).expect("memory can be read") {
        Ok(refs) => {
            let lines = input.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
            let said: Vec<String> = refs
                .iter()
                .map(|one| {
                    let words = [&one.local_ref, &one.local_oid, &one.remote_ref, &one.remote_oid];
                    words.map(String::as_str).join(" ")
                })
                .collect();
            assert_eq!(said, lines);
            for oid in refs.iter().flat_map(|one| [&one.local_oid, &one.remote_oid]) {
                assert!(oid.len() >= 40 && oid.bytes().all(|byte| byte.is_ascii_hexdigit()));
            }
        }
        Err(error) => assert_printable(&error.to_string()),
    }
}
