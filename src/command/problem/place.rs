//! The line of a file that an error speaks of, as it may be shown.

use crate::metabase::secrets::{Secrets, masked};
use crate::terminal::problem::Place;
use crate::text::escape;
use crate::text::source::Source;

/// How many characters of a long line are shown on either side of the place.
const EXCERPT: usize = 60;

/// A place in the text, with its line, masked and escaped.
pub(super) fn of(source: &Source, at: usize, secrets: &Secrets) -> Place {
    let text = source.text();
    let at = text.floor_char_boundary(at);
    let breaks = |character| character == '\n' || character == '\r';
    let start = text[..at].rfind(breaks).map_or(0, |end| end + 1);
    let start = text[start..at].char_indices().rev().nth(EXCERPT).map_or(start, |c| start + c.0);
    let line_end = text[at..].find(breaks).map_or(text.len(), |end| at + end);
    let end = text[at..line_end].char_indices().nth(EXCERPT).map_or(line_end, |c| at + c.0);

    let hidden = secrets.places(text, start..end);
    let inside = |from: usize, to: usize| -> String {
        let cut = hidden.iter().map(|secret| secret.start.max(from)..secret.end.min(to));
        let cut = cut.filter(|secret| secret.start < secret.end);
        let cut: Vec<_> = cut.map(|secret| secret.start - from..secret.end - from).collect();
        escape::escaped(&masked(&text[from..to], &cut)).replace('\t', " ")
    };
    let before = inside(start, at);
    let excerpt = inside(start, end);
    Place { position: source.position(at), caret: before.chars().count(), excerpt }
}
