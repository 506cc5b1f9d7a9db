//! How a log is read to its end, whatever the system says on the way.

use std::io;

use crate::inspect::events::{Events, take_records};

/// Why nothing was read into a buffer.
#[derive(Debug)]
pub(super) enum Refused {
    /// There is no more.
    End,
    /// The next record has so many bytes.
    TooSmall(usize),
    /// The log was cleared meanwhile.
    Cleared,
    /// Something else.
    Failed(io::Error),
}

/// What is read at once. A record has 64 KiB at most.
const BUFFER: usize = 64 * 1024;
/// More than the system ever reads at once.
const MOST: usize = 0x7FFFF;
/// How often a log may be cleared while it is read.
const AGAIN: usize = 3;

/// Reads a log from its beginning to its end; `open` begins anew, what it gives reads on and
/// says how many bytes it read.
pub(super) fn drain<R: FnMut(&mut [u8]) -> Result<usize, Refused>>(
    open: impl Fn() -> io::Result<R>,
) -> io::Result<Events> {
    let mut buffer = vec![0; BUFFER];
    for _ in 0..AGAIN {
        let (mut read, mut events) = (open()?, Events::default());
        loop {
            match read(&mut buffer) {
                // Nothing read, and no word why: whoever asks on is told the same for ever.
                Ok(0) | Err(Refused::End) => return Ok(events),
                Ok(length) => {
                    take_records(buffer.get(..length).unwrap_or(&buffer), &mut events);
                }
                Err(Refused::TooSmall(needed)) if buffer.len() < needed && needed <= MOST => {
                    buffer.resize(needed, 0);
                }
                Err(Refused::TooSmall(needed)) => {
                    let message = format!("a record needs {needed} bytes");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                Err(Refused::Cleared) => break,
                Err(Refused::Failed(error)) => return Err(error),
            }
        }
    }
    Err(io::Error::other("it is cleared again and again"))
}
