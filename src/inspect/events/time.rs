//! When an event was written, read from what the many viewers print.
//!
//! A table has the time as the person's Windows shows it: `5/14/2013 8:15:22 AM`, `14.05.2013
//! 08:15:22`. Whether the day or the month comes first is learnt from all rows of the file.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The time of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Date and time of day.
    pub at: DateTime,
    /// By which clock.
    pub clock: Clock,
}

/// Whose clock a time is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// UTC: logs and XML.
    Utc,
    /// That of the machine on which the table was saved.
    Local,
}

impl Time {
    /// Seconds since 1970, as a log has them.
    pub(super) fn of_seconds(seconds: u32) -> Self {
        let at = Timestamp::from_second(seconds.into()).unwrap_or_default();
        Self { at: TimeZone::UTC.to_datetime(at), clock: Clock::Utc }
    }

    /// `2013-05-14T08:15:22.000000000Z`, as XML has it.
    pub(super) fn of_xml(text: &str) -> Option<Self> {
        let at = Stamp::read(text)?.datetime(Order::Day)?;
        Some(Self { at, clock: Clock::Utc })
    }
}

/// `2013-05-14T08:15:22Z`; without the Z where it is local time.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = if self.clock == Clock::Utc { "Z" } else { "" };
        write!(f, "{}{zone}", self.at.strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

/// Which of two small numbers comes first in a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Day,
    Month,
}

/// The numbers of a date and a time of day, not yet in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    date: [i16; 3],
    time: [i8; 3],
    afternoon: Option<bool>,
    dotted: bool,
}

/// The words for the two halves of a day.
const MORNING: [&str; 8] = ["AM", "a.m", "a. m", "πμ", "午前", "上午", "오전", "de."];
const AFTERNOON: [&str; 8] = ["PM", "p.m", "p. m", "μμ", "午後", "下午", "오후", "du."];

impl Stamp {
    /// The first three numbers as the date, the next two or three as the time of day.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut groups = text.split(|next: char| !next.is_ascii_digit());
        let mut groups = groups.by_ref().filter(|group| !group.is_empty()).peekable();
        if let Some(whole) = groups.peek().filter(|first| first.len() == 14) {
            return Self::of_wmi(whole);
        }
        let mut number = || groups.next()?.parse::<i16>().ok();
        let date = [number()?, number()?, number()?];
        let (hour, minute) = (number()?, number()?);
        let small = |number: i16| i8::try_from(number).ok();
        let seconds = text.matches(':').count() > 1 || text.matches('.').count() > 3;
        let second = if seconds { number().unwrap_or(0) } else { 0 };
        let time = [small(hour)?, small(minute)?, small(second)?];
        let has = |words: &[&str]| {
            let upper = text.to_uppercase();
            words.iter().any(|word| upper.contains(&word.to_uppercase()))
        };
        let afternoon = has(&AFTERNOON).then_some(true).or(has(&MORNING).then_some(false));
        let first = text.find(|next: char| next.is_ascii_digit())?;
        let mark = text[first..].chars().find(|next| !next.is_ascii_digit());
        Some(Self { date, time, afternoon, dotted: mark == Some('.') })
    }

    /// `20130514081522.000000+060`, as WMI has it.
    fn of_wmi(digits: &str) -> Option<Self> {
        let part = |from: usize, to: usize| digits[from..to].parse::<i16>().ok();
        let small = |from: usize| i8::try_from(part(from, from + 2)?).ok();
        Some(Self {
            date: [part(0, 4)?, part(4, 6)?, part(6, 8)?],
            time: [small(8)?, small(10)?, small(12)?],
            afternoon: None,
            dotted: false,
        })
    }

    /// What this one alone says of the order.
    fn order(&self) -> Option<Order> {
        let [first, second, _] = self.date;
        match (first > 12, second > 12) {
            _ if first > 31 => None,
            (true, false) => Some(Order::Day),
            (false, true) => Some(Order::Month),
            _ => self.dotted.then_some(Order::Day),
        }
    }

    pub(super) fn datetime(&self, order: Order) -> Option<DateTime> {
        let [first, second, third] = self.date;
        let (year, month, day) = match order {
            _ if first > 31 => (first, second, third),
            Order::Day => (third, second, first),
            Order::Month => (third, first, second),
        };
        let year = if year < 100 { year + 2000 } else { year };
        let small = |number: i16| i8::try_from(number).ok();
        let [hour, minute, second] = self.time;
        let hour = match self.afternoon {
            Some(true) if hour < 12 => hour + 12,
            Some(false) if hour == 12 => 0,
            _ => hour,
        };
        DateTime::new(year, small(month)?, small(day)?, hour, minute, second, 0).ok()
    }
}

/// What the rows of a file say together.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    day: usize,
    month: usize,
    twelve: bool,
    /// Whether any date needs an order at all.
    asked: bool,
}

impl Learnt {
    pub(super) fn see(&mut self, stamp: &Stamp) {
        self.asked |= stamp.date[0] <= 31;
        self.twelve |= stamp.afternoon.is_some();
        match stamp.order() {
            Some(Order::Day) => self.day += 1,
            Some(Order::Month) => self.month += 1,
            None => {}
        }
    }

    /// The order, and whether it is only likely: a clock of twelve hours is mostly an American's.
    pub(super) fn order(&self) -> (Order, bool) {
        match (self.day, self.month) {
            (0, 0) if self.twelve => (Order::Month, self.asked),
            (0, 0) => (Order::Day, self.asked),
            (day, month) if day >= month => (Order::Day, month > 0),
            (day, _) => (Order::Month, day > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_many_countries_are_read() {
        for (text, order, expected) in [
            ("2013-05-14T08:15:22.123456700Z", Order::Day, "2013-05-14T08:15:22"),
            ("5/14/2013 8:15:22 PM", Order::Month, "2013-05-14T20:15:22"),
            ("5/14/2013\t12:00:01 AM", Order::Month, "2013-05-14T00:00:01"),
            ("14.05.2013 08:15:22", Order::Day, "2013-05-14T08:15:22"),
            ("14.05.13 8.15.22", Order::Day, "2013-05-14T08:15:22"),
            ("14-5-2013 08:15", Order::Day, "2013-05-14T08:15:00"),
            ("2013/05/14 下午 08:15:22", Order::Day, "2013-05-14T20:15:22"),
            ("14/05/2013 8:15:22 p.m.", Order::Day, "2013-05-14T20:15:22"),
            ("20130514081522.000000+060", Order::Day, "2013-05-14T08:15:22"),
        ] {
            let stamp = Stamp::read(text).and_then(|stamp| stamp.datetime(order));
            let at = stamp.unwrap_or_else(|| panic!("{text}"));
            assert_eq!(Time { at, clock: Clock::Local }.to_string(), expected, "{text}");
        }
        for text in ["", "Warning", "5/14/2013", "1 2 3 4", "99999/1/1 1:1", "14/14/2013 1:1:1"] {
            let stamp = Stamp::read(text).and_then(|stamp| stamp.datetime(Order::Day));
            assert_eq!(stamp, None, "{text}");
        }
    }
}
