//! The rules of `check`: each has its two cases and its source, finds in the fixtures of the
//! project what was looked at, and is described on a page made from the code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cases::{Case, cases};
use crate::program::{Room, json};
use metafix::command::check;
use metafix::inspect::check::rules::{Look, RULES, Rule, Severity};
use metafix::inspect::check::{Finding, Surroundings};
use metafix::metabase::schema::Schema;
use proptest::prelude::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn findings(bytes: Vec<u8>) -> Vec<Finding> {
    check::findings(bytes, &Schema::built_in(), &Surroundings::default())
}

/// The rules of servers, which look at what the keys say together.
fn of_servers() -> impl Iterator<Item = &'static Rule> {
    RULES.into_iter().filter(|rule| matches!(rule.look, Look::Tree(_)))
}

/// A text that is kept as a file, held to it or, with METAFIX_BLESS, written anew.
#[allow(clippy::disallowed_methods, reason = "a test writes its own files")]
fn held_to(file: &str, text: &str) {
    let path = fixtures().join(file);
    if std::env::var_os("METAFIX_BLESS").is_some() {
        std::fs::write(&path, text).expect("it can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (at, (text, kept)) in text.lines().zip(kept.lines()).enumerate() {
        assert_eq!(text, kept, "{file}, line {}", at + 1);
    }
    assert!(text == kept, "{file} is shorter or longer than what the code says");
}

#[test]
fn each_rule_of_servers_has_a_case_that_shows_it_and_one_that_must_not() {
    let all = cases("check", 60);
    let finds = |case: &Case, rule: &Rule| {
        findings(case.read("before.xml")).iter().any(|finding| finding.rule == rule)
    };
    let mut rules = 0;
    for rule in of_servers() {
        let shown = all.iter().find(|case| case.name == rule.name).expect(rule.name);
        assert!(finds(shown, rule), "{} shows nothing", shown.name);
        let not = format!("{}-not", rule.name);
        let not: Vec<&Case> = all.iter().filter(|case| case.name.starts_with(&not)).collect();
        assert!(!not.is_empty(), "{} has no case that must not show it", rule.name);
        assert!(not.iter().all(|case| !finds(case, rule)), "{} is shown where not", rule.name);
        rules += 1;
    }
    assert!(rules >= 13, "{rules}");
}

#[test]
fn each_rule_says_in_words_what_it_is_and_where_that_is_written() {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RULES.len(), "a name is given twice");
    for rule in RULES {
        for words in [rule.finds, rule.when, rule.meaning, rule.source] {
            assert!(!words.is_empty(), "{}", rule.name);
            assert!(!words.ends_with('.') && !words.contains("  "), "{}: {words}", rule.name);
        }
        assert!(rule.finds.len() <= 70, "{}: {}", rule.name, rule.finds);
        assert!(rule.url.starts_with("https://") && !rule.url.contains(' '), "{}", rule.name);
    }
    for rule in of_servers() {
        assert!(!rule.when_not.is_empty(), "{} says not when it finds nothing", rule.name);
    }
    assert!(RULES.is_sorted_by_key(|rule| rule.severity), "the worst come first");
}

/// What the rules of servers find in the fixtures that were not made for them. Each line was looked
/// at: a new one is to be looked at before it is blessed.
#[test]
fn what_the_rules_find_in_the_fixtures_was_looked_at() {
    let own: Vec<&str> = of_servers().map(|rule| rule.name).collect();
    let is_own = |path: &Path| {
        let case =
            path.strip_prefix(fixtures().join("check")).ok().and_then(|path| path.iter().next());
        let case = case.and_then(|case| case.to_str());
        case.is_some_and(|case| own.iter().any(|rule| case.starts_with(rule)))
    };
    let mut files = Vec::new();
    files_below(&fixtures(), &mut files);
    files.retain(|path| !is_own(path));
    assert!(files.len() > 400, "{}", files.len());
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in &files {
        let name = path.strip_prefix(fixtures()).expect("it is below");
        let name = name.to_string_lossy().replace('\\', "/");
        let bytes = std::fs::read(path).expect("it can be read");
        for finding in findings(bytes).into_iter().filter(|f| own.contains(&f.rule.name)) {
            let row = format!("{}: {}", finding.rule.name, finding.message);
            found.entry(row).or_default().push(name.clone());
        }
    }
    let mut text = String::new();
    for (row, files) in found {
        let more = match files.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        writeln!(text, "{row}\n  in {}{more}", files[0]).expect("a string takes it");
    }
    held_to("rules.found", &text);
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("it can be listed");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it is there").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files_below(&path, files);
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml")) {
            files.push(path);
        }
    }
}

