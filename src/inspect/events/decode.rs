//! Bytes to text: UTF-8, UTF-16 in both orders with and without its mark, else the ANSI code page
//! of western Windows.
//!
//! In another code page letters come out wrong, but not what is judged here: sources, numbers and
//! domains are ASCII, and so are commas, quotes and brackets in every code page of Windows.

use std::borrow::Cow;

/// What 0x80 to 0x9F are in the code page 1252; the five without a meaning are themselves.
const ANSI: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// The text of a file.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8_or_ansi(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes).into(),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes).into(),
        // `wevtutil /uni:true` through a pipe has no mark; every log begins with ASCII.
        [1..=0x7F, 0, 1..=0x7F, 0, ..] => utf16(bytes, u16::from_le_bytes).into(),
        [0, 1..=0x7F, 0, 1..=0x7F, ..] => utf16(bytes, u16::from_be_bytes).into(),
        _ => utf8_or_ansi(bytes),
    }
}

fn utf8_or_ansi(bytes: &[u8]) -> Cow<'_, str> {
    let ansi = |byte: &u8| match byte {
        0x80..=0x9F => ANSI[usize::from(byte - 0x80)],
        _ => char::from(*byte),
    };
    match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(ansi).collect::<String>().into(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
