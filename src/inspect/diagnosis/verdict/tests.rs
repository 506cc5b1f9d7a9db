//! Every verdict by a table of outcomes.

use super::*;
use crate::inspect::diagnosis::advice::{Command, advise};
use crate::inspect::diagnosis::probe::Mx;

/// An outcome by a word: `N` hosts; `N tc` truncated to `N` hosts; `N cut` broken off on the way;
/// `null` for the null MX; the name of a code; how nothing came.
fn outcome(word: &str) -> Outcome {
    let mut answer = Answer {
        rcode: Rcode::NO_ERROR,
        truncated: false,
        complete: true,
        mx: Vec::new(),
        alias: None,
        addresses: Vec::new(),
        bytes: 100,
    };
    match word {
        "refused" => return Outcome::Refused,
        "reset" => return Outcome::Reset,
        "timeout" => return Outcome::Timeout,
        "junk" => return Outcome::NotDns,
        "failed" => return Outcome::Failed("no network".into()),
        "null" => answer.mx.push(Mx { preference: 0, host: String::new() }),
        "NXDOMAIN" => answer.rcode = Rcode::NX_DOMAIN,
        "SERVFAIL" => answer.rcode = Rcode::SERV_FAIL,
        "REFUSED" => answer.rcode = Rcode::REFUSED,
        "FORMERR" => answer.rcode = Rcode::FORM_ERR,
        "other" => answer.mx.push(Mx { preference: 1, host: "other.example".into() }),
        counted => {
            let (count, flag) = counted.split_once(' ').unwrap_or((counted, ""));
            let hosts = 0..count.parse::<u16>().unwrap();
            answer.mx =
                hosts.map(|n| Mx { preference: n, host: format!("mx{n}.example") }).collect();
            answer.truncated = flag == "tc";
            answer.complete = flag != "cut";
        }
    }
    Outcome::Answer(answer)
}

/// UDP, TCP, EDNS0 at 4096 and 1232, the control question, the modes in force, the verdict.
const TABLE: &str = "\
2 | 2 | 2 | 2 | 0 | - | fits
2 | refused | 2 | 2 | 0 | - | fits
2 | timeout | 2 | 2 | 0 | udp-only | fits
2 | SERVFAIL | 2 | 2 | 0 | - | fits
2 | 2 | FORMERR | FORMERR | 0 | - | fits
2 | 2 tc | 2 | 2 | 0 | - | fits
2 | refused | 2 | 2 | 0 | tcp-only | mode-in-the-way
2 | refused | timeout | timeout | 0 | udp-only tcp-only | mode-in-the-way
2 | 2 | 2 | 2 | 0 | tcp-only | fits
2 | 2 | timeout | timeout | 0 | - | edns-blocked
2 | 2 | timeout | 2 | 0 | - | edns-blocked
2 | refused | timeout | timeout | 0 | - | edns-blocked
2 | other | 2 | 2 | 0 | - | answers-differ
2 | 1 | 2 | 2 | 0 | - | answers-differ
2 | null | 2 | 2 | 0 | - | answers-differ
2 | NXDOMAIN | 2 | 2 | 0 | - | answers-differ
NXDOMAIN | 2 | 2 | 2 | 0 | - | answers-differ
0 | 2 | 2 | 2 | 0 | - | answers-differ
1 tc | 3 | 3 | 3 | 0 | - | tcp-works
0 tc | 3 | 3 | 3 tc | 0 | - | tcp-works
0 tc | 3 | 3 | 3 | 0 | tcp-only | tcp-works
1 tc | 3 | 3 | 3 | 0 | udp-only | tcp-works
0 tc | 3 | 3 | 3 | 0 | udp-only | mode-in-the-way
0 tc | 3 | 3 | 3 | 0 | udp-then-tcp udp-only | mode-in-the-way
1 tc | 3 | timeout | timeout | 0 | - | edns-blocked
1 cut | 3 | 3 | 3 | 0 | - | tcp-works
1 tc | refused | 3 | 3 | 0 | - | kb-820284
1 tc | reset | 3 | 3 | 0 | - | kb-820284
1 tc | timeout | 3 | 3 | 0 | - | kb-820284
1 tc | failed | 3 | 3 | 0 | - | kb-820284
1 tc | junk | 3 | 3 | 0 | - | kb-820284
1 tc | SERVFAIL | 3 | 3 | 0 | - | kb-820284
1 tc | REFUSED | 3 | 3 | 0 | - | kb-820284
1 tc | 1 tc | 3 | 3 | 0 | - | kb-820284
1 tc | 1 cut | 3 | 3 | 0 | - | kb-820284
1 cut | refused | 3 | 3 | 0 | - | kb-820284
1 tc | refused | timeout | timeout | timeout | - | kb-820284
1 tc | refused | 3 | 3 | 0 | udp-then-tcp | kb-820284
1 tc | refused | 3 | 3 | 0 | tcp-only | kb-820284
1 tc | refused | 3 | 3 | 0 | udp-only udp-then-tcp | kb-820284
1 tc | refused | 3 | 3 | 0 | udp-only | cured
1 tc | timeout | timeout | timeout | 0 | udp-only udp-only | cured
0 tc | refused | 3 | 3 | 0 | - | cure-would-not-help
0 tc | timeout | timeout | timeout | 0 | udp-only | cure-would-not-help
0 tc | NXDOMAIN | 3 | 3 | 0 | - | answers-differ
1 tc | 0 | 3 | 3 | 0 | - | answers-differ
0 tc | 0 | 0 | 0 | 0 | - | no-mx
0 tc | null | null | null | 0 | - | null-mx
timeout | 3 | timeout | timeout | timeout | - | udp-blocked
refused | 3 | refused | refused | refused | - | udp-blocked
timeout | 3 | 3 | 3 | 0 | - | udp-blocked
junk | 3 | junk | junk | junk | udp-then-tcp | udp-blocked
timeout | 3 | timeout | timeout | timeout | tcp-only | cured
timeout | 3 | timeout | timeout | timeout | udp-only tcp-only | udp-blocked
timeout | NXDOMAIN | timeout | timeout | timeout | - | no-such-domain
timeout | SERVFAIL | timeout | timeout | timeout | - | server-failure
timeout | null | timeout | timeout | timeout | - | null-mx
timeout | 0 | timeout | timeout | timeout | - | no-mx
0 | 0 | 0 | 0 | 0 | - | no-mx
0 | refused | 0 | 0 | 0 | - | no-mx
null | null | null | null | 0 | - | null-mx
null | timeout | timeout | timeout | 0 | - | null-mx
NXDOMAIN | NXDOMAIN | NXDOMAIN | NXDOMAIN | 0 | - | no-such-domain
NXDOMAIN | refused | timeout | timeout | 0 | - | no-such-domain
SERVFAIL | SERVFAIL | SERVFAIL | SERVFAIL | 0 | - | server-failure
SERVFAIL | 2 | 2 | 2 | 0 | - | server-failure
REFUSED | REFUSED | REFUSED | REFUSED | REFUSED | - | server-failure
FORMERR | refused | FORMERR | FORMERR | FORMERR | - | server-failure
timeout | timeout | timeout | timeout | 0 | - | server-failure
timeout | refused | timeout | timeout | NXDOMAIN | - | server-failure
timeout | refused | 2 | 2 | timeout | - | server-failure
timeout | 2 tc | timeout | timeout | timeout | - | server-failure
timeout | timeout | timeout | timeout | timeout | - | unreachable
refused | refused | refused | refused | refused | udp-only | unreachable
failed | failed | failed | failed | failed | - | unreachable
timeout | reset | timeout | timeout | timeout | - | unreachable
junk | refused | junk | junk | junk | - | not-dns
timeout | junk | timeout | timeout | timeout | - | not-dns
";

