//! What `check` finds: the cases of `fixtures/check`, healthy servers, and the shape of SARIF.

#[path = "support/cases.rs"]
mod cases;

use std::path::Path;

use cases::{Case, cases};
use metafix::check::rules::{RULES, Severity};
use metafix::check::{Finding, Surroundings, check, unreadable};
use metafix::sarif;
use metafix::source::Source;
use serde_json::Value;

fn findings(bytes: Vec<u8>, surroundings: &Surroundings) -> Vec<Finding> {
    match Source::decode(bytes) {
        Ok(source) => check(&source, surroundings),
        Err(refusal) => vec![unreadable(&refusal, None)],
    }
}

fn of_case(case: &Case) -> Vec<Finding> {
    let names = || case.text("history").lines().map(str::to_owned).collect();
    let history = case.has("history").then(names);
    findings(case.read("before.xml"), &Surroundings { history })
}

fn listed(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let line = finding.place.map_or_else(|| "-".into(), |place| place.line.to_string());
        format!("{} {line}", finding.rule.name)
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_case_has_exactly_its_findings() {
    let mut failed = Vec::new();
    for case in cases("check", 30) {
        let found = listed(&of_case(&case));
        let expected = case.text("findings");
        if found != expected {
            failed.push(format!("{}: expected\n{expected}\nfound\n{found}", case.name));
        }
    }
    assert!(failed.is_empty(), "{} cases\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn every_rule_has_a_case() {
    let found: Vec<&str> =
        cases("check", 30).iter().flat_map(of_case).map(|finding| finding.rule.name).collect();
    for rule in RULES {
        assert!(found.contains(&rule.name), "no case of {}", rule.name);
    }
}

#[test]
fn a_healthy_server_has_nothing_worse_than_notes() {
    for server in ["windows-2003", "exchange-2003", "shared-host"] {
        let path = format!("{}/fixtures/servers/{server}.xml", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).expect("the fixture is there");
        for finding in findings(bytes, &Surroundings::default()) {
            assert_eq!(finding.rule.severity, Severity::Note, "{server}: {}", finding.message);
        }
    }
}

#[test]
fn the_relay_of_2022_has_its_two_faults() {
    let path = format!("{}/fixtures/servers/relay-2022.xml", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).expect("the fixture is there");
    let found = findings(bytes, &Surroundings::default());
    let worse: Vec<_> =
        found.iter().filter(|finding| finding.rule.severity != Severity::Note).collect();
    let names: Vec<_> = worse.iter().map(|finding| finding.rule.name).collect();
    assert_eq!(names, ["relay-ip-list-missing", "outbound-esmtp-off"]);
}

#[test]
fn every_place_is_where_the_source_counts_it() {
    let case = cases("check", 30).into_iter().find(|case| case.name == "one-line");
    let found = of_case(&case.expect("the case is there"));
    let columns: Vec<_> =
        found.iter().map(|finding| finding.place.expect("it has a place").column).collect();
    let text = std::fs::read_to_string(format!(
        "{}/fixtures/check/one-line/before.xml",
        env!("CARGO_MANIFEST_DIR")
    ));
    let text = text.expect("the fixture is there");
    let second_key = text.find("<IIsConfigObject").expect("the key is there") + 1;
    let second_custom = text.find("<Custom Name=\"A2\"").expect("the Custom is there") + 1;
    assert_eq!(columns, [second_key, second_custom]);
}

#[test]
fn a_secret_is_in_no_finding() {
    for case in ["plaintext-secret", "unknown-secret-form"] {
        let case = cases("check", 30).into_iter().find(|other| other.name == case);
        let found = of_case(&case.expect("the case is there"));
        assert!(!found.is_empty());
        let all = format!("{found:?}");
        for secret in ["hunter2", "P@ss", "abc\"", "00ff10a0"] {
            assert!(!all.contains(secret), "{secret} is shown");
        }
    }
}

/// What SARIF 2.1.0 asks of every file, by its sections 3.13 to 3.30.
#[test]
fn the_sarif_is_sarif() {
    for case in cases("check", 30) {
        let found = of_case(&case);
        let log = sarif::log(Path::new("dir/Meta Base.xml"), &found, |finding| {
            Some(finding.repair.as_ref()?.join(" "))
        });
        let log = serde_json::to_value(log).expect("it can be written");
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["name"], "metafix");
        let rules = run["tool"]["driver"]["rules"].as_array().expect("there are rules");
        let results = run["results"].as_array().expect("there are results");
        assert_eq!(results.len(), found.len(), "{}", case.name);
        for (result, finding) in results.iter().zip(&found) {
            let index = result["ruleIndex"].as_u64().expect("it is a number") as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert_eq!(result["ruleId"], finding.rule.name);
            assert_eq!(result["level"], finding.rule.severity.name());
            assert_eq!(result["message"]["text"], finding.message.as_str());
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "dir/Meta%20Base.xml");
            let line = finding.place.map(|place| Value::from(place.line));
            assert_eq!(place["region"].get("startLine").cloned(), line, "{}", case.name);
        }
    }
}
