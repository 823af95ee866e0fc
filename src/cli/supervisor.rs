//! Supervises a run: limits its time, makes sure that it ends with a verdict or a reason, and cleans up if
//! it is killed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::git::cut_off_object;
use crate::platform::cleanup;
use crate::platform::signals::{self, EndSignal};
use crate::scope::{Deadline, DeadlineMessage};

/// The stack size of the worker: twice what the deepest migration needs in an unoptimized build, and some
/// more. Unused pages cost nothing.
const STACK: usize = 16 * 1024 * 1024;

/// Whether nobody waits for the worker's output any more.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

/// Returns whether the worker must be silent because its timeout was already reported.
pub(super) fn is_given_up() -> bool {
    GIVEN_UP.load(Ordering::SeqCst)
}

/// The outcome of a supervised run.
pub(super) enum Ended<T> {
    /// It returned an answer.
    Done(T),
    /// It took longer than this.
    Late(Duration),
    /// It hangs on this object.
    CutOff(String),
    /// It failed with an internal error.
    Broken,
}

enum Event<T> {
    /// `None` if it has panicked.
    Done(Option<T>),
    DeadlineMessage(DeadlineMessage),
    CutOff(String),
    Signal(EndSignal),
}

/// Runs `work` in its own thread, and waits for it for as long as it asks.
///
/// If a signal ends the run, temporary files are removed and the process ends as the signal would have
/// ended it. After [`Ended::Late`] the work still goes on: see [`leave`].
pub(super) fn over<T: Send + 'static>(
    work: impl FnOnce(Deadline) -> T + Send + 'static,
) -> Ended<T> {
    let (tell, told) = mpsc::channel();
    let signals = tell.clone();
    let hear = move |signal| drop(signals.send(Event::Signal(signal)));
    // A signal that nobody hears ends the run too, which is enough while nothing has to be cleaned up.
    cleanup::watch_when_needed(|| signals::hear_end_signals(hear));
    let (words, found) = (tell.clone(), tell.clone());
    let deadline = Deadline::of(move |word| drop(words.send(Event::DeadlineMessage(word))));
    let run = move || {
        let answer = catch_unwind(AssertUnwindSafe(|| work(deadline)));
        drop(tell.send(Event::Done(answer.ok())));
    };
    match thread::Builder::new().stack_size(STACK).spawn(run) {
        Ok(_) => Wait::begin(found).run(&told),
        Err(_) => Ended::Broken,
    }
}

/// Ends the process while its work still goes on, without waiting for it.
pub(super) fn leave(code: u8) -> ! {
    cleanup::take_along();
    signals::exit_at_once(code)
}

/// The time without an answer after which the supervisor looks for objects on which libgit2 hangs; most
/// runs have ended by then.
const LOOK_AFTER: Duration = Duration::from_secs(2);

/// How long a run may continue once such an object was found: it may not be the cause.
const GRACE: Duration = Duration::from_secs(3);

/// The state of the wait.
struct Wait<T> {
    started: Instant,
    /// The time of the last step.
    stepped: Instant,
    limit: Option<Duration>,
    step_limit: Option<Duration>,
    /// The location and time for the search for such objects.
    objects: Vec<PathBuf>,
    look: Option<Instant>,
    cut_off: Option<(String, Instant)>,
    found: Sender<Event<T>>,
}

impl<T: Send + 'static> Wait<T> {
    fn begin(found: Sender<Event<T>>) -> Wait<T> {
        let now = Instant::now();
        Wait {
            started: now,
            stepped: now,
            limit: Some(Config::default().time_limit),
            step_limit: None,
            objects: Vec::new(),
            look: Some(now + LOOK_AFTER),
            cut_off: None,
            found,
        }
    }

    fn run(mut self, told: &Receiver<Event<T>>) -> Ended<T> {
        loop {
            let event = match self.next_end() {
                Some(end) => told.recv_timeout(end.saturating_duration_since(Instant::now())),
                None => told.recv().map_err(RecvTimeoutError::from),
            };
            match event {
                Ok(Event::Done(answer)) => return answer.map_or(Ended::Broken, Ended::Done),
                Ok(Event::DeadlineMessage(word)) => self.hear(word),
                Ok(Event::CutOff(id)) => self.cut_off = Some((id, Instant::now() + GRACE)),
                Ok(Event::Signal(signal)) => {
                    cleanup::take_along();
                    signals::end_by(signal)
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(ended) = self.run_out() {
                        GIVEN_UP.store(true, Ordering::SeqCst);
                        return ended;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ended::Broken,
            }
        }
    }

    fn hear(&mut self, word: DeadlineMessage) {
        match word {
            DeadlineMessage::Limit(limit) => self.limit = limit,
            DeadlineMessage::StepLimit(limit) => self.step_limit = Some(limit),
            DeadlineMessage::Objects(folders) => self.objects = folders,
            DeadlineMessage::Step => {
                self.stepped = Instant::now();
                self.cut_off = None;
                self.look = Some(self.stepped + LOOK_AFTER);
            }
        }
    }

    fn ends(&self) -> [Option<Instant>; 4] {
        [
            self.limit.map(|limit| self.started + limit),
            self.step_limit.map(|limit| self.stepped + limit),
            self.look,
            self.cut_off.as_ref().map(|(_, end)| *end),
        ]
    }

    fn next_end(&self) -> Option<Instant> {
        self.ends().into_iter().flatten().min()
    }

    /// Does what is due now, and returns how the run ends if it is over.
    fn run_out(&mut self) -> Option<Ended<T>> {
        let now = Instant::now();
        let [limit, step_limit, look, cut_off] =
            self.ends().map(|end| end.is_some_and(|end| end <= now));
        if cut_off && let Some((id, _)) = self.cut_off.take() {
            return Some(Ended::CutOff(id));
        }
        if look {
            self.look = None;
            self.look_for_damage();
        }
        let late =
            |is_late: bool, limit: Option<Duration>| limit.filter(|_| is_late).map(Ended::Late);
        late(limit, self.limit).or_else(|| late(step_limit, self.step_limit))
    }

    fn look_for_damage(&self) {
        let (objects, found) = (self.objects.clone(), self.found.clone());
        let look = move || {
            if let Some(id) = cut_off_object(&objects) {
                drop(found.send(Event::CutOff(id)));
            }
        };
        drop(thread::Builder::new().spawn(look));
    }
}
