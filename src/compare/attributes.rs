//! The `.gitattributes` that change the bytes git writes at checkout.
//!
//! Only files in the tree count: `.git/info/attributes` and `core.attributesFile` belong to a single clone.
//! Patterns with character classes (`[[:alpha:]]`) never match.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Pattern, Separator, matches};
use crate::tree::{Content, Error, File, Node, RepoPath, Tree};

/// The name of a file that sets attributes.
pub(crate) const ATTRIBUTES: &[u8] = b".gitattributes";

/// The attributes that matter. Others do not change how Python reads a file.
const IDENT: &[u8] = b"ident";
const ENCODING: &[u8] = b"working-tree-encoding";

/// Larger files are not read; git reads up to 100 MiB.
const LARGEST: u64 = 8 * 1024 * 1024;

/// git ignores longer lines (`ATTR_MAX_LINE_LENGTH` in its `attr.h`).
const LONGEST_LINE: usize = 2048;

/// The `.gitattributes` that apply to some folders.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    /// The files that set attributes, outermost first.
    sources: Vec<File>,
    /// Empty if none of them sets an attribute that matters.
    lines: Vec<Line>,
    macros: BTreeMap<Vec<u8>, Vec<Assignment>>,
}

/// The attributes of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Checkout {
    /// Whether git expands `$Id$`.
    pub(super) ident: bool,
    /// The encoding that git writes, unless that is UTF-8.
    pub(super) encoding: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// The folder that the pattern is relative to.
    folder: RepoPath,
    pattern: Pattern,
    /// Whether the pattern matches names in any subfolder.
    is_name: bool,
    assignments: Vec<Assignment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Assignment {
    name: Vec<u8>,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Set,
    Unset,
    Unspecified,
    Value(Vec<u8>),
}

impl Attributes {
    /// Reads the attributes that apply to the files in some folders.
    pub(super) fn of(tree: &dyn Tree, folders: &BTreeSet<RepoPath>) -> Result<Attributes, Error> {
        let mut attributes = Attributes::default();
        let mut contents = Vec::new();
        for folder in with_outer(folders) {
            let path = folder.join(ATTRIBUTES);
            let Some(Node::File(id)) = tree.node(&path)? else { continue };
            let file = File { path, id };
            contents.push((folder, read(tree, &file)?));
            attributes.sources.push(file);
        }
        if contents.iter().any(|(_, content)| is_of_interest(content)) {
            for (folder, content) in contents {
                attributes.add(&folder, &content);
            }
        }
        Ok(attributes)
    }

    /// Returns whether no file has attributes.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns whether two trees have the same attributes.
    pub(super) fn is_same(&self, other: &Attributes) -> bool {
        self.sources == other.sources
    }

    /// Returns the files that set attributes.
    pub(super) fn sources(&self) -> &[File] {
        &self.sources
    }

    /// Returns the attributes of a file.
    pub(super) fn get(&self, path: &RepoPath) -> Checkout {
        let mut known = BTreeMap::new();
        for line in self.lines.iter().rev().filter(|line| line.matches(path)) {
            self.fill(&mut known, &line.assignments);
        }
        let encoding = match known.get(ENCODING) {
            Some(State::Value(name)) => Some(String::from_utf8_lossy(name).into_owned()),
            Some(State::Set | State::Unset | State::Unspecified) | None => None,
        };
        let is_utf8 = |name: &String| matches!(&*name.to_ascii_lowercase(), "utf-8" | "utf8");
        Checkout {
            ident: known.get(IDENT) == Some(&State::Set),
            encoding: encoding.filter(|name| !name.is_empty() && !is_utf8(name)),
        }
    }

    /// Adds attributes that have no value yet. git goes from the last assignment to the first (`fill_one` in
    /// `attr.c`).
    fn fill(&self, known: &mut BTreeMap<Vec<u8>, State>, assignments: &[Assignment]) {
        for Assignment { name, state } in assignments.iter().rev() {
            if known.contains_key(name) {
                continue;
            }
            known.insert(name.clone(), state.clone());
            if let (State::Set, Some(expansion)) = (state, self.macros.get(name)) {
                self.fill(known, expansion);
            }
        }
    }

    fn add(&mut self, folder: &RepoPath, content: &[u8]) {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        for line in content.split(|byte| *byte == b'\n').filter(|it| it.len() < LONGEST_LINE) {
            let line = line.trim_ascii();
            let Some((pattern, rest)) = pattern(line) else { continue };
            let assignments = rest.split(u8::is_ascii_whitespace).filter_map(assignment).collect();
            match pattern.strip_prefix(b"[attr]") {
                Some(name) if folder.is_root() => {
                    self.macros.insert(name.trim_ascii().to_vec(), assignments);
                }
                Some(_) => {}
                None => self.lines.extend(Line::new(folder, &pattern, assignments)),
            }
        }
    }
}

