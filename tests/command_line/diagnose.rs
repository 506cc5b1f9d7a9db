//! `diagnose` against servers on loopback that do what real ones do not: each verdict, and every
//! way in which an answer can be wrong. What real servers do is in `diagnose_real`.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::dns::{self, Reply, Server, answering, framed, honest, with_code};
use crate::program::{Ran, Room, json};

/// A folder with a metabase whose one virtual server has a mode.
fn with_mode(mode: &str) -> Room {
    let room = Room::of("servers/windows-2003.xml");
    room.done(&["set-dns-mode", mode, "--yes"]);
    room
}

fn run(room: &Room, servers: &[&Server], more: &[&str]) -> Ran {
    let mut args = vec!["diagnose", "contoso.example"];
    if !more.contains(&"--timeout") {
        args.extend(["--timeout", "1.5"]);
    }
    let addresses: Vec<String> = servers.iter().map(|server| server.dns()).collect();
    args.extend(addresses.iter().flat_map(|address| ["--dns", address]));
    args.extend(more);
    room.run(&args)
}

/// The one object about the one server, after its verdict and the exit code were as expected.
fn told(room: &Room, server: &Server, verdict: &str, code: i32) -> Value {
    let ran = run(room, &[server], &["--format", "json"]);
    let object = json(&ran)["domains"][0]["servers"][0].take();
    assert_eq!(object["verdict"]["name"], verdict, "{object:#}");
    let is_said = ran.stderr.is_empty() || ran.stderr.starts_with("There is no MetaBase.xml: ");
    assert!(ran.code == code && is_said, "{ran:?}");
    object
}

fn probe<'a>(server: &'a Value, transport: &str) -> &'a Value {
    let probes = server["probes"].as_array().expect("they are listed");
    let found = probes.iter().find(|p| p["question"] == "mx" && p["transport"] == transport);
    found.expect("it was asked")
}

fn outcomes(server: &Value) -> [&str; 3] {
    ["udp", "tcp", "udp-edns"].map(|way| probe(server, way)["outcome"].as_str().expect("a name"))
}

/// Knows three hosts, and tells this many by UDP without EDNS0.
fn knows(room: u16) -> impl Fn(&[u8]) -> Option<Vec<u8>> + Clone {
    move |question| Some(honest(question, 3, room))
}

fn drops(_: &[u8]) -> Option<Vec<u8>> {
    None
}

/// A server without TCP.
fn udp_alone(udp: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync + 'static) -> Server {
    let udp = move |question: &[u8]| udp(question).map(Reply::now).unwrap_or_default();
    Server::start(Some(Box::new(udp)), None)
}

#[test]
fn an_answer_that_fits_is_not_the_problem() {
    let server = Server::of(knows(3), knows(3));
    let object = told(&Room::empty(), &server, "fits", 0);
    assert_eq!(outcomes(&object), ["answer", "answer", "answer"]);
    assert_eq!(probe(&object, "udp")["mx"], 3);
    assert_eq!(object["verdict"]["command"], Value::Null);
    let addresses = object["probes"].as_array().unwrap().iter();
    let addresses: Vec<_> = addresses.filter(|probe| probe["question"] == "address").collect();
    assert_eq!(addresses.len(), 3);
    assert_eq!(addresses[0]["host"], "mx0.example");
    assert_eq!(addresses[0]["addresses"][0], "192.0.2.1");
}

#[test]
fn a_truncated_answer_is_no_problem_where_tcp_answers() {
    let server = Server::of(knows(1), knows(3));
    let object = told(&Room::empty(), &server, "tcp-works", 0);
    assert_eq!(outcomes(&object), ["truncated", "answer", "answer"]);
    // After udp-only was set without need, it leads back.
    let object = told(&with_mode("udp-only"), &server, "tcp-works", 0);
    let command = object["verdict"]["command"].as_str().expect("there is one");
    assert!(command.ends_with(" set-dns-mode udp-then-tcp"), "{command}");
}

