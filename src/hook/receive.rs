//! The input of server hooks.

use std::io::{self, Read};

use super::refs::{is_id, read_lines};
use crate::git::PushedRef;
use crate::scope::Error;
use crate::text::excerpt;

/// Reads the input of `pre-receive`, one ref per line: `<old oid> <new oid> <ref>` (githooks(5)).
///
/// # Errors
/// Fails if the input cannot be read or a line is not in git's format.
pub fn read_received(input: impl Read) -> io::Result<Result<Vec<PushedRef>, Error>> {
    read_lines(input, |line| {
        let text = String::from_utf8_lossy(line);
        let mut words = text.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (old, new, reference) = (word(), word(), word());
        received(reference, old, new).ok_or_else(|| Error::Received(excerpt(&text)))
    })
}

/// Reads the arguments of `update`: `<ref> <old oid> <new oid>` (githooks(5)).
///
/// # Errors
/// Fails if they are not in git's format.
pub fn read_update(reference: &str, old: &str, new: &str) -> Result<PushedRef, Error> {
    received(reference, old, new)
        .ok_or_else(|| Error::Received(excerpt(&format!("{reference} {old} {new}"))))
}

fn received(reference: &str, old: &str, new: &str) -> Option<PushedRef> {
    let is_ref = reference.starts_with("refs/") && !reference.contains(' ');
    (is_ref && is_id(old) && is_id(new)).then(|| PushedRef {
        local_ref: String::new(),
        local_oid: new.to_owned(),
        remote_ref: reference.to_owned(),
        remote_oid: old.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "1111111111111111111111111111111111111111";
    const NEW: &str = "2222222222222222222222222222222222222222";

    #[test]
    fn both_hooks_tell_the_same() {
        let line = format!("{OLD} {NEW} refs/heads/a\n");
        let refs = read_received(line.as_bytes()).expect("memory can be read");
        let updated = read_update("refs/heads/a", OLD, NEW).expect("git's own words");
        assert_eq!(refs.expect("git's own line"), std::slice::from_ref(&updated));
        assert_eq!((updated.remote_oid.as_str(), updated.local_oid.as_str()), (OLD, NEW));
        assert_eq!(updated.remote_ref, "refs/heads/a");
    }

    #[test]
    fn what_is_none_of_gits_is_no_pass() {
        for line in [
            "refs/heads/a",
            "a b c",
            &format!("{OLD} {NEW}"),
            &format!("{OLD} {NEW} "),
            &format!("{OLD} {NEW} main"),
            &format!("{OLD} {NEW} refs/heads/a b"),
            &format!("{OLD}  {NEW} refs/heads/a"),
            &format!("{OLD} x{} refs/heads/a", &NEW[1..]),
            &format!("refs/heads/a {OLD} {NEW}"),
        ] {
            let read = read_received(line.as_bytes()).expect("memory can be read");
            assert!(matches!(read, Err(Error::Received(_))), "{line}");
        }
        assert!(matches!(read_update(OLD, NEW, "refs/heads/a"), Err(Error::Received(_))));
    }
}
