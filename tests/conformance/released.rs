//! Every migration of the released wheels, read as the facts say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::prerequisites::{corpus, python, run, say, source, target, wheels, with};

/// Wheels of which the facts see the environments otherwise than their `alembic.ini` has them.
const CONFIGURED: &[&str] = &["galaxy_data"];

/// What the facts say of one wheel.
struct Wheel {
    name: String,
    environments: Vec<Value>,
}

/// How much agreed.
#[derive(Default)]
struct Tally {
    migrations: usize,
    environments: usize,
    disagreements: Vec<String>,
}

#[test]
#[ignore = "needs Alembic"]
fn released_migrations_are_read_as_the_facts_say() {
    let needed = corpus().and_then(|corpus| Ok((corpus, wheels()?, python()?)));
    with(needed, |(corpus, wheels, python)| {
        let facts = facts(&corpus);
        let mut tally = Tally::default();
        for wheel in &facts {
            let folder = unpacked(wheel, &wheels, &python);
            compare(wheel, &folder, &mut tally);
        }
        let environments = facts.iter().flat_map(|wheel| &wheel.environments);
        let migrations: usize = environments.clone().map(|facts| files(facts).len()).sum();
        say(&format!(
            "{} of {migrations} migrations, {} of {} environments agree",
            tally.migrations,
            tally.environments,
            environments.count(),
        ));
        assert!(migrations > 0, "the corpus is empty");
        let disagreements = tally.disagreements.join("\n");
        assert!(disagreements.is_empty(), "{disagreements}");
    });
}

fn facts(corpus: &Path) -> Vec<Wheel> {
    let mut wheels: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for entry in fs::read_dir(corpus.join("tips")).expect("the corpus can be read") {
        let path = entry.expect("the corpus can be read").path();
        let stem = path.file_stem().expect("a file").to_string_lossy().into_owned();
        let name = stem.split("__").nth(1).expect("facts are named for the place and the wheel");
        let facts = fs::read(&path).expect("the corpus can be read");
        let facts = serde_json::from_slice(&facts).expect("facts are JSON");
        wheels.entry(name.to_owned()).or_default().push(facts);
    }
    let wheels = wheels.into_iter();
    wheels.map(|(name, environments)| Wheel { name, environments }).collect()
}

/// Returns a repository with the content of a wheel in its work tree.
fn unpacked(wheel: &Wheel, wheels: &Path, python: &Path) -> PathBuf {
    let prefix = format!("{}-", wheel.name);
    let file = fs::read_dir(wheels)
        .expect("the wheels can be read")
        .map(|entry| entry.expect("the wheels can be read").path())
        .find(|path| {
            let name = path.file_name().expect("a file").to_string_lossy();
            name.starts_with(&prefix) && name.ends_with(".whl")
        })
        .unwrap_or_else(|| panic!("no wheel of {} in {}", wheel.name, wheels.display()));
    let folder = target().join(file.file_stem().expect("a file"));
    if !folder.join(".git/complete").exists() {
        let unpack = run(Command::new(python).arg(source("unpack.py")).args([&file, &folder]));
        unpack.expect("a wheel is an archive");
        let init = run(Command::new("git").args(["init", "-q"]).arg(&folder));
        init.expect("a repository can be made");
        fs::write(folder.join(".git/complete"), "").expect("the repository is ours");
    }
    let config = folder.join(".alembic-guard.toml");
    if CONFIGURED.contains(&wheel.name.as_str()) {
        fs::write(&config, configuration(wheel)).expect("the folder is ours")
    } else {
        drop(fs::remove_file(&config))
    }
    folder
}

/// Writes the environments as the facts have them.
fn configuration(wheel: &Wheel) -> String {
    let sections = wheel.environments.iter().enumerate().map(|(number, facts)| {
        let environment = &facts["environment"];
        format!(
            "[[environment]]\nname = \"{number}\"\nscript_location = {}\nversion_locations = {}\n",
            environment["script_location"], environment["version_locations"]
        )
    });
    sections.collect()
}

