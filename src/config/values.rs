//! Parsers for the values of the configuration; their errors are short phrases.

use std::time::Duration;

use super::Pattern;
use crate::tree::RepoPath;

/// The maximum length of a pattern.
const LONGEST_PATTERN: usize = 1024;

pub(super) fn not_empty(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// A leading `-` would be an option for git.
pub(super) fn revision(text: &str) -> Result<String, String> {
    if text.starts_with('-') {
        Err("a revision cannot start with `-`".to_owned())
    } else {
        not_empty(text)
    }
}

pub(super) fn pattern(text: &str) -> Result<Pattern, String> {
    not_empty(text)?;
    if text.len() > LONGEST_PATTERN {
        return Err(format!("it is longer than {LONGEST_PATTERN} bytes"));
    }
    Pattern::new(text).map_err(|error| format!("{} at character {}", error.msg, error.pos + 1))
}

pub(super) fn path_pattern(text: &str) -> Result<Pattern, String> {
    let relative = folder(text)?;
    if relative.is_root() {
        return Err("it would exclude everything".to_owned());
    }
    pattern(text.strip_prefix("./").unwrap_or(text).trim_end_matches('/'))
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it as `5s` or `500ms`"))?;
    if duration.is_zero() {
        Err("it must be greater than zero; use `fetch = \"never\"` to turn fetching off".to_owned())
    } else {
        Ok(duration)
    }
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    match text.parse::<bytesize::ByteSize>() {
        Ok(size) if size.as_u64() > 0 => Ok(size.as_u64()),
        Ok(_) => Err("it must be greater than zero".to_owned()),
        Err(_) => Err("it is not a size; write it as `1 MiB` or `500 kB`".to_owned()),
    }
}

/// Takes a path below the root of the repository; `.` is the root itself.
pub(super) fn folder(text: &str) -> Result<RepoPath, String> {
    not_empty(text)?;
    let drive = text.as_bytes().get(1) == Some(&b':');
    if text.starts_with('/') || text.starts_with('\\') || drive {
        return Err("it must be relative to the root of the repository".to_owned());
    }
    let mut path = RepoPath::root();
    for component in text.split('/') {
        match component {
            "" | "." => {}
            ".." => return Err("`..` is not allowed".to_owned()),
            name => path = path.join(name),
        }
    }
    Ok(path)
}
