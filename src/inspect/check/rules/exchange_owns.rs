//! `exchange-owns`: settings that Active Directory overwrites.

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{SMTP, Tree};

/// Settings that DS2MB overwrites.
pub static RULE: Rule = Rule {
    name: "exchange-owns",
    severity: Severity::Note,
    finds: "virtual servers whose settings Exchange overwrites",
    when: "there are SMTP virtual servers on an Exchange server (there is a key /LM/DS2MB); once \
           for each. Before a change: of a property that Active Directory has too",
    when_not: "properties that are not in the directory, SmtpUseTcpDns among them: a change of \
               these stays. Of POP3, IMAP4 and HTTP no list is published, so nothing is claimed",
    meaning: "the System Attendant (DS2MB) copies settings of Exchange's virtual servers from \
              Active Directory into the metabase, one way, within 15 minutes: bindings, limits, \
              folders, names and authentication are overwritten there",
    advice: "change what the directory has in Exchange System Manager",
    source: "Microsoft KB 321757 and KB 240105; TechNet aa996727 and bb123978",
    url: kb!("321757"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let Some(exchange) = tree.exchange() else { return Vec::new() };
    let owned = tree.servers(SMTP).into_iter().map(|server| {
        let location = tree.location(server);
        let message = format!("Exchange copies settings of {location} from Active Directory");
        let related = Some((exchange.at, "Exchange's key"));
        Hit { related, ..tree.hit_of_key(server, message) }
    });
    owned.collect()
}
