//! Who is at work on a metabase.

use std::fmt;
use std::io::{self, Read};

use fs_err::File;
use jiff::Timestamp;

use super::sidecar::one_line;

/// Who holds a lock, by its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
    /// What for.
    pub purpose: String,
}

impl Holder {
    /// What the lock file says, if it says it whole: its holder may be just writing it.
    pub(super) fn read(file: File) -> io::Result<Option<Self>> {
        let mut text = Vec::new();
        file.take(4096).read_to_end(&mut text)?;
        Ok(Self::parse(&String::from_utf8_lossy(&text)))
    }

    fn parse(text: &str) -> Option<Self> {
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        Some(Self {
            pid: field("pid: ")?.parse().ok()?,
            host: one_line(field("host: ")?),
            since: field("since: ")?.parse().ok()?,
            purpose: one_line(field("purpose: ")?),
        })
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, host, since, purpose } = self;
        write!(f, "{purpose}, process {pid} on {host}, since {since}")
    }
}
