//! Writes metabases laid out as IIS lays them out: CRLF, a tab before `Location =`, one
//! attribute a line, attributes in ASCII order, Customs by ascending ID.
//!
//! Owns every byte of `fixtures/servers`. The same arguments always give the same bytes: the
//! secrets come from a counter, and no time, locale or hash order takes part. All names are
//! made up (contoso, fabrikam, example), all addresses are those kept for documentation.

#![allow(dead_code)]

use std::io::{self, Write};

#[path = "metabase_key.rs"]
mod key;
#[path = "metabase_tables.rs"]
mod tables;

use key::{Key, Secrets};
use tables::{
    AUTH, HTTP_ERRORS, LOG_MODULES, MIME_MAP, RELAY_IP_LIST, ROUTING_SOURCE, SCRIPT_MAPS,
    SMTP_SERVICE, WEB_SERVICE,
};

/// The servers whose metabase can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Windows Server 2003 just after its set-up, with the web and the SMTP service.
    Windows2003,
    /// A host of many web sites.
    SharedHost,
    /// Exchange Server 2003: two SMTP virtual servers, POP3, IMAP4, NNTP.
    Exchange2003,
    /// Windows Server 2022 with the SMTP service and nothing else of IIS 6.
    Relay2022,
}

/// The metabase of a server with this many web sites; a relay has none.
#[must_use]
pub fn metabase(kind: Server, sites: usize) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, kind, |written, _| written < sites).expect("a vector takes every write");
    out
}

/// The metabase of a shared host that has at least this many bytes, and at most 40 KB more.
#[must_use]
pub fn sized(bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 40_000);
    write_sized(&mut out, bytes).expect("a vector takes every write");
    out
}

/// Writes what [`sized`] returns, without holding it in memory.
///
/// # Errors
/// Those of `out`.
pub fn write_sized(out: &mut impl Write, bytes: usize) -> io::Result<()> {
    write(out, Server::SharedHost, |_, so_far| so_far < bytes)
}

/// `more` is asked before each site, with the number of sites and of bytes written so far.
fn write(
    out: &mut impl Write,
    kind: Server,
    more: impl Fn(usize, usize) -> bool,
) -> io::Result<()> {
    let mut file = File { out, written: 0, secrets: Secrets(kind as u64) };
    file.text("<?xml version =\"1.0\"?>\r\n")?;
    file.text("<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\r\n")?;
    file.text("<MBProperty>\r\n")?;
    machine(&mut file, kind)?;
    if kind == Server::Exchange2003 {
        exchange(&mut file)?;
    }
    smtp(&mut file, kind)?;
    web(&mut file, kind, more)?;
    file.text("</MBProperty>\r\n</configuration>\r\n")
}

struct File<'a, W> {
    out: &'a mut W,
    written: usize,
    secrets: Secrets,
}

impl<W: Write> File<'_, W> {
    fn text(&mut self, text: &str) -> io::Result<()> {
        self.written += text.len();
        self.out.write_all(text.as_bytes())
    }

    fn key(&mut self, key: Key) -> io::Result<()> {
        self.text(&key.text())
    }
}

const SERVER: &str = "IIS_MD_UT_SERVER";
const INHERITED: (&str, &str) = (SERVER, "INHERIT");
const OWN: (&str, &str) = (SERVER, "NO_ATTRIBUTES");
const CONFIG: &str = "IIsConfigObject";

