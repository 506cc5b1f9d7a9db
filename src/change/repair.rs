//! The known repairs, as data: what each sets where, when it helps, and what is dangerous.
//!
//! Owns the table and the question which keys of a file a repair would change. Plans nothing:
//! it hands [`Request`]s to the engine, and adding a repair is adding an entry.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use crate::change::plan::Request;
use crate::metabase::address_list::AddressList;
use crate::metabase::dns::ENABLE_EDIT_WHILE_RUNNING;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Form, Index, KeyParts, KeyPath};
use crate::metabase::property::{Definition, SMTP_USE_TCP_DNS, Type};
use crate::metabase::scan::Metabase;
use crate::text::source::Source;
use crate::xml;

/// A known repair.
#[derive(Debug, PartialEq, Eq)]
pub struct Repair {
    /// The name on the command line.
    pub name: &'static str,
    /// What it does.
    pub does: &'static str,
    /// When it helps.
    pub when: &'static str,
    /// The keys it may change.
    pub keys: Keys,
    /// The property it sets.
    pub property: Definition,
    /// The class of key for which IIS's schema lists the property: there a new one is written as
    /// an attribute, elsewhere as a `<Custom>`.
    pub attribute_of: Option<&'static str>,
    /// The value it sets; of a list of addresses the address that it lets in when none is named.
    pub value: &'static str,
    /// Which of the keys it changes.
    pub condition: Condition,
    /// What is dangerous about it.
    pub danger: &'static str,
    /// Where it is from.
    pub source: &'static str,
}

/// Keys of the metabase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// `/LM`.
    Computer,
    /// `/LM/SmtpSvc`.
    Service,
    /// `/LM/SmtpSvc/N`.
    Servers,
    /// `/LM/SmtpSvc` and `/LM/SmtpSvc/N`.
    ServiceAndServers,
}

/// When a key is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Neither the key nor the service above it has the property.
    Missing,
    /// The property is there with this value.
    Is(&'static str),
    /// The property does not have the repair's value.
    Other,
}

const SERVER: Cow<'static, str> = Cow::Borrowed("IIS_MD_UT_SERVER");

/// Every known repair.
pub static REPAIRS: [Repair; 4] = [
    Repair {
        name: "relay-ip-list",
        does: "sets RelayIpList to a closed list, \"only 127.0.0.1\" or the addresses given with \
               --allow, at every SMTP virtual server that has none",
        when: "on Windows Server 2022, when IIS 6.0 Manager crashes as soon as the properties of \
               an SMTP virtual server are opened",
        keys: Keys::Servers,
        property: Definition {
            name: Cow::Borrowed("RelayIpList"),
            id: 36970,
            kind: Type::IpSecList,
            user_type: Cow::Borrowed("IIS_MD_UT_FILE"),
            attributes: Cow::Borrowed("INHERIT | REFERENCE"),
        },
        attribute_of: Some("IIsSmtpServer"),
        value: "127.0.0.1",
        condition: Condition::Missing,
        danger: "only the addresses on the list may relay afterwards: name every machine that \
                 sends through this server with --allow. That the console of Server 2022 opens \
                 with this list is inferred: what is published as the cure is an empty list, which \
                 lets everybody relay",
        source: "centauricw.com, IIS SMTP Server on Windows Server 2022; MSDN ms524986",
    },
    Repair {
        name: "outbound-esmtp",
        does: "sets SmtpOutboundCommandSupportOptions from 7 to 7697601, the documented default",
        when: "when mail to the large mail services is not delivered because the SMTP service \
               greets with HELO",
        keys: Keys::ServiceAndServers,
        property: Definition {
            name: Cow::Borrowed("SmtpOutboundCommandSupportOptions"),
            id: 36999,
            kind: Type::Dword,
            user_type: SERVER,
            attributes: Cow::Borrowed("INHERIT"),
        },
        attribute_of: None,
        value: "7697601",
        condition: Condition::Is("7"),
        danger: "outgoing mail may then use ESMTP commands such as BDAT where the other side \
                 offers them, which some mail filters in between do not understand",
        source: "MSDN ms525021; centauricw.com, SmtpOutboundCommandSupportOptions Bug",
    },
    Repair {
        name: "direct-edit",
        does: "sets EnableEditWhileRunning to 1 at /LM: \"Enable Direct Metabase Edit\"",
        when: "when a running IIS is to take edits of this file, as KB 820284 asks for in step 3",
        keys: Keys::Computer,
        property: ENABLE_EDIT_WHILE_RUNNING,
        attribute_of: Some("IIsComputer"),
        value: "1",
        condition: Condition::Other,
        danger: "a running IIS does not see this change itself: stop IISADMIN before it or tick \
                 the box in IIS Manager instead. Afterwards every saved edit of the file takes \
                 effect at once, mistakes too",
        source: "Microsoft KB 820284; MSDN ms524694",
    },
    Repair {
        name: "dns-udp-only",
        does: "sets SmtpUseTcpDns to 2 (UDP only) at /LM/SmtpSvc",
        when: "when event 4000 (SMTPSVC, c00402e7) names domains with many MX hosts and the DNS \
               server answers over UDP alone",
        keys: Keys::Service,
        property: SMTP_USE_TCP_DNS,
        attribute_of: None,
        value: "2",
        condition: Condition::Other,
        danger: "a truncated list of MX hosts is then used in part, which RFC 1123 section \
                 6.1.3.2 forbids; a DNS server that answers over TCP port 53 is the better cure",
        source: "Microsoft KB 820284",
    },
];

