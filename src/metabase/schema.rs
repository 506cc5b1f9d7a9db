//! What a property is: its ID, type, user type, attributes, default, and the classes of keys
//! that list it.
//!
//! Owns the reading of `MBSchema.xml` (its layout: TechNet cc787880, MSDN aa670790, flylib
//! 3.372.1.91) and the table of published properties that serves where there is none. Reads what
//! is documented and passes over the rest; writes nothing.

mod file;
mod row;
mod table;

use std::collections::HashMap;

use crate::metabase::secrets::Secrets;

pub use file::read;
pub use row::Row;

/// Where a schema is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, by the name under which it is shown.
    File(String),
    /// The table of published properties.
    BuiltIn,
}

impl Origin {
    /// The name of the origin in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::BuiltIn => "built-in",
        }
    }

    /// The origin in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::File(name) => name.clone(),
            Self::BuiltIn => "the built-in table of published properties".into(),
        }
    }
}

/// What is known of properties.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Where it is from.
    pub origin: Origin,
    rows: Vec<Row>,
    by_name: HashMap<String, usize>,
    by_id: HashMap<u32, usize>,
    secrets: Secrets,
}

impl Schema {
    /// The table of published properties.
    #[must_use]
    pub fn built_in() -> Self {
        Self::new(Origin::BuiltIn, table::rows())
    }

    fn new(origin: Origin, rows: Vec<Row>) -> Self {
        let names = rows.iter().enumerate();
        let by_name = names.map(|(at, row)| (row.definition.name.to_lowercase(), at)).collect();
        let numbered = rows.iter().enumerate().filter(|(_, row)| row.definition.id != 0);
        let by_id = numbered.map(|(at, row)| (row.definition.id, at)).collect();
        let secrets = Secrets::of(&rows);
        Self { origin, rows, by_name, by_id, secrets }
    }

    /// What it says of a property, by name, in any case of letters.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Row> {
        self.by_name.get(&name.to_lowercase()).map(|at| &self.rows[*at])
    }

    /// What it says of a property, by ID.
    #[must_use]
    pub fn numbered(&self, id: u32) -> Option<&Row> {
        self.by_id.get(&id).map(|at| &self.rows[*at])
    }

    /// The name of a property that differs from this one by a slip or two of the fingers.
    #[must_use]
    pub fn similar(&self, name: &str) -> Option<String> {
        let name = name.to_lowercase();
        let known = self.rows.iter().map(|row| &row.definition.name);
        let far = known.map(|known| (strsim::levenshtein(&name, &known.to_lowercase()), known));
        let near = far.filter(|(far, _)| *far <= 2).min_by_key(|(far, _)| *far);
        near.map(|(_, known)| known.to_string())
    }

    /// What is secret: what is published, and what it marks.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Everything it says, in the order of its file.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood() {
        let schema = Schema::built_in();
        assert_eq!(schema.similar("HopCuont").as_deref(), Some("HopCount"));
        assert_eq!(schema.similar("hopcoun").as_deref(), Some("HopCount"));
        assert_eq!(schema.similar("Nothing"), None);
    }
}
