//! After which key a new one stands, and where exactly.

use std::collections::HashMap;

use crate::change::layout::NewKey;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, folded};
use crate::metabase::scan::Metabase;
use crate::text::source::Source;

/// The paths above the new keys, of which the first is above all others. Of the paths in the file
/// no more is held than leads to these: a path can be as long as the file.
pub(super) struct Neighbours {
    paths: Vec<Path>,
}

#[derive(Default)]
struct Path {
    /// The last key at this path or below it.
    last: Option<usize>,
    /// The paths just below it, by their names, folded.
    below: HashMap<String, usize>,
}

impl Neighbours {
    /// Nothing is read where no key is new.
    pub(super) fn of(source: &Source, metabase: &Metabase, new_keys: &[NewKey]) -> Self {
        let mut neighbours = Self { paths: vec![Path::default()] };
        for key in new_keys {
            neighbours.make(&folded(&key.location));
        }
        let keys = metabase.keys.iter().enumerate().filter(|_| !new_keys.is_empty());
        for (index, key) in keys {
            let location = folded(&locate::location(source, key));
            neighbours.paths[0].last = Some(index);
            for path in neighbours.down(location.split('/')) {
                neighbours.paths[path].last = Some(index);
            }
        }
        neighbours
    }

    /// The index of the key after which a new one stands.
    pub(super) fn behind(&self, location: &str) -> Result<usize, MetabaseError> {
        let location = folded(location);
        let above = self.down(names_above(&location)).into_iter();
        let nearest = above.rev().find_map(|path| self.paths[path].last);
        let last = nearest.or(self.paths[0].last);
        last.ok_or_else(|| MetabaseError::KeyAbsent { path: "/".into() })
    }

    /// Makes the paths above a new key.
    fn make(&mut self, location: &str) {
        let mut path = 0;
        for name in names_above(location) {
            let new = self.paths.len();
            path = *self.paths[path].below.entry(name.to_owned()).or_insert(new);
            if path == new {
                self.paths.push(Path::default());
            }
        }
    }

    /// The paths to which these names lead, one below the other, as far as there are any.
    fn down<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<usize> {
        let mut path = 0;
        let next = |name| {
            path = *self.paths[path].below.get(name)?;
            Some(path)
        };
        names.map_while(next).collect()
    }
}

/// The names in a path, without the last.
fn names_above(location: &str) -> impl Iterator<Item = &str> {
    location.rsplit_once('/').into_iter().flat_map(|(above, _)| above.split('/'))
}

/// The place after a key, and after the comments that end its line.
pub(super) fn behind(text: &str, end: usize) -> usize {
    let (ends, mut place) = (['\r', '\n'], end);
    loop {
        let rest = text[place..].trim_start_matches([' ', '\t']);
        if rest.starts_with(ends) {
            return place;
        }
        let comment = rest.strip_prefix("<!--").and_then(|inside| inside.split_once("-->"));
        match comment {
            Some((comment, rest)) if !comment.contains(ends) => place = text.len() - rest.len(),
            _ => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metabase::scan::scan;

    fn metabase(locations: &[&str]) -> Source<'static> {
        let keys: String = locations.iter().map(|path| format!("<K Location='{path}'/>")).collect();
        let text = format!(
            "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>{keys}\
             </MBProperty></configuration>"
        );
        Source::decode(text.into_bytes()).expect("it is text")
    }

    fn new(location: &str) -> NewKey {
        let (location, element) = (location.into(), "K".into());
        NewKey { location, element, attributes: Vec::new(), customs: Vec::new() }
    }

    #[test]
    fn a_new_key_stands_behind_the_last_below_the_nearest_path_above_it() {
        let source = metabase(&[".", "/LM", "/lm/A", "/LM/a/x/y", "/LM/B", "/Schema/C"]);
        let found = scan(&source).expect("it is a metabase");
        for (location, behind) in [
            ("/LM/A/z", 3),
            ("/LM/a/X/y/z", 3),
            ("/LM/C", 4),
            ("/LM/C/D", 4),
            ("/lm/b/c", 4),
            ("/SCHEMA/D", 5),
            ("/Other", 5),
            ("..", 5),
        ] {
            let neighbours = Neighbours::of(&source, &found, &[new(location)]);
            assert_eq!(neighbours.behind(location), Ok(behind), "{location}");
        }
    }

    #[test]
    fn a_comment_that_ends_the_line_stays_with_the_key_before_it_and_no_other_does() {
        for line in [
            "<a/>| \r\n",
            "<a/> <!-- a -->| \n",
            "<a/><!-- a --> <!-- b -->|\t\r",
            "<a/>| <!-- a --><b/> <!-- b -->\n",
            "<a/>| <!-- a\n-->\n",
            "<a/>| <!-- a",
            "<a/>|<b/>",
            "<a/>|",
        ] {
            let (before, after) = line.split_once('|').expect("there is a mark");
            assert_eq!(behind(&[before, after].concat(), "<a/>".len()), before.len(), "{line}");
        }
    }

    #[test]
    fn no_more_is_held_of_a_long_path_than_leads_to_a_new_key() {
        let source = metabase(&["/LM", &"/LM".repeat(20_000)]);
        let found = scan(&source).expect("it is a metabase");
        let neighbours = Neighbours::of(&source, &found, &[new("/LM/a/b")]);
        assert_eq!((neighbours.paths.len(), neighbours.behind("/LM/a/b")), (4, Ok(1)));
    }
}
