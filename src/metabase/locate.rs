//! Finding a key, and the place of a property in it.
//!
//! Owns the rules of identity: a key is its `Location`, compared without case; a property is its
//! name or its ID, as an attribute of the key's start tag or as a `<Custom>` child. Decides
//! nothing about how something new is written; that is [`crate::change::layout`].

mod index;
mod key_path;
mod nearest;
mod properties;

use std::borrow::Cow;
use std::ops::Range;

use crate::metabase::error::MetabaseError;
use crate::metabase::property::{Definition, Type, dword};
use crate::metabase::scan::{Key, Metabase};
use crate::text::encoding::DecodeError;
use crate::text::source::Source;
use crate::xml::{self, Attribute, Token, XmlError};

pub use index::Index;
pub use key_path::{ForeignPath, KeyPath, capital, folded, is_at_or_below};
pub use nearest::{Nearest, nearest};
pub use properties::Properties;

/// The decoded `Location` of a key.
#[must_use]
pub fn location<'a>(source: &'a Source, key: &Key) -> Cow<'a, str> {
    xml::unescape(&source.text()[key.location.clone()])
}

/// The index of the one key with this path.
///
/// # Errors
/// [`MetabaseError::KeyAbsent`], [`MetabaseError::KeyTwice`].
pub fn find(source: &Source, metabase: &Metabase, path: &KeyPath) -> Result<usize, MetabaseError> {
    let text = source.text();
    let mut found = metabase.keys.iter().enumerate().filter(|(_, key)| path.is_of(text, key));
    let Some((index, first)) = found.next() else {
        return Err(MetabaseError::KeyAbsent { path: path.to_string() });
    };
    match found.next() {
        None => Ok(index),
        Some((_, second)) => Err(MetabaseError::KeyTwice {
            path: path.to_string(),
            first: first.at.start,
            second: second.at.start,
        }),
    }
}

/// The indexes of the keys that a path means, in which `*` stands for any name between two
/// slashes; in the order of the file.
#[must_use]
pub fn matching(source: &Source, metabase: &Metabase, path: &KeyPath) -> Vec<usize> {
    let keys = metabase.keys.iter().enumerate();
    if !path.is_pattern() {
        return keys.filter(|(_, key)| path.is_of(source.text(), key)).map(|(at, _)| at).collect();
    }
    let pattern = folded(path.as_str());
    let fits = |key: &Key| {
        let location = folded(&location(source, key));
        let (mut names, mut parts) = (location.split('/'), pattern.split('/'));
        loop {
            match (names.next(), parts.next()) {
                (None, None) => return true,
                (Some(name), Some(part)) if name == part || part == "*" && !name.is_empty() => {}
                _ => return false,
            }
        }
    };
    keys.filter(|(_, key)| fits(key)).map(|(at, _)| at).collect()
}

/// The numbers of the SMTP service's virtual servers and the indexes of their keys, in the
/// order of the file.
#[must_use]
pub fn smtp_servers(source: &Source, metabase: &Metabase) -> Vec<(u32, usize)> {
    let service = KeyPath::smtp_service();
    let number = |path: &str| {
        let (parent, name) = path.rsplit_once('/')?;
        if service.is(parent) { dword(name) } else { None }
    };
    let keys = metabase.keys.iter().enumerate();
    let near = keys.filter(|(_, key)| service.may_hold(key));
    near.filter_map(|(index, key)| Some((number(&location(source, key))?, index))).collect()
}

/// An element, with the places of its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// From its `<` to after its end tag, or after its `/>`.
    pub at: Range<usize>,
    /// Its start tag.
    pub tag: Range<usize>,
    /// Its attributes in order.
    pub attributes: Vec<Attribute>,
}

impl Element {
    /// Its name.
    #[must_use]
    pub fn name<'a>(&self, text: &'a str) -> &'a str {
        let tag = &text[self.tag.start + 1..self.tag.end];
        &tag[..tag.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(tag.len())]
    }

    /// Whether it is written as an empty-element tag.
    #[must_use]
    pub fn is_empty_tag(&self, text: &str) -> bool {
        text[self.tag.clone()].ends_with("/>")
    }

    /// The attribute of this name.
    #[must_use]
    pub fn attribute(&self, text: &str, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &text[attribute.name.clone()] == name)
    }

    /// The decoded value of the attribute of this name.
    #[must_use]
    pub fn value<'a>(&self, text: &'a str, name: &str) -> Option<Cow<'a, str>> {
        Some(xml::unescape(&text[self.attribute(text, name)?.value.clone()]))
    }
}

