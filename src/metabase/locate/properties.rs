//! The properties of a key by their names and IDs: [`super::locate`] for who asks for many.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::{KeyParts, Markup, Site, id, markup_among, site};
use crate::metabase::error::MetabaseError;
use crate::metabase::property::Definition;

/// What a key says, to be asked for one property after another.
#[derive(Debug)]
pub struct Properties<'a> {
    text: &'a str,
    parts: &'a KeyParts,
    attributes: HashMap<&'a str, usize>,
    by_name: HashMap<Cow<'a, str>, Vec<usize>>,
    by_id: HashMap<u32, Vec<usize>>,
}

impl<'a> Properties<'a> {
    /// Reads every name and every ID once.
    #[must_use]
    pub fn of(text: &'a str, parts: &'a KeyParts) -> Self {
        let attributes = parts.element.attributes.iter().zip(0..);
        let attributes = attributes.map(|(one, place)| (&text[one.name.clone()], place)).collect();
        let (by_name, by_id) = Default::default();
        let mut all = Self { text, parts, attributes, by_name, by_id };
        let children = parts.children.iter().enumerate();
        for (place, custom) in children.filter(|(_, child)| child.name(text) == "Custom") {
            if let Some(name) = custom.value(text, "Name") {
                all.by_name.entry(name).or_default().push(place);
            }
            if let Some(id) = id(text, custom) {
                all.by_id.entry(id).or_default().push(place);
            }
        }
        all
    }

    /// What [`super::markup`] finds.
    ///
    /// # Errors
    /// Those of [`super::markup`].
    pub fn markup(&self, definition: &Definition) -> Result<Option<Markup<'a>>, MetabaseError> {
        let Self { text, parts, .. } = *self;
        let names =
            [&*definition.name, &definition.unknown_name()].map(|name| self.by_name.get(name));
        let places = names.into_iter().chain([self.by_id.get(&definition.id)]).flatten().flatten();
        let places: BTreeSet<usize> = places.copied().collect();
        let customs = places.into_iter().map(|place| &parts.children[place]);
        let attribute = self.attributes.get(&*definition.name).copied();
        markup_among(text, parts, definition, attribute, customs)
    }

    /// What [`super::locate`] finds.
    ///
    /// # Errors
    /// Those of [`super::locate`].
    pub fn locate(&self, definition: &Definition) -> Result<Site, MetabaseError> {
        site(self.text, self.parts, definition, self.markup(definition)?)
    }
}
