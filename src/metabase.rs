//! What a metabase says: keys, properties, values, the schema, inheritance, secrets.
//!
//! Pure, and only for reading: what is to become of a metabase is planned in [`crate::change`].

pub mod address_list;
pub mod counterpart;
pub mod dns;
pub mod equal;
pub mod error;
pub mod flag;
pub mod locate;
pub mod model;
pub mod portable;
pub mod property;
pub mod protect;
pub mod resolve;
pub mod scan;
pub mod schema;
pub mod secrets;
pub mod survey;
pub mod value;
