//! Finds an attribute that is there twice, in time proportional to the number of attributes.

use std::collections::HashMap;

use crate::error::Refusal;

use super::attributes::Attribute;
use super::flaw::{Flaw, malformed};

/// More attributes than this go into a real hash map, whose hash no file can play against.
const FEW: usize = 64;
const SLOTS: usize = 256;

/// A small hash table that need not be cleared: a slot counts only for the tag that filled it.
pub(super) struct Duplicates {
    slots: Box<[Slot; SLOTS]>,
    tag: u64,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    tag: u64,
    index: usize,
}

impl Default for Duplicates {
    fn default() -> Self {
        Self { slots: Box::new([Slot::default(); SLOTS]), tag: 0 }
    }
}

impl Duplicates {
    /// Checks that all names differ.
    #[inline]
    pub(super) fn check(&mut self, text: &str, attributes: &[Attribute]) -> Result<(), Refusal> {
        if attributes.len() > FEW {
            return check_many(text, attributes);
        }
        self.tag += 1;
        for (index, attribute) in attributes.iter().enumerate() {
            let name = &text[attribute.name.clone()];
            let mut slot = hash(name.as_bytes());
            while self.slots[slot].tag == self.tag {
                let first = &attributes[self.slots[slot].index];
                if text[first.name.clone()] == *name {
                    return Err(duplicate(name, first, attribute));
                }
                slot = (slot + 1) % SLOTS;
            }
            self.slots[slot] = Slot { tag: self.tag, index };
        }
        Ok(())
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
fn check_many(text: &str, attributes: &[Attribute]) -> Result<(), Refusal> {
    let mut seen = HashMap::with_capacity(attributes.len());
    for attribute in attributes {
        let name = &text[attribute.name.clone()];
        if let Some(first) = seen.insert(name, attribute) {
            return Err(duplicate(name, first, attribute));
        }
    }
    Ok(())
}

#[cold]
fn duplicate(name: &str, first: &Attribute, second: &Attribute) -> Refusal {
    let flaw = Flaw::DuplicateAttribute { name: name.to_owned(), first: first.name.start };
    malformed(second.name.start, flaw)
}
