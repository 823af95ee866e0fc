//! The prerequisites of the tests beyond this repository.

use std::fs::{self, File};
use std::io::Write;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(find_python);

/// Runs a test with its prerequisites, or reports that they are missing; in CI, that fails.
#[track_caller]
pub(crate) fn with<T>(needed: Result<T, String>, test: impl FnOnce(T)) {
    match needed {
        Ok(needed) => test(needed),
        Err(missing) => not_checked(&missing),
    }
}

/// Reports a missing prerequisite of a check; in CI, that fails.
#[track_caller]
pub(crate) fn not_checked(missing: &str) {
    assert!(!in_ci() || is_known_absent(missing), "{missing}");
    say(&format!("NOT CHECKED: {missing}"));
    // `tests/summary.rs` repeats it after all tests.
    let list = concat!(env!("CARGO_TARGET_TMPDIR"), "/not-checked");
    if let Ok(mut list) = File::options().create(true).append(true).open(list) {
        let _ = writeln!(list, "{missing}");
    }
}

/// Returns whether this runs in CI, where every prerequisite must exist.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false")
}

/// Returns whether only the corpus is missing and `WITHOUT_SHARED` permits that.
fn is_known_absent(missing: &str) -> bool {
    std::env::var_os("WITHOUT_SHARED").is_some()
        && corpus().is_err_and(|no_corpus| no_corpus == missing)
}

/// Prints text even if the test passes, with the folder of the test.
#[track_caller]
pub(crate) fn say(text: &str) {
    let mut components = Path::new(Location::caller().file()).iter().skip(1);
    let folder = components.next().unwrap_or_default().display();
    // Not `eprintln`, which the test harness captures.
    let _ = writeln!(std::io::stderr(), "{folder}: {text}");
}

/// Returns a number from an environment variable, or the default.
pub(crate) fn number(variable: &str, default: u64) -> u64 {
    let value = std::env::var(variable).ok();
    value.map_or(default, |value| value.parse().expect("it is a number"))
}

/// Returns a Python with Alembic.
pub(crate) fn python() -> Result<PathBuf, String> {
    PYTHON.clone()
}

/// Returns the folder of the corpus, which is beside this repository, not in it.
pub(crate) fn corpus() -> Result<PathBuf, String> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if corpus.join("tips").is_dir() {
        Ok(corpus)
    } else {
        Err(format!("there is no corpus at {}", corpus.display()))
    }
}

/// Returns a folder with the wheels.
pub(crate) fn wheels() -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os("ALEMBIC_GUARD_WHEELS") {
        return Ok(folder.into());
    }
    let folder = target().join("wheels");
    let done = folder.join("complete");
    if !done.exists() {
        let python = std::env::var_os("ALEMBIC_GUARD_PYTHON").unwrap_or("python3".into());
        let download = ["-m", "pip", "download", "-q", "--no-deps", "--ignore-requires-python"];
        run(Command::new(python)
            .args(download)
            .args(["--only-binary", ":all:", "-r"])
            .arg(source("wheels.txt"))
            .arg("-d")
            .arg(&folder))?;
        write(&done, b"")?;
    }
    Ok(folder)
}

/// Returns the path of a file in `tests/conformance`.
pub(crate) fn source(name: &str) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.join("tests/conformance").join(name)
}

/// Returns a folder for files that may stay between runs.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance")
}

/// Runs a command that must succeed, and returns its standard output.
pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

fn find_python() -> Result<PathBuf, String> {
    if let Some(python) = std::env::var_os("ALEMBIC_GUARD_PYTHON") {
        return Ok(python.into());
    }
    let folder = target().join("venv");
    let done = folder.join("complete");
    let python = folder.join("bin/python");
    let requirements = source("requirements.txt");
    let wanted = fs::read(&requirements).map_err(|error| error.to_string())?;
    if fs::read(&done).ok().as_ref() != Some(&wanted) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let install = ["-m", "pip", "install", "-q", "-r"];
        run(Command::new(&python).args(install).arg(&requirements))?;
        write(&done, &wanted)?;
    }
    Ok(python)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
