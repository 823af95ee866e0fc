//! Generated configuration, from which Alembic and the guard each take where migrations are.
//!
//! Alembic takes its current directory, which the guard does not know: what it takes has to be what
//! Alembic takes in the first folder in which that holds migrations. Where Alembic refuses, or where the
//! guard takes less, a problem has to name the file and the section.

mod case;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use alembic_guard::alembic::environment::{BadSetting, Discovery, Environment, discover};
use alembic_guard::config::Config;
use alembic_guard::tree::{MemoryTree, RepoPath};
use serde::Deserialize;
use serde_json::json;

use crate::support::judge::Judge;
use crate::support::prerequisites::{number, python, say, with};
use crate::support::random::Random;
use case::Case;

const CASES: usize = 1_000;
const SEED: u64 = 20_240_103;
/// How many disagreements of one kind are shown.
const SHOWN: usize = 5;

/// What Alembic makes of the files.
#[derive(Debug, Deserialize)]
struct Verdict {
    /// Why no section of the ini file can be read.
    error: Option<String>,
    sections: Vec<Section>,
}

#[derive(Debug, Deserialize)]
struct Section {
    name: String,
    is_there: bool,
    /// Whether it says itself where migrations are.
    states: bool,
    /// One for each folder that Alembic could be run in.
    runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
struct Run {
    taken: Option<Taken>,
    error: Option<String>,
    /// The version locations that are stated.
    versions: Vec<Versions>,
}

/// What Alembic takes; a folder that is none lies outside of the repository.
#[derive(Debug, Clone, Deserialize)]
struct Taken {
    folder: Option<String>,
    /// Whether the folder holds migrations.
    holds: bool,
    versions: Vec<Option<String>>,
    recursive: bool,
    sourceless: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Versions {
    folder: Option<String>,
    exists: bool,
}

#[derive(Debug, Default)]
struct Disagreements {
    count: usize,
    shown: Vec<String>,
}

#[test]
#[ignore = "needs Alembic"]
fn generated_configuration_is_taken_as_alembic_takes_it() {
    with(python(), |python| {
        let mut judge = Judge::new(&python, "settings_judge.py");
        let seed = number("ALEMBIC_GUARD_SEED", SEED);
        let cases = number("ALEMBIC_GUARD_CASES", CASES as u64);
        let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut disagreements: BTreeMap<&str, Disagreements> = BTreeMap::new();
        for number in 0..cases {
            let case = Case::new(&mut Random::new(seed.wrapping_add(number)));
            match compare(&case, &mut judge) {
                Ok(outcome) => *outcomes.entry(outcome).or_default() += 1,
                Err((kind, _)) => {
                    let found = disagreements.entry(kind).or_default();
                    found.count += 1;
                    if found.shown.len() < SHOWN {
                        found.shown.push(shrunk(case, kind, &mut judge));
                    }
                }
            }
        }
        say(&format!("settings, seed {seed}: {outcomes:?}"));
        let shown: Vec<String> = disagreements
            .iter()
            .map(|(kind, found)| format!("##### {}: {kind}\n{}", found.count, found.shown.concat()))
            .collect();
        assert!(shown.is_empty(), "of {cases} disagree\n{}", shown.join("\n"));
    });
}

/// A kind of disagreement, and what exactly.
type Disagreement = (&'static str, String);

/// What the guard makes of a case.
struct Guard {
    discovery: Discovery,
    ini: Option<RepoPath>,
    toml: Option<RepoPath>,
    /// The folders that hold files.
    folders: BTreeSet<String>,
}

fn compare(case: &Case, judge: &mut Judge) -> Result<&'static str, Disagreement> {
    let files = case.files();
    let around = |path: &String| {
        let ends: Vec<usize> = path.match_indices('/').map(|(end, _)| end).collect();
        ends.into_iter().map(|end| path[..end].to_owned()).collect::<Vec<_>>()
    };
    let folders = files.keys().flat_map(around);
    let characters: BTreeMap<&String, String> = files
        .iter()
        .map(|(path, content)| (path, content.iter().map(|byte| char::from(*byte)).collect()))
        .collect();
    let verdict: Verdict = judge.ask(&json!({
        "files": characters, "ini": case.ini(), "toml": case.toml(), "folders": case.folders(),
    }));
    let folders = folders.chain([".".to_owned()]).collect();
    let tree = MemoryTree::new(files);
    let guard = Guard {
        discovery: discover(&tree, &Config::default()).expect("memory never fails"),
        ini: case.ini().map(|path| RepoPath::from(path.as_str())),
        toml: case.toml().map(|path| RepoPath::from(path.as_str())),
        folders,
    };
    if let Some(error) = verdict.error {
        let is_told = guard.has_problem(|problem| Some(problem.site.path()) == guard.ini.as_ref());
        return if is_told || !case.speaks() {
            Ok("no ini")
        } else {
            Err(("an ini that Python cannot read passes", error))
        };
    }
    let mut justified = Vec::new();
    let mut outcome = "nothing";
    for section in &verdict.sections {
        outcome = guard.section(section, &mut justified)?.max(outcome);
    }
    let all: Vec<&Environment> = guard.discovery.environments.iter().collect();
    match all.iter().find(|environment| !justified.contains(&environment.name)) {
        None => Ok(outcome),
        Some(surplus) => {
            let errors: Vec<&Option<String>> = verdict
                .sections
                .iter()
                .flat_map(|section| &section.runs)
                .map(|run| &run.error)
                .collect();
            let detail = format!("{surplus:?}, {errors:?}");
            Err(("the guard finds what Alembic does not", detail))
        }
    }
}

impl Guard {
    fn has_problem(&self, is_it: impl Fn(&BadSetting) -> bool) -> bool {
        self.discovery.problems.iter().any(is_it)
    }

