//! The JSON output of `hook install`, `hook uninstall` and `hook status`: version 1.

use std::path::Path;

use serde::Serialize;

use crate::hook::{
    BinaryState, FolderStatus, HookState, HookStatus, InstallOutcome, Installed, KeptHook,
    RemoveOutcome, Removed, Status,
};

/// The hooks that were installed or removed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Changed {
    version: u32,
    hooks: Vec<ChangedHook>,
    /// Another program on PATH under this program's usual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    foreign_program: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ChangedHook {
    hook: String,
    path: String,
    #[cfg_attr(test, schemars(extend("enum" = ["installed", "moved-aside", "updated", "unchanged", "removed", "restored", "not-installed", "foreign"])))]
    outcome: &'static str,
    /// The version of a shim that was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_version: Option<u32>,
    /// An earlier hook that is kept: the shim runs it, or it could not be restored.
    kept: Option<String>,
}

/// The hooks of every hooks folder.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StatusJson {
    version: u32,
    /// Whether every hook is installed and works.
    ok: bool,
    folders: Vec<FolderJson>,
    /// Another program on PATH under this program's usual name.
    #[serde(skip_serializing_if = "Option::is_none")]
    foreign_program: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FolderJson {
    folder: String,
    worktrees: Vec<String>,
    hooks: Vec<HookJson>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HookJson {
    hook: String,
    path: String,
    ok: bool,
    #[serde(flatten)]
    state: StateJson,
    /// An earlier hook that is kept.
    kept: Option<KeptJson>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "kebab-case")]
enum StateJson {
    Installed {
        shim: String,
        shim_version: u32,
        outdated: bool,
        executable: bool,
        binary: String,
        #[cfg_attr(test, schemars(extend("enum" = ["executable", "not-executable", "missing"])))]
        binary_state: &'static str,
    },
    Missing,
    Foreign {
        calls_guard: bool,
    },
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct KeptJson {
    path: String,
    /// Whether the shim runs it.
    runs: bool,
}

/// Returns the output of `hook install`.
pub fn installed(hooks: &[Installed], foreign_program: Option<&Path>) -> Changed {
    let hook = |one: &Installed| {
        let (outcome, from_version) = match one.outcome {
            InstallOutcome::Written => ("installed", None),
            InstallOutcome::MovedAside => ("moved-aside", None),
            InstallOutcome::Updated { from } => ("updated", Some(from)),
            InstallOutcome::Unchanged => ("unchanged", None),
        };
        let kept = one.chained.as_deref().map(text);
        let (hook, path) = (one.hook.to_string(), text(&one.path));
        ChangedHook { hook, path, outcome, from_version, kept }
    };
    let hooks = hooks.iter().map(hook).collect();
    Changed { version: 1, hooks, foreign_program: foreign_program.map(text) }
}

/// Returns the output of `hook uninstall`.
pub fn removed(hooks: &[Removed]) -> Changed {
    let hook = |one: &Removed| {
        let outcome = match one.outcome {
            RemoveOutcome::Removed => "removed",
            RemoveOutcome::Restored => "restored",
            RemoveOutcome::NotInstalled => "not-installed",
            RemoveOutcome::Foreign => "foreign",
        };
        let kept = one.left.as_deref().map(text);
        let (hook, path) = (one.hook.to_string(), text(&one.path));
        ChangedHook { hook, path, outcome, from_version: None, kept }
    };
    Changed { version: 1, hooks: hooks.iter().map(hook).collect(), foreign_program: None }
}

/// Returns the output of `hook status`.
pub fn status(status: &Status, foreign_program: Option<&Path>) -> StatusJson {
    let folder = |folder: &FolderStatus| FolderJson {
        folder: text(&folder.folder),
        worktrees: folder.worktrees.iter().map(|top| text(top)).collect(),
        hooks: folder.hooks.iter().map(hook_json).collect(),
    };
    StatusJson {
        version: 1,
        ok: status.is_ok(),
        folders: status.folders.iter().map(folder).collect(),
        foreign_program: foreign_program.map(text),
    }
}

fn hook_json(hook: &HookStatus) -> HookJson {
    let state = match &hook.state {
        HookState::Installed { shim, path, executable, binary } => StateJson::Installed {
            shim: text(path),
            shim_version: shim.version,
            outdated: shim.is_outdated(),
            executable: *executable,
            binary: text(&shim.binary),
            binary_state: match binary {
                BinaryState::Executable => "executable",
                BinaryState::NotExecutable => "not-executable",
                BinaryState::Missing => "missing",
            },
        },
        HookState::Missing => StateJson::Missing,
        HookState::Foreign { calls_guard } => StateJson::Foreign { calls_guard: *calls_guard },
    };
    let kept = |kept: &KeptHook| KeptJson { path: text(&kept.path), runs: kept.runs };
    HookJson {
        hook: hook.hook.to_string(),
        path: text(&hook.path),
        ok: hook.state.is_ok(),
        state,
        kept: hook.kept.as_ref().map(kept),
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
