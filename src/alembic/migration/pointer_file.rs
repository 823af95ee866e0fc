//! Files whose content is elsewhere: a filter of git has put something in their place.

/// Who keeps a content, and how the file that stands in for it begins.
const KEEPERS: [(&str, &[u8]); 2] = [
    // The specification of Git LFS wants this line first, in just these words.
    ("Git LFS", b"version https://git-lfs.github.com/spec/"),
    // The header of git-crypt's files.
    ("git-crypt", b"\0GITCRYPT\0"),
];

/// Returns who keeps the content of a file, where the file itself is no more than a stand-in.
pub(super) fn keeper(source: &[u8]) -> Option<&'static str> {
    KEEPERS.iter().find(|(_, begin)| source.starts_with(begin)).map(|(keeper, _)| *keeper)
}

/// Returns everybody who may keep a content.
pub(super) fn keepers() -> impl Iterator<Item = &'static str> {
    KEEPERS.iter().map(|(keeper, _)| *keeper)
}
