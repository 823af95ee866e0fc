//! How long a verdict may take, told to whoever waits for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The way to whoever waits for a verdict; nobody need be there.
///
/// Nothing here looks at a clock: the wait is not the judge's, only the configuration that bounds it is.
#[derive(Clone, Default)]
pub struct Patience(Option<Arc<Ask>>);

type Ask = dyn Fn(Option<Duration>) + Send + Sync;

impl Patience {
    /// Makes a way to somebody who waits.
    pub fn of(ask: impl Fn(Option<Duration>) + Send + Sync + 'static) -> Patience {
        Patience(Some(Arc::new(ask)))
    }

    /// Asks to be waited for so long, counted from the start of the run; for ever where nothing is said.
    pub fn ask(&self, limit: Option<Duration>) {
        if let Some(ask) = &self.0 {
            ask(limit);
        }
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Patience").field(&self.0.is_some()).finish()
    }
}
