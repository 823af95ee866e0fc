//! Finds out whether git would call the guard, for every worktree of a repository.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder::{locate, locate_there};
use super::place::{ForeignFile, OurFile, Place, Slot, look};
use super::{Error, Hook, Shim, worktrees};
use crate::platform::file_system::is_executable;

/// The state of all hooks folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// One for each folder in which a worktree looks for hooks; usually all share one.
    pub folders: Vec<FolderStatus>,
}

/// The state of one hooks folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderStatus {
    /// The folder.
    pub folder: PathBuf,
    /// The worktrees that use it; none for a bare repository.
    pub worktrees: Vec<PathBuf>,
    /// One for each hook that the repository needs.
    pub hooks: Vec<HookStatus>,
}

/// The state of one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStatus {
    /// The hook.
    pub hook: Hook,
    /// The file that git runs.
    pub path: PathBuf,
    /// The kind of that file.
    pub state: HookState,
    /// The previous hook.
    pub kept: Option<KeptHook>,
}

/// The hook that git would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookState {
    /// A shim, or a hook of pre-commit or prek that runs one.
    Installed {
        /// The contents of the shim.
        shim: Shim,
        /// The path of the shim: the hook itself or its `.legacy`.
        path: PathBuf,
        /// Whether git would run it; it skips files that are not executable.
        executable: bool,
        /// Whether the recorded program can be called; otherwise, the shim searches PATH.
        binary: BinaryState,
    },
    /// No file.
    Missing,
    /// A foreign hook.
    Foreign {
        /// Whether it is executable and calls `alembic-guard`: according to its text or, if pre-commit,
        /// prek, lefthook or husky wrote it, to the manager's configuration file.
        calls_guard: bool,
    },
}

/// Whether a recorded program can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryState {
    /// It is an executable file.
    Executable,
    /// It exists but is not an executable file.
    NotExecutable,
    /// It does not exist.
    Missing,
}

/// The previous hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptHook {
    /// The path where it is kept.
    pub path: PathBuf,
    /// Whether it runs; a hook that is not executable did not run before either.
    pub runs: bool,
}

/// Inspects the hooks of every worktree of the repository that `directory` is in.
///
/// # Errors
/// Fails if there is no repository or if a hook cannot be read.
pub fn status(directory: &Path) -> Result<Status, Error> {
    let own_folder = locate(directory)?;
    let current = worktrees::current(directory);
    let mut folders = vec![(own_folder, Vec::from_iter(current.clone()))];
    for top in worktrees::tops(directory)? {
        if Some(&top) == current.as_ref() {
            continue;
        }
        let folder = locate_there(&top)?;
        match folders.iter_mut().find(|(known, _)| *known == folder) {
            Some((_, tops)) => tops.push(top),
            None => folders.push((folder, vec![top])),
        }
    }
    let hooks = worktrees::hooks(directory)?;
    let folders = folders
        .into_iter()
        .map(|(folder, worktrees)| look_into(hooks, folder, worktrees))
        .collect::<Result<_, _>>()?;
    Ok(Status { folders })
}

impl Status {
    /// Returns whether every hook of every worktree calls the guard through its recorded path.
    pub fn is_ok(&self) -> bool {
        let mut hooks = self.folders.iter().flat_map(|folder| &folder.hooks);
        hooks.all(|hook| hook.state.is_ok())
    }
}

impl HookState {
    /// Returns whether the hook needs no action.
    pub fn is_ok(&self) -> bool {
        match self {
            HookState::Installed { shim, executable, binary, .. } => {
                !shim.is_outdated() && *executable && *binary == BinaryState::Executable
            }
            HookState::Foreign { calls_guard } => *calls_guard,
            HookState::Missing => false,
        }
    }

    /// Returns whether a shim runs the kept hook; the shims document the exception.
    fn runs_kept(&self, hook: &Path, kept: ForeignFile) -> bool {
        match self {
            HookState::Installed { path, .. } => path == hook || !kept.runs_legacy(),
            HookState::Missing | HookState::Foreign { .. } => false,
        }
    }
}

fn look_into(
    hooks: &[Hook],
    folder: PathBuf,
    worktrees: Vec<PathBuf>,
) -> Result<FolderStatus, Error> {
    let top = worktrees.first().map(PathBuf::as_path);
    let hooks = hooks.iter().map(|hook| hook_status(Place::new(&folder, *hook), top));
    Ok(FolderStatus { hooks: hooks.collect::<Result<_, _>>()?, folder, worktrees })
}

fn hook_status(place: Place, top: Option<&Path>) -> Result<HookStatus, Error> {
    let state = match look(&place.path)? {
        Slot::Empty => HookState::Missing,
        Slot::Ours(file) => installed(file, place.path.clone()),
        Slot::Foreign(foreign) => beside_foreign(&place, foreign, top)?,
        Slot::NoFile => HookState::Foreign { calls_guard: false },
    };
    let kept = match look(&place.kept)? {
        Slot::Foreign(foreign) => Some(KeptHook {
            runs: foreign.executable && state.runs_kept(&place.path, foreign),
            path: place.kept,
        }),
        Slot::Empty | Slot::Ours(_) | Slot::NoFile => None,
    };
    Ok(HookStatus { hook: place.hook, path: place.path, state, kept })
}

fn beside_foreign(
    place: &Place,
    foreign: ForeignFile,
    top: Option<&Path>,
) -> Result<HookState, Error> {
    let folder = place.path.parent().unwrap_or(Path::new("/"));
    let is_told = || {
        let told = foreign.host.zip(top);
        told.is_some_and(|(host, top)| host.is_told_to_call(place.hook, folder, top))
    };
    Ok(match look(&place.legacy)? {
        Slot::Ours(file) if foreign.runs_legacy() && foreign.executable => {
            installed(file, place.legacy.clone())
        }
        Slot::Ours(_) | Slot::Empty | Slot::Foreign(_) | Slot::NoFile => HookState::Foreign {
            calls_guard: foreign.executable && (foreign.calls_guard || is_told()),
        },
    })
}

fn installed(file: OurFile, path: PathBuf) -> HookState {
    HookState::Installed {
        binary: binary_state(&file.shim.binary),
        shim: file.shim,
        path,
        executable: file.executable,
    }
}

fn binary_state(binary: &Path) -> BinaryState {
    match fs::metadata(binary) {
        Ok(metadata) if metadata.is_file() && is_executable(&metadata) => BinaryState::Executable,
        Ok(_) => BinaryState::NotExecutable,
        Err(_) => BinaryState::Missing,
    }
}
