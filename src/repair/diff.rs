//! Repairs as a unified diff, which `git apply` accepts.

use std::fmt::Write;
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::FileChange;
use crate::text::Escaped;

/// Formats changes as `git diff` does, sorted by path: bytes for a pipe or a file.
///
/// Changes have no mode, so new and deleted files are shown as regular ones.
pub fn unified(changes: &[FileChange]) -> Vec<u8> {
    let mut sorted: Vec<&FileChange> =
        changes.iter().filter(|change| change.before != change.after).collect();
    sorted.sort_by_key(|change| &change.path);
    let mut out = Vec::new();
    for change in sorted {
        header(change, &mut out);
        hunks(change, &mut out);
    }
    out
}

/// Formats changes like [`unified`], but without anything that could control a terminal.
///
/// Tabs are kept as indentation; all other bytes that [`Escaped`] escapes are escaped.
pub fn unified_escaped(changes: &[FileChange]) -> String {
    let diff = unified(changes);
    let mut out = String::new();
    for line in diff.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        for (index, part) in text.split(|byte| *byte == b'\t').enumerate() {
            let tab = if index == 0 { "" } else { "\t" };
            // Writing to a string does not fail.
            let _ = write!(out, "{tab}{}", Escaped(part));
        }
        out.push('\n');
    }
    out
}

/// How many unchanged lines are shown around changed ones.
const CONTEXT: usize = 3;

fn header(change: &FileChange, out: &mut Vec<u8>) {
    let [old, new] = ["a/", "b/"].map(|side| quoted(side, change.path.as_bytes()));
    out.extend([b"diff --git ", &old[..], b" ", &new, b"\n"].concat());
    if change.before.is_none() {
        out.extend(b"new file mode 100644\n");
    }
    if change.after.is_none() {
        out.extend(b"deleted file mode 100644\n");
    }
    if change.before.as_deref().unwrap_or_default() == change.after.as_deref().unwrap_or_default() {
        // An empty file comes or goes, of which there is no line to show.
        return;
    }
    side(b"--- ", &old, change.before.is_some(), out);
    side(b"+++ ", &new, change.after.is_some(), out);
}

fn side(marks: &[u8], name: &[u8], is_there: bool, out: &mut Vec<u8>) {
    let name = if is_there { name } else { b"/dev/null" };
    // git takes what follows a tab for a time, and so finds the end of a name with spaces (`find_name` in its
    // apply.c).
    let end: &[u8] = if name.contains(&b' ') { b"\t\n" } else { b"\n" };
    out.extend([marks, name, end].concat());
}

fn hunks(change: &FileChange, out: &mut Vec<u8>) {
    let old = lines(change.before.as_deref().unwrap_or_default());
    let new = lines(change.after.as_deref().unwrap_or_default());
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    for group in group_diff_ops(ops, CONTEXT) {
        hunk(&group, &old, &new, out);
    }
}

fn hunk(group: &[DiffOp], old: &[&[u8]], new: &[&[u8]], out: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return;
    };
    let old_range = first.old_range().start..last.old_range().end;
    let new_range = first.new_range().start..last.new_range().end;
    out.extend(format!("@@ -{} +{} @@\n", numbers(old_range), numbers(new_range)).into_bytes());
    for op in group {
        match op.tag() {
            DiffTag::Equal => marked(b' ', &old[op.old_range()], out),
            DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                marked(b'-', &old[op.old_range()], out);
                marked(b'+', &new[op.new_range()], out);
            }
        }
    }
}

/// Formats a range of lines: the first, counted from one, and their number; for an empty range, the line
/// before.
fn numbers(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn marked(mark: u8, lines: &[&[u8]], out: &mut Vec<u8>) {
    for line in lines {
        out.push(mark);
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend(b"\n\\ No newline at end of file\n");
        }
    }
}

/// Splits at `\n` only, as git does; a `\r` before it is part of the line.
fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Quotes a path as git does with the default of `core.quotePath`.
fn quoted(side: &str, path: &[u8]) -> Vec<u8> {
    let mut quoted = side.as_bytes().to_vec();
    let mut is_special = false;
    for byte in path {
        match escaped(*byte) {
            Some(escape) => {
                is_special = true;
                quoted.extend(escape.into_bytes());
            }
            None => quoted.push(*byte),
        }
    }
    if is_special { [b"\"", &quoted[..], b"\""].concat() } else { quoted }
}

fn escaped(byte: u8) -> Option<String> {
    let letter = match byte {
        b'"' | b'\\' => char::from(byte),
        b'\t' => 't',
        b'\n' => 'n',
        b'\r' => 'r',
        0x07 => 'a',
        0x08 => 'b',
        0x0b => 'v',
        0x0c => 'f',
        0x20..=0x7e => return None,
        _ => return Some(format!("\\{byte:03o}")),
    };
    Some(format!("\\{letter}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, before: Option<&str>, after: Option<&str>) -> FileChange {
        let bytes = |text: &str| text.as_bytes().to_vec();
        FileChange { path: path.into(), before: before.map(bytes), after: after.map(bytes) }
    }

    fn text(changes: &[FileChange]) -> String {
        String::from_utf8(unified(changes)).expect("these contents are text")
    }

    #[test]
    fn an_edit_is_shown_with_three_lines_around_it() {
        let before = "1\n2\n3\n4\nold\n6\n7\n8\n9\n";
        let diff = text(&[change("a.py", Some(before), Some(&before.replace("old", "new")))]);
        assert_eq!(
            diff,
            "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n\
             @@ -2,7 +2,7 @@\n 2\n 3\n 4\n-old\n+new\n 6\n 7\n 8\n"
        );
    }

    #[test]
    fn files_come_and_go() {
        let changes = [
            change("old.py", Some("1\n2"), None),
            change("new.py", None, Some("1\n")),
            change("same.py", Some("1\n"), Some("1\n")),
            change("empty.py", None, Some("")),
        ];
        assert_eq!(
            text(&changes),
            "diff --git a/empty.py b/empty.py\nnew file mode 100644\n\
             diff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n\
             @@ -0,0 +1 @@\n+1\n\
             diff --git a/old.py b/old.py\ndeleted file mode 100644\n--- a/old.py\n+++ /dev/null\n\
             @@ -1,2 +0,0 @@\n-1\n-2\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn names_are_quoted_as_git_quotes_them() {
        let diff = |path| text(&[change(path, Some("1\n"), Some("2\n"))]);
        assert!(diff("a b.py").contains("--- a/a b.py\t\n+++ b/a b.py\t\n"));
        assert!(diff("é\"\t\u{1}.py").contains("--- \"a/\\303\\251\\\"\\t\\001.py\"\n"));
    }

    #[test]
    fn nothing_in_the_escaped_diff_steers_a_terminal() {
        let before = Some(b"\tx\r\n\x1b[2J\xff".to_vec());
        let change = FileChange { path: "a.py".into(), before, after: Some(Vec::new()) };
        assert_eq!(
            unified_escaped(&[change]),
            "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +0,0 @@\n\
             -\tx\\u{d}\n-\\u{1b}[2J\\xff\n\\ No newline at end of file\n"
        );
    }
}
