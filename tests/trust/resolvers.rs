//! `diagnose` against real DNS servers: each started on a free port of loopback and ended with its
//! test. `dig` is the judge: whatever it says of a question, `diagnose` says too.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use metafix::server::dns::message::{Asked, Heard, Kind, question, read};
use serde_json::Value;

use super::skip;
use crate::dns::{self, Reply, Server, answering};

/// The host of a number: so long that 40 of them do not fit into 512 bytes.
fn host(number: u16) -> String {
    format!("mail-gateway-no-{number:02}.many.example")
}

/// How many MX hosts many.example has.
const MANY: u16 = 40;

/// The zone `example` as every server that reads zone files reads it.
fn zone() -> String {
    let mut zone = String::from(
        "$ORIGIN example.\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\n\
         few MX 10 mail.few\nfew MX 20 mail2.few\nmail.few A 192.0.2.2\nmail2.few A 192.0.2.3\n\
         none A 192.0.2.4\nnull MX 0 .\nalias CNAME few\nxn--bcher-kva MX 10 mail.few\n",
    );
    for number in 1..=MANY {
        let name = host(number);
        writeln!(zone, "many MX {} {name}.\n{name}. A 192.0.2.{number}", number * 10).unwrap();
    }
    zone
}

/// A real server, killed when the test ends.
struct Real {
    address: SocketAddr,
    child: Child,
    folder: tempfile::TempDir,
}

