//! Errors in a configuration file, with their positions.

use std::fmt;

use crate::text::Span;
use crate::tree::RepoPath;

/// An invalid configuration file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Invalid {
    /// The file.
    pub path: RepoPath,
    /// All errors, in the order of the file; at least one.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mistakes.as_slice() {
            [only] => write!(out, "`{}`: {only}", self.path),
            several => write!(out, "`{}` has {} errors", self.path, several.len()),
        }
    }
}

/// One error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The error in one sentence; quoted parts of the file are not escaped.
    pub message: String,
    /// The position in bytes.
    pub span: Span,
    /// The value that was probably meant.
    pub nearest: Option<String>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&crate::text::escape(&self.message))?;
        match &self.nearest {
            Some(nearest) => write!(out, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

/// Returns the name that `found` probably misspells, if one is close enough.
///
/// Ignores case and the difference between hyphens and underscores.
pub(super) fn nearest(found: &str, names: &[&'static str]) -> Option<String> {
    let plain = |name: &str| name.to_ascii_lowercase().replace('-', "_");
    let found = plain(found);
    if found.len() > 64 {
        return None;
    }
    let distances = names.iter().map(|name| {
        let distance = strsim::damerau_levenshtein(&found, &plain(name));
        (distance, *name)
    });
    let (distance, name) = distances.min()?;
    let allowed = found.chars().count().max(name.len()) / 3;
    (distance <= allowed.max(1)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let names = ["fetch", "fetch_timeout", "base", "multiple-heads"];
        let near = |found: &str| nearest(found, &names);
        assert_eq!(near("fetch-timeout"), Some("fetch_timeout".to_owned()));
        assert_eq!(near("timeout_fetch"), None);
        assert_eq!(near("fetchtimout"), Some("fetch_timeout".to_owned()));
        assert_eq!(near("Base"), Some("base".to_owned()));
        assert_eq!(near("multiple_head"), Some("multiple-heads".to_owned()));
        assert_eq!(near("colour"), None);
    }
}
