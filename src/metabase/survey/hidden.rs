//! Which keys do not follow a new value of a key above them, because they have one of their own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, KeyParts, KeyPath, Markup, Properties, folded, id};
use crate::metabase::property::{Definition, dword};
use crate::metabase::scan::{Key, Metabase};
use crate::metabase::secrets::Secrets;
use crate::text::source::{Lines, Source};

/// A value below a key that hides the key's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// The `Location` of the key below.
    pub location: String,
    /// Where its value begins.
    pub line: usize,
    /// Its value.
    pub value: String,
    /// Whether its value must not be shown, whatever the key above says of the property.
    pub secret: bool,
}

/// A new value of a property at a key.
#[derive(Debug, Clone, Copy)]
pub struct NewValue<'a> {
    /// The `Location` of the key.
    pub location: &'a str,
    /// The property.
    pub property: &'a Definition,
    /// Its value.
    pub now: &'a str,
}

/// The new values of one key, by what a key below can have them as.
#[derive(Default)]
struct AtKey<'a> {
    names: HashSet<&'a str>,
    by_name: HashMap<&'a str, Vec<usize>>,
    by_id: HashMap<u32, Vec<usize>>,
}

impl<'a> AtKey<'a> {
    fn add(&mut self, place: usize, property: &'a Definition) {
        self.names.insert(&property.name);
        self.by_name.entry(&property.name).or_default().push(place);
        self.by_id.entry(property.id).or_default().push(place);
    }

    /// The places of the new values whose properties a key may state too.
    fn stated(&self, text: &str, parts: &KeyParts) -> BTreeSet<usize> {
        let names = parts.element.attributes.iter().map(|one| &text[one.name.clone()]);
        let mut places: BTreeSet<usize> =
            names.filter_map(|name| self.by_name.get(name)).flatten().copied().collect();
        for custom in parts.customs(text) {
            let name = custom.value(text, "Name").unwrap_or_default();
            let unknown = name.strip_prefix("UnknownName_").and_then(dword);
            let ids = [id(text, custom), unknown].into_iter().flatten();
            places.extend(ids.filter_map(|id| self.by_id.get(&id)).flatten());
            places.extend(self.by_name.get(&*name).into_iter().flatten());
        }
        places
    }
}

/// For each new value that child keys inherit, the keys below it whose own value differs from it.
/// A key below two of them counts for the nearer one, and one that has a new value itself not at
/// all.
///
/// # Errors
/// Those of [`locate::markup`].
pub fn hidden(
    source: &Source,
    metabase: &Metabase,
    changes: &[NewValue<'_>],
    secrets: &Secrets,
) -> Result<Vec<(usize, Hidden)>, MetabaseError> {
    const FEW: usize = 4;
    let mut at: HashMap<String, AtKey<'_>> = HashMap::new();
    let inheritable = changes.iter().enumerate().filter(|(_, new)| new.property.is_inheritable());
    for (place, new) in inheritable {
        let path = folded(new.location.trim_end_matches('/'));
        at.entry(path).or_default().add(place, new.property);
    }
    let lengths: BTreeSet<usize> = at.keys().map(String::len).collect();
    let few: Vec<_> = at.keys().take(FEW + 1).map(|path| KeyPath::exact(&**path)).collect();
    let may_be_below = |key: &&Key| few.len() > FEW || few.iter().any(|path| path.may_hold(key));
    let mut search = Search { source, lines: source.lines(), changes, secrets, hidden: Vec::new() };
    for key in metabase.keys.iter().filter(may_be_below) {
        let path = folded(&locate::location(source, key));
        let lengths = lengths.range(..path.len().saturating_sub(1)).rev();
        let above = lengths.filter(|length| path.as_bytes().get(**length) == Some(&b'/'));
        let above: Vec<_> = above.filter_map(|length| at.get(&path[..*length])).collect();
        if !above.is_empty() {
            search.key(key, &above, at.get(&path))?;
        }
    }
    search.hidden.sort_by_key(|(place, _)| *place);
    Ok(search.hidden)
}

struct Search<'a> {
    source: &'a Source<'a>,
    lines: Lines<'a>,
    changes: &'a [NewValue<'a>],
    secrets: &'a Secrets,
    hidden: Vec<(usize, Hidden)>,
}

