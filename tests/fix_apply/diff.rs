//! Diffs are applied by git, and compared with its own.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use alembic_guard::repair::{FileChange, unified};
use alembic_guard::tree::RepoPath;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest,
};
use proptest::{collection, option};

use crate::support::scratch;

#[test]
fn git_makes_the_same_diff() {
    let before = "a\r\nb\n\nc\nd\ne\nf\ng\nh\ni\nj\nk";
    let after = before.replace("b\n", "x\ny\n").replace("j\nk", "k\n");
    let change = FileChange {
        path: "a b.py".into(),
        before: Some(before.into()),
        after: Some(after.clone().into()),
    };
    let folder = scratch::folder();
    for (side, content) in [("a", before), ("b", &after)] {
        fs::create_dir(folder.path().join(side)).expect("a folder");
        fs::write(folder.path().join(side).join("a b.py"), content).expect("a file");
    }
    let output = git(folder.path(), &["diff", "--no-index", "--no-prefix", "a", "b"], b"");
    let theirs = String::from_utf8(output.stdout).expect("text");
    // The line with the ids of both files is for merges alone; what follows `@@` helps to read.
    let theirs: Vec<&str> = theirs.lines().filter(|line| !line.starts_with("index ")).collect();
    let theirs = theirs.iter().map(|line| match line.strip_prefix("@@ ") {
        Some(rest) => format!("@@ {}", rest.split_inclusive("@@").next().unwrap_or_default()),
        None => (*line).to_owned(),
    });
    let ours = String::from_utf8(unified(&[change])).expect("text");
    let ours: Vec<&str> = ours.lines().collect();
    assert_eq!(ours, theirs.collect::<Vec<String>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn git_apply_makes_of_a_diff_what_the_changes_say(changes in changes()) {
        let folder = scratch::folder();
        for change in &changes {
            if let Some(before) = &change.before {
                let path = disk(folder.path(), &change.path);
                fs::create_dir_all(path.parent().expect("it is a file")).expect("a folder");
                fs::write(path, before).expect("a file");
            }
        }
        let diff = unified(&changes);
        if !diff.is_empty() {
            let output = git(folder.path(), &["apply", "--whitespace=nowarn", "-"], &diff);
            let words = String::from_utf8_lossy(&output.stderr);
            prop_assert_eq!(&words, "", "{}", String::from_utf8_lossy(&diff));
        }
        for change in &changes {
            let found = fs::read(disk(folder.path(), &change.path)).ok();
            prop_assert_eq!(&found, &change.after, "{}", String::from_utf8_lossy(&diff));
        }
    }
}

/// Changes of some files out of a few whose names are hard.
fn changes() -> impl Strategy<Value = Vec<FileChange>> {
    let sides = || (option::of(content()), option::weighted(0.8, content()), any::<bool>());
    let paths = paths();
    collection::vec(sides(), paths.len()).prop_map(move |sides| {
        let pairs = paths.iter().zip(sides);
        let changes = pairs.map(|(path, (before, after, is_edited))| {
            let after = match (&before, after, is_edited) {
                (Some(before), Some(after), true) => Some(around(before, &after)),
                (_, after, _) => after,
            };
            FileChange { path: path.clone(), before, after }
        });
        changes.collect()
    })
}

fn paths() -> Vec<RepoPath> {
    let names: [&[u8]; 4] =
        [b"a.py", b"some folder/b c.py", b"say \"\\\".py", b"tab\tand\nline.py"];
    let mut paths: Vec<RepoPath> = names.iter().map(RepoPath::new).collect();
    if cfg!(target_os = "linux") {
        paths.push(RepoPath::new(b"caf\xe9 /\xff.py"));
    }
    paths
}

/// Puts lines into the middle of others.
fn around(outer: &[u8], inner: &[u8]) -> Vec<u8> {
    let (first, second) = outer.split_at(outer.len() / 2);
    [first, inner, second].concat()
}

/// Lines of all sorts, many of which look like parts of a diff.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let hard: [&[u8]; 14] = [
        b"\n",
        b"\r\n",
        b"\r",
        b"x\n",
        b"x\r\n",
        b"\xff\xfe",
        b"\0\n",
        b"--- a/a.py\n",
        b"+++ b/a.py\n",
        b"@@ -1 +1 @@\n",
        b"\\ No newline at end of file\n",
        b"\t \n",
        b"diff --git a/b b/b\n",
        b"",
    ];
    let hard: Vec<Vec<u8>> = hard.iter().map(|line| line.to_vec()).collect();
    let numbered = (0..30_u8).prop_map(|number| format!("{number}\n").into_bytes());
    let line = prop_oneof![
        2 => proptest::sample::select(hard),
        3 => numbered,
        1 => Just(b"same\n".to_vec()),
    ];
    collection::vec(line, 0..25).prop_map(|lines| lines.concat())
}

fn disk(top: &Path, path: &RepoPath) -> PathBuf {
    top.join(OsStr::from_bytes(path.as_bytes()))
}

/// Runs git outside of any repository, without anybody's configuration.
fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> std::process::Output {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(folder))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git runs");
    let mut pipe = child.stdin.take().expect("a pipe was asked for");
    pipe.write_all(input).expect("git reads all of it");
    drop(pipe);
    child.wait_with_output().expect("git ends")
}
