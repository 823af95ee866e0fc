//! Parses a commit object.

use crate::git::parse_id;
use crate::tree::ObjectId;

/// The contents of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Commit {
    /// Its tree.
    pub(super) tree: ObjectId,
    /// Its parents, whether they are here or not.
    pub(super) parents: Vec<ObjectId>,
    /// The committer date, in seconds since 1970.
    pub(super) committed: i64,
    /// The author date, likewise.
    pub(super) authored: i64,
    /// The first paragraph of its message, in one line (`format_subject` in git's pretty.c).
    pub(super) subject: String,
}

impl Commit {
    /// Parses the headers and the message; nothing if there is no tree.
    pub(super) fn parse(content: &[u8]) -> Option<Commit> {
        let mut tree = None;
        let (mut parents, mut committed, mut authored) = (Vec::new(), 0, 0);
        let mut lines = content.split(|byte| *byte == b'\n');
        for line in lines.by_ref().take_while(|line| !line.is_empty()) {
            let line = String::from_utf8_lossy(line);
            match line.split_once(' ') {
                Some(("tree", id)) if tree.is_none() => tree = parse_id(id),
                Some(("parent", id)) => parents.extend(parse_id(id)),
                Some(("author", who)) => authored = seconds(who),
                Some(("committer", who)) => committed = seconds(who),
                _ => {}
            }
        }
        let first = lines.skip_while(|line| is_blank(line)).take_while(|line| !is_blank(line));
        let first: Vec<_> = first.map(|line| String::from_utf8_lossy(line.trim_ascii())).collect();
        Some(Commit { tree: tree?, parents, committed, authored, subject: first.join(" ") })
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Reads the time out of `NAME <ADDRESS> SECONDS ZONE`.
fn seconds(who: &str) -> i64 {
    who.rsplit(' ').nth(1).and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_the_first_paragraph_are_read() {
        let text = "tree 1111111111111111111111111111111111111111\n\
                    parent 2222222222222222222222222222222222222222\n\
                    parent 3333333333333333333333333333333333333333\n\
                    author A <a@example.com> 100 +0100\n\
                    committer B C <b@example.com> 200 +0000\n\
                    gpgsig x\n parent 4444444444444444444444444444444444444444\n\n\
                    One\ntwo\n\nthree\n";
        let commit = Commit::parse(text.as_bytes()).expect("it names a tree");
        assert_eq!(commit.tree, ObjectId::from_bytes(&[0x11; 20]));
        assert_eq!(commit.parents, [[0x22; 20], [0x33; 20]].map(|id| ObjectId::from_bytes(&id)));
        assert_eq!((commit.authored, commit.committed), (100, 200));
        assert_eq!(commit.subject, "One two");
        assert_eq!(Commit::parse(b"author A <a> 1 +0000\n\n"), None);
    }
}
