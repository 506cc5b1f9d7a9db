//! The keys of a metabase by their paths: [`super::find`] for who asks for many.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::{KeyPath, folded, location};
use crate::metabase::error::MetabaseError;
use crate::metabase::scan::{Key, Metabase};
use crate::text::source::Source;

/// Each path without case, with the first key that has it and, if there is one, the second.
#[derive(Debug)]
pub struct Index<'a> {
    source: &'a Source<'a>,
    metabase: &'a Metabase,
    keys: HashMap<String, (usize, Option<usize>)>,
    /// Every path without case, in order, so that the keys below one stand side by side.
    sorted: OnceCell<Vec<(String, usize)>>,
}

impl<'a> Index<'a> {
    /// Reads every path once.
    #[must_use]
    pub fn new(source: &'a Source, metabase: &'a Metabase) -> Self {
        let mut keys: HashMap<_, (usize, Option<usize>)> =
            HashMap::with_capacity(metabase.keys.len());
        for (index, key) in metabase.keys.iter().enumerate() {
            let path = folded(&location(source, key));
            let found = keys.entry(path).or_insert((index, None));
            if found.0 != index {
                found.1.get_or_insert(index);
            }
        }
        Self { source, metabase, keys, sorted: OnceCell::new() }
    }

    /// The index of the one key with this path.
    ///
    /// # Errors
    /// [`MetabaseError::KeyAbsent`], [`MetabaseError::KeyTwice`].
    pub fn find(&self, path: &KeyPath) -> Result<usize, MetabaseError> {
        let start = |index: usize| self.metabase.keys[index].at.start;
        match self.keys.get(&folded(path.as_str())) {
            None => Err(MetabaseError::KeyAbsent { path: path.to_string() }),
            Some((index, None)) => Ok(*index),
            Some((first, Some(second))) => Err(MetabaseError::KeyTwice {
                path: path.to_string(),
                first: start(*first),
                second: start(*second),
            }),
        }
    }

    /// The one key with this path.
    ///
    /// # Errors
    /// Those of [`Index::find`].
    pub fn key(&self, path: &KeyPath) -> Result<&'a Key, MetabaseError> {
        Ok(&self.metabase.keys[self.find(path)?])
    }

    /// The keys below a path, in the order of the file.
    #[must_use]
    pub fn below(&self, path: &KeyPath) -> Vec<usize> {
        let sorted = self.sorted.get_or_init(|| {
            let keys = self.metabase.keys.iter().zip(0..);
            let path = |(key, index)| (folded(&location(self.source, key)), index);
            let mut sorted: Vec<_> = keys.map(path).collect();
            sorted.sort_unstable();
            sorted
        });
        let above = format!("{}/", folded(path.as_str().trim_end_matches('/')));
        let start = sorted.partition_point(|(path, _)| *path < above);
        let below = sorted[start..].iter().take_while(|(path, _)| path.starts_with(&above));
        let mut below: Vec<_> =
            below.filter(|(path, _)| path.len() > above.len()).map(|(_, index)| *index).collect();
        below.sort_unstable();
        below
    }

    /// Whether any key has this path.
    #[must_use]
    pub fn has(&self, path: &KeyPath) -> bool {
        self.keys.contains_key(&folded(path.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metabase::locate::find;
    use crate::metabase::scan::scan;

    #[test]
    fn it_finds_what_a_search_finds() {
        let keys: String =
            ["/LM", "/LM/A&amp;b", "/lm/a&#38;B", "/LM/Stra\u{df}e", "/LM/\u{212A}", "."]
                .iter()
                .map(|location| format!("<K Location='{location}'/>"))
                .collect();
        let text = format!(
            "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>{keys}\
             </MBProperty></configuration>"
        );
        let source = Source::decode(text.into_bytes()).expect("it is text");
        let metabase = scan(&source).expect("it is a metabase");
        let index = Index::new(&source, &metabase);
        let asked = ["/lm", "/LM/a&b", "/LM/STRA\u{df}E", "/LM/k", "/LM/K", ".", "", "/", "/LM/x"];
        let (mut outcomes, mut some_below) = ([0; 3], 0);
        for path in asked.map(KeyPath::exact) {
            let found = index.find(&path);
            assert_eq!(found, find(&source, &metabase, &path), "{path}");
            let is_absent = matches!(found, Err(MetabaseError::KeyAbsent { .. }));
            assert_eq!(index.has(&path), !is_absent, "{path}");
            let keys = metabase.keys.iter().enumerate();
            let below = keys.filter(|(_, key)| path.is_above(&location(&source, key)));
            let below: Vec<usize> = below.map(|(at, _)| at).collect();
            assert_eq!(index.below(&path), below, "{path}");
            some_below += usize::from(!below.is_empty());
            outcomes[if is_absent { 0 } else { 1 + usize::from(found.is_err()) }] += 1;
        }
        assert_eq!((outcomes, some_below), ([5, 3, 1], 3));
    }
}