/// A key, read in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyParts {
    /// The key's element.
    pub element: Element,
    /// Its children in order, whatever they are called.
    pub children: Vec<Element>,
    /// Its comments between the children.
    pub comments: Vec<Range<usize>>,
}

impl KeyParts {
    /// Reads the key again: a scanned key is a well-formed element.
    ///
    /// # Errors
    /// None for a key that [`crate::metabase::scan::scan`] found in this source.
    pub fn read(source: &Source, key: &Key) -> Result<Self, MetabaseError> {
        let text = source.text();
        let base = key.at.start;
        let moved = |at: &Range<usize>| at.start + base..at.end + base;
        let mut open: Vec<Element> = Vec::new();
        let mut parts = None;
        let mut children = Vec::new();
        let mut comments = Vec::new();
        xml::walk(&text[key.at.clone()], |token| {
            let closed = match token {
                Token::Open { at, attributes, empty, .. } => {
                    let attributes = attributes
                        .iter()
                        .map(|a| Attribute { name: moved(&a.name), value: moved(&a.value) })
                        .collect();
                    open.push(Element { at: moved(&at), tag: moved(&at), attributes });
                    empty.then_some(at)
                }
                Token::Close { at } => Some(at),
                Token::Comment { at } if open.len() == 1 => {
                    comments.push(moved(&at));
                    None
                }
                _ => None,
            };
            if let Some(end) = closed.map(|at| moved(&at).end)
                && let Some(element) = open.pop()
            {
                let element = Element { at: element.at.start..end, ..element };
                match open.len() {
                    0 => parts = Some(element),
                    1 => children.push(element),
                    _ => {}
                }
            }
            Ok::<_, XmlError>(())
        })?;
        let element = parts.ok_or(DecodeError::Empty)?;
        Ok(Self { element, children, comments })
    }

    /// Its `<Custom>` children in order.
    pub fn customs<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name(text) == "Custom")
    }

    /// Whether the IDs of its `<Custom>` children ascend.
    #[must_use]
    pub fn is_sorted(&self, text: &str) -> bool {
        self.customs(text).filter_map(|custom| id(text, custom)).is_sorted()
    }
}

/// The ID of a `<Custom>`.
#[must_use]
pub fn id(text: &str, custom: &Element) -> Option<u32> {
    dword(&custom.value(text, "ID")?)
}

/// Where a property of a key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// As an attribute of the key's start tag.
    Attribute {
        /// Where the attribute begins.
        at: usize,
        /// Its raw value.
        value: Range<usize>,
    },
    /// As a `<Custom>` child.
    Custom {
        /// Where the element begins.
        at: usize,
        /// Its raw value.
        value: Range<usize>,
    },
    /// Nowhere.
    Absent,
}

/// The form in which a property is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An attribute of the key's start tag.
    Attribute,
    /// A `<Custom>` child.
    Custom,
}

impl Form {
    /// The word for it in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::Custom => "Custom",
        }
    }
}

impl Site {
    /// The form, the place and the raw value, if the property is there.
    #[must_use]
    pub fn found(&self) -> Option<(Form, usize, &Range<usize>)> {
        match self {
            Self::Attribute { at, value } => Some((Form::Attribute, *at, value)),
            Self::Custom { at, value } => Some((Form::Custom, *at, value)),
            Self::Absent => None,
        }
    }
}

/// What a property of a key is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup<'a> {
    /// An attribute of the key's start tag, by its index.
    Attribute(usize),
    /// A `<Custom>` child.
    Custom(&'a Element),
}

/// Finds what a property of a key is written as, whatever its type and value are.
///
/// # Errors
/// [`MetabaseError::PropertyTwice`], [`MetabaseError::NameIdConflict`], [`MetabaseError::MissingAttribute`].
pub fn markup<'a>(
    text: &str,
    parts: &'a KeyParts,
    definition: &Definition,
) -> Result<Option<Markup<'a>>, MetabaseError> {
    let mut attributes = parts.element.attributes.iter();
    let named = attributes.position(|a| text[a.name.clone()] == *definition.name);
    let customs = parts.children.iter().filter(|child| child.name(text) == "Custom");
    markup_among(text, parts, definition, named, customs)
}