fn compare(wheel: &Wheel, folder: &Path, tally: &mut Tally) {
    let graph = ask(folder, &["graph"]);
    let check = ask(folder, &["check", "--all"]);
    let findings = list(&check["findings"]);
    let environments = list(&graph["environments"]);
    let locations = |value: &Value| value["version_locations"].clone();
    for facts in &wheel.environments {
        let wanted = locations(&facts["environment"]);
        let found = environments.iter().find(|environment| locations(environment) == wanted);
        match found {
            Some(environment) => {
                let computed = computed(findings);
                compare_environment(facts, environment, &computed, tally);
            }
            None => tally.disagreements.push(format!(
                "{}: no environment at {wanted}; there are {:?}",
                wheel.name,
                environments.iter().map(locations).collect::<Vec<_>>()
            )),
        }
    }
    if environments.len() != wheel.environments.len() {
        tally.disagreements.push(format!(
            "{}: {} environments, not {}",
            wheel.name,
            environments.len(),
            wheel.environments.len()
        ));
    }
    for finding in findings.iter().filter(|finding| finding["level"] == "error") {
        // An id that is too long was released all the same.
        if finding["rule"] != "invalid-revision-id" {
            tally.disagreements.push(format!(
                "{}: a released history is refused: {} in {}: {}",
                wheel.name, finding["rule"], finding["path"], finding["message"]
            ));
        }
    }
}

fn ask(folder: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_alembic-guard"))
        .current_dir(folder)
        .args(["--format", "json"])
        .args(arguments)
        .env_remove("CI")
        .output()
        .expect("the guard runs");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {arguments:?}: {error}", folder.display()))
}

/// Returns the paths at which a name has a value that the guard calls computed.
fn computed(findings: &[Value]) -> BTreeSet<(String, String)> {
    let computed = findings.iter().filter(|finding| finding["rule"] == "computed-identifier");
    computed
        .map(|finding| {
            let message = text(&finding["message"]);
            let name = message.split('`').nth(1).unwrap_or_default();
            (text(&finding["path"]).to_owned(), name.to_owned())
        })
        .collect()
}

fn compare_environment(
    facts: &Value,
    environment: &Value,
    computed: &BTreeSet<(String, String)>,
    tally: &mut Tally,
) {
    let revisions = list(&environment["revisions"]);
    let read: BTreeMap<&str, &Value> =
        revisions.iter().map(|revision| (text(&revision["path"]), revision)).collect();
    let before = tally.disagreements.len();
    for file in files(facts) {
        let path = text(&file["path"]);
        let differences: Vec<String> = ["revision", "down_revision", "branch_labels", "depends_on"]
            .into_iter()
            .filter_map(|name| {
                let guard = read.get(path).map(|revision| &revision[name]);
                difference(name, &file[name], guard, computed, path)
            })
            .collect();
        if differences.is_empty() {
            tally.migrations += 1
        } else {
            tally.disagreements.push(format!("{path}: {}", differences.join("; ")))
        }
    }
    let known: BTreeSet<&str> = files(facts).iter().map(|file| text(&file["path"])).collect();
    let surplus = read.keys().filter(|path| !known.contains(*path));
    tally.disagreements.extend(surplus.map(|path| format!("{path}: no fact speaks of it")));
    for name in ["heads", "real_heads", "bases"] {
        if members(&facts["tip"][name]) != members(&environment[name]) {
            tally.disagreements.push(format!(
                "{}: {name} are {}, not {}",
                environment["version_locations"], environment[name], facts["tip"][name]
            ));
        }
    }
    tally.environments += usize::from(tally.disagreements.len() == before);
}

fn difference(
    name: &str,
    fact: &Value,
    guard: Option<&Value>,
    computed: &BTreeSet<(String, String)>,
    path: &str,
) -> Option<String> {
    let said = computed.contains(&(path.to_owned(), name.to_owned()));
    if fact.get("__dynamic__").is_some() {
        return (!said).then(|| format!("`{name}` is computed and the guard does not say so"));
    }
    let agrees = !said && guard.is_some_and(|guard| members(guard) == members(fact));
    (!agrees).then(|| format!("`{name}` is {guard:?}, not {fact}"))
}

/// Returns what a value holds, whether it is nothing, one string or several.
fn members(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Null => BTreeSet::new(),
        Value::Array(list) => list.iter().map(text).collect(),
        one => BTreeSet::from([text(one)]),
    }
}

fn files(facts: &Value) -> &[Value] {
    list(&facts["tip"]["files"])
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}
