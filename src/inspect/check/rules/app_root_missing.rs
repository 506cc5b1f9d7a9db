//! `app-root-missing`: an application whose root does not exist.

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::Tree;
use crate::inspect::check::watched::Watched;
use crate::metabase::locate::folded;

/// An AppRoot that names no key.
pub static RULE: Rule = Rule {
    name: "app-root-missing",
    severity: Severity::Warning,
    finds: "an application whose root does not exist",
    when: "the AppRoot of a key is a path that no key has",
    when_not: "the paths differ in case or in a slash at the end; it is empty; IIS 7 or later \
               keeps the web server's settings elsewhere",
    meaning: "AppRoot is the path of the key where the application begins; one that was copied or \
              imported to another path still names the old one",
    advice: "IIS sets AppRoot itself: make the application again in IIS Manager (Remove, then \
             Create)",
    source: "MSDN ms524308",
    url: msdn!("ms524308"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    if tree.web_is_elsewhere().is_some() {
        return Vec::new();
    }
    let missing = tree.all(Watched::AppRoot).filter_map(|(key, fact)| {
        let root = tree.value(fact);
        let path = root.trim_end_matches('/');
        // Most applications begin where they say so.
        let is_own = || path.eq_ignore_ascii_case(&tree.location(key));
        (!path.is_empty() && !is_own() && tree.key(&folded(path)).is_none()).then(|| {
            let message = format!(
                "AppRoot in {} is {}, and there is no such key",
                tree.location(key),
                tree.shown(fact, &root)
            );
            tree.hit(key, fact, message)
        })
    });
    missing.collect()
}
