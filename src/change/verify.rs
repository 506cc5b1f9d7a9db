//! The second look: what a plan touches is read again and compared with what was asked.
//!
//! Owns the promise that exactly the asked properties and keys differ. It shares the scanner with
//! the plan but none of the plan's arithmetic: what it compares are decoded names and values.
//!
//! Why it is enough to look at what is touched: the parser is a machine that goes through the
//! file byte by byte. Up to the first byte that changes it reads the same, so it is in the state
//! in which it was. A stretch begins at the `<` of the key before what is touched (or of
//! `<MBProperty>`) and ends at the `<` of the key after it (or of the end tag), so the whole gap
//! on both sides is part of it: a piece alone cannot know that it lies in a comment. It is read
//! again from the state in which the parser was at its begin, between two keys, and must end
//! exactly there in the state in which the parser was at its end, between two keys as well: the
//! same elements are open, and nothing else. So the bytes after it, which are the same as before,
//! read as they did, up to the next stretch and from there to the end of the file. That they are
//! the same follows from two things: no edit lies outside of the stretches, and the store compares
//! the original with the result without the edits, byte by byte, before anything takes its place.
//! What is not in one place alone, that a path is there once, is asked of the paths that are new.
//!
//! In the tests and in the fuzzer the whole result is read a second time as well, and both must
//! agree.

mod facts;

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use crate::change::diff::Diff;
use crate::change::error::ChangeError;
use crate::change::plan::{Change, Plan};
use crate::metabase::locate::{KeyParts, folded, location};
use crate::metabase::scan::{Begin, Key, Metabase, scan_piece};
use crate::metabase::secrets::Secrets;
use crate::text::edit::{Edit, Edits};
use crate::text::source::{Encoding, Source};

pub use facts::Facts;

/// A plan whose result was looked at again and found to be what was asked for.
#[derive(Debug)]
pub struct Verified {
    /// The plan.
    pub plan: Plan,
    /// What it changes, line by line.
    pub diff: Diff,
    /// The edits of the file.
    pub edits: Edits,
    /// The file after them, in its own bytes.
    pub after: Vec<u8>,
}

/// Edits the file in memory, in place, and checks what has become of it.
///
/// # Errors
/// [`ChangeError::NotVerified`]: none for a plan made for this source.
pub fn verified(
    source: Source<'_>,
    metabase: Metabase,
    plan: Plan,
    secrets: &Secrets,
) -> Result<Verified, ChangeError> {
    let diff = Diff::new(source.text(), &plan.edits, secrets);
    let edits = plan.in_file(&source)?;
    let expectation = Expectation::new(&source, &metabase, asked(&source, &metabase, &plan)?)?;
    drop(metabase);
    let after = edits.apply(source.into_bytes())?;
    expectation.check(&edits, &after)?;
    Ok(Verified { plan, diff, edits, after })
}

/// What is to become of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It says what it said.
    Kept,
    /// It says this.
    Says(Facts),
    /// It is gone.
    Gone,
}

/// What is asked of a key and of the gap after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What becomes of the key.
    pub key: Fate,
    /// What the new keys after it say, in their order.
    pub behind: Vec<Facts>,
}

impl Default for Asked {
    fn default() -> Self {
        Self { key: Fate::Kept, behind: Vec::new() }
    }
}

/// What a plan is to do, by the index of the key in the scanned metabase.
fn asked(
    source: &Source,
    metabase: &Metabase,
    plan: &Plan,
) -> Result<BTreeMap<usize, Asked>, ChangeError> {
    let mut changes: BTreeMap<usize, Vec<&Change>> = BTreeMap::new();
    for change in &plan.changes {
        changes.entry(change.key).or_default().push(change);
    }
    let mut asked: BTreeMap<usize, Asked> = BTreeMap::new();
    for (key, changes) in changes {
        let parts = KeyParts::read(source, &metabase.keys[key])?;
        let facts = Facts::read(source.text(), &parts).with(&changes);
        asked.entry(key).or_default().key = Fate::Says(facts);
    }
    for moved in &plan.moved {
        let fate = &mut asked.entry(moved.key).or_default().key;
        let own = std::mem::replace(fate, Fate::Gone);
        if let Some(location) = &moved.now {
            let facts = match own {
                Fate::Says(facts) => facts,
                _ => {
                    Facts::read(source.text(), &KeyParts::read(source, &metabase.keys[moved.key])?)
                }
            };
            *fate = Fate::Says(facts.at(location));
        }
    }
    for new in &plan.keys {
        asked.entry(new.after).or_default().behind.push(Facts::of_new(&new.key));
    }
    Ok(asked)
}

