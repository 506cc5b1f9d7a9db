//! What `check` finds: the cases of `fixtures/check`, healthy servers, and the shape of SARIF.

use std::path::Path;

use crate::cases::{Case, cases};
use crate::program::{Room, json};
use metafix::command::check;
use metafix::inspect::check::rules::{RULES, Severity};
use metafix::inspect::check::{Finding, Surroundings};
use metafix::metabase::error::MetabaseError;
use metafix::metabase::scan::scan;
use metafix::metabase::schema::Schema;
use metafix::terminal::sarif;
use metafix::text::source::Source;
use proptest::prelude::*;
use serde_json::Value;

fn findings(bytes: Vec<u8>, surroundings: &Surroundings) -> Vec<Finding> {
    check::findings(bytes, &Schema::built_in(), surroundings)
}

fn of_case(case: &Case) -> Vec<Finding> {
    let major = |line: &str| line.parse().expect("it is a number");
    let history = case.has("history").then(|| case.text("history").lines().map(major).collect());
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
        let repair = |finding: &Finding| Some(finding.repair.as_ref()?.join(" "));
        let findings = found.iter().map(|finding| (finding, repair(finding))).collect();
        let checked = sarif::Checked { file: Path::new("dir/Meta Base.xml"), findings };
        let log = sarif::log(&[checked], &[], &[]);
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

#[test]
fn the_text_says_where_what_why_and_what_helps() {
    let room = Room::of("servers/relay-2022.xml");
    let ran = room.run(&["check"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (6, ""), "{ran:?}");
    let expected = "\
warning: outbound-esmtp-off
  line 141: SmtpOutboundCommandSupportOptions in /LM/SmtpSvc/1 is 7
  Meaning: 7 turns ESMTP off for outgoing mail, and the large mail services drop such connections;
           the documented default is 7697601
  Repair:  metafix --file MetaBase.xml repair outbound-esmtp
  Source:  MSDN ms525021; centauricw.com, SmtpOutboundCommandSupportOptions Bug
";
    assert!(ran.stdout.starts_with("MetaBase.xml: 2 warnings"), "{}", ran.stdout);
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    let quiet = room.run(&["check", "--quiet"]);
    assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (6, "", ""));
    assert_eq!(room.files().len(), 1);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test removes its own file")]
fn the_exit_code_tells_broken_from_suspicious_from_healthy() {
    for (case, code, exit) in [
        ("not-well-formed", 3, "refused"),
        ("not-a-metabase", 3, "refused"),
        ("empty-file", 3, "refused"),
        ("key-twice", 6, "pending"),
        ("unsorted-ids", 0, "success"),
        ("clean", 0, "success"),
    ] {
        let room = Room::of(&format!("check/{case}/before.xml"));
        let ran = room.run(&["check", "--format", "json"]);
        assert_eq!(ran.code, code, "{case}");
        let checked = json(&ran);
        assert_eq!(checked["exit"], exit, "{case}");
        assert_eq!(checked["changed"], false, "{case}");
        assert_eq!(room.run(&["check"]).code, code, "{case}");
        assert_eq!(room.run(&["check", "--sarif"]).code, code, "{case}");
    }
    let room = Room::of("check/clean/before.xml");
    std::fs::remove_file(room.path("MetaBase.xml")).expect("it can be removed");
    assert_eq!(room.run(&["check"]).code, 1, "no file");
}

#[test]
fn a_finding_says_everything_in_json() {
    let room = Room::of("check/key-twice/before.xml");
    let checked = json(&room.run(&["check", "--format", "json"]));
    assert_eq!(checked["warnings"], 2);
    let finding = &checked["findings"][0];
    assert_eq!(finding["name"], "key-twice");
    assert_eq!((&finding["line"], &finding["column"]), (&7.into(), &1.into()));
    assert_eq!(finding["related"]["line"], 4);
    assert_eq!(finding["key"], "/LM/smtpsvc");
    for words in ["message", "meaning", "advice", "source", "url"] {
        assert!(finding[words].as_str().is_some_and(|words| !words.is_empty()), "{words}");
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test writes its own files")]
fn the_folder_beside_the_file_is_looked_at() {
    let room = Room::of("check/no-history-file/before.xml");
    assert_eq!(room.run(&["check"]).code, 0, "no folder, nothing to say");
    std::fs::create_dir(room.path("History")).expect("a folder");
    let ran = room.run(&["check"]);
    assert_eq!(ran.code, 6);
    assert!(ran.stdout.contains("MetaBase_0000000014_*.xml"), "{}", ran.stdout);
    std::fs::write(room.path("History/metabase_0000000014_0000000007.XML"), "").expect("a file");
    assert_eq!(room.run(&["check"]).code, 0, "names of files compare without case");
}

#[test]
fn whatever_the_file_the_places_are_in_it() {
    let mut files = 0;
    for kind in ["set", "noop", "refuse", "corpus", "check", "repair", "servers"] {
        for case in cases(kind, 4) {
            let file = case.path.join("before.xml");
            let bytes = std::fs::read(if file.exists() { &file } else { &case.path });
            let bytes = bytes.expect("the fixture is there");
            let lines = Source::decode(bytes.clone()).ok();
            let lines = lines.map(|source| source.line_ends().total() + 1);
            let found = findings(bytes, &Surroundings { history: Some(Vec::new()) });
            for place in found.iter().filter_map(|finding| finding.place) {
                assert!(place.line >= 1 && place.column >= 1, "{}", case.name);
                assert!(lines.is_none_or(|lines| place.line <= lines), "{}", case.name);
            }
            files += 1;
        }
    }
    assert!(files > 200);
}

/// The scanner's refusals are check's findings, at the same place.
#[test]
fn what_every_command_refuses_to_read_is_the_one_finding() {
    let mut broken = 0;
    for case in cases("refuse", 30) {
        let bytes = case.read("before.xml");
        let refusal = match Source::decode(bytes.clone()) {
            Err(error) => Some((MetabaseError::from(error), None)),
            Ok(source) => {
                scan(&source).err().map(|r| (r.clone(), r.at().map(|at| source.position(at))))
            }
        };
        let Some((refusal, place)) = refusal else { continue };
        let found = findings(bytes, &Surroundings::default());
        let [finding] = &found[..] else { panic!("{}: {found:?}", case.name) };
        assert_eq!(finding.rule.severity, Severity::Error, "{}", case.name);
        assert_eq!(finding.message, refusal.to_string(), "{}", case.name);
        assert!(place.is_none() || finding.place == place, "{}", case.name);
        broken += 1;
    }
    assert!(broken > 50);
}

/// Each command that check recommends is one, and takes its finding away.
#[test]
fn what_is_recommended_helps() {
    let mut helped = 0;
    for case in cases("check", 30) {
        for finding in of_case(&case) {
            let Some(repair) = &finding.repair else { continue };
            let room = Room::with(&case.read("before.xml"));
            let args: Vec<&str> = repair.iter().map(String::as_str).chain(["--yes"]).collect();
            room.done(&args);
            let same = |other: &&Finding| {
                (other.rule, &other.key, &other.property)
                    == (finding.rule, &finding.key, &finding.property)
            };
            let left = findings(room.metabase(), &Surroundings::default());
            assert!(!left.iter().any(|other| same(&other)), "{}: {args:?}", case.name);
            helped += 1;
        }
    }
    assert!(helped >= 9, "{helped}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test writes its own files")]
fn the_schema_beside_the_file_is_what_it_is_judged_by() {
    let room = Room::with(
        br#"<configuration xmlns="urn:microsoft-catalog:XML_Metabase_V64_0"><MBProperty>
<IIsConfigObject Location="/LM/X"><Custom Name="MadeUpForTests" ID="1" Value="1"/>
</IIsConfigObject></MBProperty></configuration>"#,
    );
    let built_in = json(&room.done(&["check", "--format", "json"]));
    assert_eq!(built_in["schema"]["origin"], "built-in");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/schema/MBSchema.xml");
    std::fs::copy(schema, room.path("MBSchema.xml")).expect("it can be copied");
    let ran = room.run(&["check", "--format", "json"]);
    assert_eq!(ran.code, 6);
    let beside = json(&ran);
    assert_eq!(beside["schema"]["origin"], "file");
    assert_eq!(beside["findings"][0]["name"], "name-id-conflict");
}

proptest! {
    /// Wherever a file is damaged, check answers, and each place is the one that the source
    /// counts from the start.
    #[test]
    fn a_damaged_file_is_judged(at in 0_usize..2000, byte: u8, cut in 0_usize..40) {
        let case = cases("check", 30).into_iter().find(|case| case.name == "plaintext-secret");
        let mut bytes = case.expect("the case is there").read("before.xml");
        let at = at % bytes.len();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, [byte]);
        let found = findings(bytes, &Surroundings::default());
        for finding in found {
            prop_assert!(finding.place.is_none_or(|place| place.line >= 1));
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test writes its own files")]
fn a_broken_file_is_told_which_version_would_do() {
    let room = Room::of("check/not-well-formed/before.xml");
    std::fs::create_dir(room.path("History")).expect("a folder");
    let good = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/servers/windows-2003.xml");
    let kept = room.path("History/MetaBase_0000000014_0000000002.xml");
    std::fs::copy(good, kept).expect("it can be copied");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/schema/MBSchema.xml");
    let kept = room.path("History/MBSchema_0000000014_0000000002.xml");
    std::fs::copy(schema, kept).expect("it can be copied");
    let checked = json(&room.run(&["check", "--format", "json"]));
    let advice = checked["findings"][0]["advice"].as_str().expect("there is advice");
    assert!(advice.contains("restore --history 14.2"), "{advice}");
}

#[test]
fn two_keys_whose_paths_differ_in_case_alone_are_one_key_for_every_command() {
    let key =
        |path: &str| format!("<IIsConfigObject\tLocation =\"{path}\"\n\t>\n</IIsConfigObject>\n");
    let metabase = format!(
        "<?xml version =\"1.0\"?>\n<configuration \
         xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\n<MBProperty>\n{}{}{}</MBProperty>\n\
         </configuration>\n",
        key("/LM"),
        key("/LM/\u{391}\u{3a3}"),
        key("/LM/\u{3b1}\u{3c2}"),
    );
    let room = Room::with(metabase.as_bytes());
    let check = room.run(&["check"]);
    assert!(check.stdout.contains("key-twice"), "{check:?}");
    for args in [
        &["get", "\u{391}\u{3a3}"][..],
        &["set", "\u{3b1}\u{3c3}", "HopCount", "5", "-n"],
        &["export", "\u{3b1}\u{3c2}", "-o", "-"],
    ] {
        let ran = room.run(args);
        assert_eq!(ran.code, 3, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains("is duplicated"), "{args:?}: {ran:?}");
    }
}