#[test]
fn the_case_of_the_article_is_known_by_its_refused_tcp_and_cured_by_its_command() {
    for tcp in [None, Some(dns::resetting()), Some(answering(drops))] {
        let expected = ["refused", "reset", "timeout"];
        let udp = knows(2);
        let udp = move |question: &[u8]| udp(question).map(Reply::now).unwrap_or_default();
        let server = Server::start(Some(Box::new(udp)), tcp);
        let room = Room::of("servers/windows-2003.xml");
        let object = told(&room, &server, "kb-820284", 6);
        let [udp, tcp, edns] = outcomes(&object);
        assert!(udp == "truncated" && expected.contains(&tcp) && edns == "answer", "{object:#}");
        assert_eq!(probe(&object, "udp")["mx"], 2);
        let hosts = object["hosts"].as_array().expect("they are listed");
        let left: Vec<_> = hosts.iter().map(|host| (&host["host"], &host["left"])).collect();
        assert_eq!(format!("{left:?}").matches("Bool(true)").count(), 2, "{left:?}");
        assert_eq!(left[2], (&Value::from("mx2.example"), &Value::from(false)));

        // The command that it gives is the cure.
        let command = object["verdict"]["command"].as_str().expect("there is one");
        let words: Vec<&str> = command.split(' ').collect();
        assert_eq!(words[..3], ["metafix", "--file", "MetaBase.xml"], "{command}");
        room.done(&[&words[3..], &["--yes"]].concat());
        told(&room, &server, "cured", 0);
    }
}

#[test]
fn where_no_host_is_left_the_cure_would_not_help() {
    let server = udp_alone(knows(0));
    let object = told(&with_mode("udp-only"), &server, "cure-would-not-help", 6);
    assert_eq!(probe(&object, "udp")["mx"], 0);
    assert_eq!(object["verdict"]["command"], Value::Null);
    assert_eq!(object["hosts"].as_array().expect("they are listed").len(), 3);
}

#[test]
fn a_mode_that_is_in_the_way_is_named() {
    let server = udp_alone(knows(3));
    let object = told(&with_mode("tcp-only"), &server, "mode-in-the-way", 6);
    assert!(object["verdict"]["command"].as_str().expect("one").ends_with("udp-then-tcp"));
    let server = Server::of(knows(0), knows(3));
    told(&with_mode("udp-only"), &server, "mode-in-the-way", 6);
}

#[test]
fn blocked_udp_is_told_from_a_dead_server() {
    let server = Server::of(drops, knows(3));
    let object = told(&Room::empty(), &server, "udp-blocked", 6);
    assert_eq!(outcomes(&object), ["timeout", "answer", "timeout"]);
    assert_eq!(object["verdict"]["command"], "metafix set-dns-mode tcp-only");
    told(&with_mode("tcp-only"), &server, "cured", 0);

    let silent = Server::of(drops, drops);
    let object = told(&Room::empty(), &silent, "unreachable", 1);
    assert_eq!(outcomes(&object), ["timeout", "timeout", "timeout"]);

    let gone = Server::start(None, None).address.to_string();
    let ran =
        Room::empty().run(&["diagnose", "contoso.example", "--dns", &gone, "--format", "json"]);
    let object = json(&ran)["domains"][0]["servers"][0].take();
    assert_eq!((ran.code, &object["verdict"]["name"]), (1, &Value::from("unreachable")));
    assert_eq!(outcomes(&object), ["refused", "refused", "refused"], "{object:#}");
}

#[test]
fn a_firewall_that_drops_edns0_is_found() {
    let udp = |question: &[u8]| (!dns::read(question).has_edns).then(|| honest(question, 3, 3));
    let object = told(&Room::empty(), &Server::of(udp, knows(3)), "edns-blocked", 6);
    assert_eq!(outcomes(&object), ["answer", "answer", "timeout"]);
    let command = "dnscmd SERVER /Config /EnableEDnsProbes 0";
    assert_eq!(object["verdict"]["command"], command);

    // An old server that does not know EDNS0 says so.
    let udp = |question: &[u8]| match dns::read(question).has_edns {
        true => Some([&question[..2], b"\x81\x81\0\0\0\0\0\0\0\0"].concat()),
        false => Some(honest(question, 3, 3)),
    };
    let object = told(&Room::empty(), &Server::of(udp, knows(3)), "fits", 0);
    assert_eq!(outcomes(&object), ["answer", "answer", "formerr"]);
}

#[test]
fn answers_that_differ_are_found() {
    let server = Server::of(knows(3), |question| Some(honest(question, 2, 2)));
    told(&Room::empty(), &server, "answers-differ", 6);
}

