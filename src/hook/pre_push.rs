//! The input of the `pre-push` hook.

use std::io::Read;

use super::refs::{is_id, read_lines};
use crate::git::PushedRef;
use crate::scope::Error;

/// Reads the refs of a push, one per line: `<local ref> <local oid> <remote ref> <remote oid>`
/// (githooks(5)). An empty input means an empty push.
///
/// # Errors
/// Fails if the input cannot be read or a line is not in git's format.
pub fn read_refs(input: impl Read) -> std::io::Result<Result<Vec<PushedRef>, Error>> {
    read_lines(input, read_line)
}

fn read_line(line: &[u8]) -> Result<PushedRef, Error> {
    let text = String::from_utf8_lossy(line);
    // The local name comes first and may be any expression, so the other three are taken from the end.
    let mut words = text.rsplitn(4, ' ').map(str::to_owned);
    let mut word = || words.next().ok_or_else(|| Error::PushLine(crate::text::excerpt(&text)));
    let (remote_oid, remote_ref, local_oid) = (word()?, word()?, word()?);
    let local_ref = word()?;
    if !is_id(&local_oid) || !is_id(&remote_oid) {
        return Err(Error::PushLine(crate::text::excerpt(&text)));
    }
    Ok(PushedRef { local_ref, local_oid, remote_ref, remote_oid })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "1111111111111111111111111111111111111111";
    const NEW: &str = "2222222222222222222222222222222222222222";

    #[test]
    fn every_form_of_a_line_is_read() {
        let lines = format!(
            "refs/heads/a {NEW} refs/heads/a {OLD}\n(delete) {OLD} refs/heads/b {NEW}\n\
             HEAD~ {NEW} refs/heads/c {OLD}\nmaster@{{1 day ago}} {NEW} refs/heads/d {OLD}\n"
        );
        let refs =
            read_refs(lines.as_bytes()).expect("memory can be read").expect("git's own lines");
        let local: Vec<&str> = refs.iter().map(|pushed| pushed.local_ref.as_str()).collect();
        assert_eq!(local, ["refs/heads/a", "(delete)", "HEAD~", "master@{1 day ago}"]);
        assert_eq!(refs[0].remote_ref, "refs/heads/a");
        assert_eq!(refs[0].remote_oid, OLD);
    }

    #[test]
    fn nothing_is_a_push_of_nothing() {
        assert_eq!(read_refs(&b""[..]).expect("memory can be read").expect("no line"), []);
    }

    #[test]
    fn a_line_that_is_none_is_no_pass() {
        for line in ["refs/heads/a", "a b c d", &format!("refs/heads/a {NEW} refs/heads/a")] {
            let read = read_refs(line.as_bytes()).expect("memory can be read");
            assert!(matches!(read, Err(Error::PushLine(_))), "{line}");
        }
    }

    #[test]
    fn an_endless_line_is_not_repeated_whole() {
        let line = "x".repeat(10 << 20);
        let read = read_refs(line.as_bytes()).expect("memory can be read");
        let error = read.expect_err("git does not write such a line");
        assert!(error.to_string().len() < 200, "{} bytes", error.to_string().len());
    }
}
