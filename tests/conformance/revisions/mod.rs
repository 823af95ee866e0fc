//! Generated merges, whose file Alembic and the guard each write.
//!
//! Where the guard fills in the environment's own template, path and bytes have to be Alembic's; where it
//! does not, Alembic has to load what it writes. What it refuses Alembic has to refuse, or to write in
//! a way in which it cannot be found again, but for a few things that are counted.

mod case;
mod characters;
mod several;
mod values;

use std::collections::BTreeMap;
use std::process::Command;

use alembic_guard::alembic::environment::{BadTemplate, discover};
use alembic_guard::alembic::migration::RevisionId;
use alembic_guard::config::Config;
use alembic_guard::repair::{Created, NewFile, NewRevision, Undated, Unwritable};
use alembic_guard::tree::{MemoryTree, RepoPath};
use serde::Deserialize;
use serde_json::json;

use crate::support::judge::Judge;
use crate::support::prerequisites::{number, python, say, with};
use crate::support::random::Random;
use case::Case;

const CASES: usize = 1_000;
const SEED: u64 = 20_240_104;
/// How many disagreements of one kind are shown.
const SHOWN: usize = 5;

/// What Alembic makes of a merge.
#[derive(Debug, Deserialize)]
struct Verdict {
    error: Option<String>,
    path: Option<String>,
    content: Option<String>,
    /// The parents of the new revision, if it is found again.
    parents: Option<Vec<String>>,
}

/// Why the guard writes nothing.
#[derive(Debug)]
enum Refusal {
    Undated(Undated),
    Unwritable(Unwritable),
}

/// A kind of disagreement, and what exactly.
type Disagreement = (&'static str, String);

#[test]
#[ignore = "needs Alembic"]
fn revisions_are_written_as_alembic_writes_them() {
    with(python(), |python| {
        let mut judge = Judge::new(&python, "revision_judge.py");
        let shipped: BTreeMap<String, String> = judge.hear();
        let shipped = shipped.into_iter().map(|(name, source)| (name, bytes(&source))).collect();
        let seed = number("ALEMBIC_GUARD_SEED", SEED);
        let cases = number("ALEMBIC_GUARD_CASES", CASES as u64);
        let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
        let mut disagreements: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
        for number in 0..cases {
            let case = Case::new(&mut Random::new(seed.wrapping_add(number)), &shipped);
            match compare(&case, &mut judge) {
                Ok(outcome) => {
                    if let Some(name) = case.shipped.as_ref().filter(|_| outcome == "the same") {
                        *outcomes.entry(name.clone()).or_default() += 1;
                    }
                    *outcomes.entry(outcome.to_owned()).or_default() += 1;
                }
                Err((kind, _)) => {
                    let (count, shown) = disagreements.entry(kind).or_default();
                    *count += 1;
                    if shown.len() < SHOWN {
                        shown.push(shrunk(case, kind, &mut judge));
                    }
                }
            }
        }
        say(&format!("revisions, seed {seed}: {outcomes:?}"));
        let shown: Vec<String> = disagreements
            .iter()
            .map(|(kind, (count, shown))| format!("##### {count}: {kind}\n{}", shown.concat()))
            .collect();
        assert!(shown.is_empty(), "of {cases} disagree\n{}", shown.join("\n"));
        let is_standard = |name: &str| !name.ends_with("multidb");
        for name in shipped.keys().filter(|name| is_standard(name)) {
            assert!(
                cases < CASES as u64 || outcomes.contains_key(name),
                "{name} is never the same"
            );
        }
    });
}

/// A process takes its time zone when it begins.
#[test]
#[ignore = "needs Alembic"]
fn revisions_are_dated_by_the_machine_where_no_time_zone_is_stated() {
    with(python(), |_| {
        for zone in ["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"] {
            let this = std::env::current_exe().expect("it runs");
            let output = Command::new(this)
                .args(["--include-ignored", "--exact"])
                .arg("conformance::revisions::revisions_are_written_as_alembic_writes_them")
                .env("TZ", zone)
                .env("ALEMBIC_GUARD_CASES", "200")
                .output()
                .expect("it runs again");
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && said.contains("1 passed"), "{zone}: {said}");
        }
    });
}

