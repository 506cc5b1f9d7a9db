//! A file's bytes, decoded.
//!
//! Owns the conversion between places in the text, which begins after the byte order mark and
//! is what every span counts in, and places in the file, which only an [`Edit`] carries.
//! Never changes a byte.

use std::borrow::Cow;
use std::ops::Range;
use std::str::Utf8Error;

use crate::text::edit::Edit;
use crate::text::encoding::DecodeError;

pub use crate::text::encoding::Encoding;
pub use crate::text::lines::{LineEnds, Lines, Position};

/// A decoded file, its own or somebody else's bytes.
#[derive(Debug)]
pub struct Source<'a> {
    encoding: Encoding,
    /// How long the byte order mark is; a part of a file has none.
    mark: usize,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    /// The whole file, byte order mark included: text and bytes are the same memory.
    Utf8(Cow<'a, str>),
    /// The whole file and its text, which begins after the byte order mark.
    Utf16 { bytes: Cow<'a, [u8]>, text: String },
}

impl<'a> Source<'a> {
    /// Decodes a file by its byte order mark, UTF-8 without one.
    ///
    /// # Errors
    /// [`DecodeError::Empty`] for a file without a byte, [`DecodeError::UnknownEncoding`] for UTF-32 and
    /// for UTF-16 without a mark, [`DecodeError::NotEncoded`] for bytes that are not the encoding's.
    pub fn decode(bytes: impl Into<Cow<'a, [u8]>>) -> Result<Self, DecodeError> {
        let bytes = bytes.into();
        let encoding = detect(&bytes)?;
        let content = match encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => decode_utf8(bytes, encoding)?,
            Encoding::Utf16Le => decode_utf16(bytes, encoding, u16::from_le_bytes)?,
            Encoding::Utf16Be => decode_utf16(bytes, encoding, u16::from_be_bytes)?,
        };
        let source = Self { encoding, mark: encoding.mark().len(), content };
        if source.text().is_empty() { Err(DecodeError::Empty) } else { Ok(source) }
    }

    /// Decodes bytes from the middle of a file in this encoding, if they are in it.
    #[must_use]
    pub fn part(encoding: Encoding, bytes: &'a [u8]) -> Option<Self> {
        let utf16 = |unit| {
            let units = units(bytes, unit);
            let text = String::from_utf16(&units).ok().filter(|_| bytes.len().is_multiple_of(2))?;
            Some(Content::Utf16 { bytes: bytes.into(), text })
        };
        let content = match encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => {
                Content::Utf8(Cow::Borrowed(str::from_utf8(bytes).ok()?))
            }
            Encoding::Utf16Le => utf16(u16::from_le_bytes)?,
            Encoding::Utf16Be => utf16(u16::from_be_bytes)?,
        };
        Some(Self { encoding, mark: 0, content })
    }

    /// The text after the byte order mark; every span counts its bytes.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Utf8(file) => &file[self.mark..],
            Content::Utf16 { text, .. } => text,
        }
    }

    /// The file as it was read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Utf8(file) => file.as_bytes(),
            Content::Utf16 { bytes, .. } => bytes,
        }
    }

    /// Gives the file's bytes back.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        match self.content {
            Content::Utf8(file) => file.into_owned().into_bytes(),
            Content::Utf16 { bytes, .. } => bytes.into_owned(),
        }
    }

    /// The encoding found.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Says where a place in the text stands in the file. Places are asked for in ascending order.
    pub fn in_file(&self) -> impl FnMut(usize) -> usize {
        let (mut counted, mut at) = (0, self.mark);
        move |place| {
            at += self.encoding.encoded_len(&self.text()[counted..place]);
            counted = place;
            at
        }
    }

    /// The edits of the file that put these in place of parts of the text, which ascend: where
    /// they stand in the file is counted once for all.
    pub fn edits<'n>(
        &self,
        parts: impl IntoIterator<Item = (Range<usize>, Cow<'n, str>)>,
    ) -> impl Iterator<Item = Edit> {
        let (mut counted, mut start) = (0, self.encoding.mark().len());
        parts.into_iter().map(move |(at, now)| {
            start += self.encoding.encoded_len(&self.text()[counted..at.start]);
            counted = at.start;
            let was = self.encoding.encode(&self.text()[at]);
            Edit { at: start..start + was.len(), was, now: self.encoding.encode(&now) }
        })
    }

    /// The text that bytes of this file's encoding stand for.
    #[must_use]
    pub fn decode_part(&self, bytes: &[u8]) -> String {
        match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => String::from_utf8_lossy(bytes).into_owned(),
            Encoding::Utf16Le => String::from_utf16_lossy(&units(bytes, u16::from_le_bytes)),
            Encoding::Utf16Be => String::from_utf16_lossy(&units(bytes, u16::from_be_bytes)),
        }
    }

    /// Line and column of a place in the text.
    #[must_use]
    pub fn position(&self, at: usize) -> Position {
        self.lines().position(at)
    }

    /// The line of a place in the text, from 1.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        self.lines().line(at)
    }

    /// Lines and columns of many places: the text is counted once for all of them.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        Lines::of(self.text())
    }

    /// Counts the line ends.
    #[must_use]
    pub fn line_ends(&self) -> LineEnds {
        LineEnds::count(self.text())
    }
}