impl Search<'_> {
    /// Adds what a key hides of the new values above it, the nearest first.
    fn key(
        &mut self,
        key: &Key,
        above: &[&AtKey<'_>],
        own: Option<&AtKey<'_>>,
    ) -> Result<(), MetabaseError> {
        let Self { source, changes, secrets, .. } = *self;
        let (text, parts) = (source.text(), KeyParts::read(source, key)?);
        let properties = Properties::of(text, &parts);
        let mut nearer: Vec<&AtKey<'_>> = own.into_iter().collect();
        for new in above {
            // Of two with one name the first counts.
            let mut firsts: BTreeMap<&str, usize> = BTreeMap::new();
            for place in new.stated(text, &parts) {
                firsts.entry(&changes[place].property.name).or_insert(place);
            }
            firsts.retain(|name, _| !nearer.iter().any(|near| near.names.contains(name)));
            let places: BTreeSet<usize> = firsts.into_values().collect();
            for place in places {
                let NewValue { property, now, .. } = changes[place];
                let (at, value, secret) = match properties.markup(property)? {
                    None => continue,
                    Some(Markup::Attribute(index)) => {
                        let attribute = &parts.element.attributes[index];
                        let value = parts.element.value(text, &property.name);
                        (attribute.name.start, value, secrets.has(&property.name, None, ""))
                    }
                    Some(Markup::Custom(custom)) => {
                        let said = |name: &str| custom.value(text, name).unwrap_or_default();
                        let (id, flags) = (id(text, custom), said("Attributes"));
                        let secret = secrets.has(&said("Name"), id, &flags);
                        (custom.at.start, custom.value(text, "Value"), secret)
                    }
                };
                let value = value.unwrap_or_default();
                if !property.same(&value, now) {
                    let location = locate::location(source, key).into_owned();
                    let (line, value) = (self.lines.line(at), property.plain(&value).into_owned());
                    self.hidden.push((place, Hidden { location, line, value, secret }));
                }
            }
            nearer.push(new);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metabase::property::Type;
    use crate::metabase::scan::scan;

    fn property(name: &'static str, id: u32) -> Definition {
        Definition {
            name: name.into(),
            id,
            kind: Type::String,
            user_type: "IIS_MD_UT_SERVER".into(),
            attributes: "INHERIT".into(),
        }
    }

    #[test]
    fn a_key_hides_what_the_nearest_above_it_says_in_another_way() {
        let custom = |name: &str, id: u32, value: &str| {
            format!("<Custom Name='{name}' ID='{id}' Value='{value}' Type='STRING'/>")
        };
        let key = |path: &str, a: &str, rest: &str| format!("<K Location='{path}'{a}>{rest}</K>");
        let keys = [
            key("/LM", " A='0'", ""),
            key("/LM/x", " A='1' B='new'", &custom("C", 3, "1")),
            key("/LM/x/y", " A='2'", &custom("UnknownName_3", 3, "2")),
            key("/lm/X/z", "", &(custom("C", 3, "new") + &custom("D", 4, "3"))),
            key("/LM/xy", " A='4'", ""),
        ];
        let text = format!(
            "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>{}\
             </MBProperty></configuration>",
            keys.concat()
        );
        let source = Source::decode(text.into_bytes()).expect("it is text");
        let metabase = scan(&source).expect("it is a metabase");
        let all = [property("A", 1), property("B", 2), property("C", 3), property("D", 4)];
        let [a, b, c, d] = &all;
        let asked = |new: &[(&'static str, &Definition)]| {
            let new: Vec<_> = new
                .iter()
                .map(|(location, property)| NewValue { location, property, now: "new" })
                .collect();
            let found =
                hidden(&source, &metabase, &new, &Secrets::default()).expect("it can be asked");
            let shown =
                |(place, one): (usize, Hidden)| format!("{place} {} {}", one.location, one.value);
            found.into_iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(asked(&[("/LM", a)]), ["0 /LM/x 1", "0 /LM/x/y 2", "0 /LM/xy 4"]);
        assert_eq!(asked(&[("/LM", b)]), [""; 0]);
        assert_eq!(asked(&[("/LM/x", c), ("/LM", a)])[0], "0 /LM/x/y 2");
        assert_eq!(asked(&[("/LM/X/", a), ("/LM", a)]), ["0 /LM/x/y 2", "1 /LM/xy 4"]);
        assert_eq!(asked(&[("/LM", d), ("/LM/x/z", d)]), [""; 0]);
        assert_eq!(asked(&[("/LM", d), ("/LM", c)]), ["0 /lm/X/z 3", "1 /LM/x 1", "1 /LM/x/y 2"]);
    }
}
