//! Processes that end together.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process_group};

/// A process that leads a group, with everything that it has started.
///
/// Port: a job object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProcessGroup(Pid);

impl ProcessGroup {
    /// Returns the group of a child that [`lead_group`] was called for.
    pub(crate) fn of(leader: &Child) -> Option<ProcessGroup> {
        i32::try_from(leader.id()).ok().and_then(Pid::from_raw).map(ProcessGroup)
    }

    /// Ends all of it at once, if anything of it still runs. The leader remains to be waited for.
    pub(crate) fn kill(self) {
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}

/// Lets a command start at the head of a process group of its own.
///
/// In such a group nobody can read from the terminal (setpgid(2)).
///
/// Port: a process that is started suspended and without a console, put into a job and resumed.
pub(crate) fn lead_group(command: &mut Command) {
    command.process_group(0);
}

/// Returns the signal that ended a process.
///
/// Port: none.
pub(crate) fn signal_that_ended(status: ExitStatus) -> Option<i32> {
    status.signal()
}