fn detect(bytes: &[u8]) -> Result<Encoding, DecodeError> {
    match bytes {
        [] => Err(DecodeError::Empty),
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            Err(DecodeError::UnknownEncoding { found: "UTF-32".into() })
        }
        [0xFF, 0xFE, ..] => Ok(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => Ok(Encoding::Utf16Be),
        [0xEF, 0xBB, 0xBF, ..] => Ok(Encoding::Utf8Bom),
        [b'<', 0, ..] | [0, b'<', ..] => {
            Err(DecodeError::UnknownEncoding { found: "UTF-16 without a byte order mark".into() })
        }
        // Looked for only where no XML can begin.
        [first, ..] if !b"< \t\r\n".contains(first) && memchr::memchr(0, bytes).is_some() => {
            Err(DecodeError::Binary)
        }
        _ => Ok(Encoding::Utf8),
    }
}

fn units(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u16> {
    bytes.as_chunks().0.iter().map(|pair| unit(*pair)).collect()
}

fn decode_utf8(bytes: Cow<'_, [u8]>, encoding: Encoding) -> Result<Content<'_>, DecodeError> {
    let refused = |error: Utf8Error, bytes: &[u8]| {
        let (mark, offset) = (encoding.mark().len(), error.valid_up_to());
        let before = String::from_utf8_lossy(&bytes[mark..offset.max(mark)]);
        DecodeError::NotEncoded { encoding, byte: bytes[offset], offset, position: end_of(&before) }
    };
    let text = match bytes {
        Cow::Borrowed(bytes) => {
            str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| refused(error, bytes))
        }
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|error| refused(error.utf8_error(), error.as_bytes())),
    };
    text.map(Content::Utf8)
}

fn decode_utf16(
    bytes: Cow<'_, [u8]>,
    encoding: Encoding,
    unit: fn([u8; 2]) -> u16,
) -> Result<Content<'_>, DecodeError> {
    let mark = encoding.mark().len();
    let (pairs, odd) = bytes[mark..].as_chunks();
    let mut text = String::with_capacity(pairs.len());
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match decoded {
            Ok(character) => text.push(character),
            Err(_) => {
                let offset = mark + encoding.encoded_len(&text);
                let position = end_of(&text);
                return Err(DecodeError::NotEncoded {
                    encoding,
                    byte: bytes[offset],
                    offset,
                    position,
                });
            }
        }
    }
    if let [byte] = odd {
        let offset = bytes.len() - 1;
        let position = end_of(&text);
        return Err(DecodeError::NotEncoded { encoding, byte: *byte, offset, position });
    }
    Ok(Content::Utf16 { bytes, text })
}

/// The position just after a text.
fn end_of(before: &str) -> Position {
    Lines::of(before).position(before.len())
}
