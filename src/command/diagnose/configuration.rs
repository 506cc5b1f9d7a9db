//! What the metabase says of delivery, for people and for scripts.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::inspect::diagnosis::delivery::{Delivery, Resolution, SmartHost, SmtpServer};
use crate::metabase::dns::{Origin, Setting};
use crate::terminal::console::STRONG;
use crate::terminal::report;
use crate::text::escape;

/// The configuration in JSON.
#[derive(Serialize)]
pub struct Configured<'a> {
    service: ModeRow<'a>,
    servers: Vec<ServerRow<'a>>,
}

/// A key and its DNS mode.
#[derive(Serialize)]
struct ModeRow<'a> {
    key: &'a str,
    mode: &'static str,
}

#[derive(Serialize)]
struct ServerRow<'a> {
    #[serde(flatten)]
    mode: ModeRow<'a>,
    stopped: bool,
    smart_host: Option<&'a str>,
    /// 0 no smart host, 1 after DNS, 2 always.
    smart_host_type: u32,
    /// 1 DNS, 2 `gethostbyname`, 3 both.
    name_resolution_type: u32,
    dns_servers: Vec<String>,
}

impl<'a> Configured<'a> {
    /// The configuration in JSON.
    #[must_use]
    pub fn of(delivery: &'a Delivery) -> Self {
        let mode =
            |setting: &'a Setting| ModeRow { key: &setting.location, mode: setting.mode_name() };
        let server = |server: &'a SmtpServer| {
            let (smart_host_type, smart_host) = match &server.smart_host {
                SmartHost::None => (0, None),
                SmartHost::AfterDns(host) => (1, Some(&**host)),
                SmartHost::Always(host) => (2, Some(&**host)),
            };
            ServerRow {
                mode: mode(&server.mode),
                stopped: server.stopped,
                smart_host,
                smart_host_type,
                name_resolution_type: match server.resolution {
                    Resolution::Dns => 1,
                    Resolution::Windows => 2,
                    Resolution::Both => 3,
                },
                dns_servers: server.dns_servers.iter().map(ToString::to_string).collect(),
            }
        };
        let servers = delivery.servers.iter().map(server).collect();
        Self { service: mode(&delivery.service), servers }
    }
}

/// The DNS modes in force, one in a line.
///
/// # Errors
/// When it cannot be written.
pub fn write(out: &mut dyn Write, file: &Path, delivery: &Delivery) -> io::Result<()> {
    let name = file.to_string_lossy();
    writeln!(out, "{STRONG}{}{STRONG:#}", escape::escaped(&name))?;
    let settings: Vec<&Setting> = std::iter::once(&delivery.service)
        .chain(delivery.servers.iter().map(|server| &server.mode))
        .collect();
    let width = report::column(settings.iter().map(|setting| &*setting.location));
    for setting in settings {
        let key = escape::escaped(&setting.location);
        let origin = match &setting.origin {
            Origin::Own(own) => format!("its own, line {}", own.line),
            Origin::Inherited(own) => format!("inherited, line {}", own.line),
            Origin::Default => "not set: the default".to_owned(),
        };
        writeln!(out, "  {key:width$}  {:12}  {origin}", setting.mode_name())?;
    }
    Ok(())
}
