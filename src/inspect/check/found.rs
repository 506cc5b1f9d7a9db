//! What rules look at and what they find, before places have lines.

use super::hit::Hit;
use super::rule::Rule;
use crate::metabase::locate::KeyParts;

/// What is beside the file.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The major numbers of the versions in the folder `History`, if there is one.
    pub history: Option<Vec<u32>>,
}

/// A key that is judged together with others.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) location: String,
    pub(super) parts: KeyParts,
}

/// A finding whose places still count the bytes of the text.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) rule: &'static Rule,
    pub(super) at: usize,
    pub(super) related: Option<(usize, &'static str)>,
    pub(super) key: Option<String>,
    pub(super) property: Option<String>,
    pub(super) message: String,
    pub(super) repair: Option<Vec<String>>,
}

impl Found {
    pub(super) fn new(rule: &'static Rule, at: usize, message: String) -> Self {
        Self { rule, at, related: None, key: None, property: None, message, repair: None }
    }

    pub(super) fn of(rule: &'static Rule, hit: Hit) -> Self {
        let Hit { at, related, key, property, message, repair } = hit;
        Self { rule, at, related, key: Some(key), property, message, repair }
    }
}