    /// Finds a problem with one section, or with `pyproject.toml`, which all of them share.
    fn has_problem_in(&self, section: &str, key: Option<&str>) -> bool {
        self.has_problem(|problem| {
            let path = Some(problem.site.path());
            let is_here = path == self.ini.as_ref()
                && (problem.section.as_deref() == Some(section)
                    || problem.section.as_deref() == Some("post_write_hooks"))
                || path == self.toml.as_ref();
            is_here && key.is_none_or(|key| problem.key == Some(key))
        })
    }

    /// Compares one section, and adds the environment that is made of it.
    fn section(
        &self,
        section: &Section,
        justified: &mut Vec<String>,
    ) -> Result<&'static str, Disagreement> {
        let runs = section.runs.iter().filter(|run| run.taken.is_some());
        let holds = |run: &&Run| run.taken.as_ref().is_some_and(|taken| taken.holds);
        let run = runs.clone().find(holds).or(runs.clone().next());
        let Some((run, best)) = run.and_then(|run| Some((run, run.taken.as_ref()?))) else {
            return self.refused(section, justified);
        };
        let versions = self.versions(run, best, &section.runs);
        let alike = |environment: &&Environment| {
            let folders = environment.version_locations.iter().map(path);
            let folders = folders.filter(|folder| self.folders.contains(folder));
            folders.eq(versions.existing.iter().cloned())
        };
        let is_same = |environment: &&Environment| {
            best.folder.as_deref() == Some(path(&environment.script_location).as_str())
                && environment.recursive == best.recursive
                && environment.sourceless == best.sourceless
                && alike(environment)
        };
        let environments = || self.discovery.environments.iter();
        let said = self.has_problem_in(&section.name, None);
        if versions.some_missing && !said {
            return Err(("a missing version location is not told", format!("{section:?}")));
        }
        let same: Vec<&Environment> = environments().filter(is_same).collect();
        if !same.is_empty() && !versions.some_missing {
            let is_sound = section.runs.iter().all(|run| run.error.is_none());
            let alarm = self.discovery.problems.iter().find(|problem| {
                Some(problem.site.path()) == self.ini.as_ref()
                    && problem.section.as_deref() == Some(section.name.as_str())
                    && problem.key == Some("version_locations")
            });
            if let Some(alarm) = alarm.filter(|_| is_sound) {
                return Err(("what Alembic takes is called a problem", alarm.to_string()));
            }
        }
        if !same.is_empty() {
            justified.extend(same.into_iter().map(|environment| environment.name.clone()));
            return Ok("the same");
        }
        let is_close = |environment: &&Environment| {
            best.folder.as_deref() == Some(path(&environment.script_location).as_str())
        };
        if said {
            justified.extend(environments().filter(is_close).map(|found| found.name.clone()));
            return Ok("told");
        }
        // `[alembic]` is there to be inherited from, beside sections that say more.
        if !section.states && section.is_there && environments().count() > 0 {
            return Ok("a phantom");
        }
        // Sections with the same version folders are one environment.
        if environments().any(|environment| alike(&environment)) {
            Ok("the same as another")
        } else {
            let detail = format!("Alembic {best:?}, guard {:?}", self.discovery.environments);
            Err(("an environment is missed", detail))
        }
    }

