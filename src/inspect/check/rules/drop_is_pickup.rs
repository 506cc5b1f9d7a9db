//! `drop-is-pickup`: mail that is delivered and taken for mail to send.

use std::collections::HashMap;

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{Fact, Key, SMTP, Tree};
use crate::inspect::check::watched::Watched;

/// A folder that is Drop and Pickup at once.
pub static RULE: Rule = Rule {
    name: "drop-is-pickup",
    severity: Severity::Warning,
    finds: "a Drop folder that is a Pickup folder too",
    when: "the DropDirectory of an SMTP virtual server is the PickupDirectory of this one or of \
           another, each its own or the service's",
    when_not: "the same folder by another path, through a share or a link: only the metabase is \
               looked at. Case and a backslash at the end do not matter",
    meaning: "any folder can be the Drop directory but one that is a Pickup directory: what is \
              delivered there, the service picks up to send it again",
    advice: "give the virtual server a Drop folder of its own",
    source: "Microsoft KB 250040",
    url: kb!("250040"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let servers = tree.servers(SMTP);
    let mut pickups: HashMap<String, (&Key, &Fact)> = HashMap::new();
    for server in &servers {
        if let Some(fact) = folder(tree, server, Watched::PickupDirectory) {
            pickups.entry(path(tree, fact)).or_insert((server, fact));
        }
    }
    let shared = servers.iter().filter_map(|server| {
        let fact = folder(tree, server, Watched::DropDirectory)?;
        let path = path(tree, fact);
        let (other, pickup) = pickups.get(&path).filter(|_| !path.is_empty())?;
        let message = format!(
            "the Drop folder of {} is the Pickup folder of {}: {}",
            tree.location(server),
            tree.location(other),
            tree.shown(fact, &tree.value(fact))
        );
        let related = Some((pickup.at, "PickupDirectory"));
        Some(Hit { related, ..tree.hit(server, fact, message) })
    });
    shared.collect()
}

/// A folder of a virtual server, its own or the service's.
fn folder<'t>(tree: &'t Tree<'_>, server: &'t Key, what: Watched) -> Option<&'t Fact> {
    tree.own(server, what).or_else(|| tree.stated(SMTP, what))
}

/// A path as Windows compares it.
fn path(tree: &Tree<'_>, fact: &Fact) -> String {
    tree.value(fact).trim_end_matches('\\').to_lowercase()
}
