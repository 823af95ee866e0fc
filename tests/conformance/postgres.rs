//! A PostgreSQL of a test's own, reached by a socket in a temporary folder.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::prerequisites::run;
use crate::support::scratch;

/// The user `nobody` of most systems, since PostgreSQL does not run as root.
const NOBODY: u32 = 65_534;

/// A cluster that runs as long as this lives.
pub(crate) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    user: Option<u32>,
}

impl Cluster {
    /// Starts a cluster, or says what is missing for that.
    pub(crate) fn start() -> Result<Cluster, String> {
        let programs = programs()?;
        let folder = scratch::folder();
        let owner = fs::metadata(folder.path()).map_err(|error| error.to_string())?.uid();
        let user = (owner == 0).then_some(NOBODY);
        if user.is_some() {
            chown(folder.path(), user, user).map_err(|error| error.to_string())?;
        }
        let cluster = Cluster { folder, programs, user };
        let options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"];
        run(cluster.program("initdb").args(options).arg("-D").arg(cluster.data()))?;
        let server =
            format!("-c listen_addresses= -c fsync=off -k {}", cluster.folder.path().display());
        let log = cluster.folder.path().join("log");
        run(cluster.control("start").args(["-w", "-o", &server, "-l"]).arg(log))?;
        Ok(cluster)
    }

    /// Returns the address of a database, in words of libpq.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("postgresql://postgres@/{database}?host={}", self.folder.path().display())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self, what: &str) -> Command {
        let mut control = self.program("pg_ctl");
        control.arg(what).arg("-D").arg(self.data());
        control
    }

    fn program(&self, name: &str) -> Command {
        let mut program = Command::new(self.programs.join(name));
        program.current_dir(self.folder.path());
        if let Some(user) = self.user {
            program.uid(user).gid(user);
        }
        program
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.control("stop").args(["-m", "immediate"]).output();
    }
}

/// Finds the folder with `initdb` and `pg_ctl`, which Debian keeps out of `PATH`.
fn programs() -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let has = |folder: &&PathBuf| {
        ["initdb", "pg_ctl"].iter().all(|name| Path::is_file(&folder.join(name)))
    };
    let found = folders.iter().find(has);
    found.cloned().ok_or_else(|| "there is no PostgreSQL (initdb, pg_ctl)".to_owned())
}
