//! A key that is asked for one property after another: read once, however many are asked for.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{KeyParts, Properties};
use crate::metabase::property::Definition;
use crate::metabase::resolve::Names;
use crate::metabase::survey::{Stated, Survey};

/// A key, with all that its properties are found by.
#[derive(Debug)]
pub struct AskedKey<'a> {
    pub(super) index: usize,
    pub(super) names: Names<'a>,
    pub(super) properties: Properties<'a>,
    holds: OnceCell<Holds>,
}

impl<'a> AskedKey<'a> {
    /// The key of this index, which [`super::Asker::parts`] has read from this text.
    #[must_use]
    pub fn of(index: usize, text: &'a str, parts: &'a KeyParts) -> Self {
        let (names, properties) = (Names::of(text, parts), Properties::of(text, parts));
        Self { index, names, properties, holds: OnceCell::new() }
    }

    /// Whether the key states a property itself.
    pub(super) fn has(&self, property: &Definition) -> Result<bool, MetabaseError> {
        Ok(self.properties.markup(property)?.is_some())
    }

    /// What holds at the key.
    pub(super) fn holds(&self, survey: &Survey<'_>) -> Result<&Holds, MetabaseError> {
        if let Some(holds) = self.holds.get() {
            return Ok(holds);
        }
        let holds = Holds::new(survey.stated(self.index)?, survey.inherited(self.index)?);
        Ok(self.holds.get_or_init(|| holds))
    }
}

/// What holds at a key: its own properties, and after them those that it inherits.
#[derive(Debug)]
pub(super) struct Holds {
    all: Vec<Stated>,
    names: HashMap<String, usize>,
    inherited_names: HashMap<String, usize>,
    inherited_ids: HashMap<u32, usize>,
}

impl Holds {
    fn new(mut all: Vec<Stated>, inherited: Vec<Stated>) -> Self {
        let own = all.len();
        all.extend(inherited);
        let (mut names, mut inherited_names, mut inherited_ids) =
            (HashMap::new(), HashMap::new(), HashMap::new());
        for (place, one) in all.iter().enumerate() {
            names.entry(one.name.clone()).or_insert(place);
            if place >= own {
                inherited_names.entry(one.name.clone()).or_insert(place);
                inherited_ids.entry(one.id).or_insert(place);
            }
        }
        Self { all, names, inherited_names, inherited_ids }
    }

    /// The property of this name.
    pub(super) fn named(&self, name: &str) -> Option<&Stated> {
        self.names.get(name).map(|place| &self.all[*place])
    }

    /// The property among those that are inherited; 0 is no ID.
    pub(super) fn inherited(&self, property: &Definition) -> Option<&Stated> {
        let by_id = self.inherited_ids.get(&property.id).filter(|_| property.id != 0);
        let by_name = self.inherited_names.get(&*property.name);
        by_id.into_iter().chain(by_name).min().map(|place| &self.all[*place])
    }
}