/// What must be true of the result, kept while the original's bytes are edited in place. All
/// places are places in the file.
#[derive(Debug)]
struct Expectation {
    encoding: Encoding,
    stretches: Vec<Stretch>,
}

/// A part of the file in which something is touched.
#[derive(Debug)]
struct Stretch {
    /// From the `<` of the key before to the `<` of the key after what is touched.
    at: Range<usize>,
    begin: Begin,
    keys: Vec<Expected>,
}

/// A key of a stretch.
#[derive(Debug)]
enum Expected {
    /// One that was there, and where.
    Old { at: Range<usize>, location: Range<usize>, fate: Fate },
    /// One that is new.
    New(Facts),
}

impl Expectation {
    /// Notes down what must be true afterwards.
    fn new(
        source: &Source,
        metabase: &Metabase,
        mut asked: BTreeMap<usize, Asked>,
    ) -> Result<Self, ChangeError> {
        check_paths(source, metabase, &asked)?;
        let mut in_file = source.in_file();
        let stretches = touched(&asked).into_iter().map(|(begin, indexes)| {
            let next = metabase.keys.get(indexes.end).map(|next| next.at.start);
            let start = in_file(match begin {
                Begin::BeforeKeys => metabase.inside.start,
                Begin::BetweenKeys => metabase.keys[indexes.start].at.start,
            });
            let mut keys = Vec::new();
            for index in indexes {
                let Key { at, location, .. } = &metabase.keys[index];
                let Asked { key: fate, behind } = asked.remove(&index).unwrap_or_default();
                let begin = in_file(at.start);
                let location = in_file(location.start)..in_file(location.end);
                keys.push(Expected::Old { at: begin..in_file(at.end), location, fate });
                keys.extend(behind.into_iter().map(Expected::New));
            }
            Stretch { at: start..in_file(next.unwrap_or(metabase.inside.end)), begin, keys }
        });
        Ok(Self { encoding: source.encoding(), stretches: stretches.collect() })
    }

    fn check(&self, edits: &Edits, after: &[u8]) -> Result<(), ChangeError> {
        let mut new = Vec::new();
        for stretch in &self.stretches {
            new.extend(stretch.check(self.encoding, edits, after)?);
        }
        let keys = || self.stretches.iter().flat_map(|stretch| &stretch.keys);
        let old = |wanted: fn(&Fate) -> bool| {
            let place = move |key: &Expected| match key {
                Expected::Old { at, fate, .. } if wanted(fate) => Some(at.clone()),
                _ => None,
            };
            keys().filter_map(place).collect::<Vec<_>>()
        };
        let changed = old(|fate| matches!(fate, Fate::Says(_)));
        let gone = old(|fate| *fate == Fate::Gone);
        let was_asked = |edit: &Edit| {
            let now = edits.shift(edit.at.start);
            let (went, was) = without(&edit.was, edit.at.start, &gone);
            let (came, now) = without(&edit.now, now, &new);
            is_inside(&edit.at, &changed)
                || went + came > 0 && was.into_iter().chain(now).all(|rest| self.is_blank(rest))
        };
        match edits.as_slice().iter().find(|edit| !was_asked(edit)) {
            None => Ok(()),
            Some(stray) => Err(not_verified(format!("byte {} was not to change", stray.at.start))),
        }
    }

    fn is_blank(&self, bytes: &[u8]) -> bool {
        let blank = |text: &str| text.trim_matches([' ', '\t', '\r', '\n']).is_empty();
        Source::part(self.encoding, bytes).is_some_and(|part| blank(part.text()))
    }
}

/// Which keys are read again, one after the other, and where that begins: from the key before one
/// that is touched, or from the one before a gap, to the next one that is not read.
fn touched(asked: &BTreeMap<usize, Asked>) -> Vec<(Begin, Range<usize>)> {
    let mut all: Vec<(Begin, Range<usize>)> = Vec::new();
    for (index, asked) in asked {
        let (begin, first) = match (&asked.key, index.checked_sub(1)) {
            (Fate::Kept, _) => (Begin::BetweenKeys, *index),
            (_, Some(before)) => (Begin::BetweenKeys, before),
            (_, None) => (Begin::BeforeKeys, 0),
        };
        match all.last_mut().filter(|(_, last)| first < last.end) {
            Some((_, last)) => last.end = index + 1,
            None => all.push((begin, first..index + 1)),
        }
    }
    all
}

