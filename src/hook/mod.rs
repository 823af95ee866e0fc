//! The guard as a git hook: the input of each hook, the ways to bypass them, and the shims that git runs.
//!
//! A shim is a few lines of shell that call this program; decisions are made elsewhere. Nothing here
//! prints, and no foreign hook is ever lost: it is moved aside, run first, and restored later. Three of the
//! hooks check and may block; `post-merge` and `post-checkout` run after the fact, print a line if there
//! are too many heads, and never fail. A server repository has one hook, `pre-receive`, which no
//! environment variable can turn off.

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
