//! One key: what its properties say by themselves and of each other.

use std::collections::HashMap;

use super::found::Found;
use super::rule::Rule;
use super::rules::form as rules;
use crate::metabase::equal::same_flags;
use crate::metabase::locate::Form;
use crate::metabase::model::Property;
use crate::metabase::property::{DnsMode, SMTP_USE_TCP_DNS, UNSET, dword};
use crate::metabase::schema::Schema;

/// The property that turns ESMTP commands on and off for outgoing mail (MSDN ms525021).
pub const OUTBOUND: (&str, u32) = ("SmtpOutboundCommandSupportOptions", 36999);

/// Judges a key.
pub(super) fn judge(
    schema: &Schema,
    location: &str,
    properties: &[Property<'_>],
    found: &mut Vec<Found>,
) {
    let mut judge = Judge { schema, location, found };
    judge.doubles(properties);
    judge.order(properties);
    for property in properties {
        judge.identity(property);
        judge.type_data(property);
        judge.secret(property);
        judge.dns_mode(property);
        judge.outbound(property);
    }
}

struct Judge<'a> {
    schema: &'a Schema,
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
            if let Some(first) = attributes.get(canonical(self.schema, custom)) {
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
                    "ID {id} comes after {previous} in {}; the IDs do not ascend",
                    self.location
                );
                self.add(&rules::UNSORTED, property, message);
                return;
            }
            previous = id;
        }
    }

    /// A `<Custom>` whose name and ID are there and belong together.
    fn identity(&mut self, property: &Property<'_>) {
        if property.form == Form::Attribute {
            return;
        }
        let (Some(id), false) = (property.id, property.name.is_empty()) else {
            let what = match (property.name.is_empty(), property.id.is_some()) {
                (true, false) => "neither a Name nor an ID that is a number",
                (true, true) => "no Name",
                _ => "no ID that is a number",
            };
            let message = format!("a Custom in {} has {what}", self.location);
            self.add(&rules::MISSING_ATTRIBUTE, property, message);
            return;
        };
        let by_id = self.schema.numbered(id).map(|row| &row.definition);
        if by_id.is_some_and(|definition| definition.is_named(&property.name)) {
            return;
        }
        let unknown = property.name.strip_prefix("UnknownName_").and_then(dword);
        let known = || self.schema.named(&property.name).map(|row| row.definition.id);
        let other = unknown.or_else(known).filter(|other| *other != id && *other != 0);
        let message = match (other, by_id) {
            (Some(other), _) => {
                format!("{} in {} has ID {id}, but its ID is {other}", property.name, self.location)
            }
            (None, Some(definition)) => format!(
                "{} in {} has ID {id}, which is that of {}",
                property.name, self.location, definition.name
            ),
            (None, None) => return,
        };
        self.add(&rules::NAME_ID_CONFLICT, property, message);
    }

    /// A `<Custom>` whose type data are those of the schema. What it does not say itself is the
    /// schema's anyway.
    fn type_data(&mut self, property: &Property<'_>) {
        let Some(row) = property.id.and_then(|id| self.schema.numbered(id)) else { return };
        let definition = &row.definition;
        let expected = definition.kind.name();
        let shown = name(property);
        if let Some(kind) = property.kind.as_deref().filter(|kind| *kind != expected) {
            let message = format!("{shown} in {} has Type {kind}, not {expected}", self.location);
            self.add(&rules::WRONG_TYPE, property, message);
        }
        let differing = [
            ("UserType", property.user_type.as_deref(), &*definition.user_type),
            ("Attributes", property.flags.as_deref(), &*definition.attributes),
        ];
        let differing = differing.into_iter().filter_map(|(what, found, expected)| {
            let found =
                found.filter(|found| !expected.is_empty() && !same_flags(found, expected))?;
            Some(format!("{what} {found}, not {expected}"))
        });
        let differing: Vec<String> = differing.collect();
        if !differing.is_empty() {
            let message = format!("{shown} in {} has {}", self.location, differing.join(", and "));
            self.add(&rules::OTHER_TYPE_DATA, property, message);
        }
    }

    fn secret(&mut self, property: &Property<'_>) {
        if property.value.is_empty() || !is_secret(self.schema, property) {
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
        let shown = short(self.schema, property).unwrap_or_else(|| "something else".into());
        let message =
            format!("SmtpUseTcpDns in {} is {shown}, which is no DNS mode", self.location);
        let repair = ["unset", self.location, &SMTP_USE_TCP_DNS.name].map(Into::into).into();
        self.add(&rules::UNKNOWN_DNS_MODE, property, message).repair = Some(repair);
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

/// The name that the schema gives the property's ID, else the one it has.
pub(super) fn canonical<'a>(schema: &'a Schema, property: &'a Property<'_>) -> &'a str {
    let row = property.id.and_then(|id| schema.numbered(id));
    row.map_or(&*property.name, |row| &*row.definition.name)
}

/// Whether the value is one that IIS keeps encrypted.
fn is_secret(schema: &Schema, property: &Property<'_>) -> bool {
    let flags = property.flags.as_deref().unwrap_or_default();
    schema.secrets().has(&property.name, property.id, flags)
}

/// A value that may be shown in a sentence.
pub(super) fn short(schema: &Schema, property: &Property<'_>) -> Option<String> {
    let shown = !is_secret(schema, property)
        && property.value.len() <= 60
        && !property.value.contains(['\r', '\n']);
    shown.then(|| match dword(&property.value) {
        Some(number) => number.to_string(),
        None => format!("\"{}\"", property.value),
    })
}
