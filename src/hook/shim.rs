//! The shell shims of `hooks/`: filling in the path of this program, and recognizing a shim.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::platform::path_bytes::{bytes_of, path_from_bytes};

/// The version of the shims that this program writes; shims of other versions are outdated.
pub const SHIM_VERSION: u32 = 2;

/// The hooks of a repository with a work tree: first those that check, then those that only advise.
pub const HOOKS: [Hook; 5] =
    [Hook::PreCommit, Hook::PreMergeCommit, Hook::PrePush, Hook::PostMerge, Hook::PostCheckout];

/// The hook of a server repository.
pub const SERVER_HOOKS: [Hook; 1] = [Hook::PreReceive];

const ID: &[u8] = b"# alembic-guard shim, version ";
const PLACEHOLDER: &str = "'@GUARD@'";
const BINARY: &[u8] = b"\nguard=";

/// A git hook that has a shim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// `git commit`, before the message is written.
    PreCommit,
    /// `git merge` without conflicts, before the merge is committed.
    PreMergeCommit,
    /// `git push`, before anything is sent.
    PrePush,
    /// `git merge` and `git pull`, after the fact; not run for a merge that stopped at a conflict.
    PostMerge,
    /// `git checkout`, `switch`, `restore`, `clone` and `worktree add`, after the fact; if this hook fails,
    /// so does the command.
    PostCheckout,
    /// A push to this repository, before any ref is updated.
    PreReceive,
}

impl Hook {
    /// Returns git's name for the hook, which is also the name of its file.
    pub fn name(self) -> &'static str {
        match self {
            Hook::PreCommit => "pre-commit",
            Hook::PreMergeCommit => "pre-merge-commit",
            Hook::PrePush => "pre-push",
            Hook::PostMerge => "post-merge",
            Hook::PostCheckout => "post-checkout",
            Hook::PreReceive => "pre-receive",
        }
    }

    /// Returns the shim that calls `binary`.
    pub(super) fn shim(self, binary: &Path) -> Vec<u8> {
        let template = self.template();
        let (before, after) =
            template.split_once(PLACEHOLDER).expect("a test finds the placeholder in every shim");
        let binary = quote(bytes_of(binary));
        [before.as_bytes(), &binary, after.as_bytes()].concat()
    }

    fn template(self) -> &'static str {
        match self {
            Hook::PreCommit => include_str!("../../hooks/pre-commit"),
            Hook::PreMergeCommit => include_str!("../../hooks/pre-merge-commit"),
            Hook::PrePush => include_str!("../../hooks/pre-push"),
            Hook::PostMerge => include_str!("../../hooks/post-merge"),
            Hook::PostCheckout => include_str!("../../hooks/post-checkout"),
            Hook::PreReceive => include_str!("../../hooks/pre-receive"),
        }
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The contents of an installed shim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shim {
    /// The version in its id line.
    pub version: u32,
    /// The program that it calls; empty if its line is not recognizable.
    pub binary: PathBuf,
}

impl Shim {
    /// Reads a file as a shim; returns nothing unless its second line is an id line.
    pub(super) fn parse(bytes: &[u8]) -> Option<Shim> {
        let id = bytes.split(|byte| *byte == b'\n').nth(1)?;
        let version = std::str::from_utf8(id.strip_prefix(ID)?).ok()?;
        Some(Shim {
            version: version.trim_end().parse().ok()?,
            binary: path_from_bytes(&recorded_binary(bytes)).to_owned(),
        })
    }

    /// Returns whether the shim has another version than this program writes.
    pub fn is_outdated(&self) -> bool {
        self.version != SHIM_VERSION
    }
}

