//! `binding-conflict`: two servers of one service that want to listen at the same place.

use std::collections::HashMap;

use crate::inspect::check::binding::Binding;
use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{Fact, Tree, place};
use crate::metabase::property::lines;

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
    let starts = |fact: &&Fact| tree.is_stopped(tree.key_of(fact)).is_none();
    let rivals: Vec<&Fact> = tree.rivals().into_iter().filter(starts).collect();
    let values: Vec<_> = rivals.iter().map(|fact| (*fact, tree.value(fact))).collect();
    let mut taken: HashMap<u64, Bound<'_>> = HashMap::new();
    let mut hits = Vec::new();
    for (fact, value) in &values {
        let service = tree.service_of(tree.key_of(fact));
        let Some((service, list)) = service.zip(fact.list()) else { continue };
        for spelt in lines(value) {
            let Ok((mark, binding)) = place(service, list, spelt) else { continue };
            let one = Bound { fact, spelt, binding };
            match taken.get(&mark) {
                Some(other) if tree.key_of(other.fact).at == tree.key_of(fact).at => {}
                Some(other) if other.binding.is_same(&binding) => {
                    hits.push(hit(tree, &one, other));
                }
                Some(_) => {}
                None => {
                    taken.insert(mark, one);
                }
            }
        }
    }
    hits
}

/// An entry of a server that starts.
struct Bound<'t> {
    fact: &'t Fact,
    spelt: &'t str,
    binding: Binding<'t>,
}

fn hit(tree: &Tree<'_>, one: &Bound<'_>, other: &Bound<'_>) -> Hit {
    let (server, first) = (tree.key_of(one.fact), tree.key_of(other.fact));
    let message = format!(
        "{} of {} has {}, and that of {} has {}: the same place",
        one.fact.what.name(),
        tree.location(server),
        tree.shown(one.fact, one.spelt),
        tree.location(first),
        tree.shown(other.fact, other.spelt),
    );
    let related = Some((other.fact.at, "the other server's"));
    Hit { related, ..tree.hit(server, one.fact, message) }
}
