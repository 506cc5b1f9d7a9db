//! `server-stopped`: an SMTP virtual server that a restart leaves stopped.

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{SMTP, Tree};
use crate::inspect::check::watched::Watched;

/// An SMTP virtual server that is stopped.
pub static RULE: Rule = Rule {
    name: "server-stopped",
    severity: Severity::Warning,
    finds: "an SMTP virtual server that stays stopped",
    when: "an SMTP virtual server has ServerAutoStart FALSE, or ServerState 4",
    when_not: "servers of other services: web and FTP sites are often stopped on purpose, and \
               Exchange leaves POP3, IMAP4 and NNTP stopped until somebody wants them",
    meaning: "a virtual server that was stopped stays so: starting the SMTP service or the \
              machine again does not start it",
    advice: "start it in IIS Manager or Exchange System Manager, if it is meant to run; that sets \
             ServerAutoStart too",
    source: "TechNet aa996233, SMTP Instance Stopped; TechNet cc782812",
    url: "https://technet.microsoft.com/library/aa996233(v=exchg.80).aspx",
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let stopped = tree.servers(SMTP).into_iter().filter_map(|server| {
        let fact = tree.is_stopped(server)?;
        let location = tree.location(server);
        let message = match fact.what {
            Watched::ServerAutoStart => {
                format!("{location} does not start with the service: ServerAutoStart is FALSE")
            }
            _ => format!("{location} is stopped: ServerState is 4"),
        };
        Some(tree.hit(server, fact, message))
    });
    stopped.collect()
}
