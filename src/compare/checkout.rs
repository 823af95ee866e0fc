//! Migrations that Python reads differently from what a tree holds.
//!
//! Either `.gitattributes` make git write other bytes at checkout, or Python loads a compiled file instead of
//! the source.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::attributes::{Attributes, Checkout};
use super::pairing::Pair;
use super::{Comparison, Reader};
use crate::alembic::migration::{self, Module, ReadLimits};
use crate::rules::{Alteration, Altered};
use crate::tree::{Content, Entry, Error, File, Identity, Node, RepoPath, Tree};

/// The folder in which Python stores compiled files.
pub(crate) const COMPILED: &[u8] = b"__pycache__";

/// Larger compiled files are not read.
const LARGEST_COMPILED: u64 = 1024 * 1024;

/// Finds the migrations that the change affects in this way.
pub(super) fn find(
    reader: &Reader,
    comparison: &Comparison<'_>,
    after: &dyn Tree,
    pair: &Pair,
) -> Result<Vec<Altered>, Error> {
    if pair.excess().is_some() || !pair.is_kept() {
        return Ok(Vec::new());
    }
    let landed = LazyCell::new(|| pair.before.files.iter().collect::<BTreeSet<&File>>());
    let is_new = |file: &File| !landed.contains(file);
    let mut altered = by_attributes(&reader.limits(), comparison, after, pair, &is_new)?;
    altered.extend(by_compiled(comparison, after, pair, &is_new)?);
    Ok(altered)
}

/// Returns the folders of some files, each once.
fn folders(files: &[File]) -> BTreeSet<RepoPath> {
    let mut folders = BTreeSet::new();
    let mut last = None;
    for file in files {
        let path = file.path.as_bytes();
        let folder = &path[..path.len() - file.path.file_name().len()];
        if last != Some(folder) {
            folders.extend(file.path.parent());
            last = Some(folder);
        }
    }
    folders
}

fn by_attributes(
    limits: &ReadLimits,
    comparison: &Comparison<'_>,
    after: &dyn Tree,
    pair: &Pair,
    is_new: &dyn Fn(&File) -> bool,
) -> Result<Vec<Altered>, Error> {
    let now = Attributes::of(after, &folders(&pair.after.files))?;
    if now.is_empty() {
        return Ok(Vec::new());
    }
    let then = match comparison.before {
        Some(before) => Attributes::of(before, &folders(&pair.before.files))?,
        None => Attributes::default(),
    };
    let mut altered = Vec::new();
    for file in &pair.after.files {
        // Files on disk have been through git already.
        let is_object = || after.identity(file) == Identity::Exact;
        if !is_new(file) && now.is_same(&then) || !is_object() {
            continue;
        }
        let checkout = now.get(&file.path);
        if checkout == Checkout::default() || !is_new(file) && then.get(&file.path) == checkout {
            continue;
        }
        let content = after.read_all(&[file], limits.max_file_size)?.pop();
        let Some(Content::Whole(source)) = content else { continue };
        let found = alteration(&source, &checkout, limits);
        let causes = now.sources().to_vec();
        altered.extend(found.map(|by| Altered { file: file.clone(), by, causes }));
    }
    Ok(altered)
}

/// Returns how a checkout alters a source, if Python then reads something else.
fn alteration(source: &[u8], checkout: &Checkout, limits: &ReadLimits) -> Option<Alteration> {
    if let Some(name) = &checkout.encoding
        && !(source.is_ascii() && may_hold_ascii(name))
    {
        let is_unreadable = has_null_bytes(name);
        return Some(Alteration::Encoding { name: name.clone(), is_unreadable });
    }
    if !checkout.ident || !source.windows(3).any(|window| window == b"$Id") {
        return None;
    }
    let held = migration::read(source, limits);
    let read = migration::read(&with_hashes(source), limits);
    let is_same = |value: fn(&Module) -> &migration::Value| {
        let (held, read) = (value(&held), value(&read));
        held.texts().iter().map(|it| &it.text).eq(read.texts().iter().map(|it| &it.text))
    };
    let is_vital = !is_same(|it| &it.revision)
        || !is_same(|it| &it.down_revision)
        || !is_same(|it| &it.depends_on);
    (is_vital || !is_same(|it| &it.branch_labels)).then_some(Alteration::Ident { is_vital })
}

/// Returns whether text in an encoding has null bytes, which Python rejects in sources.
fn has_null_bytes(encoding: &str) -> bool {
    let name = encoding.to_ascii_lowercase();
    ["utf-16", "utf16", "utf-32", "utf32", "ucs-2", "ucs2", "ucs-4", "ucs4"]
        .iter()
        .any(|wide| name.starts_with(wide))
}

