//! A property in the whole tree of keys: who has it, who takes it over, who hides it.
//!
//! Owns inheritance: a key takes an inheritable property from the nearest key above it that has
//! it (MSDN ms524543). Plans nothing.

use crate::error::Refusal;
use crate::locate::{self, KeyParts, Markup};
use crate::plan::Change;
use crate::scan::Metabase;
use crate::source::Source;

/// A value below a key that hides the key's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// The `Location` of the key below.
    pub location: String,
    /// Where its value begins.
    pub line: usize,
    /// Its value.
    pub value: String,
}

/// Whether a path leads to a key below another; the root's path is `/`. Paths compare without
/// case.
#[must_use]
pub fn is_below(above: &str, below: &str) -> bool {
    let above = above.trim_end_matches('/');
    let Some((start, rest)) = below.split_at_checked(above.len()) else { return false };
    start.eq_ignore_ascii_case(above) && rest.len() > 1 && rest.starts_with('/')
}

/// The keys below a changed one whose own value differs from the new one, where the property is
/// one that they would take over.
///
/// # Errors
/// Those of [`locate::markup`].
pub fn hidden(
    source: &Source,
    metabase: &Metabase,
    change: &Change,
) -> Result<Vec<Hidden>, Refusal> {
    let mut hidden = Vec::new();
    let Some(now) = change.now.as_deref().filter(|_| change.property.is_inheritable()) else {
        return Ok(hidden);
    };
    let text = source.text();
    for key in &metabase.keys {
        let location = locate::location(source, key);
        if !is_below(&change.location, &location) {
            continue;
        }
        let parts = KeyParts::read(source, key)?;
        let (at, value) = match locate::markup(text, &parts, &change.property)? {
            None => continue,
            Some(Markup::Attribute(index)) => {
                let attribute = &parts.element.attributes[index];
                (attribute.name.start, parts.element.value(text, &change.property.name))
            }
            Some(Markup::Custom(custom)) => (custom.at.start, custom.value(text, "Value")),
        };
        let value = value.unwrap_or_default();
        if !change.property.same(&value, now) {
            let value = change.property.plain(&value).into_owned();
            hidden.push(Hidden { location: location.into_owned(), line: source.line(at), value });
        }
    }
    Ok(hidden)
}
