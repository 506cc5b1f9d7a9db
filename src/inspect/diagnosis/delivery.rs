//! How the SMTP service would deliver, as its metabase says: by DNS and in which mode, through a
//! smart host, by a route of its own for a domain.
//!
//! Owns the reading of these settings together. Asks nobody.

use std::net::IpAddr;

use crate::metabase::dns::{self, Setting};
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, KeyPath};
use crate::metabase::property::{DnsMode, UNSET, dword, has_flag};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::metabase::survey::{Stated, Survey};
use crate::text::source::Source;

/// What the metabase says of delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The DNS mode at the service.
    pub service: Setting,
    /// The virtual servers, by number.
    pub servers: Vec<SmtpServer>,
}

/// An SMTP virtual server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its DNS mode.
    pub mode: Setting,
    /// Whether it is stopped: `ServerState` 4.
    pub stopped: bool,
    /// What is sent through a smart host.
    pub smart_host: SmartHost,
    /// How it finds addresses: `NameResolutionType` (TechNet cc757852).
    pub resolution: Resolution,
    /// Its routes for domains.
    pub routes: Vec<Route>,
    /// The DNS servers that it names itself.
    pub dns_servers: Vec<IpAddr>,
}

/// What is sent through a smart host: `SmartHostType` and `SmartHost` (TechNet cc739348).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmartHost {
    /// Nothing.
    None,
    /// What DNS finds no host for.
    AfterDns(String),
    /// Everything, without asking DNS.
    Always(String),
}

/// How addresses are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// 1, the default: by the service's own DNS code.
    Dns,
    /// 2: by `gethostbyname`, as Windows finds any host.
    Windows,
    /// 3: first one, then the other.
    Both,
}

/// A key below `Domain` that says what becomes of a domain's mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The key's `Location`.
    pub location: String,
    /// The domain, or `*.` and the domain whose subdomains are meant, or `*`.
    pub domain: String,
    /// `RouteAction` as it is in the file (TechNet cc757175).
    pub action: String,
    /// The host of the route: `RouteActionString` (MSDN ms525141).
    pub host: Option<String>,
}

/// How mail for a domain leaves a virtual server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way<'a> {
    /// To the hosts that DNS names.
    Dns,
    /// Through the smart host, without asking DNS.
    SmartHost(&'a str),
    /// To the hosts that DNS names, and through the smart host where it names none.
    DnsThenSmartHost(&'a str),
    /// As a route says, which overrides the smart host (TechNet cc779371).
    Route(&'a Route),
}

impl Delivery {
    /// The DNS modes in force, one for each virtual server that is not stopped.
    #[must_use]
    pub fn modes(&self) -> Vec<DnsMode> {
        let run = self.servers.iter().filter(|server| !server.stopped);
        let mut settings: Vec<&Setting> = run.map(|server| &server.mode).collect();
        if settings.is_empty() {
            settings = self.servers.iter().map(|server| &server.mode).collect();
        }
        if settings.is_empty() {
            settings.push(&self.service);
        }
        let mode = |setting: &Setting| match setting.value() {
            UNSET => Some(DnsMode::UdpThenTcp),
            value => DnsMode::of(value),
        };
        settings.into_iter().filter_map(mode).collect()
    }

    /// The DNS servers that the virtual servers name, each once.
    #[must_use]
    pub fn dns_servers(&self) -> Vec<IpAddr> {
        let mut all = Vec::new();
        for address in self.servers.iter().flat_map(|server| &server.dns_servers) {
            if !all.contains(address) {
                all.push(*address);
            }
        }
        all
    }
}

impl SmtpServer {
    /// How mail for a domain leaves it; the domain's name is in ASCII.
    #[must_use]
    pub fn way(&self, domain: &str) -> Way<'_> {
        let nearest = self.routes.iter().filter(|route| route.is_for(domain));
        if let Some(route) = nearest.max_by_key(|route| route.weight()) {
            return Way::Route(route);
        }
        match &self.smart_host {
            SmartHost::None => Way::Dns,
            SmartHost::AfterDns(host) => Way::DnsThenSmartHost(host),
            SmartHost::Always(host) => Way::SmartHost(host),
        }
    }
}

impl Route {
    /// Whether it says what becomes of a domain's mail.
    fn is_for(&self, domain: &str) -> bool {
        let below = |above: &str| {
            let cut = domain.len().checked_sub(above.len());
            let parts = cut.and_then(|at| Some((domain.get(..at)?, domain.get(at..)?)));
            parts.is_some_and(|(rest, end)| rest.ends_with('.') && end.eq_ignore_ascii_case(above))
        };
        match self.domain.strip_prefix("*.") {
            Some(above) => below(above),
            None => self.domain == "*" || self.domain.eq_ignore_ascii_case(domain),
        }
    }

    /// The more is said of the domain, the more it counts; the very name counts most.
    fn weight(&self) -> (bool, usize) {
        (!self.domain.starts_with('*'), self.domain.len())
    }

    /// Whether it sends the mail to a host of its own.
    #[must_use]
    pub fn is_to_host(&self) -> bool {
        self.host.is_some() || has_flag(&self.action, "SMTP_SMARTHOST")
    }
}

/// Reads it.
///
/// # Errors
/// The refusals of [`dns::survey`].
pub fn read(
    source: &Source,
    metabase: &Metabase,
    schema: &Schema,
) -> Result<Delivery, MetabaseError> {
    let modes = dns::survey(source, metabase)?;
    let survey = Survey::new(source, metabase, schema);
    let mut servers = Vec::new();
    for mode in modes.servers {
        let key = locate::find(source, metabase, &KeyPath::exact(&*mode.location))?;
        let mut stated = survey.stated(key)?;
        // What a server states itself alone: what it inherits is not its state.
        let stopped = number(&stated, "ServerState") == Some(4);
        stated.extend(survey.inherited(key)?);
        let host = value(&stated, "SmartHost").filter(|host| !host.is_empty()).map(str::to_owned);
        let smart_host = match (number(&stated, "SmartHostType"), host) {
            (Some(1), Some(host)) => SmartHost::AfterDns(host),
            (Some(2), Some(host)) => SmartHost::Always(host),
            _ => SmartHost::None,
        };
        let resolution = match number(&stated, "NameResolutionType") {
            Some(2) => Resolution::Windows,
            Some(3) => Resolution::Both,
            _ => Resolution::Dns,
        };
        let routes = routes(&survey, source, metabase, &mode.location)?;
        let dns_servers = addresses(&stated);
        servers.push(SmtpServer { mode, stopped, smart_host, resolution, routes, dns_servers });
    }
    Ok(Delivery { service: modes.service, servers })
}

fn value<'a>(stated: &'a [Stated], name: &str) -> Option<&'a str> {
    stated.iter().find(|one| one.name.eq_ignore_ascii_case(name)).map(|one| one.value.trim())
}

