//! Published migrations that do something else after a change.

use super::pairing::Pair;
use super::{Comparison, Reader};
use crate::alembic::graph::Revision;
use crate::alembic::migration::SemanticChange;
use crate::config::Level;
use crate::rules::{self, Edited, Standing};
use crate::tree::{Error, Site, Tree};

/// Compares the sources of every published migration that the change touches.
pub(super) fn find(
    reader: &Reader,
    comparison: &Comparison<'_>,
    after: &dyn Tree,
    pair: &Pair,
    changed: &[&Revision],
) -> Result<Vec<Edited>, Error> {
    let rule = rules::published_migration_edited();
    let in_force = reader.config().level(rule.name, rule.level);
    let Some(before) = comparison.before.filter(|_| comparison.standing != Standing::Local) else {
        return Ok(Vec::new());
    };
    let mut edited = Vec::new();
    for revision in changed.iter().filter(|_| in_force != Level::Off) {
        let (id, file) = (&revision.id, &revision.migration.file);
        let Some(published) = pair.before.graph.get(id) else { continue };
        let old = &published.migration.file;
        if old.id == file.id || pair.after.graph.is_duplicate(id) {
            continue;
        }
        if let Some(SemanticChange { part, span }) =
            reader.first_change((before, old), (after, file))?
        {
            let site = Site::Span { file: file.clone(), span };
            edited.push(Edited { revision: id.clone(), part, site, published: old.path.clone() });
        }
    }
    Ok(edited)
}
