//! Several things at once, or one after another where the system gives no thread.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, Scope, ScopedJoinHandle};

/// Work that was begun.
pub(super) enum Beside<'scope, T> {
    Thread(ScopedJoinHandle<'scope, Option<T>>),
    Done(T),
}

/// Begins work beside what comes next. A limit on processes, which counts threads too, makes it
/// slower and nothing else.
pub(super) fn beside<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Beside<'scope, T> {
    // A thread that cannot be made takes the work that was for it along: so it is lent.
    let lent = Arc::new(Mutex::new(Some(work)));
    let take = |lent: &Mutex<Option<_>>| lent.lock().unwrap_or_else(PoisonError::into_inner).take();
    let theirs = Arc::clone(&lent);
    match Builder::new().spawn_scoped(scope, move || take(&theirs).map(|work| work())) {
        Ok(thread) => Beside::Thread(thread),
        Err(_) => Beside::Done(take(&lent).expect("nobody else has taken it")()),
    }
}

impl<T> Beside<'_, T> {
    /// What came of it. A panic goes on here.
    pub(super) fn result(self) -> T {
        match self {
            Self::Done(result) => result,
            Self::Thread(thread) => match thread.join() {
                Ok(result) => result.expect("the work was lent to this thread"),
                Err(panic) => std::panic::resume_unwind(panic),
            },
        }
    }
}