impl Line {
    fn new(folder: &RepoPath, pattern: &[u8], assignments: Vec<Assignment>) -> Option<Line> {
        // git forbids the first; the second matches folders.
        if pattern.starts_with(b"!") || pattern.ends_with(b"/") {
            return None;
        }
        let is_name = !pattern.contains(&b'/');
        let pattern = pattern.strip_prefix(b"/").unwrap_or(pattern);
        let pattern = translated(&String::from_utf8_lossy(pattern), is_name)?;
        Some(Line { folder: folder.clone(), pattern, is_name, assignments })
    }

    fn matches(&self, path: &RepoPath) -> bool {
        let below = path.below(&self.folder);
        let text = if self.is_name { below.map(|_| path.file_name()) } else { below };
        text.is_some_and(|text| {
            matches(&self.pattern, &String::from_utf8_lossy(text), Separator::Kept)
        })
    }
}

fn read(tree: &dyn Tree, file: &File) -> Result<Vec<u8>, Error> {
    match tree.read_all(&[file], LARGEST)?.pop() {
        Some(Content::Whole(content)) => Ok(content),
        Some(Content::TooLarge(size)) => {
            Err(Error::too_large(&file.path, tree.describe(), size, LARGEST))
        }
        None => tree.read(file),
    }
}

/// Returns the folders and their ancestors. Parents come before their subfolders.
fn with_outer(folders: &BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
    let outer = |folder: &RepoPath| std::iter::successors(Some(folder.clone()), RepoPath::parent);
    folders.iter().flat_map(outer).collect()
}

fn is_of_interest(content: &[u8]) -> bool {
    let holds = |name: &[u8]| content.windows(name.len()).any(|window| window == name);
    holds(IDENT) || holds(ENCODING)
}

/// Parses the pattern of a line; `None` for a comment or an empty line.
fn pattern(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    match line.first()? {
        b'#' => None,
        b'"' => unquoted(&line[1..]),
        _ => {
            let macro_name = usize::from(line.starts_with(b"[attr]")) * b"[attr]".len();
            let blanks = line[macro_name..].iter().take_while(|it| it.is_ascii_whitespace());
            let start = macro_name + blanks.count();
            let length = line[start..].iter().position(u8::is_ascii_whitespace);
            let end = length.map_or(line.len(), |length| start + length);
            Some((line[..end].to_vec(), &line[end..]))
        }
    }
}

/// Parses a C-style quoted pattern without octal escapes, after its opening quote.
fn unquoted(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut pattern = Vec::new();
    let mut rest = line;
    loop {
        rest = match rest {
            [b'"', behind @ ..] => return Some((pattern, behind)),
            [b'\\', escaped @ (b'"' | b'\\'), behind @ ..] => {
                pattern.push(*escaped);
                behind
            }
            [b'\\', ..] | [] => return None,
            [byte, behind @ ..] => {
                pattern.push(*byte);
                behind
            }
        };
    }
}

fn assignment(word: &[u8]) -> Option<Assignment> {
    let (name, state) = match word {
        [] => return None,
        [b'-', name @ ..] => (name, State::Unset),
        [b'!', name @ ..] => (name, State::Unspecified),
        name => match name.iter().position(|byte| *byte == b'=') {
            Some(at) => (&name[..at], State::Value(name[at + 1..].to_vec())),
            None => (name, State::Set),
        },
    };
    Some(Assignment { name: name.to_vec(), state })
}

/// Translates a pattern of git to one of [`glob`], if possible.
fn translated(pattern: &str, is_name: bool) -> Option<Pattern> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        rest = match character {
            '\\' => {
                let escaped = behind.chars().next()?;
                out.push_str(&glob::Pattern::escape(escaped.encode_utf8(&mut [0; 4])));
                &behind[escaped.len_utf8()..]
            }
            '*' => {
                let behind = behind.trim_start_matches('*');
                let stars = rest.len() - behind.len();
                let is_alone = (out.is_empty() || out.ends_with('/'))
                    && (behind.is_empty() || behind.starts_with('/'));
                out.push_str(if stars > 1 && is_alone && !is_name { "**" } else { "*" });
                behind
            }
            '[' => {
                let (set, behind) = set(behind)?;
                out.push_str(&set);
                behind
            }
            _ => {
                out.push(character);
                behind
            }
        };
    }
    Pattern::new(&out).ok()
}

/// Translates a set after its `[`. A `]` in first position is one of its characters.
fn set(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix(['!', '^']);
    let (sign, inner) = inner.map_or(("", text), |inner| ("!", inner));
    let first = usize::from(inner.starts_with(']'));
    let end = first + inner[first..].find(']')?;
    let (characters, behind) = (&inner[..end], &inner[end + 1..]);
    (!characters.contains(['\\', '['])).then(|| (format!("[{sign}{characters}]"), behind))
}