/// Quotes bytes for a POSIX shell, which takes everything between single quotes literally.
pub(super) fn quote(bytes: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in bytes {
        match byte {
            b'\'' => quoted.extend_from_slice(br"'\''"),
            _ => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

fn recorded_binary(shim: &[u8]) -> Vec<u8> {
    let start = shim.windows(BINARY.len()).position(|bytes| bytes == BINARY);
    start.map_or_else(Vec::new, |start| unquote(&shim[start + BINARY.len()..]))
}

/// Reverses [`quote`] for the quoted word at the start of `bytes`.
fn unquote(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut rest = bytes;
    loop {
        if let Some(quoted) = rest.strip_prefix(b"'") {
            let end = quoted.iter().position(|byte| *byte == b'\'');
            let Some(end) = end else { return Vec::new() };
            plain.extend_from_slice(&quoted[..end]);
            rest = &quoted[end + 1..];
        } else if let Some(after) = rest.strip_prefix(br"\'") {
            plain.push(b'\'');
            rest = after;
        } else {
            return plain;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn path(bytes: &[u8]) -> PathBuf {
        path_from_bytes(bytes).to_owned()
    }

    #[test]
    fn every_template_says_its_hook_its_version_and_has_one_placeholder() {
        for hook in HOOKS.into_iter().chain(SERVER_HOOKS) {
            let template = hook.template();
            assert_eq!(template.matches(PLACEHOLDER).count(), 1, "{hook}");
            assert!(template.contains(&format!("\nhook={hook}\n")), "{hook}");
            let shim = Shim::parse(template.as_bytes()).map(|shim| shim.version);
            assert_eq!(shim, Some(SHIM_VERSION), "{hook}");
        }
    }

    #[test]
    fn shims_differ_only_in_names_and_in_standard_input() {
        let plain = |hook: Hook, command: &str| {
            let template = hook.template();
            template
                .replace(&format!("hook={hook}\n"), "")
                .replace(&format!("git {command} --no-verify"), "")
        };
        let commit = plain(Hook::PreCommit, "commit");
        assert_eq!(commit, plain(Hook::PreMergeCommit, "merge"));

        let push = plain(Hook::PrePush, "push");
        let end = commit.find("\"$chained\" \"$@\"").unwrap_or_default();
        assert!(push.starts_with(&commit[..end]));
        assert!(push.replace(" <\"$input\"", "").ends_with(&commit[end..]));
    }

    #[test]
    fn the_shim_of_a_server_hands_on_what_that_of_a_push_does() {
        let from = |hook: Hook| {
            let template = hook.template();
            template.find("[ -n \"$chained\" ]").map(|start| &template[start..])
        };
        assert!(from(Hook::PrePush).is_some());
        assert_eq!(from(Hook::PreReceive), from(Hook::PrePush));
        assert!(!Hook::PreReceive.template().contains("ALEMBIC_GUARD"));
    }

    #[test]
    fn shims_that_advise_differ_only_in_their_names() {
        let plain = |hook: Hook| hook.template().replace(&format!("hook={hook}\n"), "");
        let merge = plain(Hook::PostMerge);
        assert_eq!(merge, plain(Hook::PostCheckout));

        let find_chained = |shim: &str| {
            let found =
                shim.split_once("case $0 in */*)").and_then(|(_, rest)| rest.split_once("\n\n"));
            found.map(|(lines, _)| lines.to_owned())
        };
        assert!(find_chained(&merge).is_some());
        assert_eq!(find_chained(&merge), find_chained(Hook::PreCommit.template()));
    }

    #[test]
    fn what_only_quotes_a_shim_is_not_one() {
        assert_eq!(Shim::parse(b""), None);
        assert_eq!(Shim::parse(b"#!/bin/sh\necho hello\n"), None);
        assert_eq!(Shim::parse(b"#!/bin/sh\n\n# alembic-guard shim, version 1\n"), None);
        assert_eq!(Shim::parse(b"#!/bin/sh\n# alembic-guard shim, version x\n"), None);
    }

    proptest! {
        #[test]
        fn a_shim_gives_back_the_path_it_was_given(bytes: Vec<u8>) {
            let shim = Shim::parse(&Hook::PrePush.shim(&path(&bytes)));
            let expected = Shim { version: SHIM_VERSION, binary: path(&bytes) };
            prop_assert_eq!(shim, Some(expected));
        }

        #[test]
        fn parsing_never_panics(bytes: Vec<u8>, version in any::<u8>()) {
            let mut text = format!("#!/bin/sh\n# alembic-guard shim, version {version}\nguard=").into_bytes();
            text.extend(bytes);
            Shim::parse(&text);
        }
    }
}
