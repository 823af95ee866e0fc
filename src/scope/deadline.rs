//! The time limit of a check, reported to the thread that waits for it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A channel to the thread that waits for a verdict, if there is one.
///
/// This does not read a clock: the waiting thread does, and the configuration only sets the limit.
#[derive(Clone, Default)]
pub(crate) struct Deadline {
    tell: Option<Arc<Tell>>,
    /// Whether the limit applies to each step instead of the whole run.
    is_of_steps: bool,
}

/// A message to the waiting thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DeadlineMessage {
    /// The limit for the whole run, counted from its start; unlimited if it is not set.
    Limit(Option<Duration>),
    /// The limit between two steps.
    StepLimit(Duration),
    /// A step is finished.
    Step,
    /// The location of the objects that are read.
    Objects(Vec<PathBuf>),
}

type Tell = dyn Fn(DeadlineMessage) + Send + Sync;

impl Deadline {
    /// Creates a channel to a waiting thread.
    pub(crate) fn of(tell: impl Fn(DeadlineMessage) + Send + Sync + 'static) -> Deadline {
        Deadline { tell: Some(Arc::new(tell)), is_of_steps: false }
    }

    /// Applies the limits requested from now on to each step.
    #[must_use]
    pub(crate) fn of_steps(&self) -> Deadline {
        self.tell(DeadlineMessage::Limit(None));
        Deadline { is_of_steps: true, ..self.clone() }
    }

    /// Requests a time limit.
    pub(crate) fn ask(&self, limit: Duration) {
        let is_of_steps = self.is_of_steps;
        self.tell(if is_of_steps {
            DeadlineMessage::StepLimit(limit)
        } else {
            DeadlineMessage::Limit(Some(limit))
        });
    }

    /// Sends a message to the waiting thread.
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
