//! An attribute, as what reads tags and what compares names both know it.

use std::ops::Range;

/// An attribute, as places in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Range<usize>,
    /// Its raw value, between the quotes.
    pub value: Range<usize>,
}
