//! What a run is doing, shown on a terminal while it takes long.
//!
//! Nothing is shown in the first half second, and nothing of it stays: an edit of an ordinary
//! metabase is over before. Never speaks where standard error is no terminal.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a run may take before it says what it does.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the line is written again, so that it is seen to live.
const TICK: Duration = Duration::from_millis(200);

/// Shows the present stage of a run until it is dropped.
#[derive(Debug)]
pub struct Progress {
    stages: Option<Sender<&'static str>>,
    shown: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins; `live` says whether standard error is a terminal that may be written to.
    #[must_use]
    pub fn begin(live: bool) -> Self {
        if !live {
            return Self { stages: None, shown: None };
        }
        let (stages, told) = mpsc::channel();
        let shown = thread::spawn(move || show(&told, &mut io::stderr()));
        Self { stages: Some(stages), shown: Some(shown) }
    }

    /// Says what is done from now on, in the form "reading".
    pub fn stage(&self, stage: &'static str) {
        if let Some(stages) = &self.stages {
            // Where nobody listens any more there is nothing to show.
            stages.send(stage).unwrap_or_default();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.stages = None;
        if let Some(shown) = self.shown.take() {
            // The line is gone when the thread has ended; a panic in it has nothing to say here.
            shown.join().unwrap_or_default();
        }
    }
}

fn show(told: &mpsc::Receiver<&'static str>, out: &mut dyn io::Write) {
    let begun = Instant::now();
    let mut stage = "";
    let mut shown = false;
    loop {
        match told.recv_timeout(TICK) {
            Ok(next) => stage = next,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let elapsed = begun.elapsed();
        if elapsed >= PATIENCE && !stage.is_empty() {
            shown |= write!(out, "\r\x1b[K{stage} … {} s", elapsed.as_secs()).is_ok();
            shown &= out.flush().is_ok();
        }
    }
    if shown {
        // A terminal that is gone needs no clearing.
        write!(out, "\r\x1b[K").and_then(|()| out.flush()).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_after(wait: Duration) -> String {
        let (stages, told) = mpsc::channel();
        let mut out = Vec::new();
        thread::scope(|scope| {
            let thread = scope.spawn(|| show(&told, &mut out));
            stages.send("reading").expect("the thread listens");
            thread::sleep(wait);
            drop(stages);
            thread.join().expect("it ends");
        });
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn what_takes_long_is_shown_and_taken_away() {
        let shown = shown_after(3 * PATIENCE);
        assert!(shown.contains("reading … "), "{shown:?}");
        assert!(shown.ends_with("\r\x1b[K"), "{shown:?}");
    }

    #[test]
    fn nothing_is_shown_at_once() {
        assert_eq!(shown_after(Duration::ZERO), "");
    }
}
