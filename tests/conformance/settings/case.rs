//! Configuration files, made by chance.

use std::collections::BTreeMap;

use super::values::{
    BOOLEANS, FILES, NOISE, SCRIPT_LOCATIONS, SEPARATORS, TOMLS, VERSION_LOCATIONS,
};
use crate::support::random::Random;

/// A repository with configuration.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The folder of the configuration.
    pub(super) folder: &'static str,
    /// The lines of the ini file, if there is one.
    ini: Option<Vec<String>>,
    /// The lines of `pyproject.toml`, if there is one.
    toml: Option<Vec<String>>,
    newline: &'static str,
    bom: bool,
    /// Whether there is an `env.py` beside the configuration.
    env: bool,
}

impl Case {
    pub(super) fn new(random: &mut Random) -> Case {
        let ini = random.percent(92).then(|| ini(random));
        let with_toml = ini.is_none() || random.percent(25);
        Case {
            folder: ["", "", "", "a", "a", "a/b"][random.below(6)],
            ini,
            toml: with_toml.then(|| toml(random)),
            newline: if random.percent(15) { "\r\n" } else { "\n" },
            bom: random.percent(2),
            env: random.percent(10),
        }
    }

    /// Returns the path of the ini file.
    pub(super) fn ini(&self) -> Option<String> {
        self.ini.as_ref().map(|_| self.path("alembic.ini"))
    }

    /// Returns the path of `pyproject.toml`, if that speaks of Alembic.
    pub(super) fn toml(&self) -> Option<String> {
        let lines = self.toml.as_ref()?;
        let speaks = lines.iter().any(|line| line.contains("alembic"));
        speaks.then(|| self.path("pyproject.toml"))
    }

    /// Tells whether the ini file speaks of migrations at all, or something else here does.
    pub(super) fn speaks(&self) -> bool {
        let keys = ["script_location", "version_locations"];
        let mut lines = self.ini.iter().flatten().flat_map(|line| line.lines());
        let speaks = |line: &str| {
            let line = line.trim_start().to_ascii_lowercase();
            keys.iter().any(|key| line.starts_with(key))
        };
        self.env || lines.any(speaks)
    }

    /// Returns the folders that Alembic could be run in, in the order in which the guard tries them.
    pub(super) fn folders(&self) -> &'static [&'static str] {
        match self.folder {
            "" => &[""],
            "a" => &["a", ""],
            _ => &["a/b", "", "a"],
        }
    }

    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files: BTreeMap<String, Vec<u8>> =
            FILES.iter().map(|path| ((*path).to_owned(), Vec::new())).collect();
        // Others read this file to no purpose.
        files.insert(self.path("setup.cfg"), b"[alembic]\nscript_location = db\n".to_vec());
        if let (Some(path), Some(lines)) = (self.ini(), &self.ini) {
            let mark = if self.bom { "\u{feff}" } else { "" };
            let text = format!("{mark}{}\n", lines.join("\n")).replace('\n', self.newline);
            files.insert(path, text.into_bytes());
        }
        if let Some(lines) = &self.toml {
            files.insert(
                self.path("pyproject.toml"),
                format!("{}\n", lines.join("\n")).into_bytes(),
            );
        }
        if self.env {
            files.insert(self.path("env.py"), Vec::new());
        }
        files
    }

    /// Returns every case with one thing less.
    pub(super) fn smaller(&self) -> Vec<Case> {
        let mut all = vec![
            Case { ini: None, ..self.clone() },
            Case { toml: None, ..self.clone() },
            Case { newline: "\n", ..self.clone() },
            Case { bom: false, ..self.clone() },
            Case { env: false, ..self.clone() },
            Case { folder: "", ..self.clone() },
        ];
        for place in 0..self.ini.as_ref().map_or(0, Vec::len) {
            let mut less = self.clone();
            less.ini.iter_mut().for_each(|lines| drop(lines.remove(place)));
            all.push(less);
        }
        for place in 0..self.toml.as_ref().map_or(0, Vec::len) {
            let mut less = self.clone();
            less.toml.iter_mut().for_each(|lines| drop(lines.remove(place)));
            all.push(less);
        }
        all.retain(|less| less.folder != self.folder || less.files() != self.files());
        all
    }

    fn path(&self, name: &str) -> String {
        match self.folder {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        }
    }
}

fn ini(random: &mut Random) -> Vec<String> {
    let mut lines = Vec::new();
    if random.percent(97) {
        lines.push("[alembic]".to_owned());
    }
    section(&mut lines, random);
    if random.percent(20) {
        let name = ["[one]", "[two]", "[alembic:sub]"][random.below(3)];
        lines.push(name.to_owned());
        section(&mut lines, random);
    }
    for _ in 0..random.below(5).saturating_sub(2) {
        let noise = NOISE[random.below(NOISE.len())].to_owned();
        lines.insert(random.below(lines.len() + 1), noise);
    }
    lines
}

fn section(lines: &mut Vec<String>, random: &mut Random) {
    let delimiter = [" = ", " = ", "=", ": ", " ="][random.below(5)];
    let mut put = |key: &str, value: &str| lines.push(format!("{key}{delimiter}{value}"));
    if random.percent(88) {
        let key = ["script_location", "script_location", "Script_Location"][random.below(3)];
        put(key, one_of(SCRIPT_LOCATIONS, random));
    }
    if random.percent(45) {
        let separator = [" ", ", ", ",", ":", ";", "\n  ", " : ", " , "][random.below(8)];
        let count = 1 + random.below(3);
        let items: Vec<&str> = (0..count).map(|_| one_of(VERSION_LOCATIONS, random)).collect();
        let first = if separator == "\n  " { "\n  " } else { "" };
        put("version_locations", &format!("{first}{}", items.join(separator)));
    }
    if random.percent(40) {
        put("path_separator", one_of(SEPARATORS, random));
    }
    if random.percent(12) {
        put("version_path_separator", one_of(SEPARATORS, random));
    }
    if random.percent(12) {
        put("recursive_version_locations", one_of(BOOLEANS, random));
    }
    if random.percent(12) {
        put("sourceless", one_of(BOOLEANS, random));
    }
}

/// Chooses a value; the first few, which are sound, half of the time.
fn one_of(values: &[&'static str], random: &mut Random) -> &'static str {
    let limit = if random.percent(50) { 5 } else { values.len() };
    values[random.below(limit)]
}

fn toml(random: &mut Random) -> Vec<String> {
    let whole = match random.below(12) {
        0 => "[tool]\nalembic = { script_location = \"db\" }",
        1 => "[tool]\nalembic = 5",
        2 => "tool.alembic.script_location = \"db\"",
        _ => "",
    };
    if !whole.is_empty() {
        return vec![whole.to_owned()];
    }
    let mut lines = vec!["[tool.alembic]".to_owned()];
    for _ in 0..random.below(4) {
        lines.push(TOMLS[random.below(TOMLS.len())].to_owned());
    }
    lines
}