/// A path that no key had before must be that of one key alone.
fn check_paths(
    source: &Source,
    metabase: &Metabase,
    asked: &BTreeMap<usize, Asked>,
) -> Result<(), ChangeError> {
    let path = |index: usize| folded(&location(source, &metabase.keys[index]));
    let (mut new, mut left) = (HashSet::new(), HashSet::new());
    let mut twice = false;
    for (index, asked) in asked {
        let own = match &asked.key {
            Fate::Says(facts) if folded(facts.path()) != path(*index) => Some(facts),
            _ => None,
        };
        if own.is_some() || asked.key == Fate::Gone {
            left.insert(*index);
        }
        for facts in own.into_iter().chain(&asked.behind) {
            twice |= !new.insert(folded(facts.path()));
        }
    }
    let mut others = (0..metabase.keys.len()).filter(|index| !left.contains(index));
    if twice || !new.is_empty() && others.any(|index| new.contains(&path(index))) {
        return Err(not_verified("a new path would be there twice".into()));
    }
    Ok(())
}

/// Whether an edit stays within one of these, which ascend. What is inserted at either end of one
/// stands beside it.
fn is_inside(edit: &Range<usize>, places: &[Range<usize>]) -> bool {
    let before = places.partition_point(|place| place.end <= edit.start);
    places.get(before).is_some_and(|place| {
        place.start <= edit.start
            && edit.end <= place.end
            && (place.start < edit.start || !edit.is_empty())
    })
}

/// What is left of the bytes at a place without those of these places, which ascend, that lie
/// in it as a whole; and how many do.
fn without<'b>(bytes: &'b [u8], start: usize, places: &[Range<usize>]) -> (usize, Vec<&'b [u8]>) {
    let end = start + bytes.len();
    let before = places.partition_point(|place| place.start < start);
    let (mut at, mut rest) = (start, Vec::new());
    for place in places[before..].iter().take_while(|place| place.end <= end) {
        rest.push(&bytes[at - start..place.start - start]);
        at = place.end;
    }
    let count = rest.len();
    rest.push(&bytes[at - start..]);
    (count, rest)
}

impl Stretch {
    /// Reads the stretch again, and says where the new keys are.
    fn check(
        &self,
        encoding: Encoding,
        edits: &Edits,
        after: &[u8],
    ) -> Result<Vec<Range<usize>>, ChangeError> {
        let at = start_after(edits, self.at.start)..start_after(edits, self.at.end);
        let bytes = after.get(at.start..at.end + encoding.encoded_len("<"));
        let part = bytes.and_then(|bytes| Source::part(encoding, bytes));
        let piece = |part: &Source| 0..part.text().len().saturating_sub(1);
        let found = part.as_ref().and_then(|part| scan_piece(part, piece(part), self.begin));
        let (Some(part), Some(found)) = (part, found) else {
            return Err(not_verified("what was touched does not end where it is to end".into()));
        };
        let (mut in_part, mut found) = (part.in_file(), found.into_iter());
        let mut in_file = |place| at.start + in_part(place);
        let mut new = Vec::new();
        for expected in &self.keys {
            if let Expected::Old { fate: Fate::Gone, .. } = expected {
                continue;
            }
            let Some(key) = found.next() else {
                return Err(not_verified("a key is gone".into()));
            };
            let start = in_file(key.at.start);
            let place = in_file(key.location.start)..in_file(key.location.end);
            let now = start..in_file(key.at.end);
            let facts = match expected {
                Expected::Old { at, location, fate } => {
                    let moved = start_after(edits, at.start)..edits.shift(at.end);
                    let location = edits.shift(location.start)..edits.shift(location.end);
                    if (&moved, &location) != (&now, &place) {
                        return Err(not_verified("a key is not where it was".into()));
                    }
                    match fate {
                        Fate::Says(facts) => facts,
                        _ => continue,
                    }
                }
                Expected::New(facts) => {
                    new.push(now);
                    facts
                }
            };
            if !facts.are(&Facts::read(part.text(), &KeyParts::read(&part, &key)?)) {
                let path = facts.path();
                return Err(not_verified(format!("{path} does not say just what was asked")));
            }
        }
        match found.next() {
            None => Ok(new),
            Some(_) => Err(not_verified("there are more keys than were asked".into())),
        }
    }
}

/// Where what begins at a place of the original begins in the result: after what is inserted
/// there.
fn start_after(edits: &Edits, place: usize) -> usize {
    let at_place = edits.as_slice().partition_point(|edit| edit.at.start < place);
    let inserted = edits.as_slice().get(at_place).filter(|edit| edit.at == (place..place));
    edits.shift(place) + inserted.map_or(0, |edit| edit.now.len())
}

fn not_verified(what: String) -> ChangeError {
    ChangeError::NotVerified { what }
}