#[test]
fn the_page_of_the_rules_is_what_the_code_says() {
    let mut page = String::from(
        "# What `metafix check` looks for\n\nMade from the code: `METAFIX_BLESS=1 cargo test --test \
         command_line rules::` writes it anew. `metafix check --list` and `metafix check --explain \
         NAME` say the same.\n\n| rule | severity | finds |\n|---|---|---|\n",
    );
    for rule in RULES {
        let (name, severity) = (rule.name, rule.severity.name());
        writeln!(page, "| [`{name}`](#{name}) | {severity} | {} |", rule.finds).expect("it fits");
    }
    for rule in RULES {
        let Rule { name, when, when_not, meaning, advice, source, url, .. } = *rule;
        write!(page, "\n## {name}\n\n**{}**", rule.severity.name()).expect("it fits");
        let mut notes = Vec::new();
        if !rule.can_be_ignored() {
            notes.push("cannot be left out");
        }
        if rule.is_asked_about() {
            notes.push("a change that makes it is asked about");
        }
        if !notes.is_empty() {
            write!(page, " ({})", notes.join("; ")).expect("it fits");
        }
        writeln!(page, "\n").expect("it fits");
        let paragraphs =
            [("When", when), ("Not when", when_not), ("Meaning", meaning), ("Advice", advice)];
        for (label, words) in paragraphs.into_iter().filter(|(_, words)| !words.is_empty()) {
            writeln!(page, "- {label}: {}", markdown(words)).expect("it fits");
        }
        writeln!(page, "- Source: [{}]({url})", markdown(source)).expect("it fits");
    }
    held_to("rules.md", &page);
}