impl Drop for Real {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A program of Debian, which may be where only root looks.
fn program(name: &str) -> Option<PathBuf> {
    let folders = ["/usr/sbin", "/usr/bin"].iter();
    folders.map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
}

impl Real {
    /// Starts a program with a configuration in which `@DIR@` and `@PORT@` stand for what they
    /// say, and waits until it answers.
    fn start(name: &str, config: &str, args: &[&str], by_tcp: bool) -> Option<Self> {
        let (Some(path), Some(_)) = (program(name), program("dig")) else {
            skip(&format!("{name} or dig is not installed"));
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = dns::free_port();
        let dir = folder.path().to_str().unwrap();
        let fill = |text: &str| text.replace("@DIR@", dir).replace("@PORT@", &port.to_string());
        fs::write(folder.path().join("conf"), fill(config)).unwrap();
        fs::write(folder.path().join("zone"), zone()).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(path)
            .args(args.iter().map(|argument| fill(argument)))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut real = Self { address: ([127, 0, 0, 1], port).into(), child, folder };
        real.wait(by_tcp);
        Some(real)
    }

    fn wait(&mut self, by_tcp: bool) {
        let way = if by_tcp { "+tcp" } else { "+notcp" };
        let begun = Instant::now();
        while dig(self.address, "few.example", &[way]).is_none_or(|found| found.answers != 2) {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap();
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not answer: {}", log());
            assert!(self.child.try_wait().unwrap().is_none(), "it has ended: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn unbound(more: &str) -> Option<Real> {
    let mut config = format!(
        "server:\n directory: \"@DIR@\"\n chroot: \"\"\n username: \"\"\n pidfile: \"\"\n use-syslog: no\n \
         interface: 127.0.0.1@@PORT@\n do-daemonize: no\n do-ip6: no\n num-threads: 1\n \
         do-not-query-localhost: no\n module-config: \"iterator\"\n {more}\n \
         local-zone: \"example.\" static\n"
    );
    for line in zone().lines().filter(|line| line.contains(" MX ") || line.contains(" A ")) {
        let (name, rest) = line.split_once(' ').unwrap();
        let name = if name.ends_with('.') { name.to_owned() } else { format!("{name}.example.") };
        let rest = if rest.ends_with('.') || rest.contains(" A ") || rest.starts_with("A ") {
            rest.to_owned()
        } else {
            format!("{rest}.example.")
        };
        writeln!(config, " local-data: \"{name} {rest}\"").unwrap();
    }
    config += "forward-zone:\n name: \"dead.example.net.\"\n forward-addr: 127.0.0.1@1\n";
    let by_tcp = more.contains("do-udp: no");
    Real::start("unbound", &config, &["-d", "-c", "@DIR@/conf"], by_tcp)
}

fn bind() -> Option<Real> {
    let config = "options { directory \"@DIR@\"; listen-on { 127.0.0.1; }; listen-on-v6 { none; }; \
                  pid-file none; rrset-order { order none; }; max-udp-size 4096; recursion no; dnssec-validation no; }; controls { }; \
                  zone \"example\" { type primary; file \"zone\"; };";
    Real::start("named", config, &["-g", "-n", "1", "-p", "@PORT@", "-c", "@DIR@/conf"], false)
}

fn nsd() -> Option<Real> {
    let config = "server:\n ip-address: 127.0.0.1@@PORT@\n username: \"\"\n chroot: \"\"\n \
                  zonesdir: \"@DIR@\"\n database: \"\"\n pidfile: \"@DIR@/pid\"\n xfrdfile: \"@DIR@/xfrd\"\n \
                  zonelistfile: \"@DIR@/list\"\n server-count: 1\nremote-control:\n control-enable: no\n\
                  zone:\n name: \"example\"\n zonefile: \"zone\"\n";
    Real::start("nsd", config, &["-d", "-c", "@DIR@/conf"], false)
}

fn knot() -> Option<Real> {
    let config = "server:\n listen: 127.0.0.1@@PORT@\n rundir: \"@DIR@\"\n udp-workers: 1\n tcp-workers: 1\n \
                  background-workers: 1\ndatabase:\n storage: \"@DIR@\"\nzone:\n - domain: example\n   \
                  storage: \"@DIR@\"\n   file: zone\n";
    Real::start("knotd", config, &["-c", "@DIR@/conf"], false)
}

fn dnsmasq() -> Option<Real> {
    let mut config = String::from(
        "port=@PORT@\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\nno-hosts\nlocal=/example/\n\
         edns-packet-max=4096\n\
         mx-host=few.example,mail.few.example,10\nmx-host=few.example,other.few.example,20\n",
    );
    for number in 1..=MANY {
        writeln!(config, "mx-host=many.example,{},{}", host(number), number * 10).unwrap();
    }
    let args = ["--keep-in-foreground", "--conf-file=@DIR@/conf", "--pid-file", "--log-facility=-"];
    Real::start("dnsmasq", &config, &args, false)
}

fn powerdns() -> Option<Real> {
    let args = [
        "--daemon=no",
        "--guardian=no",
        "--config-dir=@DIR@",
        "--socket-dir=@DIR@",
        "--launch=bind",
        "--bind-config=@DIR@/conf",
        "--local-address=127.0.0.1",
        "--local-port=@PORT@",
        "--setuid=",
        "--setgid=",
        "--security-poll-suffix=",
    ];
    let config = "zone \"example\" { type master; file \"@DIR@/zone\"; };";
    Real::start("pdns_server", config, &args, false)
}

/// What dig says of an answer.
#[derive(Debug, PartialEq, Eq)]
struct Dug {
    code: String,
    truncated: bool,
    answers: u64,
    bytes: u64,
}

/// Asks dig for MX; nothing where nobody answers.
fn dig(server: SocketAddr, name: &str, args: &[&str]) -> Option<Dug> {
    let port = server.port().to_string();
    let plain = [
        "+noedns",
        "+noadflag",
        "+nocookie",
        "+ignore",
        "+tries=1",
        "+time=2",
        "+noidnout",
        "+idnin",
    ];
    let dug = Command::new(program("dig")?)
        .args(["-r", "@127.0.0.1", "-p", &port, name, "MX"])
        .args(plain.iter().chain(args))
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let text = String::from_utf8(dug.stdout).unwrap();
    let after = |word: &str| text.split_once(word).map(|(_, rest)| rest);
    let until = |rest: &str| rest.split([',', ';', '\n']).next().unwrap().trim().to_owned();
    let flags = after(";; flags:").map(until).unwrap_or_default();
    Some(Dug {
        code: after("status: ").map(until)?,
        truncated: flags.split(' ').any(|flag| flag == "tc"),
        answers: after("ANSWER: ").map(until)?.parse().unwrap(),
        bytes: after("MSG SIZE  rcvd: ").map(until)?.parse().unwrap(),
    })
}

/// What `diagnose` says of a domain and a server, and how it ended.
fn diagnose(server: SocketAddr, domain: &str, more: &[&str]) -> (Value, i32) {
    let server = server.to_string();
    let done = Command::new(env!("CARGO_BIN_EXE_metafix"))
        .args(["diagnose", domain, "--dns", &server, "--timeout", "3", "--format", "json"])
        .args(["--file", "there-is-none.xml"])
        .args(more)
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&done.stderr)));
    (told["domains"][0]["servers"][0].clone(), done.status.code().unwrap())
}

fn expect(server: SocketAddr, domain: &str, verdict: &str, code: i32) -> Value {
    let (told, ended) = diagnose(server, domain, &[]);
    assert_eq!((told["verdict"]["name"].as_str(), ended), (Some(verdict), code), "{told:#}");
    told
}

/// Holds every MX probe against dig's answer to the same question.
fn agrees(server: SocketAddr, domain: &str) {
    let (told, _) = diagnose(server, domain, &[]);
    let mut compared = 0;
    for probe in told["probes"].as_array().unwrap() {
        let size = format!("+bufsize={}", probe["edns_size"]);
        let way = match (&probe["question"], probe["transport"].as_str()) {
            (question, _) if question != "mx" => continue,
            (_, Some("udp")) => &["+notcp"][..],
            (_, Some("tcp")) => &["+tcp"],
            _ => &["+notcp", "+edns=0", &size],
        };
        let dug = dig(server, domain, way);
        assert_eq!(dug.is_some(), !probe["rcode"].is_null(), "{dug:?} {probe:#}");
        if let Some(dug) = dug {
            let is_truncated = probe["outcome"] == "truncated";
            assert_eq!(probe["rcode"].as_str(), Some(&*dug.code), "{probe:#}");
            assert_eq!(
                (is_truncated, &probe["bytes"]),
                (dug.truncated, &dug.bytes.into()),
                "{probe:#}"
            );
            // An alias counts as a record, the null MX as no host.
            let others = u64::from(!probe["alias"].is_null()) + u64::from(domain == "null.example");
            if dug.answers > 0 {
                assert_eq!(probe["mx"].as_u64(), Some(dug.answers - others), "{probe:#}");
            }
        }
        compared += 1;
    }
    assert_eq!(compared, 4, "{told:#}");
}

const DOMAINS: [&str; 7] = [
    "few.example",
    "many.example",
    "none.example",
    "null.example",
    "alias.example",
    "nosuch.example",
    "bücher.example",
];

#[test]
fn diagnose_agrees_with_dig() {
    for server in [unbound("do-tcp: no"), bind()].iter().flatten() {
        for domain in DOMAINS {
            agrees(server.address, domain);
        }
    }
    for server in [nsd(), knot(), dnsmasq(), powerdns()].iter().flatten() {
        for domain in &DOMAINS[..2] {
            agrees(server.address, domain);
        }
    }
}

#[test]
fn the_server_of_the_article_is_unbound_without_tcp() {
    let Some(server) = unbound("do-tcp: no") else { return };
    let told = expect(server.address, "many.example", "cure-would-not-help", 6);
    assert_eq!(told["hosts"].as_array().unwrap().len(), usize::from(MANY));
    expect(server.address, "few.example", "fits", 0);
    expect(server.address, "none.example", "no-mx", 6);
    expect(server.address, "null.example", "null-mx", 6);
    expect(server.address, "nosuch.example", "no-such-domain", 6);
    expect(server.address, "sub.dead.example.net", "server-failure", 6);
}

#[test]
fn unbound_without_udp_is_blocked_udp() {
    let Some(server) = unbound("do-udp: no") else { return };
    expect(server.address, "many.example", "udp-blocked", 6);
}

#[test]
fn bind_shows_what_is_well_and_what_the_domain_says() {
    let Some(server) = bind() else { return };
    expect(server.address, "few.example", "fits", 0);
    expect(server.address, "many.example", "tcp-works", 0);
    let told = expect(server.address, "alias.example", "fits", 0);
    assert_eq!(told["probes"][0]["alias"], "few.example");
    let told = expect(server.address, "none.example", "no-mx", 6);
    let last = told["probes"].as_array().unwrap().last().unwrap();
    assert_eq!(last["addresses"][0], "192.0.2.4", "the implicit MX");
    expect(server.address, "null.example", "null-mx", 6);
    expect(server.address, "nosuch.example", "no-such-domain", 6);
    let told = expect(server.address, "elsewhere.test", "server-failure", 6);
    assert_eq!(told["probes"][0]["rcode"], "REFUSED");
}

/// A firewall before a real server, which lets through what it likes.
fn before(
    to: SocketAddr,
    udp: impl Fn(&[u8], Vec<u8>) -> Option<Vec<u8>> + Send + Sync + 'static,
    has_tcp: bool,
) -> Server {
    let datagrams = move |question: &[u8]| {
        let answer = dns::ask(to, question, false).and_then(|answer| udp(question, answer));
        answer.map(Reply::now).unwrap_or_default()
    };
    let connections = has_tcp.then(|| answering(move |question| dns::ask(to, question, true)));
    Server::start(Some(Box::new(datagrams)), connections)
}

#[test]
fn bind_and_dnsmasq_behind_a_firewall_without_tcp_are_the_case_of_the_article() {
    for (server, left) in [(bind(), 13), (dnsmasq(), 10)] {
        let Some(server) = server else { continue };
        let firewall = before(server.address, |_, answer| Some(answer), false);
        let told = expect(firewall.address, "many.example", "kb-820284", 6);
        let hosts = told["hosts"].as_array().unwrap();
        assert_eq!(hosts.iter().filter(|host| host["left"] == true).count(), left, "{told:#}");
        assert_eq!(hosts.len(), usize::from(MANY));
        // Once the mode is set, the same command says that it is the cure.
        let room = tempfile::tempdir().unwrap();
        let metabase = room.path().join("MetaBase.xml");
        fs::copy(
            concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/servers/windows-2003.xml"),
            &metabase,
        )
        .unwrap();
        let command = told["verdict"]["command"].as_str().unwrap();
        assert_eq!(command, "metafix set-dns-mode udp-only");
        let done = Command::new(env!("CARGO_BIN_EXE_metafix"))
            .args(command.split(' ').skip(1))
            .args(["--yes", "--file"])
            .arg(&metabase)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
        let server = firewall.address.to_string();
        let done = Command::new(env!("CARGO_BIN_EXE_metafix"))
            .args(["diagnose", "many.example", "--dns", &server, "--file"])
            .arg(&metabase)
            .output()
            .unwrap();
        let told = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success() && told.contains(" cured\n"), "{told}");
    }
}

#[test]
fn bind_behind_a_firewall_that_drops_what_is_long_is_kb_832223() {
    let Some(server) = bind() else { return };
    let short = |_: &[u8], answer: Vec<u8>| (answer.len() <= 512).then_some(answer);
    let firewall = before(server.address, short, true);
    expect(firewall.address, "many.example", "edns-blocked", 6);
    expect(firewall.address, "few.example", "fits", 0);
}

#[test]
fn two_servers_that_do_not_agree_behind_one_address_are_found() {
    let (Some(one), Some(other)) = (bind(), dnsmasq()) else { return };
    let (udp, tcp) = (one.address, other.address);
    let datagrams =
        move |question: &[u8]| dns::ask(udp, question, false).map(Reply::now).unwrap_or_default();
    let connections = answering(move |question| dns::ask(tcp, question, true));
    let middle = Server::start(Some(Box::new(datagrams)), Some(connections));
    expect(middle.address, "few.example", "answers-differ", 6);
    expect(middle.address, "many.example", "tcp-works", 0);
}

/// Without `--dns` this machine's own servers are asked: in a name space of its own the test says
/// which those are, and nothing leaves loopback.
#[test]
fn without_a_named_server_those_of_the_machine_are_asked() {
    let room = tempfile::tempdir().unwrap();
    let file = room.path().join("resolv.conf");
    let told = |servers: &str| {
        fs::write(&file, servers).unwrap();
        let script = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
        let done = Command::new("unshare")
            .args(["--mount", "sh", "-c", script, "sh"])
            .args([&file, Path::new(env!("CARGO_BIN_EXE_metafix"))])
            .args(["diagnose", "few.example", "--timeout", "1", "--file", "there-is-none.xml"])
            .output();
        // Whether it was the program that ended so, or what prepares its place.
        done.ok().filter(|done| {
            !["unshare:", "mount:"].iter().any(|who| done.stderr.starts_with(who.as_bytes()))
        })
    };
    let Some(none) = told("search example\n") else {
        return skip("the name spaces that this test needs are not allowed");
    };
    let said = String::from_utf8(none.stderr).unwrap();
    assert_eq!(none.status.code(), Some(1), "{said}");
    assert!(
        said.contains("error: there-is-none.xml: this machine names no DNS server to ask"),
        "{said}"
    );
    assert!(said.contains("hint: name one with --dns ADDRESS"), "{said}");
    assert!(!said.contains("written"), "{said}");
    // Nobody listens at this address of loopback.
    let two = told("nameserver 127.99.99.98\nnameserver 127.99.99.99\n").unwrap();
    let said = String::from_utf8(two.stdout).unwrap();
    assert!(said.starts_with("The DNS servers are those that this machine asks.\n"), "{said}");
    assert_eq!(said.matches("few.example at 127.99.99.9").count(), 2, "{said}");
    assert_eq!(said.matches(":53: unreachable\n").count(), 2, "{said}");
    assert_eq!(two.status.code(), Some(1));
}

/// What the servers send is kept for `tests/laws/dns_answers.rs` and for the fuzzer.
#[test]
fn the_answers_that_are_kept_are_those_of_the_servers() {
    let servers = [
        ("bind", bind()),
        ("dnsmasq", dnsmasq()),
        ("unbound", unbound("")),
        ("nsd", nsd()),
        ("knot", knot()),
        ("powerdns", powerdns()),
    ];
    for (name, server) in servers {
        let Some(server) = server else { continue };
        for (domain, way, edns) in
            [("few", "udp", None), ("many", "udp", None), ("many", "edns", Some(4096))]
        {
            let asked = Asked { id: 0x1234, name: format!("{domain}.example"), kind: Kind::Mx };
            let answer = dns::ask(server.address, &question(&asked, edns).unwrap(), false).unwrap();
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("fixtures/answers/{name}-{domain}-{way}.bin"));
            if std::env::var_os("METAFIX_BLESS").is_some() {
                fs::write(&path, &answer).unwrap();
            }
            // Some turn the records round, and some say how long they have had them.
            let kept = fs::read(&path).unwrap();
            let told = |bytes: &[u8]| match read(bytes, &asked) {
                Heard::Answer(answer) => (answer.hosts().len(), answer.truncated, answer.bytes),
                Heard::Foreign(oddity) => panic!("{oddity:?}"),
            };
            assert_eq!(told(&kept), told(&answer), "{name} {domain} {way}");
        }
    }
}

