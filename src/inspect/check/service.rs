//! The keys that belong together: the computer, the SMTP service and its virtual servers.

use std::collections::HashMap;

use super::found::{Found, Kept, Surroundings};
use super::key::{canonical, is, name, short};
use super::rule::Rule;
use super::rules::form as rules;
use crate::metabase::locate::KeyPath;
use crate::metabase::model::{self, Property};
use crate::metabase::property::{dword, has_flag};
use crate::metabase::schema::Schema;

/// Who may relay through a virtual server (MSDN ms524986).
pub const RELAY_IP_LIST: (&str, u32) = ("RelayIpList", 36970);

/// Edit-while-running, the history it needs, and how long that one is (MSDN ms524694, ms525359,
/// ms525692); the file's version in it (ms525562).
const EDIT_WHILE_RUNNING: (&str, u32) = ("EnableEditWhileRunning", 9998);
const ENABLE_HISTORY: (&str, u32) = ("EnableHistory", 9996);
const MAX_HISTORY_FILES: (&str, u32) = ("MaxHistoryFiles", 9995);
const HISTORY_VERSION: (&str, u32) = ("HistoryMajorVersionNumber", 9994);

/// Whether a key with this path, folded, is judged together with others.
pub(super) fn concerns(path: &str) -> bool {
    matches!(path, "." | "/LM" | "/LM/SMTPSVC") || server_number(path).is_some()
}

/// The number of an SMTP virtual server by its path.
pub(super) fn server_number(path: &str) -> Option<u32> {
    let (parent, name) = path.rsplit_once('/')?;
    if parent.eq_ignore_ascii_case("/LM/SMTPSVC") { dword(name) } else { None }
}

/// Judges the keys that were kept.
pub(super) fn judge(
    text: &str,
    schema: &Schema,
    kept: &[Kept],
    surroundings: &Surroundings,
    found: &mut Vec<Found>,
) {
    let find = |path: &str| kept.iter().find(|key| KeyPath::exact(path).is(&key.location));
    let read =
        |key: Option<&Kept>| key.map(|key| model::properties(text, &key.parts)).unwrap_or_default();
    let computer = find("/LM");
    if let Some(key) = computer {
        history(key, &read(computer), &read(find(".")), surroundings, found);
    }
    let service = read(find("/LM/SmtpSvc"));
    let inheritable: HashMap<&str, &Property<'_>> = service
        .iter()
        .filter(|property| is_inheritable(schema, property))
        .map(|property| (canonical(schema, property), property))
        .collect();
    for server in kept.iter().filter(|key| server_number(&key.location).is_some()) {
        let properties = read(Some(server));
        overrides(schema, server, &properties, &inheritable, found);
        relay(server, &properties, &service, found);
    }
}

/// Whether the keys below take a property over: by its own flags, else by the schema's.
fn is_inheritable(schema: &Schema, property: &Property<'_>) -> bool {
    match property.flags.as_deref() {
        Some(flags) => has_flag(flags, "INHERIT"),
        None => schema
            .named(canonical(schema, property))
            .is_some_and(|row| row.definition.is_inheritable()),
    }
}

fn add<'a>(
    found: &'a mut Vec<Found>,
    rule: &'static Rule,
    (key, property, at): (&Kept, &str, usize),
    message: String,
) -> &'a mut Found {
    let mut new = Found::new(rule, at, message);
    new.key = Some(key.location.clone());
    new.property = Some(property.to_owned());
    found.push(new);
    let last = found.len() - 1;
    &mut found[last]
}

/// Edit-while-running needs a history.
fn history(
    computer: &Kept,
    properties: &[Property<'_>],
    global: &[Property<'_>],
    surroundings: &Surroundings,
    found: &mut Vec<Found>,
) {
    let Some(on) = properties.iter().find(|property| is(property, EDIT_WHILE_RUNNING)) else {
        return;
    };
    if dword(&on.value) != Some(1) {
        return;
    }
    for (which, least, rule, cure) in [
        (ENABLE_HISTORY, 1, &rules::HISTORY_OFF, "1"),
        (MAX_HISTORY_FILES, 1, &rules::HISTORY_OFF, "10"),
        (MAX_HISTORY_FILES, 10, &rules::HISTORY_SHORT, "10"),
    ] {
        let Some(property) = properties.iter().find(|property| is(property, which)) else {
            continue;
        };
        if let Some(value) = dword(&property.value).filter(|value| *value < least) {
            let message = format!("EnableEditWhileRunning is 1, but {} is {value}", which.0);
            let place = (computer, which.0, property.at);
            let new = add(found, rule, place, message);
            new.related = Some((on.at, "EnableEditWhileRunning"));
            new.repair = Some(["set", &computer.location, which.0, cure].map(Into::into).into());
            if which == MAX_HISTORY_FILES {
                break;
            }
        }
    }
    let version = global.iter().find(|property| is(property, HISTORY_VERSION));
    let Some((version, majors)) = version.zip(surroundings.history.as_ref()) else { return };
    let Some(major) = dword(&version.value) else { return };
    if !majors.contains(&major) {
        let message = format!(
            "EnableEditWhileRunning is 1, but the History folder has no \
             MetaBase_{major:010}_*.xml, the version of this file"
        );
        let mut new = Found::new(&rules::NO_HISTORY_FILE, version.at, message);
        new.property = Some(HISTORY_VERSION.0.into());
        new.related = Some((on.at, "EnableEditWhileRunning"));
        found.push(new);
    }
}

/// What a virtual server does not inherit from the service.
fn overrides(
    schema: &Schema,
    server: &Kept,
    properties: &[Property<'_>],
    inheritable: &HashMap<&str, &Property<'_>>,
    found: &mut Vec<Found>,
) {
    for property in properties {
        let Some(service) = inheritable.get(canonical(schema, property)) else { continue };
        let row = schema.named(canonical(schema, property));
        let same = match (row, dword(&property.value), dword(&service.value)) {
            (Some(row), ..) => row.definition.same(&property.value, &service.value),
            (None, Some(own), Some(inherited)) => own == inherited,
            _ => property.value == service.value,
        };
        if same {
            continue;
        }
        let shown = name(property);
        let message = match (short(schema, property), short(schema, service)) {
            (Some(own), Some(inherited)) => format!(
                "{shown} is {own} in {}, which hides {inherited} in /LM/SmtpSvc",
                server.location
            ),
            _ => {
                format!("{shown} in {} hides the value in /LM/SmtpSvc", server.location)
            }
        };
        let new = add(found, &rules::HIDDEN_BY_SERVER, (server, &shown, property.at), message);
        new.related = Some((service.at, "the service's value"));
    }
}

/// Every virtual server has `RelayIpList`, its own or the service's.
fn relay(
    server: &Kept,
    properties: &[Property<'_>],
    service: &[Property<'_>],
    found: &mut Vec<Found>,
) {
    if properties.iter().chain(service).any(|property| is(property, RELAY_IP_LIST)) {
        return;
    }
    let message = format!("{} has no {}", server.location, RELAY_IP_LIST.0);
    let place = (server, RELAY_IP_LIST.0, server.parts.element.at.start);
    add(found, &rules::RELAY_IP_LIST, place, message).repair =
        Some(["repair", "relay-ip-list"].map(Into::into).into());
}
