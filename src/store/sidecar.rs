//! Names of backups, and the checksum file beside each. Pure: no file is touched here.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::bytes::Hash;

/// The name of a backup, without the metabase's in front:
/// `MetaBase.xml` + `.0007.2026-11-23T16-22-33Z.bak`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Label {
    /// Numbers order backups: a clock can be wrong.
    pub(super) sequence: u64,
    /// To the second.
    pub(super) made: Timestamp,
}

/// What is after a backup's name to make its checksum file's.
pub(super) const SIDECAR: &str = ".sha256";

impl Label {
    pub(super) fn name(&self, file_name: &str) -> String {
        let made = self.made.strftime("%Y-%m-%dT%H-%M-%SZ");
        format!("{file_name}.{:04}.{made}.bak", self.sequence)
    }

    /// Only names that [`Label::name`] makes: nothing else in the folder is ours.
    pub(super) fn parse(file_name: &str, name: &str) -> Option<Self> {
        let label = name.strip_prefix(file_name)?.strip_prefix('.')?.strip_suffix(".bak")?;
        let (sequence, made) = label.split_once('.')?;
        let (date, time) = made.split_once('T')?;
        let made = format!("{date}T{}", time.replace('-', ":")).parse().ok()?;
        let label = Self { sequence: sequence.parse().ok()?, made };
        (label.name(file_name) == name).then_some(label)
    }
}

/// The checksum file of a backup, which `sha256sum -c` understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sidecar {
    /// The path of what was backed up.
    pub(super) of: String,
    /// When, as in the name.
    pub(super) made: Timestamp,
    /// What for.
    pub(super) why: String,
    /// The checksum.
    pub(super) sha256: Hash,
    /// The name of the backup.
    pub(super) name: String,
}

impl Sidecar {
    pub(super) fn text(&self) -> String {
        let Self { of, made, why, sha256, name } = self;
        format!(
            "# metafix backup of {}\n# made: {made:.0}\n# why: {}\n{}  {name}\n",
            one_line(of),
            one_line(why),
            hex(sha256)
        )
    }

    /// Only what [`Sidecar::text`] makes for the backup of that name.
    pub(super) fn parse(text: &str, backup: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut field = |start: &str| lines.next()?.strip_prefix(start).map(one_line);
        let of = field("# metafix backup of ")?;
        let made = field("# made: ")?.parse().ok()?;
        let why = field("# why: ")?;
        let (sha256, name) = lines.next()?.split_once("  ")?;
        let sidecar = Self { of, made, why, sha256: unhex(sha256)?, name: name.to_owned() };
        (name == backup && lines.next().is_none()).then_some(sidecar)
    }
}

/// How a path is written where it must be one line of text, as in [`super::Backup::of`]: no two
/// paths alike. Each byte that cannot be there is U+FFFD, which cannot either, and its digits.
#[must_use]
pub fn path_text(path: &Path) -> String {
    let mut line = String::new();
    let spell = |line: &mut String, bytes: &[u8]| {
        bytes.iter().for_each(|byte| line.push_str(&format!("\u{FFFD}{byte:02x}")));
    };
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_unsafe(c) {
                spell(&mut line, c.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                line.push(c);
            }
        }
        spell(&mut line, chunk.invalid());
    }
    line
}

/// A file name that is safe in a list: the backup of `a⏎b` is called `a_b.0001…`.
pub(super) fn safe_name(name: &OsStr) -> String {
    name.to_string_lossy().chars().map(|c| if is_unsafe(c) { '_' } else { c }).collect()
}

/// Nobody can begin a new line in a file that is read line by line, or move the cursor.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) { '\u{FFFD}' } else { c }).collect()
}

fn is_unsafe(c: char) -> bool {
    // The others turn the reading direction round.
    c.is_control()
        || matches!(c, '\u{FFFD}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A short name for a metabase, so that two that share a backup folder do not share a file in it.
pub(super) fn short_hash(path: &Path) -> String {
    hex(&Sha256::digest(path.as_os_str().as_encoded_bytes())[..8])
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

pub(super) fn unhex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    let digits = text.as_bytes().chunks_exact(2);
    if digits.len() != hash.len() || text.len() != 2 * hash.len() {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(digits) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(hash)
}
