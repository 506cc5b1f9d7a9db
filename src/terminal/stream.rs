//! Standard output and standard error, and what their failing means.
//!
//! Owns the difference: data that cannot be printed is an error, talk that cannot be printed is
//! lost, and neither may decide whether a change is made that was asked for.

use std::io::{self, Write};

/// Standard output.
///
/// That nobody reads it any more (`metafix … | head`) is no error, and does not stop a change:
/// otherwise a change would depend on how much of its diff somebody cares to read.
pub struct Data<W>(pub W);

/// Standard error. Where it cannot be written nobody could be told of that either.
pub struct Talk<W>(pub W);

/// In the place of a standard output that was closed: nothing can be printed to it.
pub struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("it is closed"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Write for Data<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_unread(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_unread(self.0.flush(), ())
    }
}

fn unless_unread<T>(result: io::Result<T>, unread: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(unread),
        Err(error) => {
            let message = format!("while printing to standard output: {error}");
            Err(io::Error::new(error.kind(), message))
        }
        result => result,
    }
}

impl<W: Write> Write for Talk<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Ok(bytes.len()),
            result => result,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().or(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_reader_that_is_gone_is_no_error() {
        assert!(writeln!(Data(Failing(io::ErrorKind::BrokenPipe)), "a line").is_ok());
        let error = writeln!(Data(Failing(io::ErrorKind::StorageFull)), "a line").unwrap_err();
        assert!(error.to_string().contains("standard output"), "{error}");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn talk_is_lost_without_a_word() {
        for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
            let mut talk = Talk(Failing(kind));
            assert!(writeln!(talk, "a line").and_then(|()| talk.flush()).is_ok());
        }
    }
}
