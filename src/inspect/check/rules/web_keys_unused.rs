//! `web-keys-unused`: settings of the web server that nobody reads.

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{Tree, WEB};

/// Keys below /LM/W3SVC where IIS 7 or later keeps them elsewhere.
pub static RULE: Rule = Rule {
    name: "web-keys-unused",
    severity: Severity::Note,
    finds: "web keys that IIS 7 and later do not read",
    when: "there is a key /LM/W3SVC, and MajorIIsVersionNumber at /LM/W3SVC/Info is 7 or more. \
           Before a change: of a key there, or on a live Windows of 2008 or later",
    when_not: "the version is not stated; SMTP and FTP 6, which keep their settings here",
    meaning: "IIS 7 and later read the web server's settings from applicationHost.config and map \
              what programs ask of the metabase to it: what stands below /LM/W3SVC in this file \
              has no effect",
    advice: "change web sites with IIS Manager or appcmd",
    source: "Microsoft, Metabase Compatibility with IIS 7 and Above",
    url: "https://learn.microsoft.com/iis/manage/managing-your-configuration-settings/\
          metabase-compatibility-with-iis-7-and-above",
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let Some((version, web)) = tree.web_is_elsewhere().zip(tree.key(WEB)) else {
        return Vec::new();
    };
    let number = tree.number(version).unwrap_or_default();
    let location = tree.location(web);
    let message = format!("{location} and the keys below it are not used by IIS {number}");
    let related = Some((version.at, "IIS's version"));
    vec![Hit { related, ..tree.hit_of_key(web, message) }]
}