fn compare(case: &Case, judge: &mut Judge) -> Result<&'static str, Disagreement> {
    let verdict: Verdict = ask(case, None, judge);
    let is_found = verdict.parents.as_ref().is_some_and(|parents| *parents == case.parents);
    let alembic = format!("{verdict:?}");
    let file = match guard(case) {
        Ok(file) => file,
        Err(refusal) => {
            return match allowed(&refusal) {
                _ if !is_found || verdict.error.is_some() => Ok("refused by both"),
                Some(reason) => Ok(reason),
                None => Err(("what Alembic writes is refused", format!("{refusal:?}, {alembic}"))),
            };
        }
    };
    let content = file.change.after.as_ref().expect("it is new");
    let path = String::from_utf8_lossy(file.change.path.as_bytes()).into_owned();
    if file.own_template.is_ok() && verdict.error.is_none() && is_found {
        let theirs = verdict.content.as_deref().map(bytes);
        return if theirs.as_ref() == Some(content) && verdict.path.as_ref() == Some(&path) {
            Ok("the same")
        } else {
            Err((
                "the file is another",
                format!("guard {path} {}\n{alembic}", String::from_utf8_lossy(content)),
            ))
        };
    }
    if file.own_template.is_ok() && !case.is_placeless() {
        return Err(("what Alembic refuses is written", format!("{path}: {alembic}")));
    }
    if verdict.error.is_none() && verdict.path.as_ref() != Some(&path) {
        return Err(("the path is another", format!("{path}: {alembic}")));
    }
    let loaded = ask(case, Some((&path, content)), judge);
    if loaded.error.is_some() || loaded.parents.is_none_or(|parents| parents != case.parents) {
        Err(("Alembic does not load what is written", format!("{path}: {:?}", loaded.error)))
    } else if file.own_template.is_ok() {
        Ok("where Alembic finds no place")
    } else if !case.has_template() {
        Ok("without a template")
    } else {
        Ok("by the usual template")
    }
}

fn guard(case: &Case) -> Result<NewFile, Refusal> {
    let tree = MemoryTree::new(case.files());
    let found = discover(&tree, &Config::default()).expect("memory never fails");
    let [environment] = found.environments.as_slice() else {
        panic!("{found:?}");
    };
    let timezone = environment.naming.timezone.as_deref();
    let created = Created::at(case.instant(), timezone).map_err(Refusal::Undated)?;
    let parents: Vec<RevisionId> = case.parents.iter().map(|id| RevisionId::new(*id)).collect();
    let revision = NewRevision {
        environment,
        id: &RevisionId::new(case.id),
        parents: &parents,
        beside: &RepoPath::from(case.beside().as_str()),
        message: case.message,
        created: &created,
    };
    revision.file(&tree).map_err(Refusal::Unwritable)
}

/// Tells why the guard may refuse what Alembic writes and finds again.
fn allowed(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::Unwritable(Unwritable::Docstring { .. }) => Some("a docstring that would change"),
        Refusal::Unwritable(Unwritable::Encoding(_)) => Some("another encoding"),
        Refusal::Unwritable(Unwritable::Template(BadTemplate::Conversion { .. })) => {
            Some("another conversion")
        }
        // `%s` stands for all fields together.
        Refusal::Unwritable(Unwritable::Template(BadTemplate::NoField)) => {
            Some("all fields at once")
        }
        Refusal::Unwritable(Unwritable::Setting("truncate_slug_length")) => {
            Some("a negative length")
        }
        Refusal::Unwritable(Unwritable::Exists(_)) => Some("a file that is there"),
        Refusal::Undated(Undated::UnknownTimezone(name))
            if name.starts_with("right/") || name.starts_with("posix/") =>
        {
            Some("another folder of time zones")
        }
        Refusal::Undated(_) | Refusal::Unwritable(_) => None,
    }
}

fn ask(case: &Case, written: Option<(&String, &Vec<u8>)>, judge: &mut Judge) -> Verdict {
    let files: BTreeMap<String, String> =
        case.files().into_iter().map(|(path, content)| (path, characters(&content))).collect();
    judge.ask(&json!({
        "files": files,
        "parents": case.parents,
        "id": case.id,
        "message": case.message,
        "instant": (case.seconds, case.microseconds),
        "written": written.map(|(path, content)| (path, characters(content))),
    }))
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
        .map(|(path, content)| format!("--- {path}\n{}", String::from_utf8_lossy(&content)))
        .collect();
    format!("=== {detail}\n{:?} {:?} {:?}\n{files}\n", case.id, case.parents, case.message)
}

fn fault_of(case: &Case, kind: &str, judge: &mut Judge) -> Option<String> {
    match compare(case, judge) {
        Err((same, detail)) if same == kind => Some(detail),
        Err(_) | Ok(_) => None,
    }
}

fn characters(content: &[u8]) -> String {
    content.iter().map(|byte| char::from(*byte)).collect()
}

/// Undoes [`characters`].
fn bytes(characters: &str) -> Vec<u8> {
    characters.chars().map(|character| u8::try_from(character).expect("it is a byte")).collect()
}
