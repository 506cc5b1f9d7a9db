//! What the metabase says that bears upon a domain: sentences beside the verdicts.

use super::delivery::{Delivery, Resolution, SmtpServer, Way};

/// Something to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The name by which scripts know it.
    pub name: &'static str,
    /// The key that says so.
    pub key: String,
    /// The sentence, without the key before it.
    pub says: String,
}

/// What is to be known about a domain, whose name is in ASCII; nothing where every virtual server
/// runs and just asks DNS.
#[must_use]
pub fn notes(delivery: &Delivery, domain: &str) -> Vec<Note> {
    delivery.servers.iter().flat_map(|server| of_server(server, domain)).collect()
}

fn of_server(server: &SmtpServer, domain: &str) -> Vec<Note> {
    let mut notes = Vec::new();
    let key = || server.mode.location.clone();
    let mut add = |name, key, says| notes.push(Note { name, key, says });
    if server.stopped {
        let says = "is stopped (ServerState 4), and stays so after a restart: it delivers nothing";
        add("server-stopped", key(), says.to_owned());
    }
    match server.way(domain) {
        Way::Dns => {}
        Way::SmartHost(host) => add(
            "smart-host",
            key(),
            format!(
                "sends everything through the smart host {host} (SmartHostType 2) and never asks \
                 DNS for this domain: the verdicts do not concern it"
            ),
        ),
        Way::DnsThenSmartHost(host) => add(
            "smart-host-after-dns",
            key(),
            format!(
                "asks DNS first, and sends through the smart host {host} (SmartHostType 1) what \
                 DNS finds no host for"
            ),
        ),
        Way::Route(route) => {
            let action = match &*route.action {
                "" => String::new(),
                action => format!(" (RouteAction {action})"),
            };
            let says = match (&route.host, route.is_to_host()) {
                (Some(host), _) => format!(
                    "sends this domain's mail to {host}{action}, which overrides any smart host: \
                     DNS is not asked for the domain's MX hosts"
                ),
                (None, true) => format!("sends this domain's mail to a host of its own{action}"),
                (None, false) => {
                    format!("has a route for this domain{action}, which overrides any smart host")
                }
            };
            add("route", route.location.clone(), says);
        }
    }
    match server.resolution {
        Resolution::Dns => {}
        Resolution::Windows => add(
            "gethostbyname",
            key(),
            "finds hosts by gethostbyname alone (NameResolutionType 2): the DNS mode does not bear \
             upon it, and it knows no MX records"
                .to_owned(),
        ),
        Resolution::Both => add(
            "gethostbyname-after-dns",
            key(),
            "asks DNS first and then finds the host by gethostbyname (NameResolutionType 3)"
                .to_owned(),
        ),
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::super::delivery::{Route, SmartHost};
    use super::*;
    use crate::metabase::dns::{Origin, Setting};

    #[test]
    fn each_setting_that_bears_upon_a_domain_has_its_sentence() {
        let mode = Setting { location: "/LM/SmtpSvc/1".into(), origin: Origin::Default };
        let plain = SmtpServer {
            mode: mode.clone(),
            stopped: false,
            smart_host: SmartHost::None,
            resolution: Resolution::Dns,
            routes: Vec::new(),
            dns_servers: Vec::new(),
        };
        let told = |server: SmtpServer| {
            let service = mode.clone();
            notes(&Delivery { service, servers: vec![server] }, "x.example")
        };
        assert_eq!(told(plain.clone()), []);
        let route = |action: &str, host: Option<&str>| Route {
            location: "/LM/SmtpSvc/1/Domain/x.example".into(),
            domain: "x.example".into(),
            action: action.into(),
            host: host.map(str::to_owned),
        };
        let smart = SmartHost::Always("[192.0.2.9]".into());
        let with_route =
            |one| SmtpServer { routes: vec![one], smart_host: smart.clone(), ..plain.clone() };
        for (server, name, part) in [
            (SmtpServer { stopped: true, ..plain.clone() }, "server-stopped", "ServerState 4"),
            (
                SmtpServer { smart_host: smart.clone(), ..plain.clone() },
                "smart-host",
                "[192.0.2.9]",
            ),
            (
                SmtpServer { smart_host: SmartHost::AfterDns("h".into()), ..plain.clone() },
                "smart-host-after-dns",
                "SmartHostType 1",
            ),
            (SmtpServer { resolution: Resolution::Windows, ..plain.clone() }, "gethostbyname", "2"),
            (
                SmtpServer { resolution: Resolution::Both, ..plain.clone() },
                "gethostbyname-after-dns",
                "3",
            ),
            (
                with_route(route("2", Some("[192.0.2.8]"))),
                "route",
                "to [192.0.2.8] (RouteAction 2)",
            ),
            (with_route(route("SMTP_SMARTHOST", None)), "route", "to a host of its own"),
            (
                with_route(route("16", None)),
                "route",
                "has a route for this domain (RouteAction 16)",
            ),
        ] {
            let told = told(server);
            assert_eq!((told.len(), told[0].name), (1, name), "{told:?}");
            assert!(told[0].says.contains(part), "{told:?}");
        }
    }
}
