//! The events of a domain by day, as a small chart.

use jiff::civil::Date;
use maud::{Markup, html};

use super::super::frame::shown;
use crate::inspect::events::{DomainEvents, Time};

/// How many bars there are at most; of a longer time several days share one.
const BARS: usize = 60;
/// How many bars have their number above them.
const NUMBERED: usize = 20;
/// Width and height of the bars together, in units of the drawing.
const SIZE: (f64, f64) = (700.0, 60.0);
/// Room above the bars for the numbers.
const ABOVE: f64 = 16.0;

/// What the log says of a domain.
pub(super) fn chart(domain: &str, events: &DomainEvents) -> Markup {
    let bars = bars(events);
    let time = |time: Option<Time>| {
        time.map(|time| time.to_string().replace('T', " ").replace('Z', " UTC")).unwrap_or_default()
    };
    let (first, last) = (time(events.first), time(events.last));
    html! {
        p {
            (events.count) " event" @if events.count != 1 { "s" } " 4000 with the data c00402e7"
            @if first == last && !first.is_empty() { ": " (first) }
            @else if !first.is_empty() { ": first " (first) ", last " (last) }
            "."
        }
        @if bars.len() > 1 { (drawn(domain, &bars)) }
    }
}

/// Some days, and how many events they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bar {
    from: Date,
    to: Date,
    count: usize,
}

/// The whole time from the first day to the last, in equal parts.
fn bars(events: &DomainEvents) -> Vec<Bar> {
    let (Some((&first, _)), Some((&last, _))) =
        (events.days.first_key_value(), events.days.last_key_value())
    else {
        return Vec::new();
    };
    let distance = |date: Date| {
        usize::try_from(first.until(date).map_or(0, |span| span.get_days())).unwrap_or(0)
    };
    let each = (distance(last) + 1).div_ceil(BARS);
    let day = |number: usize| {
        let days = jiff::Span::new().try_days(i64::try_from(number).unwrap_or(i64::MAX));
        days.and_then(|days| first.checked_add(days)).unwrap_or(last)
    };
    let bar = |number: usize| Bar {
        from: day(number * each),
        to: day(number * each + each - 1).min(last),
        count: 0,
    };
    let mut bars: Vec<Bar> = (0..=distance(last) / each).map(bar).collect();
    for (date, count) in &events.days {
        if let Some(bar) = bars.get_mut(distance(*date) / each) {
            bar.count += count;
        }
    }
    bars
}

fn drawn(domain: &str, bars: &[Bar]) -> Markup {
    let (width, height) = SIZE;
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(1).max(1);
    let step = width / in_units(bars.len());
    let tall = |bar: &Bar| in_units(bar.count) / in_units(most) * height;
    let bottom = ABOVE + height;
    let days = |bar: &Bar| match bar.from == bar.to {
        true => bar.from.to_string(),
        false => format!("{} to {}", bar.from, bar.to),
    };
    let label = format!("Events of {domain} by day, {most} at most");
    html! {
        div.drawing {
            svg viewBox={ "0 0 " (width) " " (bottom + 18.0) } role="img" aria-label=(shown(&label)) {
                @for (at, bar) in bars.iter().enumerate() {
                    @let left = step * in_units(at);
                    @if bar.count > 0 {
                        rect.bar x=(rounded(left + step * 0.1)) y=(rounded(bottom - tall(bar)))
                            width=(rounded((step * 0.8).min(60.0))) height=(rounded(tall(bar))) {
                            title { (days(bar)) ": " (bar.count) }
                        }
                        @if bars.len() <= NUMBERED || bar.count == most {
                            text x=(rounded(left + step * 0.1 + (step * 0.4).min(30.0)))
                                y=(rounded(bottom - tall(bar) - 4.0)) text-anchor="middle" {
                                (bar.count)
                            }
                        }
                    }
                }
                line.stroke x1="0" y1=(bottom) x2=(width) y2=(bottom) {}
                @if let [first, .., last] = bars {
                    text x="0" y=(bottom + 14.0) { (first.from) }
                    text x=(width) y=(bottom + 14.0) text-anchor="end" { (last.to) }
                }
            }
        }
    }
}

/// A count as a length; where it is too large for that it makes no difference.
fn in_units(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn rounded(length: f64) -> String {
    format!("{length:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_in_a_bar_however_long_the_time_is() {
        for (last, expected) in [("2013-05-14", 1), ("2013-05-20", 7), ("9999-12-31", 60)] {
            let (first, last): (Date, Date) =
                ("2013-05-14".parse().unwrap(), last.parse().unwrap());
            let mut events = DomainEvents::default();
            *events.days.entry(first).or_default() += 2;
            *events.days.entry(last).or_default() += 3;
            let bars = bars(&events);
            assert!(bars.len().abs_diff(expected) <= 1, "{}", bars.len());
            assert_eq!(bars.iter().map(|bar| bar.count).sum::<usize>(), 5);
            assert_eq!((bars[0].from, bars[bars.len() - 1].to), (first, last));
            assert!(bars.iter().all(|bar| bar.from <= bar.to));
        }
        assert_eq!(bars(&DomainEvents::default()), []);
    }
}
