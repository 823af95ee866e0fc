//! What must not outlive the run, even where it is ended in the middle: folders, files and processes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::process_groups::ProcessGroup;

/// Something to be taken along.
#[derive(Debug, Clone)]
pub(crate) enum Leftover {
    /// A folder, with what is in it.
    Folder(PathBuf),
    /// A file.
    File(PathBuf),
    /// A process with all that it has started.
    Group(ProcessGroup),
}

/// Has somebody hear of it when the run is ended in the middle.
type Watch = Box<dyn FnOnce() + Send>;

static WATCH: Mutex<Option<Watch>> = Mutex::new(None);
static LEFT: Mutex<BTreeMap<u64, Leftover>> = Mutex::new(BTreeMap::new());

/// A leftover that somebody looks after for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Noted(u64);

/// Begins a watch over the run as soon as something may be left of it; most runs leave nothing.
pub(crate) fn watch_when_needed(watch: impl FnOnce() + Send + 'static) {
    *WATCH.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(watch));
}

/// Begins the watch; to be called before anything is made that will be noted.
pub(crate) fn begin_watch() {
    let watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(watch) = watch {
        watch();
    }
}

/// Notes something that is taken along when the run is ended before this is dropped.
pub(crate) fn note(leftover: Leftover) -> Noted {
    let mut left = left();
    let number = left.keys().next_back().map_or(0, |last| last + 1);
    left.insert(number, leftover);
    Noted(number)
}

impl Drop for Noted {
    fn drop(&mut self) {
        left().remove(&self.0);
    }
}

/// Takes along whatever there is: the process is about to end.
pub(crate) fn take_along() {
    let left = std::mem::take(&mut *left());
    // A process that writes into a folder goes first.
    for leftover in left.values() {
        if let Leftover::Group(group) = leftover {
            group.kill();
        }
    }
    for leftover in left.values() {
        match leftover {
            Leftover::Folder(folder) => {
                let again = || std::fs::remove_dir_all(folder);
                let _ = again().or_else(|_| again());
            }
            Leftover::File(file) => drop(std::fs::remove_file(file)),
            Leftover::Group(_) => {}
        }
    }
}

fn left() -> MutexGuard<'static, BTreeMap<u64, Leftover>> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}