fn number(stated: &[Stated], name: &str) -> Option<u32> {
    value(stated, name).and_then(dword)
}

/// The keys below a virtual server's `Domain`, each of which is a domain, that say anything.
fn routes(
    survey: &Survey<'_>,
    source: &Source,
    metabase: &Metabase,
    server: &str,
) -> Result<Vec<Route>, MetabaseError> {
    let domains = KeyPath::exact(format!("{server}/Domain"));
    let mut routes = Vec::new();
    for (index, key) in metabase.keys.iter().enumerate() {
        let location = locate::location(source, key);
        let is_domain = |(above, _): &(KeyPath, &str)| above.is(domains.as_str());
        let path = KeyPath::exact(&*location);
        let Some((_, domain)) = path.parent().filter(is_domain) else { continue };
        let stated = survey.stated(index)?;
        let action = value(&stated, "RouteAction").unwrap_or_default().to_owned();
        let host = value(&stated, "RouteActionString").filter(|host| !host.is_empty());
        if host.is_some() || !matches!(&*action, "" | "0") {
            let (domain, host) = (domain.to_owned(), host.map(str::to_owned));
            routes.push(Route { location: location.clone().into_owned(), domain, action, host });
        }
    }
    Ok(routes)
}

/// The DNS servers that a virtual server names. Exchange has such a list (`External DNS Servers`
/// of the virtual server); no public page names its property in the metabase, so any that is named
/// after DNS servers is believed as far as addresses stand in it.
fn addresses(stated: &[Stated]) -> Vec<IpAddr> {
    let is_list = |one: &&Stated| one.name.to_ascii_lowercase().contains("dnsserver");
    let lists = stated.iter().filter(is_list).flat_map(|one| {
        let is_between = |c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':');
        one.value.split(is_between).filter_map(|word| word.parse::<IpAddr>().ok())
    });
    lists.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metabase::scan::scan;

    fn delivery(keys: &str) -> Delivery {
        let text = format!(
            "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>{keys}\
             </MBProperty></configuration>"
        );
        let source = Source::decode(text.into_bytes()).unwrap();
        read(&source, &scan(&source).unwrap(), &Schema::built_in()).unwrap()
    }

    const SERVER: &str = "<IIsSmtpServer Location='/LM/SmtpSvc/1'";

    /// A service with these attributes, and whatever comes after it.
    fn with(service: &str, rest: &str) -> Delivery {
        delivery(&format!("<IIsSmtpService Location='/LM/SmtpSvc' {service}/>{rest}"))
    }

    #[test]
    fn the_mode_in_force_is_that_of_the_servers_that_run() {
        let modes = |service, rest: &str| with(service, rest).modes();
        assert_eq!(modes("", ""), [DnsMode::UdpThenTcp]);
        assert_eq!(modes("SmtpUseTcpDns='2'", ""), [DnsMode::UdpOnly]);
        let one = format!("{SERVER}/>");
        assert_eq!(modes("SmtpUseTcpDns='2'", &one), [DnsMode::UdpOnly], "inherited");
        let two = format!("{SERVER} SmtpUseTcpDns='1'/><K Location='/LM/SmtpSvc/2'/>");
        assert_eq!(modes("SmtpUseTcpDns='2'", &two), [DnsMode::TcpOnly, DnsMode::UdpOnly]);
        let stopped = two.replace("'1'/>", "'1' ServerState='4'/>");
        assert_eq!(modes("SmtpUseTcpDns='2'", &stopped), [DnsMode::UdpOnly]);
        let all = format!("{SERVER} ServerState='4'/>");
        assert_eq!(modes("SmtpUseTcpDns='4294967295'", &all), [DnsMode::UdpThenTcp]);
        assert_eq!(modes("SmtpUseTcpDns='7'", ""), [], "what it does is not known");
    }

    #[test]
    fn a_smart_host_counts_by_its_type_and_a_route_before_it() {
        let way = |rest: &str, domain: &str| {
            let delivery = with("SmartHost='[192.0.2.9]' SmartHostType='2'", rest);
            format!("{:?}", delivery.servers[0].way(domain))
        };
        assert_eq!(way(&format!("{SERVER}/>"), "x.example"), "SmartHost(\"[192.0.2.9]\")");
        let first = format!("{SERVER} SmartHostType='1'/>");
        assert_eq!(way(&first, "x.example"), "DnsThenSmartHost(\"[192.0.2.9]\")");
        for none in ["SmartHostType='0'", "SmartHost=''"] {
            assert_eq!(way(&format!("{SERVER} {none}/>"), "x.example"), "Dns", "{none}");
        }
        let routes = format!(
            "{SERVER}/><K Location='/LM/SmtpSvc/1/Domain'/>\
             <K Location='/LM/SmtpSvc/1/Domain/*' RouteAction='4'/>\
             <K Location='/lm/smtpsvc/1/domain/*.example' RouteActionString='[192.0.2.8]'/>\
             <K Location='/LM/SmtpSvc/1/Domain/*.long.example' RouteAction='1'/>\
             <K Location='/LM/SmtpSvc/1/Domain/X.Example' RouteAction='SMTP_SMARTHOST | SMTP_SSL'/>\
             <K Location='/LM/SmtpSvc/1/Domain/plain.example' RouteAction='0'/>\
             <K Location='/LM/SmtpSvc/2/Domain/other' RouteAction='1'/>"
        );
        for (domain, route) in [
            ("x.example", "/LM/SmtpSvc/1/Domain/X.Example"),
            ("a.long.example", "/LM/SmtpSvc/1/Domain/*.long.example"),
            ("long.example", "/lm/smtpsvc/1/domain/*.example"),
            ("plain.example", "/lm/smtpsvc/1/domain/*.example"),
            ("example", "/LM/SmtpSvc/1/Domain/*"),
            ("notexample", "/LM/SmtpSvc/1/Domain/*"),
            ("other", "/LM/SmtpSvc/1/Domain/*"),
        ] {
            assert!(way(&routes, domain).contains(&format!("{route:?}")), "{domain}");
        }
    }

    #[test]
    fn other_settings_are_read_in_either_form() {
        let custom = "<Custom Name='NameResolutionType' ID='36885' Value='3' Type='DWORD' \
                      UserType='IIS_MD_UT_SERVER' Attributes='INHERIT'/>";
        let listed = with("", &format!("{SERVER}>{custom}</IIsSmtpServer>"));
        assert_eq!(listed.servers[0].resolution, Resolution::Both);
        let listed = with(
            "NameResolutionType='2'",
            &format!("{SERVER} ExternalDNSServers='192.0.2.53,2001:db8::53 192.0.2.53'/>"),
        );
        assert_eq!(listed.servers[0].resolution, Resolution::Windows);
        let found: Vec<_> = listed.dns_servers().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["192.0.2.53", "2001:db8::53"]);
    }
}
