//! Events as XML: `<Event>` elements, one after the other or below any root.
//!
//! quick-xml alone reads them, without our own strictness: what `wevtutil` prints has no root, and
//! may hold characters that XML does not allow.

use quick_xml::events::{BytesStart, Event as Piece};
use quick_xml::{Error, Reader};

use super::error::EventsError;
use super::event::Event;
use super::tally::Events;
use super::time::Time;
use crate::xml::unescape;

/// Takes every event of a text.
pub(super) fn take(text: &str, events: &mut Events) -> Result<(), EventsError> {
    let mut reader = Reader::from_str(text);
    let mut open: Option<Open> = None;
    let mut has_root = false;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let piece = match (reader.read_event(), &open) {
            (Ok(piece), _) => piece,
            // Markup that is never closed.
            (Err(Error::Syntax(_)), Some(open)) => return Err(open.cut_short(text)),
            (Err(error), _) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(at);
                let (line, why) = (line(text, at), error.to_string());
                return Err(EventsError::Malformed { line, why });
            }
        };
        match &piece {
            Piece::Start(tag) | Piece::Empty(tag) => {
                let name = local_name(tag);
                has_root |= matches!(&*name, "Event" | "Events");
                let empty = matches!(piece, Piece::Empty(_));
                match &mut open {
                    Some(open) => open.begin(&name, tag, empty),
                    None if name == "Event" && !empty => open = Some(Open::at(at)),
                    None => {}
                }
            }
            Piece::End(_) => {
                if open.as_mut().is_some_and(Open::end)
                    && let Some(open) = open.take()
                {
                    events.take(&open.event);
                }
            }
            Piece::Text(raw) => with(&mut open, |open| open.text(raw)),
            Piece::CData(raw) => with(&mut open, |open| open.text(raw)),
            Piece::GeneralRef(name) => with(&mut open, |open| {
                open.text(&unescape(&format!("&{};", &**name)));
            }),
            Piece::Eof => break,
            _ => {}
        }
    }
    match open {
        Some(open) => Err(open.cut_short(text)),
        None if has_root => Ok(()),
        None => Err(EventsError::NotEvents),
    }
}

fn with(open: &mut Option<Open>, work: impl FnOnce(&mut Open)) {
    if let Some(open) = open {
        work(open);
    }
}

fn line(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    memchr::memchr_iter(b'\n', before).count() + 1
}

fn local_name(tag: &BytesStart<'_>) -> String {
    tag.local_name().as_ref().to_owned()
}

/// What the text of an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Id,
    Data,
    Binary,
    Message,
    Other,
}

/// An event whose end has not come.
struct Open {
    /// Where it begins.
    at: usize,
    event: Event,
    /// The elements that are open in it.
    parts: Vec<Part>,
    /// The text of the innermost.
    content: String,
}

impl Open {
    fn at(at: usize) -> Self {
        Self { at, event: Event::default(), parts: Vec::new(), content: String::new() }
    }

    fn cut_short(&self, text: &str) -> EventsError {
        EventsError::CutShort { line: line(text, self.at) }
    }

    fn begin(&mut self, name: &str, tag: &BytesStart<'_>, empty: bool) {
        let attribute = |wanted: &str| {
            let mut all = tag.attributes();
            let found =
                all.with_checks(false).flatten().find(|found| found.key.as_ref() == wanted)?;
            Some(unescape(&found.value).into_owned())
        };
        let part = match name {
            "EventID" => Part::Id,
            "Data" => Part::Data,
            "Binary" => Part::Binary,
            "Message" => Part::Message,
            _ => Part::Other,
        };
        match name {
            // The rendered part names the provider again, and maybe not at all.
            "Provider" if self.event.source.is_empty() => {
                // A classic source has its own name beside that of a newer provider.
                let name = attribute("EventSourceName").or_else(|| attribute("Name"));
                self.event.source = name.unwrap_or_default();
            }
            "TimeCreated" => {
                self.event.time = attribute("SystemTime").and_then(|time| Time::of_xml(&time));
            }
            _ => {}
        }
        if !empty {
            self.parts.push(part);
            self.content.clear();
        } else if part == Part::Data {
            self.event.strings.push(String::new());
        }
    }

    fn text(&mut self, text: &str) {
        if self.parts.last().is_some_and(|part| *part != Part::Other) {
            self.content.push_str(text);
        }
    }

    /// Ends the innermost element; true if that is the event itself.
    fn end(&mut self) -> bool {
        let Some(part) = self.parts.pop() else { return true };
        let content = std::mem::take(&mut self.content);
        match part {
            Part::Id => self.event.id = content.trim().parse().unwrap_or_default(),
            Part::Data => self.event.strings.push(content),
            Part::Binary => self.event.data = Some(bytes(&content)),
            Part::Message => self.event.text = content,
            Part::Other => {}
        }
        false
    }
}

/// The bytes of a text of hexadecimal digits.
fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|next| next.to_digit(16)).collect();
    let pairs = digits.as_chunks::<2>().0.iter();
    pairs.map(|[high, low]| u8::try_from(high * 16 + low).unwrap_or_default()).collect()
}
