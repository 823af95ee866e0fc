//! The hosts, brought by pip and npm into folders that stay between runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::support::prerequisites::run;

static FROM_PIP: LazyLock<Result<PathBuf, String>> =
    LazyLock::new(|| brought("requirements.txt", "venv", pip));
static FROM_NPM: LazyLock<Result<PathBuf, String>> =
    LazyLock::new(|| brought("package.json", "npm", npm));

/// Returns the folder in which pre-commit and prek are.
pub(crate) fn from_pip() -> Result<PathBuf, String> {
    Ok(FROM_PIP.clone()?.join("bin"))
}

/// Returns the folder in which lefthook and husky are.
pub(crate) fn from_npm() -> Result<PathBuf, String> {
    Ok(FROM_NPM.clone()?.join("node_modules/.bin"))
}

/// Returns a folder in which things may stay between runs.
pub(crate) fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("hosts")
}

/// Returns the path of a file beside this one.
pub(crate) fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts").join(name)
}

/// Lets `bring` fill a folder by a list, where the folder was not filled by the same list before.
fn brought(
    list: &str,
    name: &str,
    bring: fn(&Path, &Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let in_words = |error: std::io::Error| error.to_string();
    let (folder, list) = (cache().join(name), source(list));
    fs::create_dir_all(&folder).map_err(in_words)?;
    // Each test may be a process of its own.
    let lock = File::create(folder.join("lock")).map_err(in_words)?;
    lock.lock().map_err(in_words)?;
    let done = folder.join("complete");
    let wanted = fs::read(&list).map_err(in_words)?;
    if fs::read(&done).ok().as_ref() != Some(&wanted) {
        bring(&list, &folder)?;
        fs::write(&done, &wanted).map_err(in_words)?;
    }
    Ok(folder)
}

fn pip(requirements: &Path, folder: &Path) -> Result<(), String> {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let install = ["-m", "pip", "install", "-q", "-r"];
    run(Command::new(folder.join("bin/python")).args(install).arg(requirements))?;
    Ok(())
}

fn npm(package: &Path, folder: &Path) -> Result<(), String> {
    fs::copy(package, folder.join("package.json")).map_err(|error| error.to_string())?;
    let install = ["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(Command::new("npm").current_dir(folder).args(install))?;
    Ok(())
}