/// The same words with what is another one in each run made equal: ports, times, the clock.
fn steady(told: &str) -> String {
    let mut lines = Vec::new();
    for line in told.lines() {
        let mut line = line.to_owned();
        if let Some((before, after)) = line.split_once("127.0.0.1:") {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
            line = format!("{before}127.0.0.1:5353{rest}");
        }
        if let Some((before, after)) = line.split_once(" ms  ") {
            let question = before.trim_end_matches(|c: char| c.is_ascii_digit());
            let width = before.len() - question.len();
            line = format!("{question}{:>width$} ms  {after}", 1);
        }
        if let Some((before, after)) = line.split_once("backup of ") {
            let (_, after) = after.split_once("Z:").unwrap();
            line = format!("{before}backup of 2026-11-28 09:30:00Z:{after}");
        }
        lines.push(line + "\n");
    }
    lines.concat()
}

/// README's transcript: BIND behind a firewall without TCP, the cure, and the proof; unbound.
#[test]
fn the_transcript_of_readme_is_real() {
    let (Some(bind), Some(unbound)) = (bind(), unbound("do-tcp: no")) else { return };
    let firewall = before(bind.address, |_, answer| Some(answer), false);
    let room = tempfile::tempdir().unwrap();
    let metabase = room.path().join("MetaBase.xml");
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/servers/windows-2003.xml"), metabase)
        .unwrap();
    let [first, second] = [firewall.address, unbound.address].map(|address| address.to_string());
    let mut transcript = String::new();
    for (args, code) in [
        (&["diagnose", "many.example", "--dns", &first][..], 6),
        (&["set-dns-mode", "udp-only", "--yes", "--quiet"], 0),
        (&["diagnose", "many.example", "--dns", &first], 0),
        (&["diagnose", "many.example", "--dns", &second], 6),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_metafix"));
        let done = command.args(args).current_dir(room.path()).output().unwrap();
        assert_eq!(done.status.code(), Some(code), "{done:?}");
        let code = if code == 0 { String::new() } else { format!("? {code}\n") };
        let told = String::from_utf8(done.stdout).unwrap();
        transcript += &steady(&format!("$ metafix {}\n{code}{told}", args.join(" ")));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/readme/diagnose.txt");
    if std::env::var_os("METAFIX_BLESS").is_some() {
        fs::write(&path, &transcript).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), transcript);
}

