//! Unix: signals.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// Notes requests to end from [`Self::begin`] until [`Self::end`].
#[derive(Debug)]
#[must_use]
pub struct Deferred {
    /// The next request is obeyed at once.
    obeyed: Arc<AtomicBool>,
    /// Which signal came, 0 for none.
    signal: Arc<AtomicUsize>,
}

/// A request to end that came meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request(i32);

impl Deferred {
    /// From now on requests are noted.
    pub fn begin() -> Self {
        let deferred = Self { obeyed: Arc::default(), signal: Arc::default() };
        for signal in SIGNALS {
            // Where the system does not let it be noted, it ends the run as ever, and the next
            // run cleans up.
            deferred.note(signal).unwrap_or_default();
        }
        deferred
    }

    fn note(&self, signal: i32) -> io::Result<()> {
        // In this order: the one that comes first is noted, and makes the second be obeyed. Noting
        // comes before all else: what came between two of these lines would be lost.
        let number = usize::try_from(signal).unwrap_or_default();
        flag::register_usize(signal, Arc::clone(&self.signal), number)?;
        flag::register_conditional_default(signal, Arc::clone(&self.obeyed))?;
        flag::register(signal, Arc::clone(&self.obeyed))?;
        Ok(())
    }

    /// Whether one came.
    #[must_use]
    pub fn came(&self) -> bool {
        self.signal.load(SeqCst) != 0
    }

    /// Nothing is written any more: the next request is obeyed again. Says which one came.
    pub fn end(self) -> Option<Request> {
        self.obeyed.store(true, SeqCst);
        match self.signal.load(SeqCst) {
            0 => None,
            signal => i32::try_from(signal).ok().map(Request),
        }
    }
}

impl Request {
    /// Ends the process in the way in which it was asked to end.
    pub fn obey(self) {
        // A signal whose default is not known ends nothing: the run ends by itself soon.
        low_level::emulate_default_handler(self.0).unwrap_or_default();
    }
}
