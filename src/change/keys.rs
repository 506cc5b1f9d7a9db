//! Whole keys: making, deleting, renaming and copying them.
//!
//! Owns which keys are never touched, which class a key has by its place, and what refers to a
//! key from elsewhere in the file. Plans nothing: it hands requests to the engine.

mod class;

use std::collections::{BTreeSet, HashSet};

use crate::change::error::ChangeError;
use crate::change::layout::NewKey;
use crate::change::plan::Requests;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Index, KeyParts, KeyPath, folded, is_at_or_below};
use crate::metabase::model::{Property, properties};
use crate::metabase::portable::{Bound, bound};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::metabase::secrets::Secrets;
use crate::text::source::Source;
use crate::xml;

pub use class::{ANY, check_class, class_at};

/// The keys without which IIS does not start or has lost a service: `.`, `/`, `/LM` and what is
/// just below it, and the schema.
fn is_fixed(path: &str) -> bool {
    let path = folded(path);
    let depth = path.split('/').filter(|name| !name.is_empty()).count();
    !path.starts_with('/')
        || depth <= 1
        || depth == 2 && path.starts_with("/LM/")
        || path.starts_with("/SCHEMA/")
}

/// Refuses the keys that are never deleted, renamed or copied over.
fn check_free(path: &str) -> Result<(), ChangeError> {
    if is_fixed(path) { Err(ChangeError::KeyFixed { path: path.to_owned() }) } else { Ok(()) }
}

/// Refuses what cannot stand in a path.
/// Refuses a path that no key can have.
///
/// # Errors
/// [`ChangeError::BadName`].
pub fn check_path(path: &KeyPath) -> Result<(), ChangeError> {
    match path.as_str() {
        "/" => Ok(()),
        path => path.split('/').skip(1).try_for_each(check_name),
    }
}

fn check_name(name: &str) -> Result<(), ChangeError> {
    let why = match name {
        "" => "it is empty",
        "*" | "." | ".." => "it has a meaning of its own",
        _ if name.contains(['/', '\\']) => "a name holds no slash",
        _ if name.trim() != name => "it begins or ends with a blank",
        _ if !name.chars().all(|one| xml::is_allowed(one) && !one.is_control()) => {
            "it holds control characters"
        }
        _ => return Ok(()),
    };
    Err(ChangeError::BadName { name: name.to_owned(), why })
}

/// A metabase in which keys are made and moved.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    source: &'a Source<'a>,
    metabase: &'a Metabase,
    index: Option<&'a Index<'a>>,
}

impl<'a> Keys<'a> {
    /// Makes ready.
    #[must_use]
    pub fn new(source: &'a Source<'a>, metabase: &'a Metabase) -> Self {
        Self { source, metabase, index: None }
    }

    /// Looks keys up in an index: for who asks for many.
    #[must_use]
    pub fn by(self, index: &'a Index<'a>) -> Self {
        Self { index: Some(index), ..self }
    }

    fn find(&self, path: &KeyPath) -> Result<usize, MetabaseError> {
        match self.index {
            Some(index) => index.find(path),
            None => locate::find(self.source, self.metabase, path),
        }
    }

    fn has(&self, path: &KeyPath) -> bool {
        if let Some(index) = self.index {
            return index.has(path);
        }
        self.metabase.keys.iter().any(|key| path.is_of(self.source.text(), key))
    }

    fn location(&self, key: usize) -> String {
        locate::location(self.source, &self.metabase.keys[key]).into_owned()
    }

    /// The keys below one, in the order of the file.
    #[must_use]
    pub fn below(&self, path: &KeyPath) -> Vec<usize> {
        if let Some(index) = self.index {
            return index.below(path);
        }
        let all =
            (0..self.metabase.keys.len()).filter(|key| path.may_hold(&self.metabase.keys[*key]));
        all.filter(|key| path.is_above(&self.location(*key))).collect()
    }

