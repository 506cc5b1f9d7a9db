//! Finds an attribute that is duplicated, in time proportional to the number of attributes.

use std::collections::HashMap;

use super::attribute::Attribute;
use super::flaw::{Flaw, XmlError, malformed};

/// More attributes than this go into a real hash map, whose hash no file can play against.
const FEW: usize = 64;
const SLOTS: usize = 256;

/// The names of one tag, in a small hash table that need not be cleared: a slot counts only for
/// the tag that filled it.
pub(super) struct Duplicates<'a> {
    slots: Box<[Slot; SLOTS]>,
    tag: u64,
    many: HashMap<&'a str, usize>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    tag: u64,
    index: usize,
}

impl Default for Duplicates<'_> {
    fn default() -> Self {
        Self { slots: Box::new([Slot::default(); SLOTS]), tag: 0, many: HashMap::new() }
    }
}

impl<'a> Duplicates<'a> {
    /// Begins another tag.
    #[inline]
    pub(super) fn begin(&mut self) {
        self.tag += 1;
    }

    /// Checks that the name of the last attribute differs from those before it.
    #[inline]
    pub(super) fn check_last(
        &mut self,
        text: &'a str,
        attributes: &[Attribute],
    ) -> Result<(), XmlError> {
        let [before @ .., last] = attributes else { return Ok(()) };
        if before.len() >= FEW {
            return self.check_many(text, before, last);
        }
        let bytes = text.as_bytes();
        let name = &bytes[last.name.clone()];
        let mut slot = hash(name);
        while self.slots[slot].tag == self.tag {
            let first = &before[self.slots[slot].index];
            if bytes[first.name.clone()] == *name {
                return Err(duplicate(text, first, last));
            }
            slot = (slot + 1) % SLOTS;
        }
        self.slots[slot] = Slot { tag: self.tag, index: before.len() };
        Ok(())
    }

    #[cold]
    fn check_many(
        &mut self,
        text: &'a str,
        before: &[Attribute],
        last: &Attribute,
    ) -> Result<(), XmlError> {
        if before.len() == FEW {
            let names = before.iter().map(|first| &text[first.name.clone()]);
            self.many = names.zip(0..).collect();
        }
        let name = &text[last.name.clone()];
        match self.many.insert(name, before.len()) {
            Some(first) => Err(duplicate(text, &before[first], last)),
            None => Ok(()),
        }
    }
}

/// A slot for a name, from its length and four of its bytes: attributes differ there.
#[inline]
fn hash(name: &[u8]) -> usize {
    let length = name.len();
    let byte = |at: usize| usize::from(name[at]);
    let mixed = byte(0)
        ^ (byte(length / 2) << 2)
        ^ (byte(length - 1) << 4)
        ^ (length * 7)
        ^ (byte(length / 4) << 1);
    mixed % SLOTS
}

#[cold]
fn duplicate(text: &str, first: &Attribute, second: &Attribute) -> XmlError {
    let name = text[second.name.clone()].to_owned();
    let flaw = Flaw::DuplicateAttribute { name, first: first.name.start };
    malformed(second.name.start, flaw)
}