#[test]
fn what_the_domain_and_the_server_say_has_names() {
    for (code, verdict, outcome) in [
        (2, "server-failure", "servfail"),
        (3, "no-such-domain", "nxdomain"),
        (5, "server-failure", "refused"),
    ] {
        let says = move |question: &[u8]| Some(with_code(question, code));
        let object = told(&Room::empty(), &Server::of(says, says), verdict, 6);
        assert_eq!(outcomes(&object), [outcome; 3]);
    }
    // The domain's own servers are dead: this one is not.
    let alive =
        |question: &[u8]| (dns::read(question).kind != dns::MX).then(|| honest(question, 1, 1));
    let object = told(&Room::empty(), &Server::of(alive, drops), "server-failure", 6);
    assert_eq!(outcomes(&object), ["timeout", "timeout", "timeout"]);

    let none = |question: &[u8]| {
        Some(match dns::read(question).kind {
            dns::MX => dns::answer(question, dns::GOOD, &[]),
            _ => honest(question, 1, 1),
        })
    };
    let object = told(&Room::empty(), &Server::of(none, none), "no-mx", 6);
    let last = object["probes"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["host"], &last["addresses"][0]),
        (&"contoso.example".into(), &"192.0.2.1".into())
    );

    let null = |question: &[u8]| {
        Some(match dns::read(question).kind {
            dns::MX => dns::answer(question, dns::GOOD, &[dns::mx(0, "")]),
            _ => honest(question, 1, 1),
        })
    };
    told(&Room::empty(), &Server::of(null, null), "null-mx", 6);

    let alias = |question: &[u8]| {
        Some(match dns::read(question).kind {
            dns::MX => {
                // The MX record's owner is the name in the alias: its place is after the record's head.
                let target = dns::wire("real.example");
                let at = 12 + dns::read(question).question.len() + 12;
                let mut mx = dns::mx(5, "mail.example");
                mx[..2]
                    .copy_from_slice(&(0xc000 | u16::try_from(at).expect("small")).to_be_bytes());
                dns::answer(question, dns::GOOD, &[dns::record(dns::CNAME, &target), mx])
            }
            _ => honest(question, 1, 1),
        })
    };
    let object = told(&Room::empty(), &Server::of(alias, alias), "fits", 0);
    assert_eq!(probe(&object, "udp")["alias"], "real.example");
    assert_eq!(probe(&object, "udp")["mx"], 1);
}

#[test]
fn what_is_no_dns_server_is_told_so() {
    let echo = |question: &[u8]| Some(question.to_vec());
    let object = told(&Room::empty(), &Server::of(echo, echo), "not-dns", 1);
    assert_eq!(outcomes(&object), ["error", "error", "error"]);
    assert_eq!(probe(&object, "udp")["oddities"][0], "junk");
    // A mail server that greets.
    let greets = Box::new(|mut stream: std::net::TcpStream| {
        stream.write_all(b"220 mail.example ESMTP\r\n").unwrap_or_default();
        dns::question(&mut stream);
    });
    let object = told(&Room::empty(), &Server::start(None, Some(greets)), "not-dns", 1);
    assert_eq!(probe(&object, "tcp")["outcome"], "error");
}

/// Two datagrams where one is asked for: the first is wrong in some way, the second is right.
fn after(wrong: impl Fn(&[u8]) -> Reply + Send + Sync + 'static) -> Server {
    let udp = move |question: &[u8]| {
        let right = honest(question, 3, 3);
        let mut replies = vec![wrong(question)];
        replies.extend(Reply::now(right));
        replies
    };
    Server::start(Some(Box::new(udp)), Some(answering(knows(3))))
}

#[test]
fn what_is_not_the_answer_is_waited_past_and_named() {
    let reply = |from_elsewhere, bytes| Reply { after: Duration::ZERO, from_elsewhere, bytes };
    let lie = |question: &[u8]| dns::answer(question, dns::GOOD, &[dns::mx(1, "evil.example")]);
    let other_id = move |question: &[u8]| {
        let mut bytes = lie(question);
        bytes[0] ^= 1;
        reply(false, bytes)
    };
    let other_question = move |question: &[u8]| {
        let mut bytes = lie(question);
        bytes[13] ^= 1;
        reply(false, bytes)
    };
    let servers = [
        ("other-id", after(other_id)),
        ("other-question", after(other_question)),
        ("other-address", after(move |question| reply(true, lie(question)))),
        ("junk", after(move |_| reply(false, Vec::new()))),
        ("junk", after(move |_| reply(false, vec![0x7F; 65_000]))),
        ("twice", after(move |question| reply(false, honest(question, 3, 3)))),
    ];
    for (oddity, server) in servers {
        // UDP hands over two datagrams in the order in which they were sent, or loses one.
        let object = told(&Room::empty(), &server, "fits", 0);
        assert_eq!(probe(&object, "udp")["oddities"][0], oddity, "{object:#}");
        assert!(!object.to_string().contains("evil"), "{object:#}");
    }
}