/// The keys above the services.
fn machine<W: Write>(file: &mut File<'_, W>, kind: Server) -> io::Result<()> {
    let (history, changes, running) = match kind {
        Server::Windows2003 => ("14", "312", "0"),
        Server::SharedHost => ("2117", "88064", "1"),
        Server::Exchange2003 => ("386", "10921", "1"),
        Server::Relay2022 => ("7", "141", "0"),
    };
    let (stamp, session) = (file.secrets.hex(8), file.secrets.secret(152));
    file.key(
        Key::new("IIS_Global", ".")
            .with("BINSchemaTimeStamp", stamp.clone())
            .with("ChangeNumber", changes)
            .with("HistoryMajorVersionNumber", history)
            .with("SessionKey", session)
            .with("XMLSchemaTimeStamp", stamp),
    )?;
    let acl = file.secrets.secret(208);
    file.key(Key::new("IIS_ROOT", "/").with("AdminACL", acl))?;
    file.key(
        Key::new("IIsComputer", "/LM")
            .with("EnableEditWhileRunning", running)
            .with("EnableHistory", "1")
            .with("MaxBandwidth", "4294967295")
            .with("MaxHistoryFiles", "10"),
    )?;
    file.key(Key::new(CONFIG, "/LM/EventManager"))?;
    file.key(Key::new(CONFIG, "/LM/IISADMIN"))?;
    file.key(Key::new(CONFIG, "/LM/IISADMIN/EXTENSIONS"))?;
    file.key(Key::new(CONFIG, "/LM/IISADMIN/EXTENSIONS/DCOMCLSIDS").custom(
        ("UnknownName_1000", 1000, "MULTISZ"),
        "{61738644-F196-11D0-9953-00C04FD919C1}\n{AD47FF5E-6E8B-4B69-8F31-1A2B3C4D5E6F}",
        OWN,
    ))?;
    file.key(Key::new("IIsLogModules", "/LM/Logging"))?;
    for (name, class) in LOG_MODULES {
        file.key(
            Key::new("IIsLogModule", format!("/LM/Logging/{name}"))
                .with("LogModuleId", *class)
                .with("LogModuleUiId", class.replace("FF16", "31DC")),
        )?;
    }
    if kind == Server::Relay2022 {
        return Ok(());
    }
    file.key(Key::new("IIsMimeMap", "/LM/MimeMap").with("MimeMap", MIME_MAP.trim()))
}

/// What only Exchange has.
fn exchange<W: Write>(file: &mut File<'_, W>) -> io::Result<()> {
    file.key(Key::new(CONFIG, "/LM/DS2MB"))?;
    file.key(Key::new(CONFIG, "/LM/DS2MB/HighWaterMarks"))?;
    file.key(
        Key::new(CONFIG, "/LM/DS2MB/HighWaterMarks/{6E0D4C1B-2F5A-4B93-9C7D-0123456789AB}")
            .custom(("UnknownName_61472", 61472, "STRING"), "184467:21", OWN)
            .custom(("UnknownName_61473", 61473, "DWORD"), "1", OWN),
    )?;
    for (service, server, path, port, version, id) in [
        ("IIsImapService", "IIsImapServer", "/LM/IMAP4SVC", ":143:", "ImapServiceVersion", 49652),
        ("IIsNntpService", "IIsNntpServer", "/LM/NNTPSVC", ":119:", "NntpServiceVersion", 45175),
        ("IIsPop3Service", "IIsPop3Server", "/LM/POP3SVC", ":110:", "Pop3ServiceVersion", 41460),
    ] {
        file.key(
            Key::new(service, path)
                .with("ConnectionTimeout", "1800")
                .with("LogPluginClsid", LOG_MODULES[2].1)
                .with("LogType", "0")
                .custom((version, id, "DWORD"), "2", OWN),
        )?;
        file.key(
            Key::new(server, format!("{path}/1"))
                .with("ServerAutoStart", "FALSE")
                .with("ServerBindings", port)
                .with("ServerComment", "Default virtual server of \"mail.contoso.com\"")
                .custom(("AuthFlags", 6000, "DWORD"), "AuthBasic | AuthNTLM", INHERITED)
                .custom(("UnknownName_61537", 61537, "DWORD"), "0", OWN),
        )?;
    }
    Ok(())
}

/// The SMTP service and its virtual servers.
fn smtp<W: Write>(file: &mut File<'_, W>, kind: Server) -> io::Result<()> {
    let name = match kind {
        Server::Windows2003 => "web01.contoso.com",
        Server::SharedHost => "host42.example.net",
        Server::Exchange2003 => "mail.contoso.com",
        Server::Relay2022 => "relay.fabrikam.com",
    };
    let acl = file.secrets.secret(176);
    let service = Key::new("IIsSmtpService", "/LM/SmtpSvc")
        .all(SMTP_SERVICE)
        .with("AdminACL", acl)
        .with("DefaultDomain", name)
        .with("FullyQualifiedDomainName", name)
        .custom(("AuthFlags", 6000, "DWORD"), AUTH, INHERITED)
        .custom(("SmtpServiceVersion", 36931, "DWORD"), "2", OWN)
        .custom(("UnknownName_49875", 49875, "DWORD"), "1", INHERITED);
    file.key(match kind {
        Server::Exchange2003 => service
            .custom(("UnknownName_61527", 61527, "MULTISZ"), "mail.contoso.com\ncontoso.com", OWN)
            .custom(("UnknownName_61537", 61537, "DWORD"), "0", OWN),
        Server::Relay2022 => service.with("SmtpInboundCommandSupportOptions", "7697601"),
        _ => service,
    })?;
    for number in 1..=if kind == Server::Exchange2003 { 2 } else { 1 } {
        smtp_server(file, kind, number)?;
    }
    file.key(
        Key::new("IIsSmtpInfo", "/LM/SmtpSvc/Info")
            .with("LogModuleList", "NCSA Common Log File Format,Microsoft IIS Log File Format")
            .with("MajorIIsVersionNumber", if kind == Server::Relay2022 { "10" } else { "6" })
            .with("MinorIIsVersionNumber", "0"),
    )
}

