//! Properties in the whole tree of keys: who has one, who takes it over, who hides it.
//!
//! Owns inheritance: a key takes an inheritable property from the nearest key above it that has
//! it (MSDN ms524543). A `<Custom>` says itself whether it is one; of an attribute the schema
//! does. Plans nothing.

mod hidden;

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Form, KeyParts, KeyPath, folded};
use crate::metabase::model;
use crate::metabase::property::{has_flag, lines};
use crate::metabase::protect::{Protected, Protection};
use crate::metabase::resolve::PropertyName;
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::text::source::{Lines, Source};

pub use hidden::{Hidden, NewValue, hidden};

/// A property as a key states it, with what the schema adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The `Location` of the key.
    pub location: String,
    /// Its name: the schema's where it is known there.
    pub name: String,
    /// Its ID; 0 where it is not known.
    pub id: u32,
    /// Its type, in the words of the file or the schema; nothing where it is not known.
    pub kind: String,
    /// Its user type, likewise.
    pub user_type: String,
    /// Its flags, likewise.
    pub attributes: String,
    /// The form it has.
    pub form: Form,
    /// The line where it begins.
    pub line: usize,
    /// Its value; of a list the lines, without their layout.
    pub value: String,
    /// Its value in names, where a number has them.
    pub names: Option<String>,
    /// Whether its value must not be shown.
    pub secret: bool,
}

impl Stated {
    /// Whether the keys below take it over.
    #[must_use]
    pub fn is_inheritable(&self) -> bool {
        has_flag(&self.attributes, "INHERIT")
    }

    /// Its value, for a new property that begins with it.
    ///
    /// # Errors
    /// A secret is [`Protected`]: it would be shown, and IIS could not read the copy.
    pub fn to_copy(self) -> Result<String, Protected> {
        match self.secret {
            true => Err(Protected { name: self.name, why: Protection::Secret }),
            false => Ok(self.value),
        }
    }
}

/// The properties that were seen already: the same ones have the same ID or, where either has
/// none, the same name.
#[derive(Default)]
struct Seen {
    ids: HashSet<u32>,
    /// By name: whether there is one without an ID.
    names: HashMap<String, bool>,
}

impl Seen {
    fn add(&mut self, one: &Stated) {
        self.ids.insert(one.id);
        *self.names.entry(one.name.clone()).or_default() |= one.id == 0;
    }

    fn has(&self, one: &Stated) -> bool {
        match self.names.get(&one.name) {
            Some(without_id) if *without_id || one.id == 0 => true,
            _ => one.id != 0 && self.ids.contains(&one.id),
        }
    }
}

/// Whether a folded path leads to a key above another.
fn is_above(above: &str, path: &str) -> bool {
    let rest = path.strip_prefix(above.trim_end_matches('/'));
    !above.is_empty() && rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
}

/// A metabase to be asked, with what makes the answers quick and complete.
pub struct Survey<'a> {
    source: &'a Source<'a>,
    metabase: &'a Metabase,
    schema: &'a Schema,
    lines: Lines<'a>,
    /// Whether the keys above one were asked for already: for one question a search is quicker.
    has_searched: Cell<bool>,
    paths: OnceCell<HashMap<String, Vec<usize>>>,
}

impl<'a> Survey<'a> {
    /// Makes ready to ask.
    #[must_use]
    pub fn new(source: &'a Source, metabase: &'a Metabase, schema: &'a Schema) -> Self {
        let (has_searched, paths) = Default::default();
        Self { source, metabase, schema, lines: source.lines(), has_searched, paths }
    }