#[test]
fn a_late_answer_is_named_and_one_that_is_too_late_is_none() {
    let slow = |milliseconds| {
        let udp = move |question: &[u8]| {
            let after = Duration::from_millis(if dns::read(question).kind == dns::MX {
                milliseconds
            } else {
                0
            });
            vec![Reply { after, from_elsewhere: false, bytes: honest(question, 3, 3) }]
        };
        Server::start(Some(Box::new(udp)), Some(answering(knows(3))))
    };
    let more = ["--timeout", "6", "--format", "json"];
    let object =
        json(&run(&Room::empty(), &[&slow(1_200)], &more))["domains"][0]["servers"][0].take();
    assert_eq!(object["verdict"]["name"], "fits");
    assert_eq!(probe(&object, "udp")["oddities"][0], "late", "{object:#}");
    assert!(probe(&object, "udp")["milliseconds"].as_u64().expect("a number") >= 1_200);
    told(&Room::empty(), &slow(2_500), "udp-blocked", 6);
}

#[test]
fn hostile_connections_end_in_time() {
    let drips = |mut stream: std::net::TcpStream| {
        let Some(question) = dns::question(&mut stream) else { return };
        for byte in framed(&honest(&question, 3, 3)) {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let server =
        Server::start(Some(Box::new(|q| Reply::now(honest(q, 3, 3)))), Some(Box::new(drips)));
    assert_eq!(outcomes(&told(&Room::empty(), &server, "fits", 0))[1], "answer", "in bytes of one");

    let floods: [&'static [u8]; 3] = [&[0; 4096], &[0xFF; 4096], b"\xff\xff\x81\x80"];
    for flood in floods {
        let floods =
            move |mut stream: std::net::TcpStream| while stream.write_all(flood).is_ok() {};
        let udp = |question: &[u8]| Reply::now(honest(question, 3, 1));
        let server = Server::start(Some(Box::new(udp)), Some(Box::new(floods)));
        let begun = Instant::now();
        let object = told(&Room::empty(), &server, "kb-820284", 6);
        let outcome = probe(&object, "tcp")["outcome"].as_str();
        assert!(matches!(outcome, Some("error" | "timeout")), "{object:#}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
}

#[test]
fn a_server_that_hangs_costs_its_time_once() {
    let dead: Vec<Server> = (0..4).map(|_| Server::of(drops, drops)).collect();
    let alive = Server::of(knows(3), knows(3));
    let servers: Vec<&Server> = dead.iter().chain([&alive]).collect();
    let begun = Instant::now();
    let more =
        ["a.example", "b.example", "c.example", "d.example", "e.example", "--format", "json"];
    let ran = run(&Room::empty(), &servers, &more);
    let took = begun.elapsed();
    assert_eq!(ran.code, 6);
    let object = json(&ran);
    let domains = object["domains"].as_array().expect("they are listed");
    assert_eq!(domains.len(), 6);
    for domain in domains {
        let verdict = |at: usize| domain["servers"][at]["verdict"]["name"].as_str();
        assert_eq!(verdict(0), Some("unreachable"));
        assert_eq!(verdict(4), Some("fits"), "{domain:#}");
    }
    // Six domains, four dead servers, four questions each of 1.5 s: 144 s one after the other.
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[test]
fn what_is_no_domain_and_no_server_is_said_before_anything_is_asked() {
    let room = Room::empty();
    for (args, says) in [
        (&["diagnose", "user@contoso.example"][..], "its domain is \"contoso.example\""),
        (&["diagnose", "exa mple"], "' ' is in no domain's name"),
        (&["diagnose", "a.example", "--dns", "localhost"], "not the address of a DNS server"),
        (&["diagnose", "a.example", "--timeout", "0"], "from 0.1 to 60"),
    ] {
        let ran = room.run(args);
        assert!(ran.code == 2 && ran.stderr.contains(says), "{args:?}: {ran:?}");
    }
    let server = Server::of(knows(3), knows(3));
    let ran = room.done(&["diagnose", "bücher.example", "--dns", &server.dns()]);
    assert!(ran.stdout.starts_with("bücher.example (xn--bcher-kva.example) at "), "{ran:?}");
}

#[test]
fn a_metabase_that_cannot_be_read_is_refused() {
    let room = Room::with(b"<configuration>");
    let server = Server::of(knows(3), knows(3));
    let ran = run(&room, &[&server], &[]);
    assert!(ran.code == 3 && ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn what_the_metabase_says_of_delivery_is_said_beside_the_verdict() {
    let server = Server::of(knows(3), knows(3));
    let room = Room::of("servers/windows-2003.xml");
    room.done(&["set", "/LM/SmtpSvc/1", "SmartHost", "[192.0.2.9]", "--yes"]);
    room.done(&["set", "/LM/SmtpSvc/1", "SmartHostType", "2", "--yes"]);
    let ran = run(&room, &[&server], &["fabrikam.com", "--format", "json"]);
    let object = json(&ran);
    assert_eq!(object["dns_servers_from"], "command-line");
    let configured = &object["configuration"]["servers"][0];
    assert_eq!(configured["key"], "/LM/SmtpSvc/1");
    assert_eq!(
        (&configured["smart_host"], &configured["smart_host_type"]),
        (&"[192.0.2.9]".into(), &2.into())
    );
    let names = |domain: usize| {
        let notes = object["domains"][domain]["notes"].as_array().expect("they are listed");
        notes.iter().map(|note| note["name"].as_str().expect("a name")).collect::<Vec<_>>()
    };
    assert_eq!(names(0), ["smart-host"]);
    assert_eq!(names(1), ["route"], "of the fixture, and before the smart host");
    let ran = run(&room, &[&server], &[]);
    assert!(
        ran.stdout.starts_with("MetaBase.xml\n  /LM/SmtpSvc    udp-then-tcp  not set"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("  Note:    /LM/SmtpSvc/1 sends everything through "), "{ran:?}");
}

#[test]
fn after_a_cure_the_last_line_says_what_changed() {
    let server = udp_alone(knows(1));
    let room = Room::of("servers/exchange-2003.xml");
    assert!(!run(&room, &[&server], &[]).stdout.contains("\nSince "));
    room.done(&["set-dns-mode", "udp-only", "--yes"]);
    // Another change since then is none of a mode.
    room.done(&["set", "/LM/SmtpSvc", "SmartHostType", "1", "--yes"]);
    let ran = run(&room, &[&server], &[]);
    let last = ran.stdout.lines().last().expect("there are lines");
    assert!(last.starts_with("Since the backup of 2"), "{ran:?}");
    assert!(
        last.contains(": /LM/SmtpSvc was udp-then-tcp and is udp-only; /LM/SmtpSvc/1 was "),
        "{last}"
    );
    let object = json(&run(&room, &[&server], &["--format", "json"]));
    let change = &object["since"]["changes"][0];
    assert_eq!((&change["was"], &change["now"]), (&"udp-then-tcp".into(), &"udp-only".into()));
}

#[test]
fn a_metabase_without_the_smtp_service_is_no_error() {
    let room = Room::with(
        b"<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\"><MBProperty>\
          <IIsComputer Location=\"/LM\"/></MBProperty></configuration>",
    );
    let ran = run(&room, &[&Server::of(knows(3), knows(3))], &[]);
    assert!(ran.code == 0 && ran.stderr.contains("has no SMTP service"), "{ran:?}");
}

#[test]
fn people_read_which_hosts_stay_and_what_to_do() {
    let server = udp_alone(|question| Some(honest(question, 12, 9)));
    let room = Room::of("servers/windows-2003.xml");
    let ran = run(&room, &[&server], &[]);
    let says = [
        " kb-820284\n",
        "truncated, ",
        "9 MX hosts",
        "refused: nobody listens there",
        "  Left:    9: mx0.example, ",
        "… and 4 more;",
        "  Lost:    3: mx9.example, mx10.example, mx11.example\n",
        "  Meaning: The answer over UDP is truncated (",
        "9 of 12 MX hosts",
        "  Advice:  ",
        "  Command: metafix --file MetaBase.xml set-dns-mode udp-only\n",
    ];
    for part in says {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 110), "{}", ran.stdout);
    assert_eq!(run(&room, &[&server], &["--quiet"]).stdout, "");

    // Where EDNS0 brings no whole answer either, nobody knows the others.
    let short = udp_alone(|question| match dns::read(question).kind {
        dns::MX => Some(dns::answer(question, dns::TRUNCATED, &[dns::mx(1, "mx1.example")])),
        _ => Some(honest(question, 1, 1)),
    });
    let ran = run(&room, &[&short], &[]);
    assert!(ran.stdout.contains("  Lost:    not known: no answer names all hosts\n"), "{ran:?}");
}

#[test]
fn what_a_server_sends_is_shown_and_not_obeyed() {
    let host = "\u{1b}[31m\u{202e}x.example";
    let udp = move |question: &[u8]| match dns::read(question).kind {
        dns::MX => Some(dns::answer(question, dns::TRUNCATED, &[dns::mx(1, host)])),
        _ => Some(honest(question, 1, 1)),
    };
    let ran = run(&Room::empty(), &[&udp_alone(udp)], &[]);
    assert!(ran.stdout.contains(r"\u{1b}[31m\u{202e}x.example"), "{ran:?}");
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{202e}'));
}

#[test]
fn the_domains_of_a_saved_log_are_asked_for_and_a_page_shows_it() {
    let server = udp_alone(knows(2));
    let room = Room::of("servers/windows-2003.xml");
    let log = include_bytes!("../../fixtures/events/wevtutil-with-root/log");
    room.write("system.xml", log);
    let dns = server.dns();
    let args = ["diagnose", "--events", "system.xml", "--dns", &dns, "--timeout", "1.5"];
    let ran = room.run(&[&args[..], &["--format", "json", "--report", "case.html"]].concat());
    let told = json(&ran);
    assert_eq!(told["log"]["read"], 4, "{told:#}");
    let counts: Vec<_> = told["domains"]
        .as_array()
        .expect("they are listed")
        .iter()
        .map(|domain| (domain["domain"].clone(), domain["events"]["count"].clone()))
        .collect();
    let expected = [("contoso.com".into(), 2.into()), ("fabrikam.com".into(), 1.into())];
    assert_eq!(counts, expected, "{told:#}");
    assert_eq!(told["domains"][0]["events"]["first"], "2013-05-14T08:15:22Z");
    let files = room.files();
    let page = String::from_utf8_lossy(&files["case.html"]);
    for word in ["kb-820284", "contoso.com", "fabrikam.com", "2013-05-14", "<svg", "MX contoso.com"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(!page.contains("<script"), "{page}");

    let text = room.run(&args).stdout;
    assert!(text.contains("system.xml: 4 events, of which 3 say what KB 820284 says"), "{text}");
    assert!(text.contains("event 4000 2 times, first 2013-05-14T08:15:22Z"), "{text}");
    // What is named is asked for, whatever the log says.
    let ran = room.run(&[&args[..], &["fabrikam.com", "--format", "json"]].concat());
    assert_eq!(json(&ran)["domains"].as_array().map(Vec::len), Some(1), "{ran:?}");
}

#[test]
fn a_log_without_the_symptom_and_a_file_that_is_none_are_told_so() {
    let room = Room::of("servers/windows-2003.xml");
    let other = include_bytes!("../../fixtures/events/xml-other-causes/log");
    room.write("other.xml", other);
    room.write("log.evtx", include_bytes!("../../fixtures/events/evtx/log"));
    let ran = room.run(&["diagnose", "--events", "other.xml", "--dns", "127.0.0.1:9"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("0 say what KB 820284 says"), "{ran:?}");
    let ran = room.run(&["diagnose", "--events", "log.evtx"]);
    assert!(ran.code != 0 && ran.stderr.contains("wevtutil qe"), "{ran:?}");
    let ran = room.run(&["diagnose", "--events", "none.xml"]);
    assert!(ran.code != 0 && ran.stderr.contains("none.xml"), "{ran:?}");
    #[cfg(not(windows))]
    {
        let ran = room.run(&["diagnose"]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains("--events"), "{ran:?}");
    }
}
