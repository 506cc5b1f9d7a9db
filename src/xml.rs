//! Strict XML 1.0 on quick-xml's events.
//!
//! quick-xml finds the markup; this module owns every rule of the specification that quick-xml
//! leaves unchecked (names by the fourth edition), and the exact place where one is broken. It
//! reads a text once and never changes, copies or normalises it: values stay raw. Entities other
//! than the five of XML do not exist here, because a document type declaration is refused.

mod attribute;
mod attributes;
mod characters;
mod declaration;
mod duplicates;
mod flaw;
mod names;
mod references;
#[cfg(test)]
mod tests;
mod walk;

use std::ops::Range;

pub use attribute::Attribute;
pub use attributes::{attributes, key_begin};
pub use characters::is_allowed;
pub use flaw::{Flaw, Kind, Malformed, XmlError};
pub use references::{escape, unescape};
pub use walk::Walk;

/// A piece of the text, with its place. Together the pieces are the whole text, in its order.
#[derive(Debug)]
pub enum Token<'a> {
    /// The XML declaration.
    Declaration {
        /// From its `<` to after its `>`.
        at: Range<usize>,
        /// The encoding it names, between the quotes.
        encoding: Option<Range<usize>>,
    },
    /// A start tag, or an empty-element tag.
    Open {
        /// From its `<` to after its `>`.
        at: Range<usize>,
        /// The element's name.
        name: &'a str,
        /// Its attributes in the order of the text.
        attributes: &'a [Attribute],
        /// Whether it is an empty-element tag, which no `Close` follows.
        empty: bool,
    },
    /// An end tag.
    Close {
        /// From its `<` to after its `>`.
        at: Range<usize>,
    },
    /// Text up to the next markup or reference.
    Text {
        /// Where it is.
        at: Range<usize>,
    },
    /// A reference in text.
    Reference {
        /// From its `&` to after its `;`.
        at: Range<usize>,
    },
    /// A CDATA section.
    CData {
        /// From its `<` to after its `>`.
        at: Range<usize>,
    },
    /// A comment.
    Comment {
        /// From its `<` to after its `>`.
        at: Range<usize>,
    },
    /// A processing instruction.
    Instruction {
        /// From its `<` to after its `>`.
        at: Range<usize>,
    },
}

/// Reads a whole text, checks every rule, and hands each piece of it to `visit`.
///
/// # Errors
/// The first flaw, or what `visit` returns: whichever stands earlier in the text.
pub fn walk<E: From<XmlError>>(
    text: &str,
    mut visit: impl FnMut(Token<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut walk = Walk::new(text)?;
    while let Some(token) = walk.next()? {
        visit(token)?;
    }
    Ok(())
}
