//! Histories made at random, sound and broken, in any order of files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::support::random::Random;

/// One migration.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) file: String,
    pub(crate) id: String,
    parents: Vec<String>,
    labels: Vec<String>,
    depends_on: Vec<String>,
}

impl Script {
    fn parents(&mut self) -> &mut Vec<String> {
        &mut self.parents
    }

    fn labels(&mut self) -> &mut Vec<String> {
        &mut self.labels
    }

    fn depends_on(&mut self) -> &mut Vec<String> {
        &mut self.depends_on
    }
}

impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "revision = {:?}", self.id)?;
        writeln!(out, "down_revision = {}", python_value(&self.parents))?;
        writeln!(out, "branch_labels = {}", python_value(&self.labels))?;
        writeln!(out, "depends_on = {}", python_value(&self.depends_on))?;
        writeln!(out, "def upgrade(): pass")
    }
}

fn python_value(texts: &[String]) -> String {
    match texts {
        [] => "None".to_owned(),
        [one] => format!("{one:?}"),
        several => format!("{several:?}"),
    }
}

/// Makes a history; about half of them have a fault or two.
pub(crate) fn history(random: &mut Random) -> Vec<Script> {
    let mut scripts: Vec<Script> = Vec::new();
    let most = if random.percent(10) { 30 } else { 8 };
    for number in 0..=random.below(most) {
        let parents = match random.below(10) {
            0 => 0,
            1 | 2 => 2 + random.below(2),
            _ => 1,
        };
        let script = Script {
            file: format!("{}_r{number}.py", random.below(100)),
            id: format!("r{number}"),
            parents: chosen(&scripts, parents, random),
            labels: if !random.percent(15) {
                Vec::new()
            } else if random.percent(20) {
                vec![format!("one{number}"), format!("two{number}")]
            } else {
                vec![format!("label{number}")]
            },
            depends_on: if !random.percent(20) {
                Vec::new()
            } else if random.percent(20) {
                vec![dependency(&scripts, random), dependency(&scripts, random)]
            } else {
                vec![dependency(&scripts, random)]
            },
        };
        scripts.push(script);
    }
    if random.percent(50) {
        for _ in 0..=random.below(2) {
            break_something(&mut scripts, random);
        }
    }
    for script in &mut scripts {
        script.depends_on.retain(|name| !name.is_empty());
    }
    scripts
}

/// Chooses parents, recent ones above all, so that most histories are more line than bush.
fn chosen(scripts: &[Script], count: usize, random: &mut Random) -> Vec<String> {
    let mut parents: Vec<String> = Vec::new();
    for _ in 0..count.min(scripts.len()) {
        let back = if random.percent(70) { 0 } else { random.below(scripts.len()) };
        let id = scripts[scripts.len() - 1 - back].id.clone();
        if !parents.contains(&id) {
            parents.push(id);
        }
    }
    parents
}

fn dependency(scripts: &[Script], random: &mut Random) -> String {
    let Some(script) = scripts.get(random.below(scripts.len())) else {
        return String::new();
    };
    match script.labels.first().filter(|_| random.percent(50)) {
        Some(label) => label.clone(),
        None => script.id.clone(),
    }
}

fn break_something(scripts: &mut Vec<Script>, random: &mut Random) {
    let place = random.below(scripts.len());
    let other = scripts[random.below(scripts.len())].clone();
    match random.below(9) {
        0 => scripts[place].id = other.id,
        1 => scripts.push(Script {
            file: format!("{}_again.py", random.below(100)),
            id: other.id,
            ..scripts[place].clone()
        }),
        2 => scripts[place].parents.push("nowhere".to_owned()),
        3 => scripts[place].parents = vec![other.id],
        4 => scripts[place].depends_on = vec![other.id],
        5 => scripts[place].depends_on = vec!["nowhere".to_owned()],
        6 => scripts[place].labels = vec![other.labels.first().cloned().unwrap_or(other.id)],
        7 => scripts[place].parents = vec![String::new()],
        _ if scripts.len() > 1 => drop(scripts.remove(place)),
        _ => {}
    }
}

pub(crate) fn files(scripts: &[Script]) -> BTreeMap<String, String> {
    let files = scripts.iter();
    files.map(|script| (script.file.clone(), script.to_string())).collect()
}

/// Returns the ids and labels of all that must run before a script.
pub(crate) fn required<'s>(scripts: &'s [Script], id: &'s str) -> BTreeSet<&'s str> {
    let mut names = BTreeSet::from([id]);
    loop {
        let known = names.len();
        let named = |script: &&Script| {
            let mut own = script.labels.iter().chain([&script.id]);
            own.any(|name| names.contains(name.as_str()))
        };
        let found: Vec<&Script> = scripts.iter().filter(named).collect();
        for script in found {
            let needs = script.parents.iter().chain(&script.depends_on);
            names.extend(needs.map(String::as_str).chain([script.id.as_str()]));
        }
        if names.len() == known {
            return names;
        }
    }
}

/// Tells whether no order could apply the scripts.
pub(crate) fn has_cycle(scripts: &[Script]) -> bool {
    let mut left: Vec<&Script> = scripts.iter().collect();
    loop {
        let names = left.iter().flat_map(|script| script.labels.iter().chain([&script.id]));
        let names: BTreeSet<&String> = names.collect();
        let waits = |script: &&Script| {
            let mut needs = script.parents.iter().chain(&script.depends_on);
            needs.any(|need| names.contains(need))
        };
        let waiting: Vec<&Script> = left.iter().copied().filter(|script| waits(script)).collect();
        if waiting.len() == left.len() {
            return !left.is_empty();
        }
        left = waiting;
    }
}

pub(crate) fn has_duplicates(scripts: &[Script]) -> bool {
    let mut ids: Vec<&str> = scripts.iter().map(|script| script.id.as_str()).collect();
    ids.sort_unstable();
    ids.windows(2).any(|pair| pair[0] == pair[1])
}

/// Returns every history with one thing less.
pub(crate) fn smaller(scripts: &[Script]) -> Vec<Vec<Script>> {
    let mut all = Vec::new();
    for place in 0..scripts.len() {
        let mut less = scripts.to_vec();
        less.remove(place);
        all.push(less);
        for list in [Script::parents, Script::labels, Script::depends_on] {
            let mut less = scripts.to_vec();
            if list(&mut less[place]).pop().is_some() {
                all.push(less);
            }
        }
    }
    all
}
