//! Installs the shims in the hooks folder and moves existing hooks aside.
//!
//! All checks are done before the first byte is written.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::folder::{default_folder, doubts, locate};
use super::managers::team_of_husky;
use super::place::{ForeignFile, OurFile, Place, Slot, look};
use super::{Error, Hook, worktrees};
use crate::platform::file_system;

/// Options of an installation.
#[derive(Debug, Clone)]
pub struct InstallOptions {
    /// Any folder in the repository.
    pub directory: PathBuf,
    /// The absolute path of this program, which the shims call.
    pub binary: PathBuf,
    /// Whether to write to a hooks folder despite any [`FolderDoubt`](super::FolderDoubt).
    pub force: bool,
}

/// One hook that is now installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The hook.
    pub hook: Hook,
    /// The shim; named `.legacy` if pre-commit or prek runs it.
    pub path: PathBuf,
    /// What was done.
    pub outcome: InstallOutcome,
    /// The previous hook, which the shim runs first.
    pub chained: Option<PathBuf>,
}

/// The result of installing one hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallOutcome {
    /// A shim was written.
    Written,
    /// A shim was written, and the existing hook was moved aside.
    MovedAside,
    /// A shim with different content was replaced.
    Updated {
        /// The version of the old one.
        from: u32,
    },
    /// The same shim was already there.
    Unchanged,
}

/// Installs every hook of [`HOOKS`](super::HOOKS), or of [`SERVER_HOOKS`](super::SERVER_HOOKS) in a
/// bare repository that has no work tree; a second run changes nothing.
///
/// # Errors
/// Fails if there is no repository, if the hooks folder is husky's, if it is doubtful and `force` is not
/// set, if two hooks would have to be kept for one, or if files cannot be written.
pub fn install(options: &InstallOptions) -> Result<Vec<Installed>, Error> {
    if !options.binary.is_absolute() {
        return Err(Error::RelativeBinary(options.binary.clone()));
    }
    let folder = locate(&options.directory)?;
    if let Some(team) = team_of_husky(&folder) {
        let (team, default) = (team.to_path_buf(), default_folder(&options.directory)?);
        return Err(Error::Husky { folder, team, default });
    }
    if !options.force {
        refuse_doubtful(&options.directory, &folder)?;
    }
    if folder.exists() && !folder.is_dir() {
        return Err(Error::NoFolder(folder));
    }
    let hooks = worktrees::hooks(&options.directory)?;
    let places: Vec<Place> = hooks.iter().map(|hook| Place::new(&folder, *hook)).collect();
    let plans: Vec<Plan> =
        places.iter().map(|place| plan(place, &options.binary)).collect::<Result<_, _>>()?;
    refuse_links_between(&places, &plans)?;
    fs::create_dir_all(&folder).map_err(|source| Error::write(&folder, source))?;
    plans.into_iter().map(carry_out).collect()
}

/// The plan for one hook.
struct Plan {
    place: Place,
    path: PathBuf,
    bytes: Vec<u8>,
    outcome: InstallOutcome,
}

fn refuse_doubtful(directory: &Path, folder: &Path) -> Result<(), Error> {
    let doubts = doubts(directory, folder)?;
    if doubts.is_empty() {
        return Ok(());
    }
    Err(Error::DoubtfulFolder {
        folder: folder.to_path_buf(),
        hooks: worktrees::hooks(directory)?,
        default: default_folder(directory)?,
        doubts,
    })
}

fn plan(place: &Place, binary: &Path) -> Result<Plan, Error> {
    let bytes = place.hook.shim(binary);
    let (path, outcome) = match look(&place.path)? {
        Slot::Empty => (&place.path, InstallOutcome::Written),
        Slot::Ours(file) => (&place.path, update(&file, &bytes)),
        Slot::Foreign(foreign) => beside_foreign(place, foreign, &bytes)?,
        Slot::NoFile => return Err(Error::NoFile(place.path.clone())),
    };
    Ok(Plan { path: path.clone(), place: place.clone(), bytes, outcome })
}

fn update(file: &OurFile, bytes: &[u8]) -> InstallOutcome {
    if file.bytes == bytes && file.executable {
        return InstallOutcome::Unchanged;
    }
    InstallOutcome::Updated { from: file.shim.version }
}

fn beside_foreign<'a>(
    place: &'a Place,
    foreign: ForeignFile,
    bytes: &[u8],
) -> Result<(&'a PathBuf, InstallOutcome), Error> {
    let legacy = look(&place.legacy)?;
    if let Slot::Ours(file) = &legacy {
        if foreign.runs_legacy() {
            return Ok((&place.legacy, update(file, bytes)));
        }
        return Err(Error::MovedAside { path: place.path.clone(), legacy: place.legacy.clone() });
    }
    let kept = look(&place.kept)?;
    if foreign.runs_legacy() && foreign.executable {
        return as_legacy(place, &legacy, &kept);
    }
    match kept {
        Slot::Empty | Slot::Ours(_) => Ok((&place.path, InstallOutcome::MovedAside)),
        Slot::Foreign(kept) if foreign.replaces(kept) => {
            Ok((&place.path, InstallOutcome::MovedAside))
        }
        Slot::Foreign(_) | Slot::NoFile => {
            Err(Error::TwoForeignHooks { path: place.path.clone(), kept: place.kept.clone() })
        }
    }
}

