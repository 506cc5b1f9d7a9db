//! A wanted state: what is to be true of any number of keys, read from TOML or JSON.
//!
//! Owns the language of `metafix apply` and `metafix dsc`. Everything that is wrong with a text is
//! found at once, each with its place; what only the metabase can judge is found in [`requests`].

mod flaw;
mod instance;
mod nodes;
mod print;
mod reader;
mod requests;
mod said;
mod schema;

use crate::change::wanted::Wanted;
use crate::metabase::locate::KeyPath;
use crate::metabase::resolve::{PropertyName, TypeData};

pub use flaw::{Flaw, StateError};
pub use instance::{Instance, read_instance};
pub use nodes::is_json;
pub use print::{Printed, print};
pub use reader::read;
pub use requests::{Asked, requests};
pub use said::{Said, SaidKey, said};
pub use schema::{instance_schema, json_schema};

/// What is to be true of one key.
#[derive(Debug, Clone)]
pub struct WantedKey {
    /// Where it is named.
    pub at: usize,
    /// The key.
    pub path: KeyPath,
    /// Its class, where it is to be made.
    pub class: Option<String>,
    /// Whether it is to be there.
    pub present: bool,
    /// Whether the keys below it go with it.
    pub recursive: bool,
    /// What is to become of its properties.
    pub properties: Vec<WantedProperty>,
}

/// What is to become of one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedProperty {
    /// Where it is named.
    pub at: usize,
    /// The property.
    pub name: PropertyName,
    /// Type data for one that is not known.
    pub given: TypeData,
    /// What is wanted.
    pub wanted: Wanted,
}
