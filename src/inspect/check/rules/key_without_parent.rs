//! `key-without-parent`: a key that hangs in the air.

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::Tree;

/// A key whose parent is not in the file.
pub static RULE: Rule = Rule {
    name: "key-without-parent",
    severity: Severity::Note,
    finds: "a key whose parent is not there",
    when: "the key above a key is not in the file; once for the topmost such key",
    when_not: "the key above would be / or /LM, which parts of a metabase leave out",
    meaning: "IIS still serves such keys in part, and its console does not show them: phantom \
              virtual directories. That IIS writes every parent is not documented, so this may be \
              as it should",
    advice: "compare with a backup: was the key above removed, or this one added by hand at a \
             wrong path?",
    source: "charlessieg.com, IIS 5 Metabase and Phantom Virtual Directories; Microsoft KB 314938",
    url: "https://charlessieg.com/posts/2003/iis-5-metabase-and-phantom-virtual-directories",
    look: Look::Tree(look),
};

/// How many keys above are looked for: no metabase is that deep, and each costs the whole path.
const DEEPEST: usize = 32;

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let alone = tree.alone().filter_map(|(path, key)| {
        let (parent, _) = path.rsplit_once('/')?;
        if matches!(parent, "" | "/LM") || tree.key(parent).is_some() {
            return None;
        }
        let above = std::iter::successors(Some(parent), |path| Some(path.rsplit_once('/')?.0));
        let nearest = above.take(DEEPEST).find_map(|path| tree.key(path));
        let location = tree.location(key);
        let parent = location.rsplit_once('/').map_or("", |(parent, _)| parent);
        let message = format!("{location} is there, and the key above it, {parent}, is not");
        let related = nearest.map(|nearest| (nearest.at, "the nearest key above"));
        Some(Hit { related, ..tree.hit_of_key(key, message) })
    });
    alone.collect()
}
