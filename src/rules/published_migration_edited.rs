//! `published-migration-edited`.

use super::subject::listed;
use super::{Concern, Debt, Rule, Subject};
use crate::finding::{Finding, Level, Related};

pub(super) static RULE: Rule = Rule {
    name: "published-migration-edited",
    level: Level::Warn,
    explain: "\
## What it checks
A migration that has landed does something else after the change. Comments, formatting, docstrings,
the annotations of functions and variables, and imports that are sorted or that nothing uses make no
difference; `down_revision` and its like are the matter of `published-identity-changed`.

## Why it matters
A database that has run the migration will not run it again. It keeps what the old version made,
new databases get what the new version makes, and nothing ever compares the two.

## How to fix
Leave the migration as it is and put the difference into a new one. Where the old version fails on
every database, so that none can have run it, the edit is right.
",
    debt: Debt::Compared,
    concern: Concern::Neither,
    check,
};

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let Some((first, others)) = subject.edited.split_first() else {
        return Vec::new();
    };
    let base = &subject.wording.base;
    let ids = subject.edited.iter().map(|edited| &edited.revision);
    let which = match others {
        [] => format!("`{}` is in {base}", first.revision),
        [_] => format!("{} are in {base}", listed(ids.clone())),
        _ => format!("{} of the edited migrations are in {base}", others.len() + 1),
    };
    let message = format!(
        "{which} already; databases that have run the old version will not run the new one"
    );
    let mut finding = RULE.at(subject, first.site.clone(), message);
    finding.label = format!("from here on it differs from {base}");
    finding.culprits.push(first.published.clone());
    for other in others {
        finding.culprits.extend([other.site.path().clone(), other.published.clone()]);
        let message = "this one differs from here on".to_owned();
        finding.related.push(Related { site: other.site.clone(), message });
    }
    finding.revisions = ids.cloned().collect();
    finding.help = vec![
        "leave it as it is and put the difference into a new migration".into(),
        "or, where no database can have run it, let the edit stand".into(),
    ];
    vec![finding]
}
