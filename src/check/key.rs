//! One key: what its properties say by themselves and of each other.

use std::collections::HashMap;

use super::rules::{self, Rule};
use super::{Found, service};
use crate::locate::{Form, KeyParts};
use crate::mask;
use crate::model::{self, Property};
use crate::property::{DnsMode, SMTP_USE_TCP_DNS, UNSET, dword, has_flag};

/// The property that turns ESMTP commands on and off for outgoing mail (MSDN ms525021).
pub const OUTBOUND: (&str, u32) = ("SmtpOutboundCommandSupportOptions", 36999);

/// Judges a key.
pub(super) fn judge(text: &str, location: &str, parts: &KeyParts, found: &mut Vec<Found>) {
    let properties = model::properties(text, parts);
    let mut judge = Judge { location, found };
    judge.doubles(&properties);
    judge.order(&properties);
    for property in &properties {
        judge.completeness(property);
        judge.secret(property);
        judge.dns_mode(property);
        judge.outbound(property);
    }
}

struct Judge<'a> {
    location: &'a str,
    found: &'a mut Vec<Found>,
}

impl Judge<'_> {
    fn add(&mut self, rule: &'static Rule, property: &Property<'_>, message: String) -> &mut Found {
        let mut found = Found::new(rule, property.at, message);
        found.key = Some(self.location.to_owned());
        found.property = Some(name(property));
        self.found.push(found);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// One property twice, in one form or in both.
    fn doubles(&mut self, properties: &[Property<'_>]) {
        let first_custom = properties.iter().position(|p| p.form == Form::Custom);
        let Some(first_custom) = first_custom else { return };
        let (attributes, customs) = properties.split_at(first_custom);
        let attributes: HashMap<&str, usize> =
            attributes.iter().map(|attribute| (&*attribute.name, attribute.at)).collect();
        let mut ids = HashMap::new();
        let mut names = HashMap::new();
        for custom in customs {
            let shown = name(custom);
            if let Some(first) = attributes.get(&*custom.name) {
                let message = format!("{shown} is an attribute of {} and a Custom", self.location);
                self.add(&rules::BOTH_FORMS, custom, message).related =
                    Some((*first, "the attribute"));
            }
            let same_id = custom.id.and_then(|id| ids.insert(id, custom.at));
            let same_name = Some(&*custom.name).filter(|name| !name.is_empty());
            let same_name = same_name.and_then(|name| names.insert(name, custom.at));
            if let Some(first) = same_id.or(same_name) {
                let id = custom.id.map(|id| format!(" (ID {id})")).unwrap_or_default();
                let message = format!("{shown}{id} is there a second time in {}", self.location);
                self.add(&rules::PROPERTY_TWICE, custom, message).related =
                    Some((first, "the first one"));
            }
        }
    }

    /// IDs that do not ascend; one finding a key is enough.
    fn order(&mut self, properties: &[Property<'_>]) {
        let with_ids = properties.iter().filter_map(|property| Some((property.id?, property)));
        let mut previous = 0;
        for (id, property) in with_ids {
            if id < previous {
                let message = format!(
                    "ID {id} stands behind {previous} in {}; the IDs do not ascend",
                    self.location
                );
                self.add(&rules::UNSORTED, property, message);
                return;
            }
            previous = id;
        }
    }

    fn completeness(&mut self, property: &Property<'_>) {
        if property.form == Form::Attribute || !property.name.is_empty() && property.id.is_some() {
            return;
        }
        let what = match (property.name.is_empty(), property.id.is_some()) {
            (true, false) => "neither a Name nor an ID that is a number",
            (true, true) => "no Name",
            _ => "no ID that is a number",
        };
        let message = format!("a Custom in {} has {what}", self.location);
        self.add(&rules::MISSING_ATTRIBUTE, property, message);
    }

    fn secret(&mut self, property: &Property<'_>) {
        let secure = property.flags.as_deref().is_some_and(|flags| has_flag(flags, "SECURE"));
        if property.value.is_empty() || !secure && !mask::is_secret(&property.name) {
            return;
        }
        let value = property.value.trim_ascii().as_bytes();
        let hex = value.len().is_multiple_of(2) && value.iter().all(u8::is_ascii_hexdigit);
        let (rule, what) = match (hex, value.starts_with(ENCRYPTED)) {
            (true, true) => return,
            (true, false) => (&rules::UNKNOWN_SECRET, "does not begin as an encrypted value does"),
            (false, _) => (&rules::PLAINTEXT_SECRET, "does not look encrypted"),
        };
        let message = format!("the value of {} in {} {what}", name(property), self.location);
        self.add(rule, property, message);
    }

    fn dns_mode(&mut self, property: &Property<'_>) {
        if !is(property, (&SMTP_USE_TCP_DNS.name, SMTP_USE_TCP_DNS.id)) {
            return;
        }
        let value = dword(&property.value);
        if value.is_some_and(|value| value == UNSET || DnsMode::of(value).is_some()) {
            return;
        }
        let shown = short(property).unwrap_or_else(|| "something else".into());
        let message =
            format!("SmtpUseTcpDns in {} is {shown}, which is no DNS mode", self.location);
        let server = service::server_number(self.location);
        // A value that is no number is refused by `set-dns-mode`, which does not guess.
        let repair = value.map(|_| {
            let mut words = vec!["set-dns-mode".to_owned(), "udp-then-tcp".to_owned()];
            words.extend(server.map(|number| format!("--server={number}")));
            words
        });
        self.add(&rules::UNKNOWN_DNS_MODE, property, message).repair = repair;
    }

    fn outbound(&mut self, property: &Property<'_>) {
        if is(property, OUTBOUND) && dword(&property.value) == Some(7) {
            let message = format!("{} in {} is 7", OUTBOUND.0, self.location);
            self.add(&rules::OUTBOUND_ESMTP, property, message).repair =
                Some(["repair", "outbound-esmtp"].map(Into::into).into());
        }
    }
}

/// What values that IIS has encrypted begin with.
const ENCRYPTED: &[u8] = b"49634462";

/// Whether a property is the one of this name and ID.
pub(super) fn is(property: &Property<'_>, (name, id): (&str, u32)) -> bool {
    property.id == Some(id) || property.name == name
}

/// The name by which a property is shown.
pub(super) fn name(property: &Property<'_>) -> String {
    match property.id {
        Some(id) if property.name.is_empty() => format!("ID {id}"),
        _ if property.name.is_empty() => "a nameless Custom".to_owned(),
        _ => property.name.clone().into_owned(),
    }
}

/// A value that may be shown in a sentence.
pub(super) fn short(property: &Property<'_>) -> Option<String> {
    let secure = property.flags.as_deref().is_some_and(|flags| has_flag(flags, "SECURE"));
    let shown = !secure
        && !mask::is_secret(&property.name)
        && property.value.len() <= 60
        && !property.value.contains(['\r', '\n']);
    shown.then(|| match dword(&property.value) {
        Some(number) => number.to_string(),
        None => format!("\"{}\"", property.value),
    })
}
