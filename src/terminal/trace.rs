//! What is said on standard error, as lines of JSON: how DSC takes messages from a resource.
//!
//! Owns the levels. DSC shows `error` and `warn`, and the others where it was asked to.

use std::io::{self, Write};

use anstream::adapter::strip_str;
use serde_json::json;

use crate::terminal::report;

/// Turns lines of talk into lines of JSON: an error or a warning is told by the word before it.
pub struct Trace {
    out: Box<dyn Write>,
    /// The line that is being written.
    line: Vec<u8>,
    /// The message that the next line may go on with.
    message: Option<String>,
}

impl Trace {
    /// Says it here.
    #[must_use]
    pub fn on(out: Box<dyn Write>) -> Self {
        Self { out, line: Vec::new(), message: None }
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        let line = strip_str(line).to_string();
        // A long message goes on in lines that are indented.
        if let (Some(message), true) = (&mut self.message, line.starts_with("  ")) {
            message.push(' ');
            message.push_str(line.trim());
            return Ok(());
        }
        self.end()?;
        self.message = Some(line.trim().to_owned()).filter(|line| !line.is_empty());
        Ok(())
    }

    /// Prints the message that is complete.
    fn end(&mut self) -> io::Result<()> {
        let Some(message) = self.message.take() else { return Ok(()) };
        let levels = [("error: ", "error"), ("warning: ", "warn"), ("new finding: ", "warn")];
        let level = levels.iter().find(|(word, _)| message.starts_with(word));
        let (level, message) = match level {
            Some((word @ ("error: " | "warning: "), level)) => (*level, &message[word.len()..]),
            Some((_, level)) => (*level, &*message),
            None => ("info", &*message),
        };
        self.out.write_all(&report::ascii(&json!({ level: message }))?)
    }
}

impl Write for Trace {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        while let Some(end) = self.line.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.line.drain(..=end).collect();
            self.line(String::from_utf8_lossy(&line).trim_end())?;
        }
        Ok(bytes.len())
    }

    /// What was said so far is complete.
    fn flush(&mut self) -> io::Result<()> {
        self.end()?;
        self.out.flush()
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        // Talk that cannot be printed is lost: see `stream`.
        let line = String::from_utf8_lossy(&self.line).into_owned();
        self.line(line.trim_end()).and_then(|()| self.end()).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one thread").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn each_message_is_one_line_of_json_with_its_level() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let mut trace = Trace::on(Box::new(Kept(Arc::clone(&kept))));
        write!(trace, "Backup:  a\n\u{1b}[33mwarn").expect("it is kept");
        write!(trace, "ing:\u{1b}[0m b\n  c \"d\"\n\nnew finding: é: f\n").expect("it is kept");
        write!(trace, "error: g\nh").expect("it is kept");
        drop(trace);
        let said = String::from_utf8(kept.lock().expect("one thread").clone()).expect("text");
        let expected = [
            r#"{"info":"Backup:  a"}"#,
            r#"{"warn":"b c \"d\""}"#,
            r#"{"warn":"new finding: \u00e9: f"}"#,
            r#"{"error":"g"}"#,
            r#"{"info":"h"}"#,
        ];
        assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    }
}
