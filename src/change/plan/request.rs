//! What is asked for: properties that are to have a value, keys that are to be made, to go, or to
//! have another path.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::layout::NewKey;
use crate::metabase::locate::{Form, KeyPath};
use crate::metabase::property::Definition;

/// What is to become of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It has this value, decoded; the lines of a list are laid out as the file lays them out.
    Set(String),
    /// It is not there.
    Unset,
}

/// One property of one key is to have a value, or to be gone.
#[derive(Debug, Clone)]
pub struct Request {
    /// The key.
    pub key: KeyPath,
    /// The property, with the type data for one that is not there yet.
    pub property: Definition,
    /// What is to become of it.
    pub action: Action,
    /// The form for one that is not there yet.
    pub form: Form,
}

impl Request {
    /// The property is to have a value; where it is not there, as a `<Custom>`.
    #[must_use]
    pub fn set(key: KeyPath, property: Definition, value: impl Into<String>) -> Self {
        Self { key, property, action: Action::Set(value.into()), form: Form::Custom }
    }

    /// The property is to be gone.
    #[must_use]
    pub fn unset(key: KeyPath, property: Definition) -> Self {
        Self { key, property, action: Action::Unset, form: Form::Custom }
    }
}

/// All that one run asks for: planned, shown, written and taken back as one.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    /// What is to become of which properties of keys that are there.
    pub properties: Vec<Request>,
    /// The keys that are to be made, in their order.
    pub new: Vec<NewKey>,
    /// The keys that are to go, by their indexes in the scanned metabase; the keys below them are
    /// named as well.
    pub gone: BTreeSet<usize>,
    /// The keys that are to have another `Location`, by their indexes.
    pub renamed: BTreeMap<usize, String>,
}

impl From<Vec<Request>> for Requests {
    fn from(properties: Vec<Request>) -> Self {
        Self { properties, ..Self::default() }
    }
}
