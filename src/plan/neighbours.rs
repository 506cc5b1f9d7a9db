//! Behind which key a new one stands, and where just.

use std::collections::HashMap;

use crate::error::Refusal;
use crate::layout::NewKey;
use crate::locate::{self, KeyPath};
use crate::scan::Metabase;
use crate::source::Source;

/// The last key at or below each path, by the path in lower case.
pub(super) struct Neighbours {
    last: HashMap<String, usize>,
    /// How many keys there are.
    keys: usize,
}

impl Neighbours {
    /// Nothing is read where no key is new.
    pub(super) fn of(source: &Source, metabase: &Metabase, new_keys: &[NewKey]) -> Self {
        let mut last = HashMap::new();
        let keys = metabase.keys.iter().enumerate().filter(|_| !new_keys.is_empty());
        for (index, key) in keys {
            let location = locate::location(source, key).to_lowercase();
            for (end, _) in location.match_indices('/') {
                last.insert(location[..end].to_owned(), index);
            }
            last.insert(location, index);
        }
        Self { last, keys: metabase.keys.len() }
    }

    /// The index of the key behind which a new one stands.
    pub(super) fn behind(&self, location: &str) -> Result<usize, Refusal> {
        let mut path = KeyPath::exact(location.to_lowercase());
        while let Some((parent, _)) = path.parent() {
            if let Some(last) = self.last.get(parent.as_str().trim_end_matches('/')) {
                return Ok(*last);
            }
            path = parent;
        }
        let last = self.keys.checked_sub(1);
        last.ok_or_else(|| Refusal::KeyAbsent { path: path.to_string() })
    }
}

/// The place behind a key, and behind a comment that ends its line.
pub(super) fn behind(text: &str, end: usize) -> usize {
    let line = &text[end..];
    let line = &line[..line.find(['\r', '\n']).unwrap_or(0)];
    let comment = line.trim_matches([' ', '\t']);
    let is_comment = comment.starts_with("<!--") && comment.ends_with("-->");
    end + if is_comment { line.trim_end_matches([' ', '\t']).len() } else { 0 }
}
