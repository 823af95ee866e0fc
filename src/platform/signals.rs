//! Signals by which a person or a system ends this program, and ending it.

use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

/// A request to end.
///
/// Port: Ctrl-C, Ctrl-Break, a closed console.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EndSignal(i32);

/// Calls `hear`, in a thread of its own, for every such signal from now on instead of ending the program.
/// Signals that the caller has this program ignore stay ignored. Nothing changes if this isn't possible.
///
/// Port: one handler of the console for all.
pub(crate) fn hear_end_signals(hear: impl Fn(EndSignal) + Send + 'static) {
    let ignored = ignored();
    let heard = [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().filter(|it| !ignored.contains(it));
    if let Ok(mut signals) = Signals::new(heard) {
        let listen = move || signals.forever().map(EndSignal).for_each(hear);
        drop(thread::Builder::new().spawn(listen));
    }
}

/// Returns the signals that the caller has this program ignore, as `nohup` does; Linux alone tells.
fn ignored() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}

/// Ends the process as the signal would have ended it.
///
/// Port: exits with the code of a console program that Ctrl-C has ended.
pub(crate) fn end_by(EndSignal(signal): EndSignal) -> ! {
    // Where the signal does not end it, an exit code as a shell gives it does.
    let _ = low_level::emulate_default_handler(signal);
    low_level::exit(128 + signal)
}

/// Ends the process at once while other threads still work; nothing is run at the exit (`_exit(2)`).
pub(crate) fn exit_at_once(code: u8) -> ! {
    low_level::exit(code.into())
}