/// The same where the attribute of the name, if there is one, is known, and which `<Custom>`
/// children alone can be the property.
fn markup_among<'a>(
    text: &str,
    parts: &'a KeyParts,
    definition: &Definition,
    attribute: Option<usize>,
    customs: impl Iterator<Item = &'a Element>,
) -> Result<Option<Markup<'a>>, MetabaseError> {
    let mut found = attribute.map(Markup::Attribute);
    for custom in customs {
        if !is_about(text, custom, definition)? {
            continue;
        }
        if let Some(first) = found {
            let first = match first {
                Markup::Attribute(index) => parts.element.attributes[index].name.start,
                Markup::Custom(custom) => custom.at.start,
            };
            let name = definition.name.to_string();
            return Err(MetabaseError::PropertyTwice { name, first, second: custom.at.start });
        }
        found = Some(Markup::Custom(custom));
    }
    Ok(found)
}

/// Finds a property of a key, in either form, by its name and by its ID, and checks it.
///
/// # Errors
/// Those of [`markup`], [`MetabaseError::WrongType`], [`MetabaseError::BadValue`].
pub fn locate(
    text: &str,
    parts: &KeyParts,
    definition: &Definition,
) -> Result<Site, MetabaseError> {
    site(text, parts, definition, markup(text, parts, definition)?)
}

/// The place of what was found, checked.
fn site(
    text: &str,
    parts: &KeyParts,
    definition: &Definition,
    markup: Option<Markup<'_>>,
) -> Result<Site, MetabaseError> {
    let site = match markup {
        None => Site::Absent,
        Some(Markup::Attribute(index)) => {
            let attribute = &parts.element.attributes[index];
            Site::Attribute { at: attribute.name.start, value: attribute.value.clone() }
        }
        Some(Markup::Custom(custom)) => {
            Site::Custom { at: custom.at.start, value: custom_value(text, custom, definition)? }
        }
    };
    if let Some((_, _, value)) = site.found() {
        check_value(text, value, definition)?;
    }
    Ok(site)
}

/// Whether a `<Custom>` is the property: by its ID, with a name that does not contradict it.
fn is_about(text: &str, custom: &Element, definition: &Definition) -> Result<bool, MetabaseError> {
    let name = custom.value(text, "Name");
    let id = custom.value(text, "ID");
    let by_name = name.as_deref().is_some_and(|name| definition.is_named(name));
    let by_id = id.as_deref().and_then(dword) == Some(definition.id);
    match (by_name, by_id, id) {
        (true, true, _) => Ok(true),
        (false, false, _) => Ok(false),
        (false, true, _) if name.is_none() => Ok(true),
        (true, false, None) => Err(missing(custom, definition, "ID")),
        (_, _, id) => Err(MetabaseError::NameIdConflict {
            at: custom.at.start,
            name: name.unwrap_or_default().into_owned(),
            id: id.unwrap_or_default().into_owned(),
            expected_name: definition.name.to_string(),
            expected_id: definition.id,
        }),
    }
}

fn missing(custom: &Element, definition: &Definition, missing: &'static str) -> MetabaseError {
    MetabaseError::MissingAttribute {
        at: custom.at.start,
        name: definition.name.to_string(),
        missing,
    }
}

fn custom_value(
    text: &str,
    custom: &Element,
    definition: &Definition,
) -> Result<Range<usize>, MetabaseError> {
    let kind = custom.attribute(text, "Type").ok_or_else(|| missing(custom, definition, "Type"))?;
    let found = xml::unescape(&text[kind.value.clone()]);
    if found != definition.kind.name() {
        return Err(MetabaseError::WrongType {
            at: kind.value.start,
            name: definition.name.to_string(),
            found: found.into_owned(),
            expected: definition.kind.name().into(),
        });
    }
    let value =
        custom.attribute(text, "Value").ok_or_else(|| missing(custom, definition, "Value"))?;
    Ok(value.value.clone())
}

fn check_value(
    text: &str,
    value: &Range<usize>,
    definition: &Definition,
) -> Result<(), MetabaseError> {
    let found = xml::unescape(&text[value.clone()]);
    match definition.kind {
        Type::Dword if dword(&found).is_none() => Err(MetabaseError::BadValue {
            at: value.start,
            name: definition.name.to_string(),
            found: found.into_owned(),
            expected: definition.kind.name().into(),
        }),
        _ => Ok(()),
    }
}