impl Repair {
    /// The repair of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        REPAIRS.iter().find(|repair| repair.name == name)
    }

    /// The value it sets, as the file has it.
    #[must_use]
    pub fn value(&self, allow: &[Ipv4Addr]) -> Cow<'static, str> {
        match (self.property.kind, allow, self.value.parse()) {
            (Type::IpSecList, [], Ok(address)) => AddressList::only(&[address]).into(),
            (Type::IpSecList, ..) => AddressList::only(allow).into(),
            _ => self.value.into(),
        }
    }

    /// What it asks for in a file: one request for each key that it changes. A list of addresses
    /// lets in those in `allow`, or where there is none the repair's own.
    ///
    /// # Errors
    /// The refusals of [`locate::find`] and [`locate::locate`].
    pub fn requests(
        &self,
        source: &Source,
        metabase: &Metabase,
        allow: &[Ipv4Addr],
    ) -> Result<Vec<Request>, MetabaseError> {
        let value = self.value(allow);
        let mut requests = Vec::new();
        let index = Index::new(source, metabase);
        let inherited = match self.condition {
            Condition::Missing => self.is_inherited(source, &index)?,
            Condition::Is(_) | Condition::Other => false,
        };
        for path in self.paths(source, metabase) {
            let (parts, was) = self.read(source, &index, &path)?;
            let applies = match (self.condition, was) {
                (Condition::Missing, None) => !inherited,
                (Condition::Missing, Some(_)) | (Condition::Is(_), None) => false,
                (Condition::Is(wanted), Some(was)) => self.property.same(&was, wanted),
                (Condition::Other, None) => true,
                (Condition::Other, Some(was)) => !self.property.same(&was, &value),
            };
            if applies {
                let element = parts.element.name(source.text());
                let attribute = self.attribute_of == Some(element);
                let form = if attribute { Form::Attribute } else { Form::Custom };
                let request = Request::set(path, self.property.clone(), &*value);
                requests.push(Request { form, ..request });
            }
        }
        Ok(requests)
    }

    fn paths(&self, source: &Source, metabase: &Metabase) -> Vec<KeyPath> {
        let mut servers = locate::smtp_servers(source, metabase);
        servers.sort_unstable();
        let servers = servers.into_iter().filter_map(|(_, key)| {
            let location = locate::location(source, &metabase.keys[key]);
            location.parse::<KeyPath>().ok()
        });
        match self.keys {
            Keys::Computer => vec![KeyPath::computer()],
            Keys::Service => vec![KeyPath::smtp_service()],
            Keys::Servers => servers.collect(),
            Keys::ServiceAndServers => {
                std::iter::once(KeyPath::smtp_service()).chain(servers).collect()
            }
        }
    }

    /// A key, and the property's value in it.
    fn read(
        &self,
        source: &Source,
        index: &Index<'_>,
        path: &KeyPath,
    ) -> Result<(KeyParts, Option<String>), MetabaseError> {
        let text = source.text();
        let parts = KeyParts::read(source, index.key(path)?)?;
        let site = locate::locate(text, &parts, &self.property)?;
        let value =
            site.found().map(|(_, _, value)| xml::unescape(&text[value.clone()]).into_owned());
        Ok((parts, value))
    }

    /// Whether the service has the property, so that its virtual servers inherit it.
    fn is_inherited(&self, source: &Source, index: &Index<'_>) -> Result<bool, MetabaseError> {
        match self.read(source, index, &KeyPath::smtp_service()) {
            Ok((_, value)) => Ok(value.is_some()),
            Err(MetabaseError::KeyAbsent { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }
}
