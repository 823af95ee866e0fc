//! Writes changes to disk: all of them or none, even if the process is killed.

mod error;
mod disk;
mod path;
mod journal;
mod target;
mod unfinished;
mod compiled;
mod apply;

use super::FileChange;

pub use apply::{Place, apply, apply_on, finish_interrupted, finish_interrupted_on};
pub use disk::{Disk, RealDisk};
pub use error::Error;
pub use journal::remove_lock;
