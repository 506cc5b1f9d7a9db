//! The keys as a tree, with what rules look at: the few properties that they watch.
//!
//! Of all other properties it remembers nothing, so a metabase of many megabytes is a list of
//! places. Of several keys with one path it knows the first.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use super::binding::{Binding, Flaw, List};
use super::hit::Hit;
use super::reader::Reader;
use super::watched::Watched;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::folded;
use crate::metabase::model::{self, Property};
use crate::metabase::property::{dword, lines};
use crate::metabase::scan::scan_along;
use crate::metabase::secrets::Secrets;
use crate::text::source::Source;
use crate::xml::unescape;

/// What a key says of a watched property.
#[derive(Debug)]
pub struct Fact {
    /// The property.
    pub what: Watched,
    /// The index of its key.
    key: usize,
    /// Where it is.
    pub at: usize,
    /// Where its raw value is.
    value: Range<usize>,
    /// Whether its value must not be shown.
    pub secret: bool,
}

impl Fact {
    /// The list of bindings that it is, if it is one.
    #[must_use]
    pub fn list(&self) -> Option<List> {
        match self.what {
            Watched::ServerBindings => Some(List::Server),
            Watched::SecureBindings => Some(List::Secure),
            _ => None,
        }
    }
}

/// A key, with the watched properties that it states itself.
#[derive(Debug)]
pub struct Key {
    /// Where it begins.
    pub at: usize,
    /// Where its raw `Location` is.
    location: Range<usize>,
    /// Its facts, among all.
    facts: Range<usize>,
}

/// The services that have servers with bindings, by the paths of their keys, folded.
pub const SERVICES: [&str; 6] =
    ["/LM/W3SVC", "/LM/MSFTPSVC", "/LM/SMTPSVC", "/LM/NNTPSVC", "/LM/POP3SVC", "/LM/IMAP4SVC"];

/// The first version of IIS that keeps the web server's settings in applicationHost.config.
pub const FIRST_WITH_FILES: u32 = 7;

/// The path of the web service's key, folded.
pub const WEB: &str = SERVICES[0];
/// The path of the SMTP service's key, folded.
pub const SMTP: &str = SERVICES[2];

/// The place that an entry of a service's list names, and a number for it; host names count for
/// web sites alone.
///
/// # Errors
/// Those of [`Binding::read`].
pub fn place(service: usize, list: List, entry: &str) -> Result<(u64, Binding<'_>), Flaw> {
    let mut binding = Binding::read(entry, list)?;
    if SERVICES[service] != WEB {
        binding.host = "";
    }
    let group = 2 * service as u64 + u64::from(list == List::Secure);
    Ok((binding.mark().rotate_left(8) ^ group, binding))
}

/// The keys of a metabase.
#[derive(Debug)]
pub struct Tree<'a> {
    text: &'a str,
    secrets: &'a Secrets,
    /// Whether the value of a watched property must not be shown, whatever its flags.
    secret: [bool; Watched::COUNT],
    keys: Vec<Key>,
    facts: Vec<Fact>,
    by_path: HashMap<String, usize>,
    /// The servers of each service.
    servers: [Vec<usize>; SERVICES.len()],
    /// The path of the last key, and where those of the keys above it end that are there.
    last: String,
    above: Vec<usize>,
    /// The keys whose parents did not come just before them.
    alone: Vec<usize>,
    bindings: OnceCell<Bindings>,
}

/// What is known of all bindings, in as few bytes as do.
#[derive(Debug, Default)]
struct Bindings {
    /// Of each that is one: the mark of service, list and place, and the place of its fact.
    marks: Vec<(u64, usize)>,
    /// The facts that have an entry which is none.
    invalid: Vec<usize>,
}

impl<'a> Tree<'a> {
    /// No key yet.
    #[must_use]
    pub fn of_text(text: &'a str, secrets: &'a Secrets) -> Self {
        let secret = Watched::ALL.map(|what| {
            let (name, id) = what.name_and_id();
            secrets.has(name, Some(id), "")
        });
        let (keys, facts, by_path, servers) = Default::default();
        let (last, above, alone, bindings) = Default::default();
        Self { text, secrets, secret, keys, facts, by_path, servers, last, above, alone, bindings }
    }

