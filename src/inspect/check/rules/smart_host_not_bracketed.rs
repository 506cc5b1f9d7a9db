//! `smart-host-not-bracketed`: an address that is looked up as a name.

use std::net::Ipv6Addr;

use crate::inspect::check::binding::ipv4;
use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{Fact, Key, SMTP, Tree};
use crate::inspect::check::watched::Watched;
use crate::metabase::locate::KeyPath;

/// A smart host given as an address without brackets.
pub static RULE: Rule = Rule {
    name: "smart-host-not-bracketed",
    severity: Severity::Warning,
    finds: "a smart host that is an address without brackets",
    when: "an IP address is written without brackets in SmartHost of the SMTP service or of a \
           virtual server, or in RouteActionString of a domain; alone or in a list",
    when_not: "it is a name, or in brackets; SmartHostType is 0, own or the service's, so that \
               the smart host is not used",
    meaning: "the SMTP service looks for a server of that name first and takes it for an address \
              only then; the brackets save the question to the DNS server",
    advice: "put the address in brackets, as in [192.0.2.1]",
    source: "TechNet cc779371",
    url: technet!("cc779371"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let service = KeyPath::exact(SMTP);
    let hosts = tree.all(Watched::SmartHost).filter(|(key, _)| is_used(tree, key));
    for (key, fact) in hosts.chain(tree.all(Watched::RouteActionString)) {
        if service.holds(&tree.location(key)) {
            hits.extend(hit(tree, key, fact));
        }
    }
    hits
}

/// Whether the smart host is used: only a type of 0 says that it is not.
fn is_used(tree: &Tree<'_>, key: &Key) -> bool {
    let own = tree.own(key, Watched::SmartHostType);
    let kind = own.or_else(|| tree.stated(SMTP, Watched::SmartHostType));
    kind.is_none_or(|kind| tree.number(kind) != Some(0))
}

fn hit(tree: &Tree<'_>, key: &Key, fact: &Fact) -> Option<Hit> {
    let value = tree.value(fact);
    let is_bare = |host: &str| ipv4(host).is_some() || host.parse::<Ipv6Addr>().is_ok();
    let bare = value.split([',', ';']).map(str::trim).find(|host| is_bare(host))?;
    let (name, location) = (fact.what.name(), tree.location(key).into_owned());
    let message = format!("{name} in {location} is {} without brackets", tree.shown(fact, bare));
    // Of a list only a person knows what its parts are.
    let repair = (bare == value && !fact.secret).then(|| {
        let bracketed = format!("[{bare}]");
        ["set", &location, name, &bracketed].map(str::to_owned).to_vec()
    });
    Some(Hit { repair, ..tree.hit(key, fact, message) })
}