    /// Takes each version location from the run that counts, or from the first in which it exists.
    fn versions(&self, run: &Run, best: &Taken, runs: &[Run]) -> Folders {
        let mut folders = Folders { existing: Vec::new(), some_missing: false };
        let usual = best.folder.as_ref().map(|folder| format!("{folder}/versions"));
        if run.versions.is_empty() {
            let usual = best.versions.iter().flatten();
            folders.existing.extend(usual.filter(|usual| self.folders.contains(*usual)).cloned());
        }
        for (number, location) in run.versions.iter().enumerate() {
            let others = runs.iter().filter_map(|run| run.versions.get(number));
            let found = [location].into_iter().chain(others).find(|found| found.exists);
            match found.and_then(|found| found.folder.clone()) {
                Some(folder) if !folders.existing.contains(&folder) => {
                    folders.existing.push(folder)
                }
                Some(_) => {}
                None => folders.some_missing |= location.folder != usual,
            }
        }
        folders
    }

    /// Compares a section from which Alembic takes nothing.
    fn refused(
        &self,
        section: &Section,
        justified: &mut Vec<String>,
    ) -> Result<&'static str, Disagreement> {
        let errors: Vec<&str> =
            section.runs.iter().filter_map(|run| run.error.as_deref()).collect();
        let says_nothing = errors.iter().all(|error| error.contains("No 'script_location'"));
        if self.has_problem_in(&section.name, None) {
            // The guard reads on where it can.
            let environments = self.discovery.environments.iter();
            justified.extend(environments.map(|environment| environment.name.clone()));
            return Ok("refused");
        }
        if section.states || self.toml.is_some() && !says_nothing {
            Err(("what Alembic refuses is not told", errors.join("\n")))
        } else {
            Ok("nothing")
        }
    }
}

/// The version folders that Alembic takes.
struct Folders {
    existing: Vec<String>,
    /// Whether one of those that are stated is not there.
    some_missing: bool,
}

/// Writes a folder as the judge does.
fn path(folder: &RepoPath) -> String {
    if folder.is_root() { ".".to_owned() } else { folder.to_string() }
}

/// Takes away what the disagreement does not need, and writes it down.
fn shrunk(mut case: Case, kind: &str, judge: &mut Judge) -> String {
    while let Some(smaller) =
        case.smaller().into_iter().find(|smaller| fault_of(smaller, kind, judge).is_some())
    {
        case = smaller;
    }
    let detail = fault_of(&case, kind, judge).unwrap_or_default();
    let files: String = case
        .files()
        .into_iter()
        .filter(|(_, content)| !content.is_empty())
        .map(|(path, content)| format!("--- {path}\n{}", String::from_utf8_lossy(&content)))
        .collect();
    format!("=== {detail}\n{files}\n")
}

fn fault_of(case: &Case, kind: &str, judge: &mut Judge) -> Option<String> {
    match compare(case, judge) {
        Err((same, detail)) if same == kind => Some(detail),
        Err(_) | Ok(_) => None,
    }
}
