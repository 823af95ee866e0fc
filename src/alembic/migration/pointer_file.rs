//! Pointer files, which a git filter has put in place of the content.

/// The programs that store contents, and the first bytes of their pointer files.
const KEEPERS: [(&str, &[u8]); 2] = [
    // The specification of Git LFS wants this line first, in just these words.
    ("Git LFS", b"version https://git-lfs.github.com/spec/"),
    // The header of git-crypt's files.
    ("git-crypt", b"\0GITCRYPT\0"),
];

/// Returns the program that stores the content of a pointer file.
pub(super) fn keeper(source: &[u8]) -> Option<&'static str> {
    KEEPERS.iter().find(|(_, begin)| source.starts_with(begin)).map(|(keeper, _)| *keeper)
}

/// Returns all programs that may store contents.
pub(super) fn keepers() -> impl Iterator<Item = &'static str> {
    KEEPERS.iter().map(|(keeper, _)| *keeper)
}
