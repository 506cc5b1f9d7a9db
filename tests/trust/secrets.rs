//! No secret reaches an output, of any command, on any of the fixture servers.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::room::{Room, told};
use super::walk::each;

/// The properties that DOMAIN's sources call secret (TechNet cc785283; MSDN ms525562).
const SECRETS: [&str; 13] = [
    "SessionKey",
    "AdminACL",
    "AdminACLBin",
    "AnonymousUserPass",
    "WAMUserPass",
    "UNCPassword",
    "LogOdbcPassword",
    "RoutePassword",
    "SmtpDsPassword",
    "ImapDsPassword",
    "Pop3DsPassword",
    "FeedPassword",
    "ADConnectionsPassword",
];

/// How many secrets of one server are looked for.
const MOST: usize = 10;

/// What must not be shown: the values, by a parser that shares no code with metafix.
fn secrets(text: &str) -> BTreeSet<String> {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut found = BTreeSet::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let is_custom = node.tag_name().name() == "Custom";
        let name = node.attribute("Name").unwrap_or_default();
        let secure = node.attribute("Attributes").is_some_and(|flags| flags.contains("SECURE"));
        if is_custom && (secure || SECRETS.contains(&name)) {
            found.extend(node.attribute("Value").map(str::to_owned));
        }
        let own = node.attributes().filter(|attribute| SECRETS.contains(&attribute.name()));
        found.extend(own.map(|attribute| attribute.value().to_owned()));
    }
    found.retain(|value| value.len() > 5);
    // A server with a thousand sites has as many of one kind: some of them, evenly spread.
    let step = found.len().div_ceil(MOST);
    found.into_iter().step_by(step.max(1)).collect()
}

fn servers() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/servers");
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.display().to_string(), fs::read_to_string(&path).ok())
    };
    let all = fs::read_dir(folder).unwrap().map(read);
    all.filter_map(|(name, text)| text.map(|text| (name, text))).collect()
}

/// The commands, in an order in which each has something to say.
const COMMANDS: &[&[&str]] = &[
    &["show"],
    &["check"],
    &["repair"],
    &["keys"],
    &["keys", "/LM"],
    &["get", "/LM"],
    &["get", "/LM/SmtpSvc"],
    &["get", "/LM/SmtpSvc/1"],
    &["get", "/LM/SmtpSvc/1/Sessions", "36957"],
    &["find", "36957"],
    &["find", "AdminACL"],
    &["get", "/LM", "AdminACL"],
    &["set", "/LM", "AdminACL", "00"],
    &["unset", "/LM", "AdminACL"],
    &["set", "/LM/SmtpSvc/1", "SmtpDsAccount", "a", "--dry-run"],
    &["repair", "relay-ip-list", "--dry-run"],
    &["set-dns-mode", "udp-only", "--dry-run"],
    &["set-dns-mode", "udp-only", "--yes"],
    &["set-dns-mode", "tcp-only", "--yes", "--server", "1"],
    &["set-dns-mode", "tcp-only", "--server", "77"],
    &["restore", "1", "--dry-run"],
    &["restore", "1", "--yes"],
    &["restore", "2", "--yes"],
    &["restore", "2", "--yes", "--force"],
    &["restore", "99", "--yes"],
    &["diff", "1", "2"],
    &["diff", "1"],
    &["backups", "list"],
    &["backups", "verify"],
    &["backups", "prune", "--keep", "1"],
    &["--help"],
];

/// The commands that read a metabase which is broken, and say where.
const READERS: &[&[&str]] = &[&["show"], &["check"], &["set-dns-mode", "udp-only", "--yes"]];

#[test]
fn no_command_shows_a_secret() {
    let (values, runs) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let cases = servers().into_iter().flat_map(|(name, text)| {
        let secrets = secrets(&text);
        values.fetch_add(secrets.len(), Relaxed);
        let whole = (name.clone(), text.clone(), secrets.clone(), COMMANDS);
        let broken = broken(&text, &secrets).into_iter();
        let broken = broken.map(move |text| (name.clone(), text, secrets.clone(), READERS));
        std::iter::once(whole).chain(broken)
    });
    let cases: Vec<_> = cases.collect();
    let failures = each(&cases, |(name, text, secrets, commands)| {
        let room = Room::with(text.as_bytes());
        for format in ["text", "json"] {
            for command in *commands {
                let more = ["--format", format, "--verbose", "--color", "always"];
                let said = told(&room.run(&[command, &more[..]].concat()));
                runs.fetch_add(1, Relaxed);
                if let Some(secret) = secrets.iter().find(|secret| leaked(&said, secret)) {
                    return Err(format!("{name}: {command:?} shows {secret}:\n{said}"));
                }
            }
            // From now on there is a secret in every diff.
            let other: String = secrets.iter().fold(room_text(&room), |text, secret| {
                text.replace(secret, &secret.chars().rev().collect::<String>())
            });
            fs::write(room.path(), other).unwrap();
        }
        Ok(())
    });
    let (values, runs) = (values.into_inner(), runs.into_inner());
    println!("{values} secrets looked for in the output of {runs} runs");
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n\n"));
    assert!(values > 10 && runs > 300, "{values} secrets, {runs} runs");
}

fn room_text(room: &Room) -> String {
    String::from_utf8(room.content()).unwrap()
}

/// The secret, turned round, or a good part of it.
fn leaked(said: &str, secret: &str) -> bool {
    let turned: String = secret.chars().rev().collect();
    [secret, &turned].iter().any(|secret| {
        let parts = secret.split(['\r', '\n', '\t']).filter(|part| part.len() > 7);
        parts.into_iter().any(|part| {
            let end = (1..=part.len()).rev().find(|end| *end <= 16 && part.is_char_boundary(*end));
            end.is_some_and(|end| said.contains(&part[..end]))
        })
    })
}

/// The metabase broken at a secret: then its line is in the error.
fn broken(text: &str, secrets: &BTreeSet<String>) -> Vec<String> {
    let mut all = Vec::new();
    let count = if text.len() > 100_000 { 1 } else { MOST };
    for secret in secrets.iter().filter(|secret| text.contains(*secret)).take(count) {
        let at = text.find(secret.as_str()).unwrap();
        let end = at + secret.len();
        all.push(format!("{}<{}", &text[..end], &text[end..]));
        all.push(format!("{}&bad{}", &text[..at], &text[at..]));
        all.push(format!("{}\u{1}{}", &text[..end], &text[end..]));
        all.push(text[..end].to_owned());
        // Without the quote that closes it, and without the one that opens it.
        all.push(format!("{}{}", &text[..end], &text[end + 1..]));
        all.push(format!("{}{}", &text[..at - 1], &text[at..]));
    }
    all
}
