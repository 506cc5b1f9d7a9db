//! `open-relay`: a virtual server through which everybody may send.

use crate::inspect::check::binding::{Address, Binding, List};
use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{Fact, Key, SMTP, Tree};
use crate::inspect::check::watched::Watched;
use crate::metabase::property::lines;

/// A RelayIpList that lets everybody relay.
pub static RULE: Rule = Rule {
    name: "open-relay",
    severity: Severity::Error,
    finds: "a virtual server through which everybody may send mail",
    when: "the RelayIpList of an SMTP virtual server, its own or the service's, is empty or of \
           the form \"all except the list below\"",
    when_not: "there is no RelayIpList, which means \"only the list below\" with nobody on it; \
               IPSecurity, own or the service's, lets only those on a list connect; the server \
               listens at loopback addresses alone",
    meaning: "everybody who reaches this server can send mail through it to anywhere: such \
              servers are used for unsolicited mail and come on the lists of those from whom no \
              mail is taken",
    advice: "open the properties of the virtual server, choose Access, Relay, \"Only the list \
             below\", enter who may relay, and test from outside",
    source: "TechNet cc780293 and cc787910; Salt, win_smtp_server; Microsoft KB 324281",
    url: technet!("cc787910"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let service = |what| tree.stated(SMTP, what);
    let open = tree.servers(SMTP).into_iter().filter_map(|server| {
        let own = tree.own(server, Watched::RelayIpList);
        let list = own.or_else(|| service(Watched::RelayIpList))?;
        let how = how_open(&tree.value(list))?;
        let security =
            tree.own(server, Watched::IpSecurity).or_else(|| service(Watched::IpSecurity));
        let is_closed = |security: &Fact| is_only_below(&tree.value(security));
        if security.is_some_and(is_closed) || is_for_itself(tree, server) {
            return None;
        }
        let location = tree.location(server);
        let hit = match own {
            Some(own) => tree.hit(server, own, format!("RelayIpList in {location} {how}")),
            None => {
                let of_service = "has no RelayIpList and inherits that of the service, which";
                let hit = tree.hit_of_key(server, format!("{location} {of_service} {how}"));
                let property = Some(Watched::RelayIpList.name().to_owned());
                Hit { property, related: Some((list.at, "the service's RelayIpList")), ..hit }
            }
        };
        Some(hit)
    });
    open.collect()
}

/// What a list says that lets everybody relay.
fn how_open(list: &str) -> Option<&'static str> {
    let digits = digits(list);
    if digits.is_empty() {
        return Some("is empty: everybody may relay");
    }
    digits.starts_with("1800008034000080").then_some("lets everybody relay but those on its list")
}

/// Whether a list has the form "only the list below".
fn is_only_below(list: &str) -> bool {
    digits(list).starts_with("1800008020000080")
}

/// The beginning of a list, in lower case and without what lays it out.
fn digits(list: &str) -> String {
    const FORM: usize = 16;
    let digits = list.chars().filter(|digit| !digit.is_ascii_whitespace()).take(FORM);
    digits.map(|digit| digit.to_ascii_lowercase()).collect()
}

/// Whether a server listens at addresses alone that only its own machine reaches.
fn is_for_itself(tree: &Tree<'_>, server: &Key) -> bool {
    let Some(fact) = tree.own(server, Watched::ServerBindings) else { return false };
    let value = tree.value(fact);
    let mut bindings = lines(&value).map(|entry| Binding::read(entry, List::Server)).peekable();
    let is_loopback = |binding: Result<Binding, _>| {
        binding.is_ok_and(|binding| binding.address.is_some_and(Address::is_loopback))
    };
    bindings.peek().is_some() && bindings.all(is_loopback)
}
