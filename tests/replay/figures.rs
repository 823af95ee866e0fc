//! How much was compared and how much agreed.

use std::collections::BTreeMap;
use std::fmt;

use crate::replay::exceptions::Disagreement;

/// The figures of some histories.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) environments: usize,
    pub(crate) commits: Share,
    /// Commits that gave the branch another head.
    pub(crate) incidents: Share,
    /// Commits at fault in nothing, which must pass.
    pub(crate) innocent: Share,
    /// States at which the heads were compared.
    pub(crate) heads: Share,
    pub(crate) tips: Share,
    /// Branches that must be refused.
    pub(crate) pushes: Share,
    /// Those of them that must pass where nothing else has landed.
    pub(crate) own_pushes: Share,
    /// The rules that refused pushes.
    pub(crate) refused_by: BTreeMap<String, usize>,
    /// At how many commits rules spoke of what the facts are silent about.
    pub(crate) set_aside: BTreeMap<String, usize>,
    pub(crate) disagreements: Vec<Disagreement>,
}

/// So many of so many.
#[derive(Default)]
pub(crate) struct Share {
    good: usize,
    all: usize,
}

impl Share {
    pub(crate) fn count(&mut self, good: bool) {
        self.all += 1;
        self.good += usize::from(good);
    }

    /// Adds another share.
    pub(crate) fn add(&mut self, other: &Share) {
        self.all += other.all;
        self.good += other.good;
    }
}

impl Figures {
    /// Adds the figures of other histories.
    pub(crate) fn add(&mut self, other: Figures) {
        self.environments += other.environments;
        self.commits.add(&other.commits);
        self.incidents.add(&other.incidents);
        self.innocent.add(&other.innocent);
        self.heads.add(&other.heads);
        self.tips.add(&other.tips);
        self.pushes.add(&other.pushes);
        self.own_pushes.add(&other.own_pushes);
        for (rule, count) in other.refused_by {
            *self.refused_by.entry(rule).or_default() += count;
        }
        for (rule, count) in other.set_aside {
            *self.set_aside.entry(rule).or_default() += count;
        }
        self.disagreements.extend(other.disagreements);
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {}", self.good, self.all)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} commits of {} environments agree, {} innocent ones pass, \
             {} incidents refused as commits, {} as pushes (by {}), {} pushes accepted before the later base landed, \
             heads agree at {} commits, heads and bases at {} tips; set aside: {}",
            self.commits,
            self.environments,
            self.innocent,
            self.incidents,
            self.pushes,
            listed(&self.refused_by),
            self.own_pushes,
            self.heads,
            self.tips,
            listed(&self.set_aside),
        )
    }
}

fn listed(counts: &BTreeMap<String, usize>) -> String {
    let counts: Vec<String> =
        counts.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") }
}
