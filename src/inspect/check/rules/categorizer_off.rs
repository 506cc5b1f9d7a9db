//! `categorizer-off`: an Exchange server whose mail stops before it is sorted.

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{SMTP, Tree};
use crate::inspect::check::watched::Watched;
use crate::metabase::locate::folded;

/// The message categorizer is off on an Exchange server.
pub static RULE: Rule = Rule {
    name: "categorizer-off",
    severity: Severity::Error,
    finds: "Exchange with its message categorizer off",
    when: "SmtpDsUseCat is 0 at RoutingSources of an SMTP virtual server, on an Exchange server \
           (there is a key /LM/DS2MB)",
    when_not: "it is missing, as Exchange's setup leaves it; servers without Exchange, where 0 is \
               the default",
    meaning: "the message categorizer, which looks up each recipient in Active Directory, is \
              disabled: mail stops there. It can come from installing the SMTP service again \
              after Exchange",
    advice: "",
    source: "Exchange Server Analyzer, Message Categorizer disabled; Microsoft KB 231729",
    url: kb!("231729"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let Some(exchange) = tree.exchange() else { return Vec::new() };
    let off = tree.servers(SMTP).into_iter().filter_map(|server| {
        let sources = tree.key(&format!("{}/ROUTINGSOURCES", folded(&tree.location(server))))?;
        let fact = tree.own(sources, Watched::SmtpDsUseCat)?;
        (tree.number(fact) == Some(0)).then(|| {
            let location = tree.location(sources).into_owned();
            let message = format!("SmtpDsUseCat in {location} is 0 on an Exchange server");
            let repair = ["unset", &location, fact.what.name()].map(str::to_owned).to_vec();
            let related = Some((exchange.at, "Exchange's key"));
            Hit { related, repair: Some(repair), ..tree.hit(sources, fact, message) }
        })
    });
    off.collect()
}