    /// The keys of a metabase.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(source: &'a Source, secrets: &'a Secrets) -> Result<Self, MetabaseError> {
        let text = source.text();
        let mut tree = Self::of_text(text, secrets);
        let mut reader = Reader::default();
        scan_along(source, |token| {
            let Some(key) = reader.take(token) else { return };
            let Some(location) = key.element.attribute(text, "Location") else { return };
            let (place, path) =
                (location.value.clone(), folded(&unescape(&text[location.value.clone()])));
            // What a second key of one path says takes no part.
            tree.add(path, key.element.at.start, place, &model::properties(text, &key));
        })?;
        Ok(tree)
    }

    /// Takes a key in, by its folded path; where that is another's already, says where that one
    /// begins.
    pub fn add(
        &mut self,
        path: String,
        at: usize,
        location: Range<usize>,
        properties: &[Property<'_>],
    ) -> Option<usize> {
        if let Some(first) = self.by_path.get(&path) {
            return Some(self.keys[*first].at);
        }
        let (key, begin) = (self.keys.len(), self.facts.len());
        for property in properties {
            let Some(what) = Watched::of(&property.name, property.id) else { continue };
            let secret = self.is_secret(what, property);
            let (at, value) = (property.at, property.value_at.clone());
            self.facts.push(Fact { what, key, at, value, secret });
        }
        if !self.comes_behind_its_parent(&path) {
            self.alone.push(self.keys.len());
        }
        if let Some((parent, name)) = path.rsplit_once('/')
            && let Some(service) = SERVICES.iter().position(|service| *service == parent)
            && dword(name).is_some()
        {
            self.servers[service].push(self.keys.len());
        }
        self.by_path.insert(path, self.keys.len());
        self.keys.push(Key { at, location, facts: begin..self.facts.len() });
        None
    }

    /// Whether the key above a path was just before it, as it is in a file that IIS wrote; if not,
    /// it may still be elsewhere.
    fn comes_behind_its_parent(&mut self, path: &str) -> bool {
        let is_above = |end: usize| path.len() > end && path.as_bytes()[end] == b'/';
        while let Some(end) = self.above.last().copied() {
            if is_above(end) && self.last.as_bytes()[..end] == path.as_bytes()[..end] {
                break;
            }
            self.above.pop();
        }
        let parent = path.bytes().rposition(|byte| byte == b'/');
        let found = parent.is_some() && parent == self.above.last().copied();
        self.last.clear();
        self.last.push_str(path);
        self.above.push(path.len());
        found
    }

    /// The keys whose parent must be looked for, and their folded paths.
    pub fn alone(&self) -> impl Iterator<Item = (String, &Key)> {
        self.alone.iter().map(|key| {
            let key = &self.keys[*key];
            (folded(&self.location(key)), key)
        })
    }

    /// The bindings that may name a place which others name too, in the order of the file. None of
    /// the web server's where that keeps them elsewhere.
    #[must_use]
    pub fn rivals(&self) -> Vec<&Fact> {
        let mut marks = self.bindings().marks.clone();
        marks.sort_unstable();
        let groups = marks.chunk_by(|(one, _), (other, _)| one == other);
        let groups = groups.filter(|group| group.len() > 1);
        let mut facts: Vec<usize> = groups.flatten().map(|(_, fact)| *fact).collect();
        facts.sort_unstable();
        facts.dedup();
        facts.into_iter().map(|fact| &self.facts[fact]).collect()
    }

    /// The index in [`SERVICES`] of the service of which a key is a server.
    #[must_use]
    pub fn service_of(&self, server: &Key) -> Option<usize> {
        let path = folded(&self.location(server));
        let (parent, _) = path.rsplit_once('/')?;
        SERVICES.iter().position(|service| *service == parent)
    }

    /// The bindings that have an entry which is none.
    #[must_use]
    pub fn invalid_bindings(&self) -> Vec<&Fact> {
        self.bindings().invalid.iter().map(|fact| &self.facts[*fact]).collect()
    }

    fn bindings(&self) -> &Bindings {
        self.bindings.get_or_init(|| {
            let mut bindings = Bindings::default();
            for (service, servers) in self.servers.iter().enumerate() {
                if SERVICES[service] == WEB && self.web_is_elsewhere().is_some() {
                    continue;
                }
                for fact in servers.iter().flat_map(|server| self.keys[*server].facts.clone()) {
                    self.read_bindings(service, fact, &mut bindings);
                }
            }
            bindings
        })
    }

    fn read_bindings(&self, service: usize, fact: usize, bindings: &mut Bindings) {
        let Some(list) = self.facts[fact].list() else { return };
        for entry in lines(&self.value(&self.facts[fact])) {
            match place(service, list, entry) {
                Ok((mark, _)) => bindings.marks.push((mark, fact)),
                Err(_) if bindings.invalid.last() != Some(&fact) => bindings.invalid.push(fact),
                Err(_) => {}
            }
        }
    }

    /// Whether a value must not be shown. Most are asked by what they are alone.
    fn is_secret(&self, what: Watched, property: &Property<'_>) -> bool {
        self.secret[what as usize]
            || (property.flags.is_some() || property.name != what.name()) && {
                let flags = property.flags.as_deref().unwrap_or_default();
                self.secrets.has(&property.name, property.id, flags)
            }
    }

    /// What all keys state of a property themselves, in the order of the file.
    pub fn all(&self, what: Watched) -> impl Iterator<Item = (&Key, &Fact)> {
        let facts = self.facts.iter().filter(move |fact| fact.what == what);
        facts.map(|fact| (self.key_of(fact), fact))
    }

    /// The key of a fact.
    #[must_use]
    pub fn key_of(&self, fact: &Fact) -> &Key {
        &self.keys[fact.key]
    }

    /// What a key states of a property itself.
    #[must_use]
    pub fn own(&self, key: &Key, what: Watched) -> Option<&Fact> {
        self.facts[key.facts.clone()].iter().find(|fact| fact.what == what)
    }

    /// The key with this folded path.
    #[must_use]
    pub fn key(&self, path: &str) -> Option<&Key> {
        self.by_path.get(path).map(|key| &self.keys[*key])
    }

    /// What a key states of a property, by its folded path.
    #[must_use]
    pub fn stated(&self, path: &str, what: Watched) -> Option<&Fact> {
        self.own(self.key(path)?, what)
    }

    /// The `Location` of a key, as it is in the file.
    #[must_use]
    pub fn location(&self, key: &Key) -> Cow<'a, str> {
        unescape(&self.text[key.location.clone()])
    }

    /// The value of a fact.
    #[must_use]
    pub fn value(&self, fact: &Fact) -> Cow<'a, str> {
        unescape(&self.text[fact.value.clone()])
    }

    /// The value of a fact as it is in the file.
    #[must_use]
    pub fn raw(&self, fact: &Fact) -> &'a str {
        &self.text[fact.value.clone()]
    }

    /// The number that a fact states, if it is one.
    #[must_use]
    pub fn number(&self, fact: &Fact) -> Option<u32> {
        dword(&self.value(fact))
    }

    /// Whether a fact states this truth value, in whatever case, or as 0 or 1.
    #[must_use]
    pub fn says(&self, fact: &Fact, truth: bool) -> bool {
        let value = self.value(fact);
        let (word, number) = if truth { ("TRUE", "1") } else { ("FALSE", "0") };
        value.eq_ignore_ascii_case(word) || value == number
    }

    /// A part of a fact's value as it may be shown in a sentence.
    #[must_use]
    pub fn shown(&self, fact: &Fact, part: &str) -> String {
        const LONGEST: usize = 80;
        match part.char_indices().nth(LONGEST) {
            _ if fact.secret => "a value that is kept secret".to_owned(),
            Some((end, _)) => format!("\"{}…\"", &part[..end]),
            None => format!("\"{part}\""),
        }
    }

    /// The keys of a service's servers, whose names are numbers, in the order of the file.
    #[must_use]
    pub fn servers(&self, service: &str) -> Vec<&Key> {
        let service = SERVICES.iter().position(|path| *path == service);
        let servers = service.map(|service| self.servers[service].as_slice());
        servers.unwrap_or_default().iter().map(|key| &self.keys[*key]).collect()
    }

    /// Whether a server does not start with its service (TechNet cc782812: a server that was
    /// stopped stays so), and what says so.
    #[must_use]
    pub fn is_stopped(&self, server: &Key) -> Option<&Fact> {
        const STOPPED: u32 = 4;
        let starts = self.own(server, Watched::ServerAutoStart);
        let state = self.own(server, Watched::ServerState);
        let state = state.filter(|state| self.number(state) == Some(STOPPED));
        starts.filter(|starts| self.says(starts, false)).or(state)
    }

    /// Where it says that IIS 7 or later keeps the web server's settings in applicationHost.config.
    #[must_use]
    pub fn web_is_elsewhere(&self) -> Option<&Fact> {
        let version = self.stated("/LM/W3SVC/INFO", Watched::MajorIisVersionNumber)?;
        self.number(version).filter(|major| *major >= FIRST_WITH_FILES).map(|_| version)
    }

    /// The key that Exchange 2000 and 2003 have: what their DS2MB noted.
    #[must_use]
    pub fn exchange(&self) -> Option<&Key> {
        self.key("/LM/DS2MB")
    }

    /// Something that a fact of a key shows.
    #[must_use]
    pub fn hit(&self, key: &Key, fact: &Fact, message: String) -> Hit {
        let property = Some(fact.what.name().to_owned());
        Hit { at: fact.at, property, ..self.hit_of_key(key, message) }
    }

    /// Something that a key shows as a whole.
    #[must_use]
    pub fn hit_of_key(&self, key: &Key, message: String) -> Hit {
        let key_name = self.location(key).into_owned();
        Hit { at: key.at, related: None, key: key_name, property: None, message, repair: None }
    }
}
