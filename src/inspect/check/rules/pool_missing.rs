//! `pool-missing`: an application pool that does not exist.

use std::collections::HashSet;

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{Tree, WEB};
use crate::inspect::check::watched::Watched;
use crate::metabase::locate::folded;

/// An AppPoolId that names no application pool.
pub static RULE: Rule = Rule {
    name: "pool-missing",
    severity: Severity::Error,
    finds: "an application pool that does not exist",
    when: "the AppPoolId of a key names an application pool that has no key below \
           /LM/W3SVC/AppPools; it is found where it is stated, and holds for the child keys that \
           inherit it too",
    when_not: "the names differ in case alone; it is empty; there is no key /LM/W3SVC/AppPools, as \
               in a part of a metabase; IIs5IsolationModeEnabled is TRUE, where pools are not \
               used; IIS 7 or later keeps the web server's settings elsewhere",
    meaning: "\"Invalid Application Pool\": the application fails, and an error is written in the \
              event log",
    advice: "name a pool that is there, or make this one",
    source: "MSDN ms524723; TechNet cc778624",
    url: msdn!("ms524723"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let isolated = tree.stated(WEB, Watched::Iis5IsolationModeEnabled);
    if tree.web_is_elsewhere().is_some() || isolated.is_some_and(|fact| tree.says(fact, true)) {
        return Vec::new();
    }
    let Some(pools) = tree.key("/LM/W3SVC/APPPOOLS") else { return Vec::new() };
    let mut known = HashSet::new();
    let missing = tree.all(Watched::AppPoolId).filter_map(|(key, fact)| {
        if known.contains(tree.raw(fact)) {
            return None;
        }
        let pool = tree.value(fact);
        let is_there = tree.key(&format!("/LM/W3SVC/APPPOOLS/{}", folded(&pool))).is_some();
        if is_there || pool.is_empty() {
            known.insert(tree.raw(fact));
            return None;
        }
        Some({
            let message = format!(
                "AppPoolId in {} is {}, and there is no such application pool",
                tree.location(key),
                tree.shown(fact, &pool)
            );
            let related = Some((pools.at, "the application pools"));
            Hit { related, ..tree.hit(key, fact, message) }
        })
    });
    missing.collect()
}
