//! A plan in the making: the piece of text that each request takes the place of, and in the end
//! all of them in the order of the file.

use std::collections::HashMap;
use std::ops::Range;

use crate::change::error::ChangeError;
use crate::change::layout::{self, Insertion, New, NewKey};
use crate::metabase::locate::{self, Form, KeyParts, Markup, Properties};
use crate::metabase::scan::Metabase;
use crate::text::edit::{Edit, Edits};
use crate::text::lines::Lines;
use crate::text::source::{LineEnds, Source};
use crate::xml;

use super::neighbours::behind;
use super::outcome::{Change, KeyChange, KeyMoved, Note, Plan};
use super::request::{Action, Request};

/// A plan in the making.
pub(super) struct Draft<'a> {
    lines: Lines<'a>,
    pieces: Vec<Piece>,
    changes: Vec<(usize, Change)>,
    keys: Vec<(usize, KeyChange)>,
    moved: Vec<KeyMoved>,
    notes: Vec<Note>,
}

/// Text in the place of a range, and the changes whose new things begin in it.
struct Piece {
    at: Range<usize>,
    now: String,
    begins: Vec<(usize, usize)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        let (pieces, changes, keys, moved, notes) = Default::default();
        Self { lines: source.lines(), pieces, changes, keys, moved, notes }
    }

    /// Plans what is asked of one key.
    pub(super) fn key(
        &mut self,
        source: &Source,
        key: usize,
        parts: &KeyParts,
        asked: &[(usize, &Request)],
    ) -> Result<(), ChangeError> {
        let text = source.text();
        let location = xml_location(text, parts);
        let mut new: Vec<(usize, &Request, &str)> = Vec::new();
        let properties = Properties::of(text, parts);
        for (order, request) in asked {
            let property = &request.property;
            let shown = |value: &str| property.plain(value).into_owned();
            let change = |form, at: usize, was: Option<String>, now: Option<&String>| Change {
                key,
                location: location.clone(),
                property: property.clone(),
                form,
                line: self.lines.line(at),
                was: was.as_deref().map(shown),
                now: now.map(|now| shown(now)),
            };
            let decoded = |at: &Range<usize>| xml::unescape(&text[at.clone()]).into_owned();
            match &request.action {
                Action::Unset => {
                    let Some(markup) = properties.markup(property)? else { continue };
                    let (form, at, value) = place(text, parts, &markup);
                    let was = value.map_or_else(String::new, |value| decoded(&value));
                    let change = change(form, at, Some(was), None);
                    self.edit(layout::removal(text, parts, &markup), String::new(), *order, change);
                }
                Action::Set(value) => {
                    let site = properties.locate(property)?;
                    let Some((form, at, place)) = site.found() else {
                        new.push((*order, request, value));
                        continue;
                    };
                    let was = decoded(place);
                    if property.same(&was, value) {
                        continue;
                    }
                    let quote = if text[..place.start].ends_with('\'') { '\'' } else { '"' };
                    let now = layout::new_value(text, property.kind, place, value, quote);
                    let (place, now) = match property.kind.is_list() {
                        true => layout::differing(text, place, &now),
                        false => (place.clone(), now),
                    };
                    self.edit(place, now, *order, change(form, at, Some(was), Some(value)));
                }
            }
        }
        self.insert(source, key, parts, &location, new);
        Ok(())
    }

    /// Plans keys that are not there yet, after the one that they are to be like.
    pub(super) fn new_keys(
        &mut self,
        text: &str,
        like: &KeyParts,
        after: usize,
        new: Vec<(usize, &NewKey)>,
    ) {
        let at = behind(text, like.element.at.end);
        for (order, key) in new {
            let (now, begin) = layout::new_key(text, like, key);
            self.pieces.push(Piece { at: at..at, now, begins: vec![(begin, order)] });
            self.keys.push((order, KeyChange { after, line: 0, key: key.clone() }));
        }
    }

    /// Plans that a key goes, with the white space before it.
    pub(super) fn gone(&mut self, source: &Source, metabase: &Metabase, key: usize) {
        let at = layout::key_removal(source.text(), &metabase.keys[key].at);
        self.pieces.push(Piece { at, now: String::new(), begins: Vec::new() });
        self.moved(source, metabase, key, None);
    }

    /// Plans another path for a key, which stays where it is.
    pub(super) fn renamed(
        &mut self,
        source: &Source,
        metabase: &Metabase,
        key: usize,
        location: &str,
    ) {
        let (text, at) = (source.text(), metabase.keys[key].location.clone());
        let quote = if text[..at.start].ends_with('\'') { '\'' } else { '"' };
        let now = xml::escape(location, quote).into_owned();
        if text[at.clone()] != now {
            self.pieces.push(Piece { at, now, begins: Vec::new() });
            self.moved(source, metabase, key, Some(location.to_owned()));
        }
    }

    fn moved(&mut self, source: &Source, metabase: &Metabase, key: usize, now: Option<String>) {
        let found = &metabase.keys[key];
        let was = locate::location(source, found).into_owned();
        self.moved.push(KeyMoved { key, line: self.lines.line(found.at.start), was, now });
    }

    fn edit(&mut self, at: Range<usize>, now: String, order: usize, change: Change) {
        self.pieces.push(Piece { at, now, begins: Vec::new() });
        self.changes.push((order, change));
    }

    /// Plans what a key does not have yet.
    fn insert(
        &mut self,
        source: &Source,
        key: usize,
        parts: &KeyParts,
        location: &str,
        new: Vec<(usize, &Request, &str)>,
    ) {
        let text = source.text();
        let (mut attributes, mut customs): (Vec<_>, Vec<_>) =
            new.into_iter().partition(|(_, request, _)| request.form == Form::Attribute);
        if !customs.is_empty() && !parts.is_sorted(text) {
            self.notes.push(Note::Unsorted { location: location.to_owned() });
        }
        attributes.sort_by(|(_, a, _), (_, b, _)| a.property.name.cmp(&b.property.name));
        customs.sort_by_key(|(_, request, _)| request.property.id);
        fn news<'a>(new: &[(usize, &'a Request, &'a str)]) -> Vec<New<'a>> {
            new.iter().map(|(_, request, value)| (&request.property, *value)).collect()
        }
        let groups = [
            (layout::new_attributes(text, parts, &news(&attributes)), attributes),
            (layout::new_customs(text, parts, &news(&customs)), customs),
        ];
        for (insertions, new) in groups {
            let mut new = new.into_iter();
            for Insertion { at, text, begins } in insertions {
                let mut marks = Vec::with_capacity(begins.len());
                for (begin, (order, request, value)) in begins.into_iter().zip(&mut new) {
                    marks.push((begin, order));
                    let change = Change {
                        key,
                        location: location.to_owned(),
                        property: request.property.clone(),
                        form: request.form,
                        line: 0,
                        was: None,
                        now: Some(request.property.plain(value).into_owned()),
                    };
                    self.changes.push((order, change));
                }
                self.pieces.push(Piece { at, now: text, begins: marks });
            }
        }
    }

    /// Merges what begins at the same place and counts the lines of what is new.
    pub(super) fn finish(mut self, source: &Source) -> Result<Plan, ChangeError> {
        self.pieces.sort_by_key(|piece| (piece.at.start, piece.at.end));
        let mut merged: Vec<Piece> = Vec::with_capacity(self.pieces.len());
        for piece in self.pieces {
            match merged.last_mut() {
                Some(last) if last.at.start == piece.at.start && last.at.is_empty() => {
                    let before = last.now.len();
                    last.begins.extend(piece.begins.iter().map(|(at, of)| (at + before, *of)));
                    last.now.push_str(&piece.now);
                    last.at.end = piece.at.end;
                }
                _ => merged.push(piece),
            }
        }
        let ends = |text: &str| LineEnds::count(text).total();
        let text = source.text();
        let (mut added, mut removed) = (0, 0);
        let place = |(place, (order, _)): (usize, &(usize, Change))| (*order, place);
        let changes: HashMap<_, _> = self.changes.iter().enumerate().map(place).collect();
        let place = |(place, (order, _)): (usize, &(usize, KeyChange))| (*order, place);
        let keys: HashMap<_, _> = self.keys.iter().enumerate().map(place).collect();
        for piece in &merged {
            let first = self.lines.line(piece.at.start) + added - removed;
            let lines = Lines::of(&piece.now);
            for (begin, of) in &piece.begins {
                let line = first + lines.line(*begin) - 1;
                if let Some(place) = changes.get(of) {
                    self.changes[*place].1.line = line;
                }
                if let Some(place) = keys.get(of) {
                    self.keys[*place].1.line = line;
                }
            }
            added += ends(&piece.now);
            removed += ends(&text[piece.at.clone()]);
        }
        self.changes.sort_by_key(|(order, _)| *order);
        let edits = merged.into_iter().map(|Piece { at, now, .. }| {
            let was = text[at.clone()].as_bytes().to_vec();
            Edit { at, was, now: now.into_bytes() }
        });
        let edits = Edits::new(edits.collect())?;
        let changes = self.changes.into_iter().map(|(_, change)| change).collect();
        let keys = self.keys.into_iter().map(|(_, key)| key).collect();
        self.moved.sort_by_key(|moved| moved.key);
        Ok(Plan { edits, changes, keys, moved: self.moved, notes: self.notes })
    }
}

fn xml_location(text: &str, parts: &KeyParts) -> String {
    parts.element.value(text, "Location").unwrap_or_default().into_owned()
}

/// The form, the beginning and the raw value of what is in a key.
fn place(text: &str, parts: &KeyParts, markup: &Markup<'_>) -> (Form, usize, Option<Range<usize>>) {
    match markup {
        Markup::Attribute(index) => {
            let attribute = &parts.element.attributes[*index];
            (Form::Attribute, attribute.name.start, Some(attribute.value.clone()))
        }
        Markup::Custom(custom) => {
            let value = custom.attribute(text, "Value").map(|value| value.value.clone());
            (Form::Custom, custom.at.start, value)
        }
    }
}