/// Words as they are in Markdown.
fn markdown(words: &str) -> String {
    let mut escaped = String::new();
    let mut code = false;
    for letter in words.chars() {
        code ^= letter == '`';
        if !code && matches!(letter, '*' | '_' | '[' | ']' | '<' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[test]
fn the_list_has_a_line_for_each_rule() {
    let room = Room::of("check/clean/before.xml");
    let listed = room.done(&["check", "--list"]).stdout;
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), RULES.len());
    for (line, rule) in lines.iter().zip(RULES) {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        assert_eq!(words, [rule.severity.name(), rule.name]);
        assert!(line.ends_with(rule.finds) && line.len() <= 110, "{line}");
    }
    let all = json(&room.done(&["check", "--list", "--format", "json"]));
    assert_eq!(all["rules"].as_array().map(Vec::len), Some(RULES.len()));
    assert_eq!(all["rules"][0]["name"], RULES[0].name);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test removes its own file")]
fn a_rule_is_explained_with_its_source_without_a_file() {
    let room = Room::of("check/clean/before.xml");
    std::fs::remove_file(room.path("MetaBase.xml")).expect("it can be removed");
    for rule in RULES {
        let told = room.run(&["check", "--explain", rule.name]);
        assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{told:?}");
        let head = format!("{}: {}\n", rule.severity.name(), rule.name);
        assert!(told.stdout.starts_with(&head), "{}", told.stdout);
        assert!(told.stdout.trim_end().ends_with(rule.url), "{}", told.stdout);
        let one_line = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [rule.when, rule.when_not, rule.meaning, rule.advice, rule.source] {
            assert!(one_line.contains(words), "{}: {words}", rule.name);
        }
    }
    let told = json(&room.run(&["check", "--explain", "open-relay", "--format", "json"]));
    assert_eq!(told["rules"][0]["severity"], "error");
    let wrong = room.run(&["check", "--explain", "open-relais"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("open-relay"), "{}", wrong.stderr);
}

#[test]
fn a_rule_that_is_ignored_is_left_out_and_named() {
    let room = Room::of("check/web-keys-unused/before.xml");
    let both = Room::of("check/open-relay/before.xml");
    assert_eq!(both.run(&["check"]).code, 6);
    let ran = both.run(&["check", "--ignore", "open-relay", "--ignore", "hidden-by-server"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let left_out = "Left out, because of --ignore: hidden-by-server, open-relay.\n";
    assert!(ran.stdout.ends_with(left_out), "{}", ran.stdout);
    assert!(ran.stdout.starts_with("MetaBase.xml: nothing found"), "{}", ran.stdout);
    let ran = json(&both.run(&["check", "--ignore", "open-relay", "--format", "json"]));
    assert_eq!((&ran["errors"], &ran["ignored"][0]), (&0.into(), &"open-relay".into()));
    let ran = json(&room.run(&["check", "--format", "json"]));
    assert!(ran["ignored"].is_null());
    let sarif = json(&both.run(&["check", "--ignore", "open-relay", "--sarif"]));
    let run = &sarif["runs"][0];
    assert!(!run["results"].to_string().contains("open-relay"));
    let left_out = &run["invocations"][0]["ruleConfigurationOverrides"][0];
    assert_eq!(left_out["descriptor"]["id"], "open-relay");
    assert_eq!(left_out["configuration"]["enabled"], false);
    // A file that cannot be read is never well.
    let ran = room.run(&["check", "--ignore", "not-well-formed"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn sarif_has_the_help_of_each_rule() {
    let room = Room::of("check/clean/before.xml");
    let sarif = json(&room.run(&["check", "--sarif"]));
    let described = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().expect("they are there");
    assert_eq!(described.len(), RULES.len());
    for (described, rule) in described.iter().zip(RULES) {
        assert_eq!(described["shortDescription"]["text"], rule.finds);
        assert_eq!(described["fullDescription"]["text"], rule.meaning);
        assert_eq!(described["helpUri"], rule.url);
        let help = described["help"]["text"].as_str().expect("there is help");
        for words in [rule.when, rule.when_not, rule.advice, rule.source] {
            assert!(help.contains(words), "{}: {help}", rule.name);
        }
    }
}

#[test]
fn both_places_are_shown() {
    let room = Room::of("check/binding-conflict/before.xml");
    let ran = room.run(&["check"]);
    let expected = "  line 14: ServerBindings of /LM/SmtpSvc/2 has \":25:\", and that of \
                    /LM/SmtpSvc/1 has \":25:\": the same place (the other server's: line 9)\n";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert_eq!(ran.code, 6, "an error in a file that can be read");
}

/// A metabase of many web sites, each of which shows several rules.
fn many(sites: usize) -> Vec<u8> {
    let mut text = String::from(
        "<?xml version =\"1.0\"?>\n<configuration \
         xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\n<MBProperty>\n",
    );
    for site in 0..sites {
        writeln!(
            text,
            "<IIsWebServer\tLocation =\"/LM/W3SVC/{site}\"\n\t\tAppPoolId=\"Gone\"\n\t\t\
             ScriptMaps=\".pl,,5\"\n\t\tServerBindings=\":80:\n\t\t\t:{}:\n\t\t\t:0:\"\n\t>\n\
             </IIsWebServer>\n<IIsWebDirectory\tLocation =\"/LM/W3SVC/{site}/a/b/c\"\n\t\t\
             AppRoot=\"/LM/W3SVC/{site}/ROOT\"\n\t>\n</IIsWebDirectory>",
            1 + site % 60_000
        )
        .expect("a string takes it");
    }
    text.push_str("<IIsApplicationPools\tLocation =\"/LM/W3SVC/AppPools\"/>\n</MBProperty>\n</configuration>\n");
    text.into_bytes()
}

#[test]
fn the_time_grows_with_the_file_and_not_with_its_square() {
    let time = |sites| {
        let bytes = many(sites);
        let runs = (0..3).map(|_| {
            let bytes = bytes.clone();
            let begin = Instant::now();
            assert!(findings(bytes).len() > 6 * sites);
            begin.elapsed()
        });
        runs.min().unwrap_or(Duration::MAX)
    };
    let (few, many) = (time(1_000), time(8_000));
    assert!(many < few * 32, "1,000 sites take {few:?}, 8,000 {many:?}");
}

#[test]
fn a_secret_is_not_shown_by_a_rule_that_looks_at_it() {
    let text = "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>\
                <K Location='/LM/SmtpSvc'/><K Location='/LM/SmtpSvc/1' RelayIpList='18'>\
                <Custom Name='SmartHost' ID='36906' Value='198.51.100.7' Type='STRING' \
                UserType='IIS_MD_UT_SERVER' Attributes='INHERIT | SECURE'/></K></MBProperty>\
                </configuration>";
    let found = findings(text.as_bytes().to_vec());
    let found: Vec<_> =
        found.iter().filter(|f| f.rule.name == "smart-host-not-bracketed").collect();
    assert_eq!(found.len(), 1);
    assert!(!format!("{found:?}").contains("198.51"), "{found:?}");
}

#[test]
fn a_server_of_any_kind_has_no_false_finding() {
    for (server, expected) in [
        ("windows-2003", vec![]),
        ("shared-host", vec![]),
        ("relay-2022", vec![]),
        (
            "exchange-2003",
            vec![
                "exchange-owns",
                "exchange-owns",
                "queue-on-system-drive",
                "queue-on-system-drive",
            ],
        ),
    ] {
        let bytes = std::fs::read(fixtures().join(format!("servers/{server}.xml")));
        let found = findings(bytes.expect("the fixture is there"));
        let names = found.iter().filter(|f| matches!(f.rule.look, Look::Tree(_)));
        let names: Vec<&str> = names.map(|finding| finding.rule.name).collect();
        assert_eq!(names, expected, "{server}");
        assert!(found.iter().all(|finding| finding.rule.severity != Severity::Error));
    }
}

#[test]
fn a_path_of_a_hundred_thousand_parts_takes_no_time_of_its_own() {
    let path = "/a".repeat(100_000);
    let text = format!(
        "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty><K \
         Location='{path}'/></MBProperty></configuration>"
    );
    let begin = Instant::now();
    let found = findings(text.into_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule.name, "key-without-parent");
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

proptest! {
    /// Whatever a value that a rule looks at has become, the rules answer.
    #[test]
    fn damaged_values_are_judged(case in 0_usize..1000, at in 0_usize..5000, text in "[ -~\\n\u{e4}]{0,6}") {
        let own: Vec<Case> = cases("check", 60)
            .into_iter()
            .filter(|case| of_servers().any(|rule| case.name.starts_with(rule.name)))
            .collect();
        let case = &own[case % own.len()];
        let mut bytes = case.read("before.xml");
        let at = at % bytes.len();
        let end = (at + text.len() / 2).min(bytes.len());
        bytes.splice(at..end, text.into_bytes());
        let found = findings(bytes);
        prop_assert!(found.iter().all(|finding| !finding.message.is_empty()));
    }
}