/// Returns whether git keeps ASCII unchanged in an encoding, going by its iconv name.
fn may_hold_ascii(encoding: &str) -> bool {
    let name = encoding.to_ascii_lowercase();
    let families = ["gb", "big5", "euc", "koi8", "iso-8859", "windows-125", "sjis", "shift", "mac"];
    migration::holds_ascii(encoding) || families.iter().any(|family| name.starts_with(family))
}

/// Expands `$Id$` as git does at checkout (`ident_to_worktree` in its `convert.c`), with a hash of zeros.
fn with_hashes(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut rest = source;
    while let Some(dollar) = rest.iter().position(|byte| *byte == b'$') {
        out.extend(&rest[..=dollar]);
        rest = &rest[dollar + 1..];
        if let Some(length) = keyword(rest) {
            out.extend(b"Id: 0000000000000000000000000000000000000000 $");
            rest = &rest[length..];
        }
    }
    out.extend(rest);
    out
}

/// Returns the length of a keyword after its first `$`.
fn keyword(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"Id$") {
        return Some(3);
    }
    let inner = text.strip_prefix(b"Id:")?;
    let end = inner.iter().position(|byte| *byte == b'$')?;
    let inner = &inner[..end];
    // With spaces inside, it is the keyword of another system.
    let space = inner.iter().skip(1).position(|byte| *byte == b' ').map(|at| at + 1);
    let is_foreign = space.is_some_and(|space| space + 1 < end);
    (!inner.contains(&b'\n') && !is_foreign).then_some(3 + end + 1)
}

fn by_compiled(
    comparison: &Comparison<'_>,
    after: &dyn Tree,
    pair: &Pair,
    is_new: &dyn Fn(&File) -> bool,
) -> Result<Vec<Altered>, Error> {
    let files = pair.after.files.iter();
    let sources =
        LazyCell::new(|| files.map(|file| (&file.path, file)).collect::<BTreeMap<_, _>>());
    let mut altered = Vec::new();
    for folder in folders(&pair.after.files) {
        let cache = folder.join(COMPILED);
        let compiled = after.list(&cache)?;
        if compiled.is_empty() {
            continue;
        }
        let landed = comparison.before.map(|before| before.list(&cache)).transpose()?;
        let landed = landed.unwrap_or_default();
        let has_landed = |entry: &Entry| {
            let place = landed.binary_search_by(|other| other.name.cmp(&entry.name));
            place.is_ok_and(|place| landed[place] == *entry)
        };
        for entry in &compiled {
            let source = compiled_source(&entry.name).map(|name| folder.join(name));
            let Some(file) = source.and_then(|path| sources.get(&path)) else { continue };
            let (id, is_link) = match entry.node {
                Node::File(id) => (id, false),
                Node::Link(id) => (id, true),
                Node::Folder(_) | Node::Submodule => continue,
            };
            let cause = File { path: cache.join(&entry.name), id };
            if (is_new(file) || !has_landed(entry)) && (is_link || is_unchecked(after, &cause)?) {
                let (file, causes) = ((*file).clone(), vec![cause]);
                altered.push(Altered { file, by: Alteration::Compiled, causes });
            }
        }
    }
    Ok(altered)
}

/// Returns the name of the source of a compiled file, as `importlib.util.source_from_cache` does.
pub(crate) fn compiled_source(compiled: &[u8]) -> Option<Vec<u8>> {
    let name = compiled.strip_suffix(b".pyc")?;
    let (name, last) = split_at_last_dot(name)?;
    let stem = if last.starts_with(b"opt-") { split_at_last_dot(name)?.0 } else { name };
    Some([stem, b".py"].concat())
}

fn split_at_last_dot(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let dot = name.iter().rposition(|byte| *byte == b'.')?;
    Some((&name[..dot], &name[dot + 1..]))
}

/// Returns whether Python loads a compiled file without checking its source (PEP 552).
///
/// By default, Python compares the source's modification time, which a checkout updates, or its hash.
fn is_unchecked(tree: &dyn Tree, compiled: &File) -> Result<bool, Error> {
    Ok(match tree.read_all(&[compiled], LARGEST_COMPILED)?.pop() {
        Some(Content::Whole(content)) => {
            content.get(2..8).is_some_and(|head| head == b"\r\n\x01\0\0\0")
        }
        Some(Content::TooLarge(_)) => true,
        None => false,
    })
}