    /// The key that is to be made, and before it those above it that are missing, where these
    /// are asked for. Without a class it has that of its place.
    ///
    /// # Errors
    /// [`ChangeError::KeyExists`], [`ChangeError::NoParent`], [`ChangeError::ClassUnknown`],
    /// [`ChangeError::BadName`], [`ChangeError::BadClass`].
    pub fn create(
        &self,
        path: &KeyPath,
        class: Option<&str>,
        parents: bool,
        planned: &BTreeSet<String>,
    ) -> Result<Vec<NewKey>, ChangeError> {
        let is_there = |path: &KeyPath| self.has(path) || planned.contains(&folded(path.as_str()));
        if is_there(path) {
            return Err(ChangeError::KeyExists { path: path.to_string() });
        }
        check_path(path)?;
        let Some(class) = class.or_else(|| class_at(path.as_str())) else {
            return Err(ChangeError::ClassUnknown { path: path.to_string() });
        };
        check_class(class)?;
        let mut new = vec![new_key(path.as_str(), class)];
        let mut below = path.clone();
        while let Some((parent, _)) = below.parent().filter(|(parent, _)| !is_there(parent)) {
            if !parents {
                let (path, parent) = (path.to_string(), parent.to_string());
                return Err(ChangeError::NoParent { path, parent });
            }
            new.push(new_key(parent.as_str(), class_at(parent.as_str()).unwrap_or(ANY)));
            below = parent;
        }
        new.reverse();
        Ok(new)
    }

    /// The keys that go.
    ///
    /// # Errors
    /// [`ChangeError::KeyFixed`], [`ChangeError::KeysBelow`], and those of [`locate::find`].
    pub fn delete(&self, path: &KeyPath, recursive: bool) -> Result<Vec<usize>, ChangeError> {
        let key = self.find(path)?;
        check_free(&self.location(key))?;
        let mut all = self.below(path);
        if !recursive && !all.is_empty() {
            return Err(ChangeError::KeysBelow { path: self.location(key), count: all.len() });
        }
        all.push(key);
        Ok(all)
    }

    /// The new paths of a key and of those below it.
    ///
    /// # Errors
    /// [`ChangeError::KeyFixed`], [`ChangeError::KeyExists`], [`ChangeError::BadName`], and those
    /// of [`locate::find`].
    pub fn rename(&self, path: &KeyPath, name: &str) -> Result<Requests, ChangeError> {
        check_name(name)?;
        let key = self.find(path)?;
        let was = self.location(key);
        check_free(&was)?;
        let above = was.rsplit_once('/').map_or("", |(above, _)| above);
        let now = format!("{above}/{name}");
        let mut requests = Requests::default();
        let target = KeyPath::exact(&*now);
        if !target.is(&was) {
            let below = self.below(&target);
            if let Some(there) = below.first() {
                return Err(ChangeError::KeyExists { path: self.location(*there) });
            }
            if self.has(&target) {
                return Err(ChangeError::KeyExists { path: now });
            }
        }
        for below in self.below(path) {
            let location = self.location(below);
            let rest = behind(&location, &was);
            requests.renamed.insert(below, format!("{now}{rest}"));
        }
        requests.renamed.insert(key, now);
        Ok(requests)
    }

    /// A copy of a key and of those below it, and what stays behind: secrets, and what is IIS's
    /// own.
    ///
    /// # Errors
    /// [`ChangeError::KeyExists`], [`ChangeError::NoParent`], [`ChangeError::Inside`], and those of
    /// [`locate::find`].
    pub fn copy(
        &self,
        from: &KeyPath,
        to: &KeyPath,
        schema: &Schema,
    ) -> Result<Copied, ChangeError> {
        let key = self.find(from)?;
        let was = self.location(key);
        if self.has(to) {
            return Err(ChangeError::KeyExists { path: to.to_string() });
        }
        if from.is_above(to.as_str()) {
            return Err(ChangeError::Inside { path: was, into: to.to_string() });
        }
        to.as_str().split('/').skip(1).try_for_each(check_name)?;
        if let Some((parent, _)) = to.parent().filter(|(parent, _)| !self.has(parent)) {
            let (path, parent) = (to.to_string(), parent.to_string());
            return Err(ChangeError::NoParent { path, parent });
        }
        let mut copied = Copied::default();
        for key in std::iter::once(key).chain(self.below(from)) {
            let location = self.location(key);
            let rest = behind(&location, &was);
            let copy = self.copied(key, &format!("{to}{rest}"), schema, &mut copied.left_out)?;
            copied.new.push(copy);
        }
        Ok(copied)
    }

    fn copied(
        &self,
        key: usize,
        location: &str,
        schema: &Schema,
        left: &mut Vec<(String, String)>,
    ) -> Result<NewKey, MetabaseError> {
        let text = self.source.text();
        let parts = KeyParts::read(self.source, &self.metabase.keys[key])?;
        let mut all = properties(text, &parts);
        all.retain(|property| match bound(property, schema) {
            Some(Bound::Secret | Bound::Bookkeeping | Bound::State) => {
                left.push((location.to_owned(), property.name.clone().into_owned()));
                false
            }
            _ => true,
        });
        Ok(key_of(text, &parts, &all, location))
    }

