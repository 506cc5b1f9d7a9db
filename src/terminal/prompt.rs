//! The one question: whether to write.

use std::io::{self, BufRead, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::terminal::console::{Console, STRONG};

/// Asks whether to write; only `y` and `yes` are a yes, in whatever case, and the end of the input
/// is a no. So is a request to end the run, where one is watched for: elsewhere that ends it.
///
/// # Errors
/// When the terminal cannot be read or written.
pub fn confirm(
    console: &mut Console,
    question: &str,
    interrupted: Option<&dyn Fn() -> bool>,
) -> io::Result<bool> {
    let Some(mut person) = console.person.take() else { return Ok(true) };
    write!(console.err, "{STRONG}{question} [y/N]{STRONG:#} ")?;
    console.err.flush()?;
    let answer = match interrupted {
        None => {
            let answer = read(&mut *person);
            console.person = Some(person);
            answer
        }
        Some(interrupted) => read_until(person, interrupted),
    };
    let answer = answer.map_err(|error| {
        io::Error::new(error.kind(), format!("while reading the answer: {error}"))
    })?;
    if answer.is_empty() {
        writeln!(console.err)?;
    }
    Ok(matches!(answer.trim_ascii().to_ascii_lowercase().as_slice(), b"y" | b"yes"))
}

fn read(person: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    person.read_until(b'\n', &mut answer).map(|_| answer)
}

/// The answer, or none if the run was asked to end: who reads a terminal is not woken by that.
fn read_until(
    mut person: Box<dyn BufRead + Send>,
    interrupted: &dyn Fn() -> bool,
) -> io::Result<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    // Where the answer comes too late nobody receives it.
    let answer = move || sender.send(read(&mut *person)).unwrap_or_default();
    thread::Builder::new().spawn(answer)?;
    loop {
        match receiver.recv_timeout(Duration::from_millis(50)) {
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Timeout) if !interrupted() => {}
            Err(_) => return Ok(Vec::new()),
        }
    }
}
