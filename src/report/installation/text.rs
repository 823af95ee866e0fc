//! Installed, removed and existing hooks in a few lines: hooks with the same state share one.

use std::path::{Path, PathBuf};

use crate::advice::Command;
use crate::hook::{
    BinaryState, FolderStatus, HookState, HookStatus, InstallOutcome, Installed, RemoveOutcome,
    Removed, SERVER_HOOKS, Status,
};
use crate::text::shown;

/// Reports installed hooks, and the command to try them.
pub fn installed(all: &[Installed]) -> String {
    let mut lines = Grouped::default();
    for one in all {
        let state = match one.outcome {
            InstallOutcome::Written | InstallOutcome::MovedAside => "installed".to_owned(),
            InstallOutcome::Updated { from } => format!("updated from version {from}"),
            InstallOutcome::Unchanged => "already installed".to_owned(),
        };
        let legacy = if is_legacy(&one.path) { ", run by the hook manager's own hook" } else { "" };
        let chained = one.chained.as_ref();
        let chained = chained.map(|old| format!("; runs the existing hook `{}` first", shown(old)));
        let state = format!("{state}{legacy}{}", chained.unwrap_or_default());
        lines.add(one.path.parent(), &one.hook.to_string(), state);
    }
    let is_new = all.iter().any(|one| one.outcome != InstallOutcome::Unchanged);
    let is_server = all.iter().any(|one| SERVER_HOOKS.contains(&one.hook));
    let next = if is_new && !is_server {
        format!("to check this repository now: {}\n", Command::of("alembic-guard check"))
    } else {
        String::new()
    };
    lines.render() + &next
}

/// Reports removed hooks.
pub fn removed(all: &[Removed]) -> String {
    let mut lines = Grouped::default();
    for one in all {
        let state = match one.outcome {
            RemoveOutcome::Removed => "removed",
            RemoveOutcome::Restored => "removed; the previous hook is back",
            RemoveOutcome::NotInstalled => "not installed",
            RemoveOutcome::Foreign => "kept; not an alembic-guard hook",
        };
        let left = one.left.as_ref();
        let left = left.map(|left| format!("; a previous hook is still kept as `{}`", shown(left)));
        let name = one.path.file_name().unwrap_or_default().to_string_lossy();
        lines.add(one.path.parent(), &name, format!("{state}{}", left.unwrap_or_default()));
    }
    lines.render()
}

/// Reports the hooks of every hooks folder.
pub fn status(status: &Status) -> String {
    status.folders.iter().map(folder).collect()
}

fn folder(folder: &FolderStatus) -> String {
    let mut lines = Grouped::default();
    for hook in &folder.hooks {
        lines.add(Some(&folder.folder), &hook.hook.to_string(), state(hook));
    }
    let worktrees = match folder.worktrees.as_slice() {
        [] | [_] => String::new(),
        several => several.iter().map(|it| format!("  work tree `{}`\n", shown(it))).collect(),
    };
    lines.render() + &worktrees
}

fn state(hook: &HookStatus) -> String {
    let state = match &hook.state {
        HookState::Missing => "missing".to_owned(),
        HookState::Foreign { calls_guard: true } => {
            "another hook, which calls alembic-guard".to_owned()
        }
        HookState::Foreign { calls_guard: false } => {
            "another hook, which does not call alembic-guard".to_owned()
        }
        HookState::Installed { shim, path, executable, binary } => {
            let age = if shim.is_outdated() { ", outdated" } else { "" };
            let skipped = if *executable { "" } else { ", not executable, so git skips it" };
            let legacy = if is_legacy(path) { ", run by the hook manager's own hook" } else { "" };
            let binary = match binary {
                BinaryState::Executable => "",
                BinaryState::NotExecutable => ", which is not executable",
                BinaryState::Missing => ", which does not exist",
            };
            let program = shown(&shim.binary);
            format!("installed{age}{skipped}{legacy}, runs `{program}`{binary}")
        }
    };
    let kept = match &hook.kept {
        Some(kept) if kept.runs => format!("; runs `{}` first", shown(&kept.path)),
        Some(kept) => format!("; keeps `{}`, which does not run", shown(&kept.path)),
        None => String::new(),
    };
    state + &kept
}

/// Returns whether pre-commit or prek runs a hook: they move it aside under this name.
fn is_legacy(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "legacy")
}

/// Hooks by folder, then by state.
#[derive(Default)]
struct Grouped {
    folders: Vec<(PathBuf, Vec<HooksByState>)>,
}

/// A state and the hooks in it.
type HooksByState = (String, Vec<String>);

impl Grouped {
    fn add(&mut self, folder: Option<&Path>, hook: &str, state: String) {
        let folder = folder.unwrap_or(Path::new("."));
        let place = self.folders.iter().position(|(known, _)| known == folder);
        let place = place.unwrap_or_else(|| {
            self.folders.push((folder.to_owned(), Vec::new()));
            self.folders.len() - 1
        });
        let states = &mut self.folders[place].1;
        match states.iter_mut().find(|(known, _)| *known == state) {
            Some((_, hooks)) => hooks.push(hook.to_owned()),
            None => states.push((state, vec![hook.to_owned()])),
        }
    }

    fn render(&self) -> String {
        let lines = |states: &[HooksByState]| -> String {
            states
                .iter()
                .map(|(state, hooks)| format!("  {}: {state}\n", hooks.join(", ")))
                .collect()
        };
        let folders = self.folders.iter();
        folders.map(|(folder, states)| format!("{}:\n{}", shown(folder), lines(states))).collect()
    }
}
