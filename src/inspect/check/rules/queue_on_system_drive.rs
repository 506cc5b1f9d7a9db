//! `queue-on-system-drive`: mail and Windows on one disk.

use crate::inspect::check::hit::Hit;
use crate::inspect::check::rule::{Look, Rule, Severity};
use crate::inspect::check::tree::{SERVICES, SMTP, Tree, WEB};
use crate::inspect::check::watched::Watched;

/// The folder of the mail queue is on the system drive.
pub static RULE: Rule = Rule {
    name: "queue-on-system-drive",
    severity: Severity::Note,
    finds: "Exchange's mail queue on the drive of Windows",
    when: "the QueueDirectory of an SMTP virtual server of an Exchange server (there is a key \
           /LM/DS2MB) is on the drive of Windows, as far as a path with \\system32\\ in \
           LogFileDirectory or ScriptMaps tells which that is",
    when_not: "servers without Exchange, where that is the default; no such path is in the \
               metabase. Small Business Server is meant to be so, and cannot be told apart",
    meaning: "each message is written to this folder: on a disk of its own it is faster, and a \
              full queue does not fill the disk of Windows",
    advice: "move the Mailroot folder in Exchange System Manager: Protocols, SMTP, the virtual \
             server, Messages, Queue directory",
    source: "Exchange Server Analyzer, SMTP queue; TechNet aa998489",
    url: "https://technet.microsoft.com/library/aa998489(v=exchg.65).aspx",
    look: Look::Tree(look),
};

fn look(tree: &Tree<'_>) -> Vec<Hit> {
    let Some((_, (system, at))) = tree.exchange().zip(system_drive(tree)) else {
        return Vec::new();
    };
    let service = tree.stated(SMTP, Watched::QueueDirectory);
    let there = tree.servers(SMTP).into_iter().filter_map(|server| {
        let fact = tree.own(server, Watched::QueueDirectory).or(service)?;
        let queue = tree.value(fact);
        (drive(&queue) == Some(system)).then(|| {
            let location = tree.location(server);
            let shown = tree.shown(fact, &queue);
            let message = format!("the queue of {location} is on the system drive: {shown}");
            let related = Some((at, "a path of Windows"));
            Hit { related, ..tree.hit(server, fact, message) }
        })
    });
    there.collect()
}

/// The drive of Windows, and the place of the path that tells it.
fn system_drive(tree: &Tree<'_>) -> Option<(char, usize)> {
    let logs = SERVICES.into_iter().filter_map(|path| tree.stated(path, Watched::LogFileDirectory));
    let paths = logs.chain(tree.stated(WEB, Watched::ScriptMaps));
    paths.into_iter().find_map(|fact| {
        let value = tree.value(fact).to_ascii_lowercase();
        let of_windows = value.split([',', '\r', '\n']).map(str::trim);
        let drive = of_windows.filter(|path| path.contains("\\system32\\")).find_map(drive)?;
        Some((drive, fact.at))
    })
}

/// The letter of a path's drive, in lower case.
fn drive(path: &str) -> Option<char> {
    let mut letters = path.chars();
    let letter = letters.next().filter(char::is_ascii_alphabetic)?;
    (letters.next() == Some(':')).then(|| letter.to_ascii_lowercase())
}
