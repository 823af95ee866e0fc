//! Edits that make the docstring match the variables.

use super::edit::Edit;
use super::literal::is_plain;
use crate::alembic::migration::{Docstring, Text};

/// Returns the edit that puts these ids into a line of the docstring, joined as in Alembic's template.
///
/// Returns nothing if there is no such line or it has these ids already. A line with a backslash is left
/// alone, since it may contain hidden text, and so is one for ids that would need escapes.
pub(super) fn follow(source: &[u8], line: Option<&Text>, ids: &[&str]) -> Option<Edit> {
    let said = line.filter(|said| !said.text.contains('\\') && !Docstring::names(said, ids))?;
    if !ids.iter().all(|id| is_plain(id)) {
        return None;
    }
    let named = ids.join(", ");
    if !said.text.is_empty() {
        // What the line says is known without the blanks around it, which an id may end in.
        let is_other = said.text != named.trim();
        return is_other.then(|| Edit::replace(&said.span, named));
    }
    // The span is that of the heading, which the template writes with a blank behind it.
    let end = said.span.end;
    Some(match source.get(end) {
        Some(b' ') => Edit::replace(&(end + 1..end + 1), named),
        Some(_) | None => Edit::replace(&(end..end), format!(" {named}")),
    })
}