    /// What in keys that stay refers to one of these paths or to what is below: the key, the
    /// property, its value and its line. A secret refers to nothing: it is encrypted.
    ///
    /// # Errors
    /// None for keys of this metabase.
    pub fn references(
        &self,
        paths: &[KeyPath],
        but: &BTreeSet<usize>,
        secrets: &Secrets,
    ) -> Result<Vec<Reference>, MetabaseError> {
        let (text, lines) = (self.source.text(), self.source.lines());
        let pools: HashSet<_> = paths.iter().filter_map(pool).map(|name| folded(&name)).collect();
        let gone: HashSet<_> = paths.iter().map(|path| folded(path.as_str())).collect();
        let mut found = Vec::new();
        for (index, key) in self.metabase.keys.iter().enumerate() {
            if but.contains(&index) {
                continue;
            }
            let parts = KeyParts::read(self.source, key)?;
            for property in properties(text, &parts) {
                let value = property.value.trim();
                let is_pool = property.name == "AppPoolId" || property.id == Some(9101);
                let refers = match is_pool {
                    true => pools.contains(&folded(value)),
                    false => {
                        value.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("/LM/"))
                            && is_at_or_below(&folded(value.trim_end_matches('/')), &gone)
                    }
                };
                let flags = property.flags.as_deref().unwrap_or_default();
                if refers && !secrets.has(&property.name, property.id, flags) {
                    found.push(Reference {
                        location: self.location(index),
                        property: property.name.clone().into_owned(),
                        value: value.to_owned(),
                        line: lines.line(property.at),
                    });
                }
            }
        }
        Ok(found)
    }
}

/// What is in the path of a key after that of the one above it.
fn behind<'p>(path: &'p str, above: &str) -> &'p str {
    let depth = above.matches('/').count();
    path.match_indices('/').nth(depth).map_or("", |(slash, _)| &path[slash..])
}

/// The name of an application pool, for the key of one.
fn pool(path: &KeyPath) -> Option<String> {
    let (parent, name) = path.parent()?;
    parent.is("/LM/W3SVC/AppPools").then(|| name.to_owned())
}

/// Keys that are copies of others.
#[derive(Debug, Clone, Default)]
pub struct Copied {
    /// They.
    pub new: Vec<NewKey>,
    /// The key and the name of each property that stays behind.
    pub left_out: Vec<(String, String)>,
}

/// A value that names a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The key that has the value.
    pub location: String,
    /// The property.
    pub property: String,
    /// Its value.
    pub value: String,
    /// Its line.
    pub line: usize,
}

fn new_key(location: &str, class: &str) -> NewKey {
    let (attributes, customs) = Default::default();
    NewKey { location: location.to_owned(), element: class.to_owned(), attributes, customs }
}

/// A key with these of the properties of another, at a path of its own.
#[must_use]
pub fn key_of(text: &str, parts: &KeyParts, all: &[Property<'_>], location: &str) -> NewKey {
    let mut key = new_key(location, parts.element.name(text));
    for property in all {
        let custom = parts.children.binary_search_by_key(&property.at, |child| child.at.start);
        match custom.ok().map(|place| &parts.children[place]) {
            Some(custom) => {
                let decoded = custom.attributes.iter().map(|attribute| {
                    let name = text[attribute.name.clone()].to_owned();
                    (name, xml::unescape(&text[attribute.value.clone()]).into_owned())
                });
                key.customs.push(decoded.collect());
            }
            None => {
                let (name, value) = (property.name.clone(), property.value.clone());
                key.attributes.push((name.into_owned(), value.into_owned()));
            }
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_iis_does_not_start_without_is_fixed() {
        for path in [".", "/", "/LM", "/lm/SmtpSvc", "/LM/W3SVC", "/Schema", "/Schema/Properties"] {
            assert!(is_fixed(path), "{path}");
        }
        for path in ["/LM/SmtpSvc/1", "/LM/W3SVC/AppPools"] {
            assert!(!is_fixed(path), "{path}");
        }
    }

    #[test]
    fn a_name_is_a_name() {
        for name in ["", "a/b", "a\\b", "*", "..", " a", "a\n"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert_eq!(check_name("web 2 (ä)"), Ok(()));
    }
}
