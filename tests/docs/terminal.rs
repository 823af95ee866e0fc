//! Commands in a terminal of 80 columns, as a reader would see them.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

const COLUMNS: u16 = 80;

/// Runs a command in a terminal, and returns what the terminal showed, with color codes.
pub(crate) fn shown(command: &mut Command) -> String {
    let (terminal, program_end) = pair().expect("a terminal can be opened");
    let other = program_end.try_clone().expect("a descriptor is free");
    command.stdin(Stdio::null()).stdout(program_end).stderr(other);
    let mut child = command.spawn().expect("the command runs");
    // The command keeps its end of the terminal, which would never be closed.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut bytes = Vec::new();
    // On Linux, reading ends with an error once nobody has the other end.
    let _ = File::from(terminal).read_to_end(&mut bytes);
    child.wait().expect("it ends");
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}

fn pair() -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    rustix::io::fcntl_setfd(&terminal, rustix::io::FdFlags::CLOEXEC)?;
    grantpt(&terminal)?;
    unlockpt(&terminal)?;
    let name = ptsname(&terminal, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let program_end = open(name.as_c_str(), flags, Mode::empty())?;
    let size = Winsize { ws_row: 24, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&program_end, size)?;
    Ok((terminal, program_end))
}