/// Plans a shim that pre-commit or prek runs: replacing their hook would prevent them from being
/// uninstalled.
fn as_legacy<'a>(
    place: &'a Place,
    legacy: &Slot,
    kept: &Slot,
) -> Result<(&'a PathBuf, InstallOutcome), Error> {
    let two = |path: &Path| {
        Err(Error::TwoForeignHooks { path: path.to_path_buf(), kept: place.kept.clone() })
    };
    match (legacy, kept) {
        (Slot::NoFile, _) => Err(Error::NoFile(place.legacy.clone())),
        (Slot::Foreign(_), Slot::Empty | Slot::Ours(_)) => {
            Ok((&place.legacy, InstallOutcome::MovedAside))
        }
        (Slot::Foreign(_), Slot::Foreign(_) | Slot::NoFile) => two(&place.legacy),
        (Slot::Empty | Slot::Ours(_), Slot::Empty | Slot::Ours(_)) => {
            Ok((&place.legacy, InstallOutcome::Written))
        }
        // As `.legacy`, the shim does not call pre-commit or prek back.
        (Slot::Empty | Slot::Ours(_), Slot::Foreign(kept)) if kept.runs_legacy() => {
            Ok((&place.legacy, InstallOutcome::Written))
        }
        (Slot::Empty | Slot::Ours(_), Slot::Foreign(_) | Slot::NoFile) => two(&place.path),
    }
}

/// Rejects a hook that is a symlink to another hook that is replaced: moved aside, it would point to a
/// shim.
fn refuse_links_between(places: &[Place], plans: &[Plan]) -> Result<(), Error> {
    let moved = plans
        .iter()
        .filter(|plan| plan.outcome == InstallOutcome::MovedAside && plan.path.is_symlink());
    for plan in moved {
        let target = plan.path.canonicalize().ok();
        let is_target = |place: &&Place| {
            place.path != plan.path && target.is_some() && place.path.canonicalize().ok() == target
        };
        if let Some(place) = places.iter().find(is_target) {
            return Err(Error::LinkToHook { path: plan.path.clone(), target: place.hook });
        }
    }
    Ok(())
}

fn carry_out(plan: Plan) -> Result<Installed, Error> {
    let Place { hook, kept, old, .. } = &plan.place;
    // Kept, a shim would run itself for ever; from `.old`, lefthook would put it back after all is uninstalled.
    for stray in [kept, old] {
        if let Slot::Ours(_) = look(stray)? {
            fs::remove_file(stray)
                .map_err(|source| Error::Remove { path: stray.clone(), source })?;
        }
    }
    match plan.outcome {
        InstallOutcome::Unchanged => {}
        InstallOutcome::Written | InstallOutcome::Updated { .. } => {
            write_shim(&plan, || Ok(()))?;
        }
        InstallOutcome::MovedAside => write_shim(&plan, || rename(&plan.path, kept))?,
    }
    Ok(Installed { hook: *hook, chained: chained(&plan)?, path: plan.path, outcome: plan.outcome })
}

/// Writes the shim to a temporary file, calls `make_room` if that worked, and moves the shim into place.
fn write_shim(plan: &Plan, make_room: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let folder = plan.path.parent().unwrap_or(Path::new("/"));
    let in_folder = |source| Error::write(folder, source);
    let mut file = file_system::temporary_program(folder, ".alembic-guard-").map_err(in_folder)?;
    file.write_all(&plan.bytes).map_err(in_folder)?;
    make_room()?;
    match file.persist(&plan.path) {
        Ok(_) => Ok(()),
        Err(failed) => {
            if plan.outcome == InstallOutcome::MovedAside {
                rename(&plan.place.kept, &plan.path)?;
            }
            Err(Error::write(&plan.path, failed.error))
        }
    }
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|source| Error::Rename {
        from: from.to_path_buf(),
        to: to.to_path_buf(),
        source,
    })
}

fn chained(plan: &Plan) -> Result<Option<PathBuf>, Error> {
    let kept = &plan.place.kept;
    let moved_aside = plan.path != plan.place.path;
    Ok(match look(kept)? {
        Slot::Foreign(foreign) if foreign.runs_legacy() && moved_aside => None,
        Slot::Foreign(foreign) if foreign.executable => Some(kept.clone()),
        Slot::Foreign(_) | Slot::Empty | Slot::Ours(_) | Slot::NoFile => None,
    })
}
