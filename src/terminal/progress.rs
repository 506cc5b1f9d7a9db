//! What a run is doing, shown on a terminal while it takes long.
//!
//! Nothing is shown in the first half second, and nothing of it stays: an edit of an ordinary
//! metabase is over before. Never speaks where standard error is no terminal. Uses no escape
//! sequences: not every console of Windows obeys them.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a run may take before it says what it does.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the line is written again, so that it is seen to live.
const TICK: Duration = Duration::from_millis(200);

/// Shows the present stage of a run until it is dropped.
#[derive(Default)]
pub struct Progress(Option<Live>);

struct Live {
    line: Arc<Mutex<Line>>,
    end: Option<Sender<()>>,
    ticker: Option<JoinHandle<()>>,
}

/// The line at the cursor.
struct Line {
    out: Box<dyn Write + Send>,
    begun: Instant,
    stage: &'static str,
    /// How many characters of it are on the screen.
    shown: usize,
}

impl Progress {
    /// Begins; `out` is a terminal.
    #[must_use]
    pub fn on(out: Box<dyn Write + Send>) -> Self {
        let begun = Instant::now();
        let line = Arc::new(Mutex::new(Line { out, begun, stage: "", shown: 0 }));
        let (end, ended) = mpsc::channel();
        let shared = Arc::clone(&line);
        let tick = move || {
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let mut line = locked(&shared);
                let elapsed = line.begun.elapsed();
                line.show(elapsed);
            }
        };
        // Where the system gives no thread the line moves on with the stages alone.
        let ticker = thread::Builder::new().spawn(tick).ok();
        Self(Some(Live { line, end: Some(end), ticker }))
    }

    /// Says what is done from now on, in the form "reading".
    pub fn stage(&self, stage: &'static str) {
        if let Some(live) = &self.0 {
            let mut line = locked(&live.line);
            line.stage = stage;
            let elapsed = line.begun.elapsed();
            line.show(elapsed);
        }
    }

    /// Takes the line away.
    pub fn pause(&self) {
        if let Some(live) = &self.0 {
            locked(&live.line).clear();
        }
    }

    /// A writer that takes the line away before it writes.
    pub fn clearing(&self, out: impl Write + 'static) -> Box<dyn Write> {
        match &self.0 {
            Some(live) => Box::new(Clearing { out, line: Arc::clone(&live.line) }),
            None => Box::new(out),
        }
    }
}

struct Clearing<W> {
    out: W,
    line: Arc<Mutex<Line>>,
}

impl<W: Write> Write for Clearing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        locked(&self.line).clear();
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A thread that panicked while it wrote the line has left nothing that could be wrong.
fn locked(line: &Mutex<Line>) -> std::sync::MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    fn show(&mut self, elapsed: Duration) {
        if elapsed >= PATIENCE && !self.stage.is_empty() {
            let (stage, seconds) = (self.stage, elapsed.as_secs());
            let line = format!("{stage} … {seconds} s");
            let (length, shown) = (line.chars().count(), self.shown);
            let written = write!(self.out, "\r{line:shown$}").and_then(|()| self.out.flush());
            self.shown = if written.is_ok() { length.max(shown) } else { 0 };
        }
    }

    fn clear(&mut self) {
        self.stage = "";
        if self.shown > 0 {
            // A terminal that is gone needs no clearing.
            let cleared = write!(self.out, "\r{:1$}\r", "", self.shown);
            cleared.and_then(|()| self.out.flush()).unwrap_or_default();
            self.shown = 0;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.pause();
        if let Some(live) = &mut self.0 {
            live.end = None;
            if let Some(ticker) = live.ticker.take() {
                // What a panic in it could say is no concern of the run.
                ticker.join().unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panicked").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn shown_after(elapsed: Duration) -> String {
        let screen = Screen::default();
        let out = Box::new(screen.clone());
        let mut line = Line { out, begun: Instant::now(), stage: "reading", shown: 0 };
        line.show(elapsed);
        line.clear();
        line.show(elapsed);
        let shown = screen.0.lock().expect("no writer panicked").clone();
        String::from_utf8(shown).expect("it is text")
    }

    #[test]
    fn what_takes_long_is_shown_and_taken_away() {
        assert_eq!(shown_after(PATIENCE), "\rreading … 0 s\r             \r");
    }

    #[test]
    fn nothing_is_shown_at_once() {
        assert_eq!(shown_after(PATIENCE - TICK), "");
    }

    #[test]
    fn output_takes_the_line_away_first() {
        let screen = Screen::default();
        let progress = Progress::on(Box::new(screen.clone()));
        let live = progress.0.as_ref().expect("it is live");
        locked(&live.line).stage = "reading";
        locked(&live.line).show(PATIENCE);
        let mut out = progress.clearing(screen.clone());
        out.write_all(b"done").expect("a Vec takes everything");
        locked(&live.line).show(2 * PATIENCE);
        let shown = screen.0.lock().expect("no writer panicked").clone();
        assert_eq!(String::from_utf8_lossy(&shown), "\rreading … 0 s\r             \rdone");
    }
}
