//! Merges, made by chance.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::values::{
    ENCODINGS, FILE_TEMPLATES, IDS, LENGTHS, MESSAGES, NEW_IDS, TEMPLATES, TIMEZONES, Values,
};
use crate::support::random::Random;

/// An environment with heads, and how they are to be merged.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The name of the template where Alembic or Flask-Migrate brings it.
    pub(super) shipped: Option<String>,
    /// The template; there may be none.
    template: Option<Vec<u8>>,
    /// What the ini file says beside where the scripts are.
    settings: Vec<(&'static str, String)>,
    layout: Layout,
    pub(super) parents: Vec<&'static str>,
    pub(super) id: &'static str,
    pub(super) message: Option<&'static str>,
    pub(super) seconds: u64,
    pub(super) microseconds: u32,
}

/// Where the parents lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// In the one version folder.
    One,
    /// In two version folders.
    Two,
    /// In a folder below the one version folder.
    Below,
    /// In folders below two version folders.
    TwoBelow,
}

impl Case {
    pub(super) fn new(random: &mut Random, shipped: &BTreeMap<String, Vec<u8>>) -> Case {
        let strange = [0, 0, 3, 10, 30][random.below(5)];
        let (name, template) = template(strange, random, shipped);
        let mut settings = Vec::new();
        let mut set = |chance, key, values: Values, random: &mut Random| {
            if random.percent(chance) {
                settings.push((key, values.choose(strange, random).replace('%', "%%")));
            }
        };
        set(70, "file_template", FILE_TEMPLATES, random);
        set(60, "timezone", TIMEZONES, random);
        set(30, "truncate_slug_length", LENGTHS, random);
        set(20, "output_encoding", ENCODINGS, random);
        let mut parents: Vec<&str> = Vec::new();
        for _ in 0..2 + random.below(4).saturating_sub(1) {
            let id = IDS.choose(strange, random);
            if !parents.contains(&id) {
                parents.push(id);
            }
        }
        let ids = if random.percent(75) { NEW_IDS } else { IDS };
        let id = ids.choose(strange, random);
        parents.retain(|parent| *parent != id);
        if parents.is_empty() {
            parents.push("only");
        }
        let layouts = [Layout::One, Layout::One, Layout::Two, Layout::Below, Layout::TwoBelow];
        Case {
            shipped: name,
            template,
            settings,
            layout: layouts[random.below(5)],
            parents,
            id,
            message: random.percent(90).then(|| MESSAGES.choose(strange, random)),
            seconds: 946_684_800 + random.below(1_262_304_000) as u64,
            microseconds: [0, 1, 500_000, random.below(1_000_000) as u32][random.below(4)],
        }
    }

    pub(super) fn instant(&self) -> SystemTime {
        let nanoseconds = self.microseconds * 1_000 + 999;
        SystemTime::UNIX_EPOCH + Duration::new(self.seconds, nanoseconds)
    }

    /// Tells whether Alembic knows no place for the merge: it takes the first parent's folder, and takes
    /// that for a version folder.
    pub(super) fn is_placeless(&self) -> bool {
        self.layout == Layout::TwoBelow
    }

    pub(super) fn has_template(&self) -> bool {
        self.template.is_some()
    }

    /// Returns the path of the first parent's file.
    pub(super) fn beside(&self) -> String {
        self.path_of(0)
    }

    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut ini = "[alembic]\nscript_location = %(here)s/m\n".to_owned();
        if matches!(self.layout, Layout::Two | Layout::TwoBelow) {
            ini += "path_separator = os\nversion_locations = %(here)s/m/versions:%(here)s/other\n";
        }
        if matches!(self.layout, Layout::Below | Layout::TwoBelow) {
            ini += "recursive_version_locations = true\n";
        }
        for (key, value) in &self.settings {
            ini += &format!("{key} = {value}\n");
        }
        let mut files = BTreeMap::from([
            ("alembic.ini".to_owned(), ini.into_bytes()),
            ("m/env.py".to_owned(), Vec::new()),
        ]);
        if let Some(template) = &self.template {
            files.insert("m/script.py.mako".to_owned(), template.clone());
        }
        for (number, parent) in self.parents.iter().enumerate() {
            let source = format!("revision = '{}'\ndown_revision = None\n", escaped(parent));
            files.insert(self.path_of(number), source.into_bytes());
        }
        files
    }

    /// Returns every case with one thing less.
    pub(super) fn smaller(&self) -> Vec<Case> {
        let mut all = Vec::new();
        for place in 0..self.settings.len() {
            let mut less = self.clone();
            less.settings.remove(place);
            all.push(less);
        }
        for place in 1..self.parents.len() {
            let mut less = self.clone();
            less.parents.remove(place);
            all.push(less);
        }
        if self.layout != Layout::One {
            all.push(Case { layout: Layout::One, ..self.clone() });
        }
        if self.message.is_some() {
            all.push(Case { message: None, ..self.clone() });
        }
        if self.microseconds != 0 {
            all.push(Case { microseconds: 0, ..self.clone() });
        }
        for (place, _) in self.template.iter().flatten().enumerate().filter(|(_, b)| **b == b'\n') {
            let mut less = self.clone();
            let lines = less.template.iter_mut();
            lines.for_each(|text| drop(text.drain(line_before(text, place)..=place)));
            all.push(less);
        }
        all
    }

    fn path_of(&self, parent: usize) -> String {
        let folder = match (self.layout, parent % 2) {
            (Layout::One, _) | (Layout::Two, 1) => "m/versions",
            (Layout::Two, _) => "other",
            (Layout::Below, _) | (Layout::TwoBelow, 1) => "m/versions/x",
            (Layout::TwoBelow, _) => "other/x/y",
        };
        format!("{folder}/p{parent}.py")
    }
}

/// Chooses a template: one that is brought half of the time, now and then changed a little.
fn template(
    strange: usize,
    random: &mut Random,
    shipped: &BTreeMap<String, Vec<u8>>,
) -> (Option<String>, Option<Vec<u8>>) {
    if random.percent(2) {
        return (None, None);
    }
    let (name, source) = if random.percent(50) {
        shipped
            .iter()
            .nth(random.below(shipped.len()))
            .map(|(name, source)| (Some(name.clone()), source.clone()))
            .expect("there are some")
    } else {
        (None, TEMPLATES.choose(strange, random).as_bytes().to_vec())
    };
    let text = String::from_utf8(source).expect("templates are UTF-8");
    let changed = match random.below(10) {
        0 => text.replace('\n', "\r\n"),
        1 => format!("\u{feff}{text}"),
        2 => format!("# coding: utf-8\n{text}"),
        3 => text.replacen('\n', "\n## a note\n", 1 + random.below(5)),
        4 => text.replace("${", "${  ").replace('}', " }"),
        5 => text.trim_end().to_owned(),
        6 => format!("\u{feff}# vim: fileencoding=utf-8 :\r\n{text}"),
        _ => text.clone(),
    };
    (name.filter(|_| changed == text), Some(changed.into_bytes()))
}

fn escaped(text: &str) -> String {
    text.chars().map(|character| format!("\\U{:08x}", u32::from(character))).collect()
}

fn line_before(text: &[u8], place: usize) -> usize {
    text[..place].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}
