//! Watches over a run: how long it may take, that it ends with a verdict or with a reason, and that
//! nothing is left of it where somebody ends it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use crate::config::Config;
use crate::judge::Patience;
use crate::leftovers;

/// What the work may use of stack: twice what the deepest migration that is read needs in an
/// unoptimised build, and some more. Pages that nobody touches cost nothing.
const STACK: usize = 16 * 1024 * 1024;

/// Whether nobody waits any more for what the work has to say.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

/// Tells whether the work is to be silent: what it took too long for has been said.
pub(super) fn is_given_up() -> bool {
    GIVEN_UP.load(Ordering::SeqCst)
}

/// What came of a run that was waited for.
pub(super) enum Ended<T> {
    /// It has an answer.
    Done(T),
    /// It took longer than this.
    Late(Duration),
    /// It stopped in the middle by a fault of its own.
    Broken,
}

enum Event<T> {
    /// Nothing where it has panicked.
    Done(Option<T>),
    Limit(Option<Duration>),
    Signal(i32),
}

/// Lets `work` run in a thread of its own, and waits for it as long as it asks for.
///
/// Where a signal ends the run, what it would leave behind is taken along, and the process ends as the
/// signal would have ended it. After [`Ended::Late`] the work still goes on: see [`leave`].
pub(super) fn over<T: Send + 'static>(
    work: impl FnOnce(Patience) -> T + Send + 'static,
) -> Ended<T> {
    let (tell, told) = mpsc::channel();
    let signals = tell.clone();
    leftovers::watch_when_needed(move || hear_signals(signals));
    let limit = tell.clone();
    let patience = Patience::of(move |asked| drop(limit.send(Event::Limit(asked))));
    let run = move || {
        let answer = catch_unwind(AssertUnwindSafe(|| work(patience)));
        drop(tell.send(Event::Done(answer.ok())));
    };
    match thread::Builder::new().stack_size(STACK).spawn(run) {
        Ok(_) => wait(&told),
        Err(_) => Ended::Broken,
    }
}

/// Ends the process while its work still goes on, without waiting for it.
pub(super) fn leave(code: u8) -> ! {
    leftovers::take_along();
    low_level::exit(code.into());
}

/// Tells of the signals by which a person or a system ends a program; without them it ends all the same,
/// and that is enough for a run that has nothing to be taken along.
fn hear_signals<T: Send + 'static>(tell: Sender<Event<T>>) {
    let ignored = ignored();
    let heard = [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().filter(|it| !ignored.contains(it));
    if let Ok(mut signals) = Signals::new(heard) {
        let listen = move || {
            for signal in signals.forever() {
                drop(tell.send(Event::Signal(signal)));
            }
        };
        drop(thread::Builder::new().spawn(listen));
    }
}

/// Returns the signals that whoever called has this program ignore, as `nohup` does; Linux alone tells.
fn ignored() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}

fn wait<T>(told: &Receiver<Event<T>>) -> Ended<T> {
    let started = Instant::now();
    let mut limit = Some(Config::default().time_limit);
    loop {
        let left = limit.map(|limit| limit.saturating_sub(started.elapsed()));
        let event = match left {
            Some(left) => told.recv_timeout(left),
            None => told.recv().map_err(RecvTimeoutError::from),
        };
        match (event, limit) {
            (Ok(Event::Done(answer)), _) => return answer.map_or(Ended::Broken, Ended::Done),
            (Ok(Event::Limit(asked)), _) => limit = asked,
            (Ok(Event::Signal(signal)), _) => {
                leftovers::take_along();
                // Where the signal does not end it, an exit code as a shell gives it does.
                let _ = low_level::emulate_default_handler(signal);
                low_level::exit(128 + signal);
            }
            (Err(RecvTimeoutError::Timeout), Some(limit)) => {
                GIVEN_UP.store(true, Ordering::SeqCst);
                return Ended::Late(limit);
            }
            (Err(_), _) => return Ended::Broken,
        }
    }
}