#[test]
fn each_row_of_outcomes_has_its_verdict() {
    let mut shown = std::collections::BTreeSet::new();
    for row in TABLE.lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [udp, tcp, large, small, control] = std::array::from_fn(|at| outcome(cells[at]));
        let seen = Seen { udp: &udp, tcp: &tcp, edns: [&large, &small], control: &control };
        let modes: Vec<DnsMode> =
            cells[5].split(' ').filter_map(|name| name.parse::<DnsMode>().ok()).collect();
        let verdict = judge(&seen, &modes);
        assert_eq!(verdict.name(), cells[6], "{row}");
        shown.insert(verdict);
        // Two sentences, and a command only where something is to be set.
        let advice = advise(verdict, &seen, &modes);
        assert!(advice.meaning.matches(". ").count() >= 1, "{row}: {}", advice.meaning);
        assert!(advice.meaning.ends_with('.') && advice.advice.ends_with('.'), "{row}: {advice:?}");
        if let Some(Command::Metafix(words)) = &advice.command {
            let mode: DnsMode = words[1].parse().unwrap();
            assert!(modes.is_empty() || modes.iter().any(|one| *one != mode), "{row}: {advice:?}");
        }
    }
    assert_eq!(shown.len(), Verdict::ALL.len(), "{shown:?}");
}

#[test]
fn the_exit_code_follows_from_the_verdict() {
    let well: Vec<_> = Verdict::ALL.into_iter().filter(|one| one.is_well()).collect();
    assert_eq!(well, [Verdict::Fits, Verdict::TcpWorks, Verdict::Cured]);
    let blank: Vec<_> = Verdict::ALL.into_iter().filter(|one| one.is_blank()).collect();
    assert_eq!(blank, [Verdict::Unreachable, Verdict::NotDns]);
    let names: std::collections::BTreeSet<_> = Verdict::ALL.iter().map(|one| one.name()).collect();
    assert_eq!(names.len(), Verdict::ALL.len());
}
