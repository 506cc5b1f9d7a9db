//! The keys as a tree, with what rules look at: the few properties that they watch.
//!
//! Owns which properties those are. Of all others it remembers nothing, so a metabase of many
//! megabytes is a list of places. Of several keys with one path it knows the first.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::hit::Hit;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{KeyParts, folded};
use crate::metabase::model::{self, Property};
use crate::metabase::property::{dword, lines};
use crate::metabase::scan::Metabase;
use crate::metabase::secrets::Secrets;
use crate::text::source::Source;
use crate::xml::unescape;

/// A property that a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// MSDN ms524723.
    AppPoolId,
    /// MSDN ms524308.
    AppRoot,
    /// MSDN ms525628.
    DropDirectory,
    /// MSDN ms525697.
    Iis5IsolationModeEnabled,
    /// MSDN ms525414.
    IpSecurity,
    /// TechNet cc737002.
    LogFileDirectory,
    /// TechNet cc786613.
    MajorIisVersionNumber,
    /// TechNet cc782025.
    PickupDirectory,
    /// TechNet cc737557.
    QueueDirectory,
    /// TechNet cc780293.
    RelayIpList,
    /// MSDN ms525141.
    RouteActionString,
    /// MSDN ms526052.
    ScriptMaps,
    /// MSDN ms524481.
    SecureBindings,
    /// TechNet cc782812.
    ServerAutoStart,
    /// TechNet cc737827.
    ServerBindings,
    /// MSDN ms524905.
    ServerState,
    /// TechNet cc776700.
    SmartHost,
    /// TechNet cc739348.
    SmartHostType,
    /// MSDN ms525617.
    SmtpDsUseCat,
}

impl Watched {
    const COUNT: usize = 19;

    /// In the order of their numbers.
    const ALL: [Self; Self::COUNT] = [
        Self::AppPoolId,
        Self::AppRoot,
        Self::DropDirectory,
        Self::Iis5IsolationModeEnabled,
        Self::IpSecurity,
        Self::LogFileDirectory,
        Self::MajorIisVersionNumber,
        Self::PickupDirectory,
        Self::QueueDirectory,
        Self::RelayIpList,
        Self::RouteActionString,
        Self::ScriptMaps,
        Self::SecureBindings,
        Self::ServerAutoStart,
        Self::ServerBindings,
        Self::ServerState,
        Self::SmartHost,
        Self::SmartHostType,
        Self::SmtpDsUseCat,
    ];

    /// The name as it stands in the file, and the ID.
    #[must_use]
    pub fn name_and_id(self) -> (&'static str, u32) {
        match self {
            Self::AppPoolId => ("AppPoolId", 9101),
            Self::AppRoot => ("AppRoot", 2103),
            Self::DropDirectory => ("DropDirectory", 36882),
            Self::Iis5IsolationModeEnabled => ("IIs5IsolationModeEnabled", 9203),
            Self::IpSecurity => ("IPSecurity", 6019),
            Self::LogFileDirectory => ("LogFileDirectory", 4001),
            Self::MajorIisVersionNumber => ("MajorIIsVersionNumber", 1101),
            Self::PickupDirectory => ("PickupDirectory", 36880),
            Self::QueueDirectory => ("QueueDirectory", 36875),
            Self::RelayIpList => ("RelayIpList", 36970),
            Self::RouteActionString => ("RouteActionString", 36947),
            Self::ScriptMaps => ("ScriptMaps", 6014),
            Self::SecureBindings => ("SecureBindings", 2021),
            Self::ServerAutoStart => ("ServerAutoStart", 1017),
            Self::ServerBindings => ("ServerBindings", 1023),
            Self::ServerState => ("ServerState", 1016),
            Self::SmartHost => ("SmartHost", 36906),
            Self::SmartHostType => ("SmartHostType", 36905),
            Self::SmtpDsUseCat => ("SmtpDsUseCat", 36994),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name_and_id().0
    }

    /// Which of them a property is: by its ID where it has one, else by its name.
    #[must_use]
    pub fn of(name: &str, id: Option<u32>) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        match id {
            Some(id) => all.find(|one| one.name_and_id().1 == id),
            None => all.find(|one| one.name_and_id().0 == name),
        }
    }
}

/// What a key says of a watched property.
#[derive(Debug)]
pub struct Fact {
    /// The property.
    pub what: Watched,
    /// Where it stands.
    pub at: usize,
    /// Where its raw value stands.
    value: Range<usize>,
    /// Whether its value must not be shown.
    pub secret: bool,
}