    /// The line of a place.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        self.lines.line(at)
    }

    /// What a key states itself, in the order of the file.
    ///
    /// # Errors
    /// None for a key of this metabase.
    pub fn stated(&self, key: usize) -> Result<Vec<Stated>, MetabaseError> {
        let text = self.source.text();
        let parts = KeyParts::read(self.source, &self.metabase.keys[key])?;
        let location = locate::location(self.source, &self.metabase.keys[key]);
        let stated = |property: model::Property<'_>| {
            let id = property.id.unwrap_or_default();
            let named = self.schema.named(&property.name);
            let named = named.filter(|row| id == 0 || row.definition.id == id);
            let row = named.or_else(|| self.schema.numbered(id));
            let known = row.map(|row| &row.definition);
            let said = |word: Option<std::borrow::Cow<'_, str>>, known: Option<&str>| {
                word.map_or_else(|| known.unwrap_or_default().to_owned(), |word| word.into_owned())
            };
            let kind = said(property.kind, known.map(|known| known.kind.name()));
            let is_list =
                crate::metabase::property::Type::of(&kind).is_some_and(|kind| kind.is_list());
            let value = if is_list {
                lines(&property.value).collect::<Vec<_>>().join("\n")
            } else {
                property.value.into_owned()
            };
            let names = row.filter(|_| kind == "DWORD").and_then(|row| row.in_names(&value));
            let (secrets, flags) = (self.schema.secrets(), property.flags.as_deref());
            let secret = secrets.has(&property.name, property.id, flags.unwrap_or_default())
                || known.is_some_and(|known| secrets.has(&known.name, Some(known.id), ""));
            Stated {
                secret,
                location: location.clone().into_owned(),
                name: known.map_or_else(|| property.name.into_owned(), |k| k.name.to_string()),
                id: if id == 0 { known.map_or(0, |known| known.id) } else { id },
                kind,
                user_type: said(property.user_type, known.map(|known| &*known.user_type)),
                attributes: said(property.flags, known.map(|known| &*known.attributes)),
                names,
                form: property.form,
                line: self.line(property.at),
                value,
            }
        };
        Ok(model::properties(text, &parts).into_iter().map(stated).collect())
    }

    /// What a key inherits: of each property that it does not state itself, the one of the
    /// nearest key above that states it, if that is inheritable.
    ///
    /// # Errors
    /// None for a key of this metabase.
    pub fn inherited(&self, key: usize) -> Result<Vec<Stated>, MetabaseError> {
        let mut seen = Seen::default();
        self.stated(key)?.iter().for_each(|own| seen.add(own));
        let mut inherited = Vec::new();
        for above in self.above(key) {
            let mut new = self.stated(above)?;
            new.retain(|one| one.is_inheritable() && !seen.has(one));
            new.iter().for_each(|one| seen.add(one));
            inherited.extend(new);
        }
        Ok(inherited)
    }

    /// The keys above one, the nearest first; of several with one path the first.
    fn above(&self, key: usize) -> impl Iterator<Item = usize> {
        let path = folded(self.path(key).as_str());
        let mut above = BTreeMap::new();
        let mut look = |index: usize| {
            let location = folded(&locate::location(self.source, &self.metabase.keys[index]));
            if is_above(&location, &path) {
                let first = above.entry(location.len()).or_insert(index);
                *first = index.min(*first);
            }
        };
        if self.has_searched.replace(true) {
            let paths = self.paths.get_or_init(|| self.paths());
            let slashes = path.match_indices('/');
            let near = slashes.filter_map(|(slash, _)| paths.get(&path[..slash])).flatten();
            near.for_each(|index| look(*index));
        } else {
            (0..self.metabase.keys.len()).for_each(look);
        }
        above.into_values().rev()
    }

    /// The keys by their paths, without case and without the slash that may end them.
    fn paths(&self) -> HashMap<String, Vec<usize>> {
        let mut paths: HashMap<_, Vec<_>> = HashMap::with_capacity(self.metabase.keys.len());
        for (index, key) in self.metabase.keys.iter().enumerate() {
            let location = locate::location(self.source, key);
            paths.entry(folded(location.trim_end_matches('/'))).or_default().push(index);
        }
        paths
    }

    /// The path of a key.
    #[must_use]
    pub fn path(&self, key: usize) -> KeyPath {
        KeyPath::exact(locate::location(self.source, &self.metabase.keys[key]))
    }

    /// Every key that states a property, or whose class lists it and that takes it over: with
    /// what holds there, and what that hides.
    ///
    /// # Errors
    /// None for this metabase.
    pub fn find(&self, wanted: &PropertyName) -> Result<Vec<Found>, MetabaseError> {
        let row = wanted.in_schema(self.schema);
        let is_wanted = |one: &Stated| {
            wanted.is(&one.name, one.id) || row.is_some_and(|row| row.definition.name == one.name)
        };
        let mut listed = Vec::new();
        for (index, key) in self.metabase.keys.iter().enumerate() {
            let own = self.stated(index)?.into_iter().find(is_wanted);
            if own.is_some() || row.is_some_and(|row| row.is_listed_for(self.class(index))) {
                listed.push((folded(&locate::location(self.source, key)), index, own));
            }
        }
        // A key before the keys below it, and these before all others.
        listed.sort_by(|(one, ..), (other, ..)| one.split('/').cmp(other.split('/')));
        let mut above: Vec<(&str, &Stated)> = Vec::new();
        let mut found = Vec::new();
        for (path, index, own) in &listed {
            while above.pop_if(|(above, _)| !is_above(above, path)).is_some() {}
            let above_it = above.last().map(|(_, stated)| *stated);
            let inherited = above_it.filter(|stated| stated.is_inheritable());
            if let Some(holds) = own.as_ref().or(inherited) {
                let hides = own.as_ref().and(inherited).cloned();
                let location = self.path(*index).to_string();
                found.push((*index, Found { location, holds: holds.clone(), hides }));
            }
            above.extend(own.as_ref().map(|own| (path.as_str(), own)));
        }
        found.sort_by_key(|(index, _)| *index);
        Ok(found.into_iter().map(|(_, found)| found).collect())
    }

    /// Every property whose name fits a pattern, in which `*` stands for anything, at each key that
    /// states it.
    ///
    /// # Errors
    /// None for this metabase.
    pub fn find_pattern(&self, pattern: &str) -> Result<Vec<Found>, MetabaseError> {
        let mut found = Vec::new();
        for key in 0..self.metabase.keys.len() {
            let own = self.stated(key)?.into_iter().filter(|one| fits(pattern, &one.name));
            found.extend(own.map(|holds| Found {
                location: holds.location.clone(),
                holds,
                hides: None,
            }));
        }
        Ok(found)
    }

    /// The class of a key: the name of its element.
    #[must_use]
    pub fn class(&self, key: usize) -> &'a str {
        let tag = &self.source.text()[self.metabase.keys[key].at.start + 1..];
        &tag[..tag.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(tag.len())]
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything. Letters compare without case.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (folded(pattern), folded(name));
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// A key at which a property holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The `Location` of the key.
    pub location: String,
    /// What holds there: the key's own, or that of a key above.
    pub holds: Stated,
    /// What the key's own hides.
    pub hides: Option<Stated>,
}

