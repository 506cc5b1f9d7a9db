//! Events as a table: cells by commas, tabs or semicolons, with a header or without.
//!
//! Server 2003's viewer writes no header, the later ones write it in the language of the system,
//! PowerShell always in English. So a header is used where it is known, and otherwise a row is
//! told by what is the same in every language: the source, and the number after it. A description
//! of several lines may be there without quotes; then its lines follow as rows of few cells.

use csv::{ReaderBuilder, StringRecord};

use super::error::EventsError;
use super::event::{self, Event, hexadecimal};
use super::tally::Events;
use super::time::{Clock, Learnt, Order, Stamp, Time};

/// Fewer cells than a row of any viewer has.
const FEWEST: usize = 5;

/// Takes every event of a text.
pub(super) fn take(text: &str, events: &mut Events) -> Result<(), EventsError> {
    let Some(separator) = separator(text) else { return Err(EventsError::NotEvents) };
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Rows::default();
    let mut record = StringRecord::new();
    // It is text, and the reader is flexible: nothing of it is an error.
    while reader.read_record(&mut record).unwrap_or(false) {
        rows.take(&record);
    }
    rows.finish(events)
}

/// The separator of the first line that has enough of one.
fn separator(text: &str) -> Option<u8> {
    const LINES: usize = 20;
    let lines = text.lines().filter(|line| !line.starts_with('#')).take(LINES);
    let best = |line: &str| {
        let count = |mark: &u8| line.bytes().filter(|byte| byte == mark).count();
        let found = [b'\t', b';', b','].into_iter().max_by_key(count)?;
        (count(&found) + 1 >= FEWEST).then_some(found)
    };
    lines.into_iter().find_map(best)
}

/// Where a header says that things stand.
#[derive(Debug, Clone, Default)]
struct Columns {
    source: Option<usize>,
    id: Option<usize>,
    data: Option<usize>,
    date: Option<usize>,
    time: Option<usize>,
}

impl Columns {
    /// Those of a header, if the row is one.
    fn of(row: &StringRecord) -> Option<Self> {
        let find = |names: &[&str]| {
            // The first name that is there, not the first column.
            names
                .iter()
                .find_map(|name| row.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name)))
        };
        let columns = Self {
            source: find(&["ProviderName", "SourceName", "Source"]),
            id: find(&["EventID", "Id", "EventCode", "Event ID", "Event"]),
            data: find(&["Data", "Binary"]),
            date: find(&["TimeGenerated", "TimeCreated", "TimeWritten", "Date and Time", "Date"]),
            time: find(&["Time"]),
        };
        (columns.source.is_some() && columns.id.is_some()).then_some(columns)
    }
}

#[derive(Default)]
struct Rows {
    header: Option<Columns>,
    learnt: Learnt,
    /// How many rows are events, whatever they are.
    read: usize,
    /// The events 4000, and their times before it is known how to read them.
    kept: Vec<(Event, Option<Stamp>)>,
    /// Whether the row before was one, so that lines of its text may follow.
    goes_on: bool,
}

impl Rows {
    fn take(&mut self, row: &StringRecord) {
        if row.len() < FEWEST {
            if let (true, Some((event, _))) = (self.goes_on, self.kept.last_mut()) {
                event.text.push('\n');
                event.text.extend(row.iter().flat_map(|cell| [cell, " "]));
            }
            return;
        }
        if let Some(columns) = Columns::of(row) {
            self.header = Some(columns);
            self.goes_on = false;
            return;
        }
        let found = match &self.header {
            Some(columns) => by_header(row, columns),
            None => by_itself(row),
        };
        self.goes_on = false;
        let Some((source, id, when)) = found else { return };
        let stamp = Stamp::read(&when);
        if self.header.is_none() && stamp.is_none() {
            return;
        }
        self.read += 1;
        if let Some(stamp) = &stamp {
            self.learnt.see(stamp);
        }
        let (Some(source), Some(event::ID)) = (source, id) else { return };
        self.goes_on = true;
        let column = self.header.as_ref().and_then(|columns| columns.data);
        let data = column.and_then(|at| row.get(at)).and_then(data);
        let texts = row.iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>();
        let event =
            Event { source, id: event::ID, data, text: texts.join("\n"), ..Event::default() };
        self.kept.push((event, stamp));
    }

    fn finish(self, events: &mut Events) -> Result<(), EventsError> {
        if self.read == 0 && self.header.is_none() {
            return Err(EventsError::NotEvents);
        }
        let (order, likely) = self.learnt.order();
        events.order_is_likely |= likely;
        events.read += self.read - self.kept.len();
        for (mut event, stamp) in self.kept {
            event.time = stamp.and_then(|stamp| local(stamp, order));
            events.take(&event);
        }
        Ok(())
    }
}

fn local(stamp: Stamp, order: Order) -> Option<Time> {
    Some(Time { at: stamp.datetime(order)?, clock: Clock::Local })
}

/// Source, number and time of a row, as far as they can be told.
type Found = (Option<String>, Option<u32>, String);

fn by_header(row: &StringRecord, columns: &Columns) -> Option<Found> {
    let cell = |at: Option<usize>| row.get(at?).map(str::trim);
    let source = cell(columns.source)?;
    let when = [cell(columns.date), cell(columns.time)].map(Option::unwrap_or_default);
    let id = cell(columns.id).and_then(number);
    Some((event::is_source(source).then(|| source.to_owned()), id, when.join(" ")))
}

/// Of a row without a header: what is before the source is the time, the first number after
/// it is the event's. A row of another source is told by having a time.
fn by_itself(row: &StringRecord) -> Option<Found> {
    let source = row.iter().position(event::is_source);
    let until = source.unwrap_or(2);
    let when = row.iter().take(until).collect::<Vec<_>>().join(" ");
    let id = row.iter().skip(until + 1).find_map(|cell| number(cell.trim()));
    let source = source.and_then(|at| row.get(at)).map(|cell| cell.trim().to_owned());
    Some((source, id, when))
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}

/// Data in a cell of their own: hexadecimal, or the bytes in decimal. PowerShell writes the name
/// of the type where it was not told better; then there are none.
fn data(cell: &str) -> Option<Vec<u8>> {
    let words = cell.split([' ', ',', ';']).filter(|word| !word.is_empty());
    let bytes: Option<Vec<u8>> = words.map(|word| word.parse().ok()).collect();
    hexadecimal(cell).or(bytes.filter(|bytes| bytes.len() == 4))
}
