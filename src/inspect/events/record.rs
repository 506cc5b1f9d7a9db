//! Records of an event log as Windows keeps and hands them out: the structure `EVENTLOGRECORD`
//! (learn.microsoft.com, "EVENTLOGRECORD structure (winnt.h)"), of which a `.evt` file and the
//! buffers of `ReadEventLogW` consist.

use super::event::Event;
use super::tally::Events;
use super::time::Time;

/// What each record, and the head of a file, has after its length.
const MARK: &[u8] = b"LfLe";

/// The length of the head of a file, with which it begins.
const HEAD: usize = 0x30;

/// The length of what every record has.
const FIXED: usize = 56;

/// Whether it is a whole log: the head of a `.evt` file.
pub(super) fn is_log(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(MARK) && number(bytes, 0) == Some(HEAD)
}

/// Takes every record in a buffer of `ReadEventLogW` or in a `.evt` file. What is none is passed
/// over, the head of the file and its end among it; of a log that was full the record that lies
/// across the end of the file is not seen.
pub fn take(bytes: &[u8], events: &mut Events) {
    let mut at = 0;
    while at + FIXED <= bytes.len() {
        match record(&bytes[at..]) {
            Some((event, length)) => {
                events.take(&event);
                at += length;
            }
            // Records begin at multiples of four.
            None => at += 4,
        }
    }
}

/// The record at the beginning, and its length.
fn record(bytes: &[u8]) -> Option<(Event, usize)> {
    let length = number(bytes, 0)?;
    if bytes.get(4..8)? != MARK || length < FIXED || length % 4 != 0 {
        return None;
    }
    let record = bytes.get(..length)?;
    // Its length stands at its end once more.
    if number(record, length - 4)? != length {
        return None;
    }
    let seconds = u32::try_from(number(record, 12)?).ok()?;
    let id = u32::try_from(number(record, 20)? & 0xFFFF).ok()?;
    let (count, strings) = (short(record, 26)?, number(record, 36)?);
    let (size, data) = (number(record, 48)?, number(record, 52)?);
    let data = record.get(data..data.checked_add(size)?).map(<[u8]>::to_vec);
    let mut texts = Texts { bytes: record, at: strings };
    let event = Event {
        source: Texts { bytes: record, at: FIXED }.next().unwrap_or_default(),
        id,
        time: Some(Time::of_seconds(seconds)),
        strings: texts.by_ref().take(count).collect(),
        text: String::new(),
        data,
    };
    Some((event, length))
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}

/// Texts of UTF-16, one after the other, each with a NUL after it.
struct Texts<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Texts<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let units = self.bytes.get(self.at..)?.as_chunks().0;
        let units = units.iter().map(|pair| u16::from_le_bytes(*pair));
        let text: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        self.at += 2 * (text.len() + 1);
        Some(String::from_utf16_lossy(&text))
    }
}
