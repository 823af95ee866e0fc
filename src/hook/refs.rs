//! The lists of refs that git passes to its hooks.

use std::io::{self, Read};

use crate::scope::Error;

/// How many bytes of a list are read; git writes about 200 bytes per ref.
const LONGEST_INPUT: u64 = 64 * 1024 * 1024;

/// Reads a list with one ref per line. An empty list has no refs.
///
/// # Errors
/// Fails if it cannot be read completely, or with the error of `read_line` if a line is not in git's
/// format.
pub(super) fn read_lines<T>(
    input: impl Read,
    read_line: impl Fn(&[u8]) -> Result<T, Error>,
) -> io::Result<Result<Vec<T>, Error>> {
    let mut bytes = Vec::new();
    input.take(LONGEST_INPUT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_INPUT {
        return Err(io::Error::other("the list of refs is not terminated"));
    }
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Ok(lines.map(read_line).collect())
}

/// Returns whether a word is an object id, or the zeros that stand for a missing one.
pub(super) fn is_id(word: &str) -> bool {
    word.len() >= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_cut_off_is_no_pass() {
        let line = |bytes: &[u8]| Ok(bytes.len());
        let read = read_lines(&b"ab\n\nc"[..], line).expect("memory can be read");
        assert_eq!(read.expect("every line will do"), [2, 1]);
        let endless = io::repeat(b'\n');
        assert!(read_lines(endless, line).is_err());
    }
}
