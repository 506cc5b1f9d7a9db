//! `script-map-invalid`: an entry of ScriptMaps that maps nothing.

use std::collections::HashSet;

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::Tree;
use crate::inspect::check::watched::Watched;
use crate::metabase::property::lines;

/// An entry of ScriptMaps that is no mapping.
pub static RULE: Rule = Rule {
    name: "script-map-invalid",
    severity: Severity::Error,
    finds: "an entry of ScriptMaps that maps nothing",
    when: "an entry of ScriptMaps is not of the form Extension,ScriptProcessor,Flags and verbs: \
           its extension is neither * nor begins with a dot, its processor is missing, or its \
           flags are no number",
    when_not: "no verbs are listed, which means all; the processor is a file that is not there: \
               only the metabase is looked at; IIS 7 or later keeps the web server's settings \
               elsewhere",
    meaning: "\"The configuration parameter MD_SCRIPT_MAPS (6014) has an invalid value\": requests \
              below this key end with HTTP error 500. Programs that were removed leave such \
              entries",
    advice: "remove the entry, or write it in full, as in \
             .asp,C:\\WINDOWS\\system32\\inetsrv\\asp.dll,5,GET,HEAD,POST",
    source: "MSDN ms526052; Microsoft KB 321013",
    url: msdn!("ms526052"),
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    if tree.web_is_elsewhere().is_some() {
        return hits;
    }
    // Sites have one and the same list by the thousand.
    let mut good = HashSet::new();
    for (key, fact) in tree.all(Watched::ScriptMaps) {
        if good.contains(tree.raw(fact)) {
            continue;
        }
        let before = hits.len();
        for entry in lines(&tree.value(fact)) {
            let Some(flaw) = flaw(entry) else { continue };
            let (location, entry) = (tree.location(key), tree.shown(fact, entry));
            let message = format!("ScriptMaps in {location} has {entry}, {flaw}");
            hits.push(tree.hit(key, fact, message));
        }
        if hits.len() == before {
            good.insert(tree.raw(fact));
        }
    }
    hits
}

/// What is wrong with an entry, if anything is.
fn flaw(entry: &str) -> Option<&'static str> {
    let (extension, rest) = entry.split_once(',').unwrap_or((entry, ""));
    let extension = extension.trim();
    if extension != "*" && !(extension.starts_with('.') && extension.len() > 1) {
        return Some("whose extension is neither * nor begins with a dot");
    }
    let (processor, rest) = processor(rest.trim());
    if processor.trim_matches(['"', ' ']).is_empty() {
        return Some("which names no script processor");
    }
    let flags = rest.split(',').next().unwrap_or_default().trim();
    let is_number = !flags.is_empty() && flags.bytes().all(|digit| digit.is_ascii_digit());
    (!is_number).then_some("whose flags are no number")
}

/// The script processor, and what is after the comma after it; a quoted path may hold one.
fn processor(rest: &str) -> (&str, &str) {
    let quoted = rest.strip_prefix('"').and_then(|inner| inner.find('"'));
    let from = quoted.map_or(0, |end| end + 2);
    match rest[from..].find(',') {
        Some(comma) => (&rest[..from + comma], &rest[from + comma + 1..]),
        None => (rest, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::flaw;

    #[test]
    fn what_is_no_mapping_is_told_why() {
        for good in [
            r".asp,C:\WINDOWS\system32\inetsrv\asp.dll,5,GET,HEAD,POST,TRACE",
            r#".pl,C:\Perl\bin\perl.exe "%s" %s,5,GET"#,
            r#".x,"C:\Program Files\a, b\x.dll",1"#,
            r#".x,"C:\a, b\x.exe" %s %s,1,GET"#,
            r"*,C:\a.dll,0,All",
            ". asp , C:\\a.dll , 5 , GET",
            r".htm,C:\Windows40\Test.dll,5,GET, HEAD, POST",
        ] {
            assert_eq!(flaw(good), None, "{good}");
        }
        for (bad, why) in [
            (".pl", "processor"),
            (".pl,", "processor"),
            (".pl,,5,GET", "processor"),
            (".pl,\"\",5,GET", "processor"),
            (r".pl,C:\perl.exe", "flags"),
            (r".pl,C:\perl.exe,", "flags"),
            (r".pl,C:\perl.exe,GET,HEAD", "flags"),
            (r"pl,C:\perl.exe,5,GET", "extension"),
            (r",C:\perl.exe,5", "extension"),
            (r".,C:\perl.exe,5", "extension"),
        ] {
            assert!(flaw(bad).is_some_and(|flaw| flaw.contains(why)), "{bad}");
        }
    }
}
