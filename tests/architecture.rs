//! The table of modules in ARCHITECTURE.md: it is complete, a module uses only those above it, and only
//! `platform` depends on the operating system. What it and the documents in docs/design name exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the modules of the table, from the ground up.
fn table() -> Vec<String> {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it is there");
    let table = document.split("## Modules").nth(1).expect("it has a table of modules");
    let rows = table.lines().skip_while(|line| !line.starts_with("|---"));
    let rows = rows.skip(1).take_while(|line| line.starts_with("| `"));
    rows.map(|row| row.split('`').nth(1).expect("a name").to_owned()).collect()
}

/// The module that holds only modules, which stand in the table themselves: `alembic::graph`.
const GROUP: &str = "alembic";

/// Returns the modules that `src/lib.rs` declares, and those of the group.
fn declared() -> BTreeSet<String> {
    let mut modules = declared_in("src/lib.rs");
    assert!(modules.remove(GROUP), "the group is declared");
    let inside = declared_in("src/alembic/mod.rs");
    modules.extend(inside.into_iter().map(|module| format!("{GROUP}::{module}")));
    modules
}

fn declared_in(file: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(root().join(file)).expect("it is there");
    let declarations = source.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    declarations.map(str::to_owned).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Returns what a file has besides tests and documentation.
fn code(file: &Path) -> String {
    let inside = file.strip_prefix(root()).expect("it is below");
    if inside.iter().any(|part| part.to_string_lossy().starts_with("tests")) {
        return String::new();
    }
    let source = fs::read_to_string(file).expect("a source is readable");
    let code = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Returns the modules that a module's code names.
fn used(module: &str, all: &BTreeSet<String>) -> BTreeSet<String> {
    let folder = root().join("src").join(module.replace("::", "/"));
    let mut files = if folder.is_dir() { sources(&folder) } else { Vec::new() };
    files.extend([folder.with_extension("rs")].into_iter().filter(|file| file.exists()));
    let mut used = BTreeSet::new();
    for file in files {
        let code = code(&file);
        for behind in code.split("crate::").skip(1) {
            let group = behind.strip_prefix('{').and_then(|group| group.split('}').next());
            let paths = group.map_or_else(|| vec![behind], |group| group.split(',').collect());
            used.extend(paths.into_iter().map(|path| word(path.trim_start())));
        }
    }
    used.remove(module);
    used.intersection(all).cloned().collect()
}

/// Returns the module that a path begins with.
fn word(path: &str) -> String {
    let word = |text: &str| -> String {
        text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    match path.strip_prefix(GROUP).and_then(|inside| inside.strip_prefix("::")) {
        Some(inside) => format!("{GROUP}::{}", word(inside)),
        None => word(path),
    }
}

#[test]
fn every_module_is_in_the_table() {
    let table = table();
    let known: BTreeSet<String> = table.iter().cloned().collect();
    assert_eq!(known.len(), table.len(), "a module stands there twice");
    assert_eq!(known, declared());
}

#[test]
fn a_module_uses_only_those_above_it() {
    let (table, all) = (table(), declared());
    let mut wrong = Vec::new();
    for (place, module) in table.iter().enumerate() {
        let above = &table[..place];
        let used = used(module, &all);
        let used = used.into_iter().filter(|other| !above.contains(other));
        wrong.extend(used.map(|other| format!("{module} uses {other}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_platform_names_what_only_unix_has() {
    let only_unix = ["os::unix", "os::fd", "os::linux", "rustix", "signal_hook", "libc::"];
    let named = |file: &PathBuf| {
        let code = code(file);
        only_unix.iter().any(|name| code.contains(name))
    };
    let platform = root().join("src/platform");
    let (platform, others): (Vec<_>, Vec<_>) =
        sources(&root().join("src")).into_iter().partition(|file| file.starts_with(&platform));
    assert!(platform.iter().any(named), "it would be found");
    let wrong: Vec<_> = others.into_iter().filter(named).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_path_that_it_names_is_there() {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it is there");
    let names = document.split('`').skip(1).step_by(2);
    let paths = names
        .filter(|name| name.contains('/') && !name.contains([' ', '.']) || name.ends_with(".rs"));
    let (mut missing, mut count) = (Vec::new(), 0);
    for path in paths {
        count += 1;
        let beside = ["", "src", "src/compare", "src/alembic/migration", "tests"];
        if !beside.iter().any(|folder| root().join(folder).join(path).exists()) {
            missing.push(path);
        }
    }
    assert!(count > 20, "it names files");
    assert!(missing.is_empty(), "{missing:?}");
}

/// Returns the paths, and tests as `PATH::NAME`, that the documents in docs/design name.
fn named_in_design() -> Vec<String> {
    let mut named = Vec::new();
    for entry in fs::read_dir(root().join("docs/design")).expect("the folder is there") {
        let document = fs::read_to_string(entry.expect("an entry").path()).expect("it is text");
        let names = document.split('`').skip(1).step_by(2);
        let is_path = |name: &&str| name.starts_with("src/") || name.starts_with("tests/");
        named.extend(names.filter(is_path).map(str::to_owned));
    }
    named
}

#[test]
fn every_path_and_test_that_the_design_names_is_there() {
    let named = named_in_design();
    let is_there = |name: &&String| {
        let (path, test) = name.split_once("::").unwrap_or((name, ""));
        let has = |source: String| source.contains(&format!("fn {test}()"));
        let path = root().join(path);
        if test.is_empty() { path.exists() } else { fs::read_to_string(path).is_ok_and(has) }
    };
    let missing: Vec<&String> = named.iter().filter(|name| !is_there(name)).collect();
    assert!(named.len() > 20, "they name files");
    assert!(missing.is_empty(), "{missing:?}");
}

/// Reads `| NUMBER | SITUATION | VERDICT | FILE |`.
fn row(line: &str) -> Option<(u32, String)> {
    let number = line.strip_prefix("| ")?.split(' ').next()?.parse().ok()?;
    Some((number, line.split('`').nth_back(1)?.to_owned()))
}

#[test]
fn every_situation_of_the_design_has_its_tests_and_the_tests_their_row() {
    let document = fs::read_to_string(root().join("docs/design/verdicts.md")).expect("it is there");
    let table = document.split("## Situations").nth(1).expect("it has a table of situations");
    let rows: BTreeSet<(u32, String)> = table.lines().filter_map(row).collect();
    let mut tested = BTreeSet::new();
    for file in sources(&root().join("tests/histories")) {
        let source = fs::read_to_string(&file).expect("a source is readable");
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let numbers = source.split("\nfn row_").skip(1).filter_map(|test| test.split('_').next());
        tested.extend(numbers.filter_map(|number| Some((number.parse().ok()?, name.clone()))));
    }
    assert_eq!(rows, tested);
}
