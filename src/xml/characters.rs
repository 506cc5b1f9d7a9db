//! Which characters XML 1.0 allows, and which of them make names.

use std::ops::Range;

use super::names;

/// What a byte can be; several at once.
const BLANK: u8 = 1;
const NAME: u8 = 2;
const NAME_START: u8 = 4;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' => BLANK,
            b':' | b'_' | b'A'..=b'Z' | b'a'..=b'z' => NAME | NAME_START,
            b'-' | b'.' | b'0'..=b'9' => NAME,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

/// White space.
#[inline]
pub(super) fn is_blank(byte: u8) -> bool {
    CLASS[byte as usize] & BLANK != 0
}

/// The first place from `start` on that is not white space.
#[inline]
pub(super) fn skip_blanks(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() && is_blank(bytes[at]) {
        at += 1;
    }
    at
}

/// White space, as a character.
pub(super) fn is_blank_character(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// Where the name that begins at `start` ends; `start` if none begins there.
#[inline]
pub(super) fn name_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let Some(first) = bytes.get(start) else { return start };
    if CLASS[*first as usize] & NAME_START == 0 && first.is_ascii() {
        return start;
    }
    let mut at = start;
    while at < bytes.len() && CLASS[bytes[at] as usize] & NAME != 0 {
        at += 1;
    }
    if bytes.get(at).is_some_and(|byte| !byte.is_ascii()) {
        return long_name_end(text, start);
    }
    at
}

/// For names beyond ASCII.
#[cold]
fn long_name_end(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    if !rest.starts_with(is_name_start) {
        return start;
    }
    rest.find(|next| !is_name(next)).map_or(text.len(), |length| start + length)
}

fn is_name_start(character: char) -> bool {
    matches!(character, ':' | '_' | 'A'..='Z' | 'a'..='z') || names::is_letter(character)
}

fn is_name(character: char) -> bool {
    matches!(character, ':' | '_' | 'A'..='Z' | 'a'..='z' | '-' | '.' | '0'..='9')
        || names::is_in_names(character)
}

/// Whether XML allows the character at all, literally or by reference.
#[must_use]
pub fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The first character in a range of the text that XML does not allow, and where it is.
pub(super) fn first_forbidden(text: &str, within: Range<usize>) -> Option<(usize, char)> {
    let block = &text[within.clone()];
    if !is_suspect(block.as_bytes()) {
        return None;
    }
    let (offset, found) = block.char_indices().find(|(_, next)| !is_allowed(*next))?;
    Some((within.start + offset, found))
}

/// Whether a block may hold a forbidden character. No early exit, so that it runs on vectors.
fn is_suspect(block: &[u8]) -> bool {
    block.iter().fold(false, |suspect, byte| {
        let control = *byte < 0x20 && !matches!(*byte, b'\t' | b'\n' | b'\r');
        // U+FFFE and U+FFFF begin with this byte in UTF-8.
        suspect | control | (*byte == 0xEF)
    })
}