/// A key, with the watched properties that it states itself.
#[derive(Debug)]
pub struct Key {
    /// Where it begins.
    pub at: usize,
    /// Where its raw `Location` stands.
    location: Range<usize>,
    facts: Vec<Fact>,
}

impl Key {
    /// What it states of a property itself.
    #[must_use]
    pub fn own(&self, what: Watched) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.what == what)
    }
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

/// The keys of a metabase.
#[derive(Debug)]
pub struct Tree<'a> {
    text: &'a str,
    secrets: &'a Secrets,
    /// Whether the value of a watched property must not be shown, whatever its flags.
    secret: [bool; Watched::COUNT],
    keys: Vec<Key>,
    by_path: HashMap<String, usize>,
    /// The servers of each service.
    servers: [Vec<usize>; SERVICES.len()],
}

impl<'a> Tree<'a> {
    /// No key yet.
    #[must_use]
    pub fn of_text(text: &'a str, secrets: &'a Secrets) -> Self {
        let secret = Watched::ALL.map(|what| {
            let (name, id) = what.name_and_id();
            secrets.has(name, Some(id), "")
        });
        let (keys, by_path, servers) = Default::default();
        Self { text, secrets, secret, keys, by_path, servers }
    }

    /// The keys of a metabase that was scanned.
    ///
    /// # Errors
    /// None for a metabase of this source.
    pub fn of(
        source: &'a Source,
        metabase: &Metabase,
        secrets: &'a Secrets,
    ) -> Result<Self, MetabaseError> {
        let text = source.text();
        let mut tree = Self::of_text(text, secrets);
        for key in &metabase.keys {
            let parts = KeyParts::read(source, key)?;
            let path = folded(&unescape(&text[key.location.clone()]));
            let properties = model::properties(text, &parts);
            // What a second key of one path says takes no part.
            tree.add(path, key.at.start, key.location.clone(), &properties);
        }
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
        let facts = properties.iter().filter_map(|property| {
            let what = Watched::of(&property.name, property.id)?;
            let secret = self.is_secret(what, property);
            Some(Fact { what, at: property.at, value: property.value_at.clone(), secret })
        });
        let facts = facts.collect();
        if let Some((parent, name)) = path.rsplit_once('/')
            && let Some(service) = SERVICES.iter().position(|service| *service == parent)
            && dword(name).is_some()
        {
            self.servers[service].push(self.keys.len());
        }
        self.by_path.insert(path, self.keys.len());
        self.keys.push(Key { at, location, facts });
        None
    }

    /// Whether a value must not be shown. Most are asked by what they are alone.
    fn is_secret(&self, what: Watched, property: &Property<'_>) -> bool {
        self.secret[what as usize]
            || (property.flags.is_some() || property.name != what.name()) && {
                let flags = property.flags.as_deref().unwrap_or_default();
                self.secrets.has(&property.name, property.id, flags)
            }
    }

    /// The keys, in the order of the file.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    /// The keys with their folded paths, in no order.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &Key)> {
        self.by_path.iter().map(|(path, key)| (path.as_str(), &self.keys[*key]))
    }

    /// The key with this folded path.
    #[must_use]
    pub fn key(&self, path: &str) -> Option<&Key> {
        self.by_path.get(path).map(|key| &self.keys[*key])
    }

    /// What a key states of a property, by its folded path.
    #[must_use]
    pub fn stated(&self, path: &str, what: Watched) -> Option<&Fact> {
        self.key(path)?.own(what)
    }

    /// The `Location` of a key, as it stands in the file.
    #[must_use]
    pub fn location(&self, key: &Key) -> Cow<'a, str> {
        unescape(&self.text[key.location.clone()])
    }

    /// The value of a fact.
    #[must_use]
    pub fn value(&self, fact: &Fact) -> Cow<'a, str> {
        unescape(&self.text[fact.value.clone()])
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

    /// The entries of a list.
    #[must_use]
    pub fn entries(&self, fact: &Fact) -> Vec<String> {
        lines(&self.value(fact)).map(str::to_owned).collect()
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
    pub fn is_stopped<'k>(&self, server: &'k Key) -> Option<&'k Fact> {
        const STOPPED: u32 = 4;
        let starts = server.own(Watched::ServerAutoStart);
        let state = server.own(Watched::ServerState);
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
