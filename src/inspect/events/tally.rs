//! What a log says, per domain.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::event::{Event, Verdict};
use super::time::Time;

/// What was read from one file or several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    /// How many events were looked at, whatever they are.
    pub read: usize,
    /// How many events 4000 of the SMTP service have another cause.
    pub other_causes: usize,
    /// How many events are the symptom, but their domain cannot be told.
    pub nameless: usize,
    /// Whether it is only likely which number of a date is the day.
    pub order_is_likely: bool,
    by_domain: HashMap<String, DomainEvents>,
}

/// The events of one domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainEvents {
    /// How many.
    pub count: usize,
    /// The first of those whose time is known.
    pub first: Option<Time>,
    /// The last of those.
    pub last: Option<Time>,
    /// How many on each day that has some.
    pub days: BTreeMap<Date, usize>,
}

impl Events {
    /// The domains by their names in lower case, those with the most events first.
    #[must_use]
    pub fn domains(&self) -> Vec<(&str, &DomainEvents)> {
        let all = self.by_domain.iter().map(|(name, events)| (name.as_str(), events));
        let mut all: Vec<_> = all.collect();
        all.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(b.0)));
        all
    }

    /// The events of a domain, in whatever case it is named.
    #[must_use]
    pub fn of(&self, domain: &str) -> Option<&DomainEvents> {
        self.by_domain.get(&domain.trim_end_matches('.').to_lowercase())
    }

    /// Adds those of another file.
    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.other_causes += other.other_causes;
        self.nameless += other.nameless;
        self.order_is_likely |= other.order_is_likely;
        for (domain, events) in other.by_domain {
            self.by_domain.entry(domain).or_default().add(events);
        }
    }

    pub(super) fn take(&mut self, event: &Event) {
        self.read += 1;
        match event.verdict() {
            Verdict::Unrelated => {}
            Verdict::OtherCause => self.other_causes += 1,
            Verdict::Symptom(None) => self.nameless += 1,
            Verdict::Symptom(Some(domain)) => {
                self.by_domain.entry(domain).or_default().take(event.time);
            }
        }
    }
}

impl DomainEvents {
    fn take(&mut self, time: Option<Time>) {
        self.count += 1;
        let Some(time) = time else { return };
        *self.days.entry(time.at.date()).or_default() += 1;
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        for (day, count) in other.days {
            *self.days.entry(day).or_default() += count;
        }
    }
}