/// README's table, from the servers themselves.
#[test]
fn the_table_of_what_a_truncated_answer_holds_is_true() {
    let servers = [
        ("BIND 9.18", bind()),
        ("dnsmasq 2.90", dnsmasq()),
        ("unbound 1.17", unbound("")),
        ("NSD 4.6", nsd()),
        ("Knot 3.2", knot()),
        ("PowerDNS 4.7", powerdns()),
    ];
    if servers.iter().any(|(_, server)| server.is_none()) {
        return;
    }
    let mut table = String::from(
        "| DNS server | MX hosts left | bytes | verdict where TCP is blocked |\n|---|---|---|---|\n",
    );
    for (name, server) in servers.iter().filter_map(|(name, server)| Some((name, server.as_ref()?)))
    {
        let firewall = before(server.address, |_, answer| Some(answer), false);
        let (told, _) = diagnose(firewall.address, "many.example", &[]);
        let udp = &told["probes"][0];
        assert_eq!((&udp["transport"], &udp["outcome"]), (&"udp".into(), &"truncated".into()));
        let left = if udp["mx"] == 0 { "none".into() } else { format!("{} of {MANY}", udp["mx"]) };
        let verdict = told["verdict"]["name"].as_str().unwrap();
        writeln!(table, "| {name} | {left} | {} | `{verdict}` |", udp["bytes"]).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/readme/truncated.md");
    if std::env::var_os("METAFIX_BLESS").is_some() {
        fs::write(&path, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), table);
}
