//! Windows: what a console asks of its programs: Ctrl-C, Ctrl-Break, its closing, the end of the
//! session.
//!
//! Windows calls a handler in a thread of its own. After the first two the program lives on if
//! the handler says so; after the others it ends with the handler, at the latest after some
//! seconds (MSDN, HandlerRoutine), so there the handler waits for the run to end by itself.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use windows_sys::Win32::Foundation::STATUS_CONTROL_C_EXIT;
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::core::BOOL;

/// What the handler and the run know of each other. A handler is a plain function, so this cannot
/// be anywhere else.
struct State {
    /// Whether Windows knows the handler.
    installed: bool,
    /// How many [`Deferred`] there are.
    deferred: usize,
    /// Whether a request came since there are any.
    came: bool,
    /// What to say when a second request ends the run at once.
    last_words: String,
}

static STATE: Mutex<State> =
    Mutex::new(State { installed: false, deferred: 0, came: false, last_words: String::new() });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes requests to end from [`Self::begin`] until [`Self::end`].
#[derive(Debug)]
#[must_use]
pub struct Deferred(());

/// A request to end that came meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request(());

impl Deferred {
    /// From now on requests are noted.
    pub fn begin() -> Self {
        let mut state = state();
        state.came &= state.deferred > 0;
        state.deferred += 1;
        if !state.installed {
            // SAFETY: the handler is a function, which lives as long as the process. Where it
            // cannot be installed a request ends the run as ever, and the next run cleans up.
            state.installed = unsafe { SetConsoleCtrlHandler(Some(handle), 1) } != 0;
        }
        Self(())
    }

    /// Whether one came.
    #[must_use]
    pub fn came(&self) -> bool {
        state().came
    }

    /// Nothing is written any more: the next request is obeyed again. Says whether one came.
    pub fn end(self) -> Option<Request> {
        self.came().then_some(Request(()))
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        state().deferred -= 1;
    }
}

impl Request {
    /// Ends the process with the status by which Windows's shells know an interrupted one.
    pub fn obey(self) {
        std::process::exit(STATUS_CONTROL_C_EXIT);
    }
}

/// What is said when a second request ends the run at once, instead of what was said before.
pub fn last_words(words: String) {
    state().last_words = words;
}

/// Whether the request is dealt with; if not, Windows ends the process.
///
/// # Safety
/// None is needed: only Windows calls it, with the number of the event.
unsafe extern "system" fn handle(event: u32) -> BOOL {
    let mut state = state();
    if state.deferred == 0 {
        return 0;
    }
    if state.came {
        // Where this cannot be printed nobody could be told of that either.
        io::stderr().write_all(state.last_words.as_bytes()).unwrap_or_default();
        return 0;
    }
    state.came = true;
    drop(state);
    if event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT {
        loop {
            std::thread::park();
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::System::Console::CTRL_CLOSE_EVENT;

    use super::*;

    fn asked(event: u32) -> BOOL {
        // SAFETY: none is needed.
        unsafe { handle(event) }
    }

    #[test]
    fn a_request_is_noted_once_while_something_is_written() {
        for event in [CTRL_C_EVENT, CTRL_BREAK_EVENT] {
            assert_eq!(asked(event), 0, "nothing is written: Windows ends the program");
            let (outer, inner) = (Deferred::begin(), Deferred::begin());
            assert!(!outer.came());
            assert_eq!(asked(event), 1, "noted");
            assert!(inner.end().is_some() && outer.came());
            assert_eq!(asked(event), 0, "who asks twice is obeyed at once");
            assert!(outer.end().is_some());
            let later = Deferred::begin();
            assert!(!later.came() && later.end().is_none());
        }
        // With the handler Windows would end the program.
        let deferred = Deferred::begin();
        let closing = std::thread::spawn(|| asked(CTRL_CLOSE_EVENT));
        while !deferred.came() {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!closing.is_finished());
    }
}
