//! The path of a new revision's file (`ScriptDirectory._rev_path`).

use super::{NewRevision, Unwritable};
use crate::alembic::environment::Fields;
use crate::python::is_word;
use crate::tree::RepoPath;

/// Returns the path of a new revision's file.
///
/// A file that Alembic would write but not load is rejected.
pub(super) fn path(revision: &NewRevision<'_>) -> Result<RepoPath, Unwritable> {
    let naming = &revision.environment.naming;
    let (date, time) = (revision.created.civil.date(), revision.created.civil.time());
    let slug = slug(revision.message.unwrap_or_default(), naming.slug_length);
    let fields = Fields {
        rev: revision.id.as_str(),
        slug: &slug,
        epoch: revision.created.epoch,
        year: date.year(),
        month: date.month(),
        day: date.day(),
        hour: time.hour(),
        minute: time.minute(),
        second: time.second(),
    };
    let name = format!("{}.py", naming.stem(&fields)?);
    let refused = |reason: &'static str| Err(Unwritable::Name { name: name.clone(), reason });
    // Paths of Python drop what stays in place.
    let folders = name.split('/').filter(|folder| !matches!(*folder, "" | "."));
    let components: Vec<&str> = folders.collect();
    if name.starts_with('/') || components.contains(&"..") {
        return refused("it is outside the versions folder");
    }
    if name.contains(char::is_control) {
        return refused("it contains control characters");
    }
    let path = version_folder(revision)?.join(components.join("/"));
    match revision.environment.versions_folder_of(&path) {
        // `load_python_file` of `alembic/util/pyfiles.py` stops at a name that is all suffix.
        Some(_) if path.file_name() != b".py" => Ok(path),
        None if components.len() > 1 && !revision.environment.recursive => refused(
            "Alembic does not search subfolders, since `recursive_version_locations` is not set",
        ),
        Some(_) | None => refused("Alembic does not load files with this name"),
    }
}

/// Returns the version folder: that of the first parent if there are several.
///
/// Alembic fails if the parent is in a subfolder; here, its version folder is used.
fn version_folder<'e>(revision: &NewRevision<'e>) -> Result<&'e RepoPath, Unwritable> {
    match revision.environment.version_locations.as_slice() {
        [only] => Ok(only),
        _ => revision
            .environment
            .versions_folder_of(revision.beside)
            .ok_or_else(|| Unwritable::Nowhere(revision.beside.clone())),
    }
}

/// Returns the words of a message, truncated at a word boundary if possible.
fn slug(message: &str, length: usize) -> String {
    let words = message.split(|character| !is_word(character)).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("_").to_lowercase();
    match slug.char_indices().nth(length) {
        None => slug,
        Some((end, _)) => {
            let cut = &slug[..end];
            format!("{}_", cut.rsplit_once('_').map_or(cut, |(words, _)| words))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_the_words_in_small_letters() {
        assert_eq!(slug("", 40), "");
        assert_eq!(slug("Add users, (and) their _names", 40), "add_users_and_their__names");
        assert_eq!(slug("Ändere ΣΑΣ! 中文 İ", 40), "ändere_σας_中文_i\u{307}");
        assert_eq!(slug("--", 40), "");
    }

    #[test]
    fn a_long_slug_is_cut_behind_a_word() {
        assert_eq!(slug("one two three", 13), "one_two_three");
        assert_eq!(slug("one two three", 12), "one_two_");
        assert_eq!(slug("one two three", 8), "one_two_");
        assert_eq!(slug("one two three", 7), "one_");
        assert_eq!(slug("one two three", 2), "on_");
        assert_eq!(slug("ÄÖÜ", 2), "äö_");
    }
}
