//! The DNS modes of a metabase: which value each SMTP server uses, and from where it has it.
//!
//! Owns the meaning of `SmtpUseTcpDns` in a whole file: inheritance from the service to its
//! virtual servers (MSDN ms524543) and the default. Plans nothing.

use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Form, KeyParts, KeyPath, Site};
use crate::metabase::property::{
    Definition, DnsMode, SMTP_USE_TCP_DNS, Type, UNSET, dword, has_flag,
};
use crate::metabase::scan::Metabase;
use crate::text::source::Source;
use crate::xml;

/// Whether IIS takes edits of the file while it runs; off unless set (TechNet aa670761).
pub const ENABLE_EDIT_WHILE_RUNNING: Definition = Definition {
    name: std::borrow::Cow::Borrowed("EnableEditWhileRunning"),
    id: 9998,
    kind: Type::Dword,
    user_type: std::borrow::Cow::Borrowed("IIS_MD_UT_SERVER"),
    attributes: std::borrow::Cow::Borrowed("NO_ATTRIBUTES"),
};

/// A value that a key sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The value.
    pub value: u32,
    /// The form it has.
    pub form: Form,
    /// The line where it begins.
    pub line: usize,
    /// Whether child keys inherit it.
    pub inheritable: bool,
}

/// Where a key has its value from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is its own.
    Own(Own),
    /// It is that of the service.
    Inherited(Own),
    /// Nothing sets it.
    Default,
}

/// The DNS mode of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key's `Location`, as it is in the file.
    pub location: String,
    /// The value and where it comes from.
    pub origin: Origin,
}

/// The DNS modes of a metabase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// That of the service.
    pub service: Setting,
    /// Those of the virtual servers, by number.
    pub servers: Vec<Setting>,
    /// Whether IIS takes edits while it runs, and the line that says so.
    pub edit_while_running: (bool, Option<usize>),
}

impl Setting {
    /// The value in force; [`UNSET`] where nothing sets it.
    #[must_use]
    pub fn value(&self) -> u32 {
        match &self.origin {
            Origin::Own(own) | Origin::Inherited(own) => own.value,
            Origin::Default => UNSET,
        }
    }

    /// The name of the mode in force.
    #[must_use]
    pub fn mode_name(&self) -> &'static str {
        mode_name(self.value())
    }

    /// The value of its own that hides the service's.
    #[must_use]
    pub fn own(&self) -> Option<&Own> {
        match &self.origin {
            Origin::Own(own) => Some(own),
            Origin::Inherited(_) | Origin::Default => None,
        }
    }
}

/// The name of the mode that a value stands for.
#[must_use]
pub fn mode_name(value: u32) -> &'static str {
    match DnsMode::of(value) {
        Some(mode) => mode.name(),
        None if value == UNSET => DnsMode::UdpThenTcp.name(),
        None => "unknown",
    }
}

/// Reads the DNS modes of the service and of its virtual servers.
///
/// # Errors
/// The refusals of [`locate::find`] for the service, and of [`locate::locate`] for each key.
pub fn survey(source: &Source, metabase: &Metabase) -> Result<Survey, MetabaseError> {
    let service = setting(source, metabase, &KeyPath::smtp_service())?;
    let inherited = service.own().filter(|own| own.inheritable && own.value != UNSET);
    let location = |key: usize| locate::location(source, &metabase.keys[key]).into_owned();

    // Counted once, however many servers the file has.
    let lines = source.lines();
    let mut numbered = Vec::new();
    for (number, key) in locate::smtp_servers(source, metabase) {
        let own = own(source, metabase, key, &SMTP_USE_TCP_DNS, |at| lines.line(at))?;
        let origin = match (own, inherited) {
            (Some(own), _) => Origin::Own(own),
            (None, Some(service)) => Origin::Inherited(service.clone()),
            (None, None) => Origin::Default,
        };
        numbered.push((number, Setting { location: location(key), origin }));
    }
    numbered.sort_by_key(|(number, _)| *number);
    let servers = numbered.into_iter().map(|(_, setting)| setting).collect();
    Ok(Survey { service, servers, edit_while_running: edit_while_running(source, metabase) })
}

/// What is in one key itself, inheritance left aside.
///
/// # Errors
/// The refusals of [`locate::find`] and of [`locate::locate`].
pub fn setting(
    source: &Source,
    metabase: &Metabase,
    path: &KeyPath,
) -> Result<Setting, MetabaseError> {
    let key = locate::find(source, metabase, path)?;
    let origin = own(source, metabase, key, &SMTP_USE_TCP_DNS, |at| source.line(at))?;
    let location = locate::location(source, &metabase.keys[key]).into_owned();
    Ok(Setting { location, origin: origin.map_or(Origin::Default, Origin::Own) })
}

/// Whether IIS takes edits while it runs. What cannot be read counts as off, the careful answer.
#[must_use]
pub fn edit_while_running(source: &Source, metabase: &Metabase) -> (bool, Option<usize>) {
    let computer = locate::find(source, metabase, &KeyPath::computer());
    let line = |at| source.line(at);
    let own = computer.and_then(|key| own(source, metabase, key, &ENABLE_EDIT_WHILE_RUNNING, line));
    own.ok().flatten().map_or((false, None), |own| (own.value == 1, Some(own.line)))
}

fn own(
    source: &Source,
    metabase: &Metabase,
    key: usize,
    definition: &Definition,
    line: impl FnOnce(usize) -> usize,
) -> Result<Option<Own>, MetabaseError> {
    let text = source.text();
    let parts = KeyParts::read(source, &metabase.keys[key])?;
    let site = locate::locate(text, &parts, definition)?;
    let Some((form, at, value)) = site.found() else { return Ok(None) };
    // `locate` has checked that the value is a DWORD.
    let value = dword(&xml::unescape(&text[value.clone()])).unwrap_or(UNSET);
    let inheritable = match site {
        Site::Custom { at, .. } => {
            let custom = parts.children.iter().find(|child| child.at.start == at);
            let flags = custom.and_then(|custom| custom.value(text, "Attributes"));
            flags.is_some_and(|flags| has_flag(&flags, "INHERIT"))
        }
        Site::Attribute { .. } | Site::Absent => definition.is_inheritable(),
    };
    Ok(Some(Own { value, form, line: line(at), inheritable }))
}
