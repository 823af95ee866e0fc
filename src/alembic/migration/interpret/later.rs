//! What functions do to the names whenever something calls them.

use std::collections::BTreeMap;

use super::super::effects::{Deferred, On};
use super::super::sources::reached;
use super::super::statements::Unit;
use super::super::value::Unknown;
use super::State;

impl State<'_> {
    /// Returns the names that functions bind which running the module may call.
    pub(super) fn unstable(&self, units: &[Unit]) -> BTreeMap<String, Unknown> {
        let mut unstable = BTreeMap::new();
        if self.deferred.is_empty() {
            return unstable;
        }
        let reached = reached(self.text, units);
        let may_run = |deferred: &&Deferred| match &deferred.function {
            Some(function) => reached.contains(function.as_str()),
            None => true,
        };
        for effect in self.deferred.iter().filter(may_run).flat_map(|deferred| &deferred.effects) {
            let names: Vec<&String> = match &effect.on {
                On::Name(name) => vec![name],
                On::Object(name) => self.sharers(name),
                On::Everything | On::Namespace => self.names.keys().collect(),
            };
            for name in names {
                unstable.entry(name.clone()).or_insert_with(|| Unknown {
                    span: effect.span.clone(),
                    reason: effect.reason.to_owned(),
                });
            }
        }
        unstable
    }

    /// Returns the names that have stood for a list or set for which `name` has stood too.
    fn sharers(&self, name: &str) -> Vec<&String> {
        let Some(objects) = self.objects.get(name) else {
            return Vec::new();
        };
        let sharers = self.objects.iter().filter(|(_, others)| !others.is_disjoint(objects));
        sharers.map(|(name, _)| name).collect()
    }
}
