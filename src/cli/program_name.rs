//! The name of the program in printed commands, which must run in the reader's shell.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

use crate::advice::program::{self, PROGRAM, WHEEL_PROGRAM};
use crate::hook::{first_on_path, is_hosted};

/// The reader of printed commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// The user who runs this program, on this machine.
    User,
    /// A user who pushes to this server, from a machine where local paths mean nothing.
    Pusher,
}

/// Determines the name once for the whole run.
pub(super) fn set(reader: Reader) {
    let Ok(own) = env::current_exe() else { return };
    program::set_name(match reader {
        Reader::User => {
            let path = env::var_os("PATH").unwrap_or_default();
            name(&own, &path, is_hosted(super::hook::variable))
        }
        Reader::Pusher => for_help().to_owned(),
    });
}

/// Returns the name for the description of the command line, before the arguments are parsed: the wheel's
/// name if this program has it.
pub(super) fn for_help() -> &'static str {
    let own = env::current_exe().unwrap_or_default();
    if own.ends_with(WHEEL_PROGRAM) { WHEEL_PROGRAM } else { PROGRAM }
}

/// Returns the file name of this program if PATH leads to it by that name, else its path.
///
/// pre-commit and prek put the `bin` folder of the hook's environment in front of PATH. The user's shell
/// does not have it, so the first folder is ignored if `is_hosted`.
fn name(own: &Path, path: &OsStr, is_hosted: bool) -> String {
    let absolute = || own.to_string_lossy().into_owned();
    let Some(name) = own.file_name().and_then(OsStr::to_str) else { return absolute() };
    let folders = env::split_paths(path).skip(usize::from(is_hosted));
    let found = env::join_paths(folders).ok().and_then(|path| first_on_path(name, &path));
    let is_own = found.is_some_and(|found| found.canonicalize().ok() == own.canonicalize().ok());
    if is_own { name.to_owned() } else { absolute() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    use crate::advice::program::PROGRAM;
    use crate::platform::file_system::temporary_program;

    fn program_in(folder: &Path) -> PathBuf {
        let file = temporary_program(folder, "new").expect("the folder is ours");
        let path = folder.join(PROGRAM);
        file.persist(&path).expect("the folder is ours");
        path
    }

    #[test]
    fn the_name_is_used_only_if_it_runs_this_program() {
        let folders = [(); 3].map(|()| tempfile::tempdir().expect("a temporary folder"));
        let [own, other, link] = folders.each_ref().map(tempfile::TempDir::path);
        let program = program_in(own);
        program_in(other);
        fs::hard_link(&program, own.join("another name")).expect("the folder is ours");
        std::os::unix::fs::symlink(&program, link.join(PROGRAM)).expect("the folder is ours");
        let called = |program: &Path, folders: &[&Path], is_hosted| {
            name(program, &env::join_paths(folders).expect("no colon"), is_hosted)
        };
        let absolute = program.display().to_string();
        assert_eq!(called(&program, &[own, other], false), PROGRAM);
        assert_eq!(called(&program, &[link, other], false), PROGRAM);
        assert_eq!(called(&program, &[other, own], false), absolute);
        assert_eq!(called(&program, &[], false), absolute);
        assert_eq!(called(&program, &[own, other], true), absolute);
        assert_eq!(called(&program, &[other, own], true), PROGRAM);
        assert_eq!(called(&own.join("another name"), &[own], false), "another name");
    }
}