impl Found {
    /// Whether the key states it itself.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.location == self.holds.location
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_above_one_are_the_same_however_often_they_are_asked_for() {
        let locations = ["/", "/LM", "/lm/", "/LM/a", "/LM/A/b", "/LM/a//", "/lm/A/B/c", ".", ""];
        let keys: String =
            locations.iter().map(|location| format!("<K Location='{location}'/>")).collect();
        let text = format!(
            "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>{keys}\
             </MBProperty></configuration>"
        );
        let source = Source::decode(text.into_bytes()).expect("it is text");
        let metabase = crate::metabase::scan::scan(&source).expect("it is a metabase");
        let schema = Schema::built_in();
        let mut some = 0;
        for (key, location) in locations.iter().enumerate() {
            let survey = Survey::new(&source, &metabase, &schema);
            let searched: Vec<_> = survey.above(key).collect();
            assert_eq!(survey.above(key).collect::<Vec<_>>(), searched, "{location}");
            some += searched.len();
        }
        assert!(some > 15, "{some}");
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, fit) in [
            ("Log*", "LogType", true),
            ("*Directory", "queuedirectory", true),
            ("Smtp*Dns", "SmtpUseTcpDns", true),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("ab*ba", "aba", false),
            ("Log", "LogType", false),
            ("*Log", "LogType", false),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }
}
