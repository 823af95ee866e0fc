//! How long a verdict may take, told to the thread that waits for it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The way to the thread that waits for a verdict, if there is one.
///
/// Nothing here looks at a clock: the wait is not the judge's, only the configuration that bounds it is.
#[derive(Clone, Default)]
pub(crate) struct Deadline {
    tell: Option<Arc<Tell>>,
    /// Whether each step may take as long as is asked for, and not all of them.
    is_of_steps: bool,
}

/// What the waiting thread is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DeadlineMessage {
    /// How long all may take, counted from the start of the run; for ever if it is not set.
    Limit(Option<Duration>),
    /// How long may pass between two steps.
    StepLimit(Duration),
    /// A step is done.
    Step,
    /// Where the objects lie that are read.
    Objects(Vec<PathBuf>),
}

type Tell = dyn Fn(DeadlineMessage) + Send + Sync;

impl Deadline {
    /// Makes a way to somebody who waits.
    pub(crate) fn of(tell: impl Fn(DeadlineMessage) + Send + Sync + 'static) -> Deadline {
        Deadline { tell: Some(Arc::new(tell)), is_of_steps: false }
    }

    /// Takes what is asked for from now on as the limit of each step.
    #[must_use]
    pub(crate) fn of_steps(&self) -> Deadline {
        self.tell(DeadlineMessage::Limit(None));
        Deadline { is_of_steps: true, ..self.clone() }
    }

    /// Asks to be waited for so long.
    pub(crate) fn ask(&self, limit: Duration) {
        let is_of_steps = self.is_of_steps;
        self.tell(if is_of_steps {
            DeadlineMessage::StepLimit(limit)
        } else {
            DeadlineMessage::Limit(Some(limit))
        });
    }

    /// Tells the waiting thread something.
    pub(crate) fn tell(&self, word: DeadlineMessage) {
        if let Some(tell) = &self.tell {
            tell(word);
        }
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Deadline").field(&self.tell.is_some()).finish()
    }
}
