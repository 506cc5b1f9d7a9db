//! The encodings that metafix edits, and why bytes are in none of them.

use thiserror::Error;

use crate::text::lines::Position;

/// Why bytes are no text that metafix edits.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The file has no content.
    #[error("the file is empty")]
    Empty,
    /// NUL bytes, and no `<` at the beginning: the binary metabase of IIS 4 or 5 looks like this.
    #[error(
        "not a text file: this is probably the binary metabase of IIS 4 or 5, which metafix does \
         not edit"
    )]
    Binary,
    /// An encoding that metafix does not edit.
    #[error("the file is encoded as {found}")]
    UnknownEncoding {
        /// What it looks like, or what the XML declaration says.
        found: String,
    },
    /// Bytes that are not the encoding's.
    #[error("byte 0x{byte:02X} at offset {offset} is not {}", .encoding.form())]
    NotEncoded {
        /// The encoding by the byte order mark.
        encoding: Encoding,
        /// The first byte that does not fit.
        byte: u8,
        /// Where it is, in bytes of the file.
        offset: usize,
        /// Where it is, as people count.
        position: Position,
    },
}

/// The encodings that metafix edits, each in its own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark, as IIS writes it.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16, little endian, with a byte order mark: Notepad's "Unicode".
    Utf16Le,
    /// UTF-16, big endian, with a byte order mark: Notepad's "Unicode big endian".
    Utf16Be,
}

impl Encoding {
    /// The name that users know the encoding by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with BOM",
            Self::Utf16Le => "UTF-16 LE with BOM",
            Self::Utf16Be => "UTF-16 BE with BOM",
        }
    }

    /// Its name, whatever its byte order and mark.
    fn form(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Bom => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
        }
    }

    pub(super) fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"",
            Self::Utf8Bom => b"\xEF\xBB\xBF",
            Self::Utf16Le => b"\xFF\xFE",
            Self::Utf16Be => b"\xFE\xFF",
        }
    }

    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 | Self::Utf8Bom => text.as_bytes().to_vec(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// How many bytes of the file `text` takes.
    #[must_use]
    pub fn encoded_len(self, text: &str) -> usize {
        match self {
            Self::Utf8 | Self::Utf8Bom => text.len(),
            Self::Utf16Le | Self::Utf16Be => 2 * text.encode_utf16().count(),
        }
    }
}