fn smtp_server<W: Write>(file: &mut File<'_, W>, kind: Server, number: u32) -> io::Result<()> {
    let path = format!("/LM/SmtpSvc/{number}");
    let root = format!(r"C:\Inetpub\mailroot{}", if number == 1 { "" } else { "\\vs2" });
    let mut server = Key::new("IIsSmtpServer", &path)
        .with("BadMailDirectory", format!(r"{root}\Badmail"))
        .with("DropDirectory", format!(r"{root}\Drop"))
        .with("PickupDirectory", format!(r"{root}\Pickup"))
        .with("QueueDirectory", format!(r"{root}\Queue"))
        .with("ServerAutoStart", "TRUE")
        .with("ServerComment", format!("SMTP virtual server #{number} <default>"))
        .with("ServerBindings", if number == 1 { ":25:" } else { "192.0.2.25:25:" })
        .custom(("UnknownName_61537", 61537, "DWORD"), "0", OWN);
    if kind == Server::Relay2022 {
        server = server
            .with("SmtpOutboundCommandSupportOptions", "7")
            .with("SmartHost", "[198.51.100.7]")
            .with("SmartHostType", "2");
    } else {
        server = server.with("RelayIpList", RELAY_IP_LIST);
    }
    if number == 2 {
        let password = file.secrets.secret(48);
        server = server
            .with("SmartHost", "gateway.fabrikam.com")
            .with("SmartHostType", "1")
            .with("RouteUserName", r"CONTOSO\relay")
            .with("RoutePassword", password)
            .custom(("SmtpUseTcpDns", 36997, "DWORD"), "1", INHERITED);
    }
    file.key(server)?;
    for (element, child, option) in
        [("IIsSmtpAlias", "Alias", ""), ("IIsSmtpDomain", "Domain", "RouteAction")]
    {
        let key = Key::new(element, format!("{path}/{child}"));
        file.key(if option.is_empty() { key } else { key.with("RouteAction", "0") })?;
    }
    file.key(
        Key::new("IIsSmtpDomain", format!("{path}/Domain/fabrikam.com"))
            .with("RouteAction", "SMTP_SMARTHOST | SMTP_SSL")
            .with("RouteActionString", "[203.0.113.10]"),
    )?;
    file.key(
        Key::new("IIsSmtpRoutingSource", format!("{path}/RoutingSources")).all(ROUTING_SOURCE),
    )?;
    let secret = file.secrets.secret(48);
    file.key(Key::new("IIsSmtpSessions", format!("{path}/Sessions")).custom(
        ("UnknownName_36957", 36957, "STRING"),
        secret,
        (SERVER, "INHERIT | SECURE"),
    ))?;
    file.key(
        Key::new("IIsSmtpVirtualDir", format!("{path}/ROOT"))
            .with("AccessFlags", "AccessRead | AccessWrite")
            .with("DontLog", "FALSE"),
    )
}

/// The web service, its sites and what comes after them.
fn web<W: Write>(
    file: &mut File<'_, W>,
    kind: Server,
    more: impl Fn(usize, usize) -> bool,
) -> io::Result<()> {
    if kind == Server::Relay2022 {
        return Ok(());
    }
    let (user, process) = (file.secrets.secret(64), file.secrets.secret(64));
    file.key(
        Key::new("IIsWebService", "/LM/W3SVC")
            .all(WEB_SERVICE)
            .with("AnonymousUserPass", user)
            .with("HttpErrors", HTTP_ERRORS.trim())
            .with("ScriptMaps", SCRIPT_MAPS.trim())
            .with("WAMUserPass", process),
    )?;
    let mut sites = 0;
    while more(sites, file.written) {
        sites += 1;
        site(file, sites)?;
    }
    file.key(
        Key::new("IIsApplicationPools", "/LM/W3SVC/AppPools")
            .with("AppPoolIdentityType", "2")
            .with("PeriodicRestartTime", "1740"),
    )?;
    for pool in 0..sites.clamp(1, POOLS) {
        file.key(
            Key::new("IIsApplicationPool", format!("/LM/W3SVC/AppPools/{}", pool_name(pool)))
                .with("AppPoolAutoStart", "TRUE")
                .with("IdleTimeout", "20"),
        )?;
    }
    file.key(
        Key::new("IIsFilters", "/LM/W3SVC/Filters")
            .with("FilterLoadOrder", "ASP.NET_2.0.50727.0,fpexedll.dll"),
    )?;
    file.key(
        Key::new("IIsFilter", "/LM/W3SVC/Filters/ASP.NET_2.0.50727.0")
            .with("FilterPath", r"C:\WINDOWS\Microsoft.NET\Framework\v2.0.50727\aspnet_filter.dll")
            .custom(
                ("UnknownName_2047", 2047, "BINARY"),
                "00ff10a0",
                ("UNKNOWN_UserType", "INHERIT"),
            ),
    )?;
    file.key(
        Key::new("IIsWebInfo", "/LM/W3SVC/Info")
            .with("MajorIIsVersionNumber", "6")
            .with("MinorIIsVersionNumber", "0"),
    )
}

