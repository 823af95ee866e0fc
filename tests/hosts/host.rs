//! The four hosts: how each is told what to run, installed and removed.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::hosts::programs::{from_npm, from_pip};
use crate::hosts::readme::snippet;
use crate::support::world::{GUARD, Repo};

/// A program that runs the hooks of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    PreCommit,
    Prek,
    Lefthook,
    Husky,
}

/// Makes each case a test for each host.
macro_rules! with_each_host {
    ($($case:ident),+ $(,)?) => {
        $crate::hosts::host::with_each_host!(@ pre_commit PreCommit: $($case),+);
        $crate::hosts::host::with_each_host!(@ prek Prek: $($case),+);
        $crate::hosts::host::with_each_host!(@ lefthook Lefthook: $($case),+);
        $crate::hosts::host::with_each_host!(@ husky Husky: $($case),+);
    };
    (@ $module:ident $host:ident: $($case:ident),+) => {
        mod $module {
            $(
                #[test]
                #[ignore = "needs hook managers"]
                fn $case() {
                    let host = $crate::hosts::host::Host::$host;
                    $crate::support::prerequisites::with(host.folder(), |_| super::$case(host));
                }
            )+
        }
    };
}
pub(crate) use with_each_host;

/// A hook of the team's own: says that it ran, and fails where it is told to.
const OTHER: &str = "echo ran >>.git/other\n[ ! -e .git/fail ]\n";

impl Host {
    /// Returns the folder that the program is in.
    pub(crate) fn folder(self) -> Result<PathBuf, String> {
        match self {
            Host::PreCommit | Host::Prek => from_pip(),
            Host::Lefthook | Host::Husky => from_npm(),
        }
    }

    /// Returns the same repository, in which the host and the guard are on PATH.
    pub(crate) fn at_home_in(self, repo: &Repo) -> Repo {
        let guard = Path::new(GUARD).parent().expect("a program has a folder").to_owned();
        let host = self.folder().expect("the test has asked for it");
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = [guard, host].into_iter().chain(env::split_paths(&path));
        let path: OsString = env::join_paths(folders).expect("the folders came from PATH");
        repo.with("PATH", path.to_str().expect("a plain path")).with("LEFTHOOK_OUTPUT", "execution")
    }

    /// Writes the files that docs/hook-managers.md shows.
    pub(crate) fn write_readme(self, repo: &Repo) {
        match self {
            Host::PreCommit | Host::Prek => {
                let local = snippet("# .pre-commit-config.yaml, where alembic-guard is installed");
                repo.write(".pre-commit-config.yaml", &local);
            }
            Host::Lefthook => {
                repo.write("lefthook.yml", &snippet("# lefthook.yml"));
            }
            Host::Husky => {
                for hook in ["pre-commit", "pre-merge-commit", "pre-push"] {
                    let path = format!(".husky/{hook}");
                    repo.write(&path, &snippet(&format!("# {path}")));
                }
            }
        }
    }

    /// Writes down a hook of the team's own and nothing of the guard.
    pub(crate) fn write_other(self, repo: &Repo) {
        repo.write("other.sh", OTHER);
        match self {
            Host::PreCommit | Host::Prek => repo.write(
                ".pre-commit-config.yaml",
                "default_install_hook_types: [pre-commit, pre-push]\nrepos:\n- repo: local\n  hooks:\n  \
                 - {id: other, name: other, language: system, entry: sh other.sh, \
                 always_run: true, pass_filenames: false, stages: [pre-commit, pre-push]}\n",
            ),
            Host::Lefthook => repo.write(
                "lefthook.yml",
                "pre-commit: {commands: {other: {run: sh other.sh}}}\n\
                 pre-push: {commands: {other: {run: sh other.sh}}}\n",
            ),
            Host::Husky => {
                repo.write(".husky/pre-commit", "sh other.sh\n").write(".husky/pre-push", "sh other.sh\n")
            }
        };
    }

    /// Installs the hooks of the host, as its documentation says.
    pub(crate) fn install(self, repo: &Repo) {
        match self {
            Host::PreCommit => self.run(repo, &["install"]),
            Host::Prek => self.run(repo, &["install"]),
            Host::Lefthook => self.run(repo, &["install"]),
            Host::Husky => self.run(repo, &[]),
        }
    }

    /// Removes them again, as its documentation says.
    pub(crate) fn uninstall(self, repo: &Repo) {
        match self {
            Host::PreCommit | Host::Prek | Host::Lefthook => self.run(repo, &["uninstall"]),
            Host::Husky => {
                repo.git(&["config", "--unset", "core.hooksPath"]);
            }
        }
    }

    fn run(self, repo: &Repo, arguments: &[&str]) {
        let output = self.command(repo).args(arguments).output().expect("the host runs");
        assert!(output.status.success(), "{self:?} {arguments:?}: {output:?}");
    }

    /// Prepares a run of the host by hand.
    pub(crate) fn command(self, repo: &Repo) -> std::process::Command {
        let program = self.folder().expect("the test has asked for it").join(self.name());
        repo.command(program.to_str().expect("a plain path"))
    }

    fn name(self) -> &'static str {
        match self {
            Host::PreCommit => "pre-commit",
            Host::Prek => "prek",
            Host::Lefthook => "lefthook",
            Host::Husky => "husky",
        }
    }
}
