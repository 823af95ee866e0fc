//! Finds out whether git's configuration only comes from its usual files.
//!
//! Asking git takes a process, which costs as much as all other work of a blocked push.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::OnceLock;

/// Prefixes of the variables that add configuration from elsewhere (git-config(1), ENVIRONMENT).
const VARIABLES: &str = "GIT_CONFIG";

/// The system-wide file that libgit2 reads.
const SYSTEM: &str = "/etc/gitconfig";

/// Returns whether git reads only the usual files, on a system where these are known.
pub(super) fn is_configuration() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(are_usual)
}

fn are_usual() -> bool {
    let varies = |name: &OsStr| name.as_encoded_bytes().starts_with(VARIABLES.as_bytes());
    cfg!(target_os = "linux")
        && !env::vars_os().any(|(name, _)| varies(&name))
        && env::var_os("XDG_CONFIG_HOME").is_none_or(|folder| Path::new(&folder).is_absolute())
        && !env::var_os("PATH").is_some_and(|path| has_own_system_file(&path))
}

/// Returns whether a git that was built for its own folder may have a file there.
fn has_own_system_file(path: &OsStr) -> bool {
    // A link to a program tells where the program is.
    let git = env::split_paths(path).map(|folder| folder.join("git"));
    let git = git.filter_map(|git| git.is_symlink().then(|| git.canonicalize().ok())?);
    let programs = env::split_paths(path).map(|folder| folder.join("git")).chain(git);
    programs.into_iter().any(|program| {
        let mut above = program.ancestors().skip(2).take(2);
        above.any(|prefix| is_other_file(&prefix.join("etc/gitconfig")))
    })
}

fn is_other_file(path: &Path) -> bool {
    path != Path::new(SYSTEM) && path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beside_a_program_may_be_its_own() {
        let prefix = tempfile::tempdir().expect("a temporary folder");
        let path = |below: &str| env::join_paths(["/bin".into(), prefix.path().join(below)]);
        let path = |below: &str| path(below).expect("it has no colon");
        assert!(!has_own_system_file(&path("bin")));
        std::fs::create_dir(prefix.path().join("etc")).expect("it is new");
        std::fs::write(prefix.path().join("etc/gitconfig"), "").expect("it can be written");
        assert!(has_own_system_file(&path("bin")));
        assert!(has_own_system_file(&path("libexec/git-core")));
        assert!(!has_own_system_file(&path("a/b/bin")));
        std::fs::create_dir_all(prefix.path().join("bin")).expect("it is new");
        std::fs::write(prefix.path().join("bin/git"), "").expect("it can be written");
        std::fs::create_dir_all(prefix.path().join("links/to/it")).expect("it is new");
        let link = prefix.path().join("links/to/it/git");
        std::os::unix::fs::symlink(prefix.path().join("bin/git"), link).expect("it is new");
        assert!(has_own_system_file(&path("links/to/it")));
    }
}
