//! `binding-conflict`: two servers of one service that want to listen at the same place.

use std::collections::HashMap;

use crate::inspect::check::binding::{Binding, List};
use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{Fact, Key, SERVICES, Tree, WEB, Watched};

/// Two servers of one service with the same address and port.
pub static RULE: Rule = Rule {
    name: "binding-conflict",
    severity: Severity::Error,
    finds: "two servers of one service at the same address and port",
    when: "two servers of one service (web, FTP, SMTP, NNTP, POP3, IMAP4) have the same address \
           and port, and of web sites the same host name too, in ServerBindings or in \
           SecureBindings; however the address is spelt",
    when_not: "the addresses or, of web sites, the host names differ: an entry without an address \
               and one with are two places; one of the two does not start with its service \
               (ServerAutoStart FALSE or ServerState 4); web sites where IIS 7 or later keeps \
               them elsewhere",
    meaning: "the server that starts second does not start, or is stopped: event 115 of SMTPSVC, \
              \"could not bind instance\", or event 1007 of W3SVC, \"the necessary network \
              binding may already be in use\"",
    advice: "give one of the two another address, port or host name, or keep it from starting",
    source: "TechNet, Installing the SMTP Service and Creating an SMTP Virtual Server (IIS 6.0); \
             TechNet cc737524, WWW Service-Related Events",
    url: technet!("cc737524"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for service in SERVICES {
        let is_web = service == WEB;
        if is_web && tree.web_is_elsewhere().is_some() {
            continue;
        }
        let mut taken: HashMap<(List, Binding), (&Key, &Fact, String)> = HashMap::new();
        let starts = |server: &&Key| tree.is_stopped(server).is_none();
        for server in tree.servers(service).into_iter().filter(starts) {
            for (list, what) in
                [(List::Server, Watched::ServerBindings), (List::Secure, Watched::SecureBindings)]
            {
                let Some(fact) = server.own(what) else { continue };
                for entry in tree.entries(fact) {
                    let Ok(mut binding) = Binding::read(&entry, list) else { continue };
                    if !is_web {
                        binding.host.clear();
                    }
                    match taken.get(&(list, binding.clone())) {
                        Some((other, first, spelt)) if other.at != server.at => {
                            hits.push(hit(tree, (server, fact, &entry), (other, first, spelt)));
                        }
                        Some(_) => {}
                        None => {
                            taken.insert((list, binding), (server, fact, entry));
                        }
                    }
                }
            }
        }
    }
    hits
}

fn hit(
    tree: &Tree<'_>,
    (server, fact, entry): (&Key, &Fact, &str),
    (other, first, spelt): (&Key, &Fact, &str),
) -> Hit {
    let message = format!(
        "{} of {} has {}, and that of {} has {}: the same place",
        fact.what.name(),
        tree.location(server),
        tree.shown(fact, entry),
        tree.location(other),
        tree.shown(first, spelt),
    );
    let related = Some((first.at, "the other server's"));
    Hit { related, ..tree.hit(server, fact, message) }
}
