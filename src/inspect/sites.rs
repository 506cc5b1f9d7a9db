//! Web and FTP sites and SMTP virtual servers: what each is called, where it listens, what it
//! serves.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::check::binding::{Address, Binding, List};
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Index, KeyPath};
use crate::metabase::property::{dword, lines};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::metabase::survey::{Stated, Survey};
use crate::text::source::Source;

/// A server of one of IIS's services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// `web`, `ftp`, `smtp` or `nntp`.
    pub service: &'static str,
    /// Its number.
    pub number: u32,
    /// The `Location` of its key.
    pub location: String,
    /// The line where its key begins.
    pub line: usize,
    /// ServerComment.
    pub name: String,
    /// Where it listens.
    pub bindings: Vec<Place>,
    /// The folder of its root.
    pub path: Option<String>,
    /// The application pool of its root.
    pub pool: Option<String>,
    /// What it did last, where the file says it, else whether it starts by itself.
    pub state: &'static str,
    /// The folder of its log.
    pub log: Option<String>,
}

/// A place where a site listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The entry, as it is in the file.
    pub entry: String,
    /// The address; `*` for every one.
    pub address: String,
    /// The port; nothing where the entry is no binding.
    pub port: Option<u16>,
    /// The host name; empty for every one.
    pub host: String,
    /// Whether it is of SecureBindings.
    pub secure: bool,
}

/// The services, by the path of their key.
const SERVICES: [(&str, &str); 4] = [
    ("web", "/LM/W3SVC"),
    ("ftp", "/LM/MSFTPSVC"),
    ("smtp", "/LM/SmtpSvc"),
    ("nntp", "/LM/NntpSvc"),
];

/// The sites of a metabase, by service and number.
///
/// # Errors
/// None for a metabase that was scanned in this source.
pub fn sites(
    source: &Source,
    metabase: &Metabase,
    schema: &Schema,
) -> Result<Vec<Site>, MetabaseError> {
    let index = Index::new(source, metabase);
    let survey = Survey::new(source, metabase, schema);
    let stated = |path: &KeyPath| match index.find(path) {
        Ok(key) => survey.stated(key),
        Err(_) => Ok(Vec::new()),
    };
    let computer = stated(&KeyPath::computer())?;
    let mut sites = Vec::new();
    for (service, path) in SERVICES {
        let path = KeyPath::exact(path);
        let above = [stated(&path)?, computer.clone()];
        for (key, found) in metabase.keys.iter().enumerate() {
            if !path.may_hold(found) {
                continue;
            }
            let location = locate::location(source, found);
            let key_path = KeyPath::exact(&*location);
            let Some(number) = number(&path, &key_path) else { continue };
            let own = survey.stated(key)?;
            let root = stated(&KeyPath::exact(format!("{location}/ROOT")))?;
            let text = |lists: &[&[Stated]], name: &str| value(lists, name).map(str::to_owned);
            let site = [&own[..], &above[0], &above[1]];
            let root_and_site = [&root[..], &own, &above[0], &above[1]];
            sites.push(Site {
                service,
                number,
                line: survey.line(found.at.start),
                name: text(&[&own], "ServerComment").unwrap_or_default(),
                bindings: bindings(&own),
                path: text(&[&root], "Path"),
                pool: text(&root_and_site, "AppPoolId").filter(|_| service == "web"),
                state: state(&own, &above),
                log: text(&site, "LogFileDirectory"),
                location: location.into_owned(),
            });
        }
    }
    sites.sort_by_key(|site| {
        let service = SERVICES.iter().position(|(name, _)| *name == site.service);
        (service, site.number)
    });
    Ok(sites)
}

fn number(service: &KeyPath, path: &KeyPath) -> Option<u32> {
    let (parent, name) = path.parent()?;
    dword(name).filter(|_| service.is(parent.as_str()))
}

/// The nearest value: the first list's own, the others' where it is inheritable.
fn value<'s>(lists: &[&'s [Stated]], name: &str) -> Option<&'s str> {
    let mut places = lists.iter().enumerate();
    places.find_map(|(place, list)| {
        let found = list.iter().find(|one| one.name == name)?;
        (place == 0 || found.is_inheritable()).then_some(found.value.as_str())
    })
}

fn bindings(own: &[Stated]) -> Vec<Place> {
    let of = |name: &str, list: List| -> Vec<Place> {
        let entries = value(&[own], name).unwrap_or_default();
        lines(entries).map(|entry| place(entry, list)).collect()
    };
    [of("ServerBindings", List::Server), of("SecureBindings", List::Secure)].concat()
}

fn place(entry: &str, list: List) -> Place {
    let binding = Binding::read(entry, list).ok();
    let address = match binding.map(|binding| binding.address) {
        Some(None) => Cow::Borrowed("*"),
        Some(Some(Address::V4(address))) => Ipv4Addr::to_string(&address).into(),
        Some(Some(Address::V6(address))) => format!("[{}]", Ipv6Addr::to_string(&address)).into(),
        None => Cow::Borrowed(""),
    };
    Place {
        entry: entry.to_owned(),
        address: address.into_owned(),
        port: binding.map(|binding| binding.port),
        host: binding.map_or(String::new(), |binding| binding.host.to_owned()),
        secure: list == List::Secure,
    }
}

impl Place {
    /// The place in words: `*:80 www.contoso.com`, `*:443 (SSL)`.
    #[must_use]
    pub fn shown(&self) -> String {
        let Some(port) = self.port else { return format!("{} (no binding)", self.entry) };
        let host = if self.host.is_empty() { String::new() } else { format!(" {}", self.host) };
        let secure = if self.secure { " (SSL)" } else { "" };
        format!("{}:{port}{host}{secure}", self.address)
    }
}

/// ServerState (MSDN ms525021 and its neighbours: 1 starting to 7 continuing), else
/// ServerAutoStart.
fn state(own: &[Stated], above: &[Vec<Stated>; 2]) -> &'static str {
    match value(&[own], "ServerState") {
        Some("1") => "starting",
        Some("2") => "started",
        Some("3") => "stopping",
        Some("4") => "stopped",
        Some("5") => "pausing",
        Some("6") => "paused",
        Some("7") => "continuing",
        _ => match value(&[own, &above[0], &above[1]], "ServerAutoStart") {
            Some(truth) if truth.eq_ignore_ascii_case("FALSE") || truth == "0" => "stays stopped",
            _ => "starts by itself",
        },
    }
}
