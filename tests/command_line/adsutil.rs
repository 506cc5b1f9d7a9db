//! Each command of adsutil and mdutil that articles tell people to type, on a metabase that has
//! the keys, without MBSchema.xml: `fixtures/adsutil`.

use std::process::Command;

const METABASE: &str = include_str!("../../fixtures/adsutil/MetaBase.xml");

/// What a property of a key is to a strict parser, its lines joined by blanks.
fn stands(metabase: &str, key: &str, property: &str) -> Option<String> {
    let document = roxmltree::Document::parse(metabase).expect("it is well-formed");
    let is_key = |node: &roxmltree::Node<'_, '_>| {
        let location = node.attribute("Location").unwrap_or_default();
        location.trim_start_matches("/LM").trim_matches('/').eq_ignore_ascii_case(key)
    };
    let node = document.descendants().find(is_key).expect("the key is there");
    let custom = node.children().find(|child| child.attribute("Name") == Some(property));
    let value = node.attribute(property).or(custom.and_then(|custom| custom.attribute("Value")))?;
    Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn what_the_articles_tell_people_to_type_is_done() {
    let lines = include_str!("../../fixtures/adsutil/commands.txt").lines();
    let commands: Vec<_> = lines.filter(|line| !line.starts_with('#')).collect();
    assert!(commands.len() >= 80, "{}", commands.len());
    let mut failed = Vec::new();
    for line in commands {
        let mut words = line.split('\t');
        let mut next = || words.next().expect("a command has four words and more");
        let (_article, verb, target, expected) = (next(), next(), next(), next());
        let room = tempfile::tempdir().expect("a folder");
        let file = room.path().join("MetaBase.xml");
        #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
        std::fs::write(&file, METABASE).expect("it is written");
        let output = Command::new(env!("CARGO_BIN_EXE_metafix"))
            .env_remove("METAFIX_FILE")
            .args(["--file".as_ref(), file.as_os_str()])
            .args([verb, target])
            .args(words)
            .arg("--yes")
            .output()
            .expect("it runs");
        let after = std::fs::read_to_string(&file).expect("it is there");
        let (property, expected) = expected.split_once('=').expect("NAME=VALUE");
        let key = target.trim_start_matches('/');
        let key = match key.rsplit_once('/') {
            // The property, or a flag of it, comes after the key.
            Some((key, last)) if !last.bytes().all(|byte| byte.is_ascii_digit()) => key,
            _ => key,
        };
        let found = stands(&after, key, property).unwrap_or_else(|| "-".into());
        if !output.status.success() || found != expected {
            let said = String::from_utf8_lossy(&output.stderr);
            failed.push(format!("{line}\n  {property} is {found}\n{said}"));
        }
    }
    assert!(failed.is_empty(), "{} commands\n{}", failed.len(), failed.join("\n"));
}

/// Who types a command of adsutil that has another name here is told which.
#[test]
fn the_commands_of_other_tools_are_answered_with_ours() {
    let room = crate::program::Room::of("servers/windows-2003.xml");
    for (typed, ours) in [
        ("enum", "metafix get KEY"),
        ("ENUM_ALL", "metafix state KEY --recursive"),
        ("append", "metafix set KEY PROPERTY --add ENTRY"),
    ] {
        let ran = room.run(&[typed, "w3svc"]);
        assert!(ran.code == 2 && ran.stderr.contains(ours), "{typed}: {ran:?}");
        let ran = room.run(&[typed, "w3svc", "--format", "json"]);
        let hint = crate::program::json(&ran)["error"]["hint"].to_string();
        assert!(hint.contains(ours), "{typed}: {hint}");
    }
}
