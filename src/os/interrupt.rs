//! Ctrl-C and a request to end, while something is being written.
//!
//! A change takes milliseconds once it is begun, and a run that is stopped in the midst of it
//! leaves files behind for the next one to clean up. So from the first effect to the last the
//! request is only noted. Then the run says what it did and ends as it was asked to, so that a
//! script that was interrupted stops as well. Who asks twice is obeyed at once.
//!
//! What the systems do differently is in `unix` and `windows`, which have the same functions.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{Deferred, Request};
#[cfg(windows)]
pub use windows::{Deferred, Request, last_words};
