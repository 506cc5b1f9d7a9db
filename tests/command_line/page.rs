//! `--report`: the page that a ticket gets, as a browser sees it and as it is written.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::fs;

use crate::program::{Room, json};

const SERVER: &str = "servers/windows-2003.xml";
/// How every page begins.
const BEGIN: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta \
                     name=\"generator\" content=\"metafix ";

/// What in the page is beside what it says: no script, and nothing that would be loaded.
fn assert_self_contained(page: &str) {
    assert!(page.starts_with(BEGIN) && page.ends_with("</html>"), "{page}");
    for never in ["<script", "<img", "<link", "<iframe", "src=", "url(", "@import", "javascript:"] {
        assert!(!page.contains(never), "{never} in {page}");
    }
}

fn page(room: &Room, name: &str) -> String {
    let page = fs::read_to_string(room.path(name)).expect("the page is there");
    assert_self_contained(&page);
    page
}

/// A metabase with a second one beside it, from which it differs.
fn two() -> Room {
    let room = Room::of(SERVER);
    room.write("was.xml", &room.metabase());
    room.done(&["set-dns-mode", "udp-only", "--yes"]);
    room
}

#[test]
fn every_dry_run_check_and_diff_has_a_page() {
    let room = Room::of(SERVER);
    let before = room.metabase();
    let dry = |args: &[&str]| room.run(&[args, &["--dry-run", "--report", "a.html"]].concat());
    room.done(&["export", "/LM/SmtpSvc", "--output", "keys.xml"]);
    room.write("other.xml", &fs::read("fixtures/servers/relay-2022.xml").expect("it is there"));
    let change = "There is a change to make. Nothing was written.";
    for (args, says) in [
        (&["set-dns-mode", "udp-only"][..], &[change, "SmtpUseTcpDns", "(36997)"][..]),
        (&["set", "SmtpSvc/1", "SmartHost", "<b>&\"'"], &[change, "&lt;b&gt;&amp;"]),
        (&["unset", "SmtpSvc", "SmtpUseTcpDns"], &["Nothing to do"]),
        (&["repair", "direct-edit"], &["EnableEditWhileRunning"]),
        (&["import", "keys.xml"], &["Nothing to do"]),
        (&["restore", "other.xml"], &[change, "RelayIpList"]),
    ] {
        let ran = dry(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        assert!(ran.stderr.ends_with("Report:  a.html\n"), "{}", ran.stderr);
        let page = page(&room, "a.html");
        for says in says {
            assert!(page.contains(says), "{args:?}: {says} is not in {page}");
        }
        assert_eq!(page.contains("<h2>Commands</h2>"), page.contains(change), "{args:?}");
        assert!(!page.contains("--report") && !page.contains("--dry-run"), "{page}");
    }
    assert_eq!(room.metabase(), before);
    let ran = room.run(&["diff", "other.xml", "--report", "a.html"]);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(page(&room, "a.html").contains("only after, line"));
    room.done(&["set-dns-mode", "udp-only", "--yes"]);
    room.done(&["set-dns-mode", "tcp-only", "--yes"]);
    let ran = dry(&["backups", "prune", "--keep", "1"]);
    assert!(ran.stderr.ends_with("Report:  a.html\n"), "{}", ran.stderr);
    let found = page(&room, "a.html");
    assert!(found.contains("Dry run: 1 would go, the newest 1 stay."), "{found}");
    assert!(found.contains(&room.backups()[0]) && !found.contains(&room.backups()[1]));
    assert_eq!(room.run(&["backups", "prune", "--keep", "1", "--report", "a.html"]).code, 2);
    assert_eq!(room.backups().len(), 2);
    room.run(&["check", "--report", "a.html"]);
    let found = page(&room, "a.html");
    assert!(found.contains("metafix check") && found.contains("<dt>Source</dt>"), "{found}");
}

#[test]
fn a_page_shows_no_secret() {
    let room = two();
    let metabase = String::from_utf8(room.metabase()).expect("it is text");
    let secret = metabase.split("AdminACL=\"").nth(1);
    let secret = secret.and_then(|value| value.get(20..60)).expect("it has a long one").to_owned();
    room.write("was.xml", metabase.replace(&secret, "5EC2E700A15EC2E700A1").as_bytes());
    room.run(&["diff", "was.xml", "--bookkeeping", "--report", "a.html"]);
    room.run(&["restore", "was.xml", "--dry-run", "--report", "b.html"]);
    for name in ["a.html", "b.html"] {
        let page = page(&room, name);
        assert!(page.contains("********"), "{page}");
        assert!(!page.contains(&secret) && !page.contains("5EC2E700A1"), "{page}");
    }
}

#[test]
fn a_page_replaces_an_older_one_and_nothing_else() {
    let room = two();
    let write = |name: &str, more: &[&str]| {
        room.run(&[&["diff", "was.xml", "--report", name][..], more].concat())
    };
    assert_eq!(write("a.html", &[]).code, 6);
    let first = page(&room, "a.html");
    assert_eq!(write("a.html", &[]).code, 6, "an older report");
    assert_eq!(page(&room, "a.html").len(), first.len());

    room.write("mine.html", b"<!DOCTYPE html><html>my own");
    let before = room.files();
    let ran = write("mine.html", &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(ran.stdout, "", "an error is the one thing that is said");
    assert!(ran.stderr.contains("add --overwrite"), "{}", ran.stderr);
    let ran = write("mine.html", &["--format", "json"]);
    assert_eq!(json(&ran)["error"]["name"], "file-exists");
    for (name, code) in [("none/a.html", 1), (".html", 2), ("MetaBase.xml", 2), ("a", 2)] {
        assert_eq!(write(name, &["--overwrite"]).code, code, "{name}");
    }
    fs::create_dir(room.path("folder.html")).expect("it can be made");
    assert_eq!(write("folder.html", &["--overwrite"]).code, 3);
    assert_eq!(room.files(), before, "nothing is left behind either");
    assert_eq!(write("mine.html", &["--overwrite"]).code, 6);
    page(&room, "mine.html");
}

#[test]
fn a_page_is_for_dry_runs_and_reading_alone() {
    let room = Room::of(SERVER);
    let before = room.files();
    for args in [&["set-dns-mode", "udp-only"][..], &["unset", "SmtpSvc", "1"], &["restore"]] {
        let ran = room.run(&[args, &["--report", "a.html"]].concat());
        assert_eq!(ran.code, 2, "{ran:?}");
    }
    assert_eq!(room.run(&["check", "--overwrite"]).code, 2);
    assert_eq!(room.files(), before);
}

#[cfg(unix)]
mod in_a_browser {
    use std::path::Path;

    use metafix::inspect::events;
    use metafix::terminal::page::Made;
    use metafix::terminal::page::diagnosis::{
        self, Back, Diagnosis, Domain, Log, Probe, Server, Setting, Standing, Verdict,
    };

    use super::*;
    use crate::browser::Browser;

    /// The least contrast of any text to what is behind it, by the formula of WCAG 2.
    const CONTRAST: &str = r"(() => {
        const parse = text => text.match(/[\d.]+/g).map(Number);
        const light = rgb => rgb.slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = node => {
            for (; node; node = node.parentElement) {
                const rgb = parse(getComputedStyle(node).backgroundColor);
                if (rgb.length === 3 || rgb[3] > 0) return rgb;
            }
            return [255, 255, 255];
        };
        let least = 21;
        for (const node of document.body.querySelectorAll('*')) {
            if (![...node.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            const style = getComputedStyle(node);
            const own = light(parse(node.closest('svg') ? style.fill : style.color));
            const other = light(behind(node));
            const [a, b] = own > other ? [own, other] : [other, own];
            least = Math.min(least, (a + 0.05) / (b + 0.05));
        }
        return least;
    })()";

    /// Opens a page in all the ways in which it is looked at.
    pub fn look(browser: &mut Browser, file: &Path) {
        for (scheme, width) in [("light", 1000), ("dark", 1000), ("light", 360)] {
            browser.size(width, 900);
            browser.prefer(scheme);
            let opened = browser.open(file);
            assert_eq!(opened.messages, Vec::<String>::new(), "the console was told something");
            assert_eq!(
                opened.requests,
                std::slice::from_ref(&opened.url),
                "nothing else is requested"
            );
            let heading = browser.value("document.querySelector('h1').innerText");
            assert!(heading.as_str().is_some_and(|text| text.starts_with("metafix ")));
            let overflow = "document.documentElement.scrollWidth - window.innerWidth";
            assert!(browser.value(overflow).as_i64() <= Some(0), "it is wider than {width}");
            let contrast = browser.value(CONTRAST).as_f64().expect("it is a number");
            assert!(contrast >= 4.5, "the contrast is {contrast} where it is {scheme}");
            let paper = browser.value("getComputedStyle(document.body).backgroundColor");
            assert_eq!(paper == "rgb(255, 255, 255)", scheme == "light", "{paper}");
        }
        let printed = String::from_utf8_lossy(&browser.print()).into_owned();
        assert!(printed.contains("/MediaBox [0 0 594.95996 841.91998]"), "A4 in points");
        let picture = browser.picture();
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 5_000, "{}", picture.len());
    }

    #[test]
    fn a_page_is_seen_in_light_and_dark_small_and_on_paper_and_asks_for_nothing() {
        let Some(mut browser) = Browser::start() else { return };
        let room = two();
        let value = format!("<img src=x onerror=alert(1)>{}\u{202e}", "long".repeat(200));
        room.done(&["set", "SmtpSvc/1", "SmartHost", &value, "--yes"]);
        let dry = ["--dry-run", "--report"];
        room.done(&[&["set-dns-mode", "tcp-only"], &dry[..], &["change.html"]].concat());
        room.done(&[&["restore", "was.xml"], &dry[..], &["restore.html"]].concat());
        room.run(&["diff", "was.xml", "--report", "diff.html"]);
        room.run(&["check", "--report", "check.html"]);
        for name in ["change.html", "restore.html", "diff.html", "check.html"] {
            look(&mut browser, &room.path(name));
        }
    }

    /// The case of the article: forty MX hosts, of which BIND 9.18 leaves 13 in a truncated answer,
    /// and nothing after TCP.
    fn article() -> Diagnosis {
        let event = |day: u32, hour: u32| {
            format!(
                "<Event><System><Provider Name='smtpsvc'/><EventID>4000</EventID><TimeCreated \
                 SystemTime='2013-05-{day:02}T{hour:02}:15:00Z'/></System><EventData>\
                 <Data>contoso.com</Data><Binary>E70204C0</Binary></EventData></Event>"
            )
        };
        let days = [(3, 2), (4, 5), (5, 9), (6, 7), (7, 1), (10, 6), (11, 8), (14, 3)];
        let log: String =
            days.iter().flat_map(|(day, n)| (0..*n).map(|h| event(*day, h))).collect();
        let events = events::read(log.as_bytes()).expect("it is a log");
        let probe = |way: &str, outcome: &str, back, mx, bytes, milliseconds| Probe {
            question: "MX contoso.com".into(),
            way: way.into(),
            outcome: outcome.into(),
            back,
            mx,
            bytes,
            milliseconds,
            oddities: Vec::new(),
        };
        let probes = vec![
            probe("UDP without EDNS0", "truncated", Back::Truncated, Some(13), Some(485), 3),
            probe("TCP", "refused", Back::Nothing, None, None, 1),
            probe("UDP with EDNS0 4096", "answer", Back::Whole, Some(40), Some(1441), 4),
        ];
        let host = |number| format!("mx{number}.contoso.com");
        let server = Server {
            address: "192.0.2.53".into(),
            verdict: Verdict {
                name: "kb-820284".into(),
                standing: Standing::ToDo,
                meaning: "The answer over UDP is truncated, and TCP does not answer. The SMTP \
                          service asks over TCP then and finds no host."
                    .into(),
                advice:
                    "With udp-only the service uses the 13 hosts that are left. The better cure \
                         is a DNS server that answers over TCP port 53."
                        .into(),
                command: Some("metafix set-dns-mode udp-only".into()),
            },
            left: (1..=13).map(host).collect(),
            lost: (14..=40).map(host).collect(),
            probes,
        };
        let settings = vec![Setting {
            place: "/LM/SmtpSvc/1 SmtpUseTcpDns".into(),
            value: "0".into(),
            meaning: "udp-then-tcp, the default: over TCP after a truncated answer".into(),
        }];
        let domain = Domain {
            name: "contoso.com".into(),
            events: events.of("contoso.com").cloned(),
            servers: vec![server],
        };
        let log = Log { from: vec!["system.xml".into()], read: events.read, ..Log::default() };
        Diagnosis {
            file: Some(r"C:\Windows\System32\inetsrv\MetaBase.xml".into()),
            settings,
            log: Some(log),
            domains: vec![domain],
            since: None,
        }
    }

    #[test]
    fn a_diagnosis_is_seen_like_every_page_and_its_picture_is_in_readme() {
        let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/readme/report.png");
        let there = fs::read(&picture).expect("METAFIX_BLESS=1 makes the picture");
        assert!(there.starts_with(b"\x89PNG"));
        let Some(mut browser) = Browser::start() else { return };
        let room = Room::of(SERVER);
        let at = "2013-05-14T12:00:00Z".parse().expect("it is a time");
        let made = Made { at, version: env!("CARGO_PKG_VERSION") };
        let mut diagnosis = article();
        let page = diagnosis::page(&diagnosis, &made);
        assert_self_contained(&page);
        room.write("article.html", page.as_bytes());
        let long = ["long-label".repeat(6), "example".into()].join(".").repeat(3);
        diagnosis.domains[0].name.clone_from(&long);
        let server = &mut diagnosis.domains[0].servers[0];
        server.address = "[2001:db8:1234:5678:9abc:def0:1234:5678]:5353".into();
        server.probes[0].question = format!("MX {long}");
        server.probes[0].outcome = "an answer to another question".into();
        room.write("long.html", diagnosis::page(&diagnosis, &made).as_bytes());
        for name in ["article.html", "long.html"] {
            look(&mut browser, &room.path(name));
        }
        let drawings = "document.querySelectorAll('svg').length";
        browser.open(&room.path("article.html"));
        assert_eq!(browser.value(drawings), 2, "the events by day, and the exchange");
        // No text of a drawing runs out of it, or over another one in the same line.
        let beside = "[...document.querySelectorAll('svg')].every(svg => {
            const frame = svg.getBoundingClientRect();
            const texts = [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect());
            return texts.every(a => a.left >= frame.left - 1 && a.right <= frame.right + 1
                && texts.every(b => a === b || a.right <= b.left || b.right <= a.left
                    || a.bottom <= b.top + 3 || b.bottom <= a.top + 3));
        })";
        for (name, width) in [("article.html", 1000), ("long.html", 1000), ("long.html", 700)] {
            browser.size(width, 900);
            browser.open(&room.path(name));
            assert_eq!(browser.value(beside), true, "{name} at {width}");
        }
        if std::env::var_os("METAFIX_BLESS").is_some() {
            browser.prefer("light");
            browser.size(900, 100);
            browser.open(&room.path("article.html"));
            let height = browser.value("document.documentElement.scrollHeight").as_u64();
            browser
                .size(900, height.and_then(|height| height.try_into().ok()).expect("it has one"));
            fs::write(&picture, browser.picture()).expect("it can be written");
        }
    }
}
