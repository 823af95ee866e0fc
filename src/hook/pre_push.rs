//! What git and hosts of hooks tell a `pre-push` hook.

use std::io::Read;

use crate::judge::{Error, PushedRef};

/// How much of the list of refs is read; git writes some 200 bytes a ref.
const LONGEST_INPUT: u64 = 64 * 1024 * 1024;

/// Reads the refs of a push: a line each, `<local ref> <local oid> <remote ref> <remote oid>`
/// (githooks(5)). An empty input is a push of nothing.
///
/// # Errors
/// Fails where the input cannot be read, and in words where a line is none of git's.
pub fn read_refs(input: impl Read) -> std::io::Result<Result<Vec<PushedRef>, Error>> {
    let mut bytes = Vec::new();
    input.take(LONGEST_INPUT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_INPUT {
        return Ok(Err(Error::PushTooLong(LONGEST_INPUT)));
    }
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Ok(lines.map(read_line).collect())
}

fn read_line(line: &[u8]) -> Result<PushedRef, Error> {
    let text = String::from_utf8_lossy(line);
    // The local name comes first and may be any expression, so the other three are taken from the end.
    let mut words = text.rsplitn(4, ' ').map(str::to_owned);
    let mut word = || words.next().ok_or_else(|| Error::PushLine(crate::text::escape(&text)));
    let (remote_oid, remote_ref, local_oid) = (word()?, word()?, word()?);
    let local_ref = word()?;
    let is_id = |oid: &str| oid.len() >= 40 && oid.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id(&local_oid) || !is_id(&remote_oid) {
        return Err(Error::PushLine(crate::text::escape(&text)));
    }
    Ok(PushedRef { local_ref, local_oid, remote_ref, remote_oid })
}

/// What pre-commit and prek say of a push in the environment; they hand a hook no standard input,
/// and tell only the first ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedPush {
    /// The remote's name.
    pub remote: String,
    /// The remote's address.
    pub url: String,
    /// The first ref of the push.
    pub pushed: PushedRef,
}

impl HostedPush {
    /// Reads the variables through `variable`; nothing where no host has set them.
    ///
    /// # Errors
    /// Fails where a host has set some of them and not the others.
    pub fn from_environment(
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<HostedPush>, Error> {
        let Some(remote_ref) = variable("PRE_COMMIT_REMOTE_BRANCH") else {
            return Ok(None);
        };
        let needed = |name: &'static str| variable(name).ok_or(Error::Host(name));
        let local_ref = needed("PRE_COMMIT_LOCAL_BRANCH")?;
        let local_oid = needed("PRE_COMMIT_TO_REF")?;
        let remote_oid = variable("PRE_COMMIT_FROM_REF").unwrap_or_else(|| "0".repeat(40));
        Ok(Some(HostedPush {
            remote: needed("PRE_COMMIT_REMOTE_NAME")?,
            url: variable("PRE_COMMIT_REMOTE_URL").unwrap_or_default(),
            pushed: PushedRef { local_ref, local_oid, remote_ref, remote_oid },
        }))
    }
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
    fn what_is_too_long_to_be_read_is_no_pass() {
        let line = format!("refs/heads/a {NEW} refs/heads/a {OLD}\n");
        let lines = line.repeat(LONGEST_INPUT as usize / line.len() + 1);
        let read = read_refs(lines.as_bytes()).expect("memory can be read");
        assert!(matches!(read, Err(Error::PushTooLong(LONGEST_INPUT))));
    }

    #[test]
    fn a_host_tells_the_first_ref() {
        let variable = |name: &str| match name {
            "PRE_COMMIT_REMOTE_BRANCH" => Some("refs/heads/topic".to_owned()),
            "PRE_COMMIT_LOCAL_BRANCH" => Some("refs/heads/topic".to_owned()),
            "PRE_COMMIT_TO_REF" => Some(NEW.to_owned()),
            "PRE_COMMIT_REMOTE_NAME" => Some("origin".to_owned()),
            _ => None,
        };
        let push = HostedPush::from_environment(variable).expect("all is said").expect("a host");
        assert_eq!(push.pushed.local_oid, NEW);
        assert_eq!(push.pushed.remote_oid, "0".repeat(40));
        assert_eq!(HostedPush::from_environment(|_| None).expect("nothing is said"), None);
    }
}
