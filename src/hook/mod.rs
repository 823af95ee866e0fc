//! The guard as a git hook: what git tells each hook, the ways around, and the shims that git runs.
//!
//! A shim is a few lines of shell that call this program; what it decides is decided elsewhere.
//! Nothing here prints, and no hook of anyone else's is ever lost: it is moved aside, run first, and
//! put back. Three of the hooks judge and may refuse; `post-merge` and `post-checkout` come when all is
//! done, say a line where the heads have become too many, and never fail. A repository that is only
//! pushed to has one, `pre-receive`, which no environment switches off.

mod call;
mod error;
mod folder;
mod git;
mod managers;
mod on_path;
mod pre_commit_env;
mod install;
mod place;
mod pre_push;
mod receive;
mod refs;
mod shim;
mod status;
mod uninstall;
mod bypass;
mod worktrees;

pub use bypass::{
    Override, branch_of, is_switched_off, lower_as_asked, lower_as_served, overrides,
};
pub use error::Error;
pub use folder::FolderDoubt;
pub use install::{InstallOptions, InstallOutcome, Installed, install};
pub use managers::is_called_without_input;
pub use on_path::{first_on_path, foreign_program};
pub use pre_commit_env::{HostedPush, Occasion, is_hosted};
pub use pre_push::read_refs;
pub use receive::{read_received, read_update};
pub use shim::{HOOKS, Hook, SERVER_HOOKS, SHIM_VERSION, Shim};
pub use status::{BinaryState, FolderStatus, HookState, HookStatus, KeptHook, Status, status};
pub use uninstall::{RemoveOutcome, Removed, uninstall};
