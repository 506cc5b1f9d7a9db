//! The page of `diff`: key by key, property by property, both sides beside each other.

use maud::{Markup, html};

use super::frame::{Made, Mood, Top, document, section, shown, value};
use crate::inspect::compare::{Comparison, Difference, KeyDifference, State};
use crate::metabase::secrets;

/// What was compared.
pub struct Compared<'a> {
    /// The earlier version.
    pub was: &'a str,
    /// The later one.
    pub now: &'a str,
    /// How much differs, in one sentence.
    pub summary: &'a str,
    /// What differs.
    pub comparison: &'a Comparison,
}

/// The page.
#[must_use]
pub fn page(compared: &Compared<'_>, made: &Made) -> String {
    let Compared { was, now, summary: sentence, comparison } = *compared;
    let mood = if comparison.is_same() { Mood::Good } else { Mood::Open };
    let left_out = comparison.bookkeeping.join(", ");
    let all = || comparison.keys.iter().flat_map(|key| &key.properties);
    let body = html! {
        @for key in &comparison.keys { (section(&key_heading(key), &properties(key))) }
        @if all().any(|property| property.secret) {
            p.soft { "Secrets are masked: that they differ is all that is said of them." }
        }
        @if !left_out.is_empty() {
            p.soft { "Left out, as IIS's own bookkeeping: " (shown(&left_out)) "." }
        }
    };
    let facts = [("Before", was), ("After", now)];
    document(&Top { title: "metafix diff", mood, sentence, facts: &facts }, made, &body)
}

/// A key, and on which side alone it is.
fn key_heading(key: &KeyDifference) -> String {
    let only = match (key.was_line, key.now_line) {
        (Some(line), None) => format!(" – only before, line {line}"),
        (None, Some(line)) => format!(" – only after, line {line}"),
        _ => String::new(),
    };
    format!("{}{only}", key.location)
}

fn properties(key: &KeyDifference) -> Markup {
    html! {
        table {
            thead { tr { th { "Property" } th { "Before" } th { "After" } } }
            tbody {
                @for property in &key.properties {
                    tr {
                        td {
                            (shown(&property.name))
                            @if let Some(id) = property.id { " (" (id) ")" }
                        }
                        td { (state(property, property.was.as_ref())) }
                        td { (state(property, property.now.as_ref())) }
                    }
                }
            }
        }
    }
}

fn state(property: &Difference, state: Option<&State>) -> Markup {
    html! {
        @match state {
            None => span.soft { "absent" },
            Some(state) => {
                @if property.secret { (secrets::MASK) }
                @else { (value(&state.value)) }
                @if let Some(words) = &state.type_data { br; span.soft { (shown(&words.join(", "))) } }
                br; span.soft { "line " (state.line) }
            },
        }
    }
}
