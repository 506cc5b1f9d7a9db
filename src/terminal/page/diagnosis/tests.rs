//! Diagnoses as pages: what stands on them, and what never does.

use crate::inspect::events::DomainEvents;
use jiff::Timestamp;

use super::*;

/// The article's case, as it was measured with unbound and BIND (40 MX hosts).
fn article() -> Diagnosis {
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
    let host = |number: usize| format!("mx{number}.contoso.com");
    let verdict = Verdict {
        name: "kb-820284".into(),
        standing: Standing::ToDo,
        meaning: "The answer over UDP is truncated, and TCP does not answer.".into(),
        advice: "Set the mode to udp-only: 13 of 40 hosts stay reachable.".into(),
        command: Some("metafix set-dns-mode udp-only".into()),
    };
    let server = Server {
        address: "192.0.2.53".into(),
        verdict,
        left: (1..=13).map(host).collect(),
        lost: (14..=40).map(host).collect(),
        probes: vec![
            probe("UDP without EDNS0", "truncated", Back::Truncated, Some(13), Some(485), 3),
            probe("TCP", "refused", Back::Nothing, None, None, 1),
            probe("UDP with EDNS0 4096", "answer", Back::Whole, Some(40), Some(1441), 4),
        ],
    };
    let servers = vec![server];
    let domain = Domain { name: "contoso.com".into(), events: None, servers };
    Diagnosis { domains: vec![domain], ..Diagnosis::default() }
}

fn shown_as(diagnosis: &Diagnosis) -> String {
    page(diagnosis, &Made { at: Timestamp::UNIX_EPOCH, version: "1.2.3" })
}

#[test]
fn the_case_of_the_article_is_told_in_words_beside_the_drawing() {
    let page = shown_as(&article());
    for said in [
        "contoso.com by 192.0.2.53 is kb-820284: The answer over UDP is truncated",
        "<pre>metafix set-dns-mode udp-only</pre>",
        "MX contoso.com, by UDP without EDNS0",
        "truncated, 13 of 40 MX, 3 ms",
        "485 bytes, the rest was cut off",
        "refused, 1 ms",
        "no answer",
        "1441 bytes</text>",
        "mx1.contoso.com, mx2.contoso.com",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
}

#[test]
fn several_domains_are_summed_up() {
    let mut diagnosis = article();
    diagnosis.domains.push(diagnosis.domains[0].clone());
    diagnosis.domains[1].name = "fabrikam.com".into();
    diagnosis.domains[1].servers[0].verdict.standing = Standing::Well;
    let one = "1 of 2 need a look: contoso.com by 192.0.2.53 is kb-820284";
    assert!(shown_as(&diagnosis).contains(one));
    diagnosis.domains[0].servers[0].verdict.standing = Standing::Well;
    assert!(shown_as(&diagnosis).contains("Nothing is to be done for any of these domains."));
    assert!(shown_as(&Diagnosis::default()).contains("No domain was asked for."));
}

#[test]
fn what_a_server_or_a_log_says_is_text_and_does_not_run_out_of_its_place() {
    let evil = "<script>alert(1)</script>\"'\u{202e}".repeat(100);
    let mut diagnosis = article();
    let domain = &mut diagnosis.domains[0];
    domain.name.clone_from(&evil);
    domain.events = Some(DomainEvents { count: usize::MAX, ..DomainEvents::default() });
    let server = &mut domain.servers[0];
    server.address.clone_from(&evil);
    server.lost.push(evil.clone());
    server.probes[0] = Probe {
        question: evil.clone(),
        way: evil.clone(),
        outcome: evil.clone(),
        bytes: Some(usize::MAX),
        mx: Some(usize::MAX),
        oddities: vec![evil.clone()],
        ..Probe::default()
    };
    server.probes.extend(vec![Probe::default(); 100]);
    server.verdict =
        Verdict { name: evil.clone(), command: Some(evil.clone()), ..Verdict::default() };
    diagnosis.settings.push(Setting { place: evil.clone(), value: evil.clone(), meaning: evil });
    let page = shown_as(&diagnosis);
    assert!(!page.contains("<script") && !page.contains('\u{202e}'));
    assert!(page.contains("The other 91 are in the table."), "{page}");
}