const POOLS: usize = 50;

fn pool_name(pool: usize) -> String {
    if pool == 0 { "DefaultAppPool".into() } else { format!("Pool{pool:02}") }
}

fn site<W: Write>(file: &mut File<'_, W>, number: usize) -> io::Result<()> {
    let path = format!("/LM/W3SVC/{number}");
    let host =
        format!("site{number}.{}", ["contoso.com", "example.org", "fabrikam.com"][number % 3]);
    let comment = match number % 7 {
        _ if number == 1 => "Default Web Site".into(),
        2 => format!("Bäckerei Müller & Söhne, Zürich ({number})"),
        3 => format!("例え {number} 😀"),
        _ => host.clone(),
    };
    let mut server = Key::new("IIsWebServer", &path)
        .with("AppPoolId", pool_name((number - 1) % POOLS))
        .with(
            "ServerBindings",
            match number {
                1 => ":80:".to_owned(),
                _ => format!("192.0.2.{0}:80:{host}\n192.0.2.{0}:80:www.{host}", number % 254 + 1),
            },
        )
        .with("ServerComment", comment)
        .with("ServerSize", "1");
    if number.is_multiple_of(10) {
        server = server
            .with("SSLCertHash", file.secrets.hex(20))
            .with("SSLStoreName", "MY")
            // Each tenth site, at 254 addresses: after 1270 sites they come round.
            .with(
                "SecureBindings",
                format!("192.0.2.{}:{}:", number % 254 + 1, 443 + number / 1270),
            );
    }
    file.key(server)?;
    if number == 1 || number.is_multiple_of(5) {
        let acl = file.secrets.secret(120);
        file.key(Key::new("IIsFilters", format!("{path}/filters")).with("AdminACL", acl))?;
    }
    let folder = match number {
        1 => r"c:\inetpub\wwwroot".to_owned(),
        _ => format!(r"D:\Sites\{host}\wwwroot"),
    };
    let mut root = Key::new("IIsWebVirtualDir", format!("{path}/ROOT"))
        .with("AccessFlags", "AccessRead | AccessScript")
        .with("AppFriendlyName", "Default Application")
        .with("AppIsolated", "2")
        .with("AppRoot", format!("{path}/ROOT"))
        .with("AuthFlags", "AuthAnonymous | AuthNTLM")
        .with("DefaultDoc", "Default.htm,Default.asp,index.htm,Default.aspx")
        .with("DirBrowseFlags", "DirBrowseShowDate | DirBrowseShowTime | EnableDefaultDoc")
        .with("Path", folder.clone());
    if number > 1 {
        root = root
            .with("AnonymousUserName", format!("IUSR_SITE{number}"))
            .with("AnonymousUserPass", file.secrets.secret(48));
    }
    if number.is_multiple_of(3) {
        root = root.with("ScriptMaps", SCRIPT_MAPS.trim());
    }
    if number.is_multiple_of(4) {
        root = root
            .with(
                "IPSecurity",
                format!("18000080200000803c000080440000804c{}", file.secrets.hex(16)),
            )
            .custom(("MD_ETAG_CHANGENUMBER", 2039, "DWORD"), (number * 3).to_string(), OWN);
    }
    file.key(root)?;
    for directory in ["aspnet_client", "images"] {
        file.key(Key::new("IIsWebDirectory", format!("{path}/ROOT/{directory}")))?;
    }
    file.key(
        Key::new("IIsWebVirtualDir", format!("{path}/ROOT/scripts"))
            .with("AccessFlags", "AccessExecute | AccessScript | AccessRead")
            .with("Path", folder + r"\scripts"),
    )
}
