//! `binding-invalid`: an entry that is no binding.

use crate::inspect::check::binding::Binding;
use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::Tree;
use crate::metabase::property::lines;

/// An entry of ServerBindings or SecureBindings that is no binding.
pub static RULE: Rule = Rule {
    name: "binding-invalid",
    severity: Severity::Error,
    finds: "an entry of ServerBindings or SecureBindings that is none",
    when: "an entry of a server's ServerBindings is not of the form IP:Port:Hostname, or one of \
           SecureBindings not of the form IP:Port, where the IP address may be missing and the \
           port is a number from 1 to 65535",
    when_not: "the host name is missing or is one that no name server knows: names are not asked \
               for; SecureBindings with a third part, which Windows Server 2003 SP1 takes for a \
               host name; * in the place of the address; web sites where IIS 7 or later keeps \
               them elsewhere",
    meaning: "the server does not listen there: it does not start, or starts without this binding",
    advice: "write the entry in full, as in :25: or 192.0.2.1:80:www.example.com",
    source: "TechNet cc737827 and cc739755",
    url: technet!("cc737827"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for fact in tree.invalid_bindings() {
        let (server, value) = (tree.key_of(fact), tree.value(fact));
        for entry in lines(&value) {
            let Some(Err(flaw)) = fact.list().map(|list| Binding::read(entry, list)) else {
                continue;
            };
            let message = format!(
                "{} of {} has {}, which {}",
                fact.what.name(),
                tree.location(server),
                tree.shown(fact, entry),
                flaw.in_words()
            );
            hits.push(tree.hit(server, fact, message));
        }
    }
    hits
}
