//! README is true: each of its examples is run, and its picture is the program's real output.
#![allow(clippy::disallowed_methods, reason = "METAFIX_BLESS writes the picture")]

use std::path::Path;
use std::process::Command;

use crate::program::Room;

#[test]
fn every_example_prints_what_readme_shows() {
    trycmd::TestCases::new().case("README.md").run();
}

#[test]
fn the_picture_is_the_real_coloured_diff() {
    let done = Command::new(env!("CARGO_BIN_EXE_metafix"))
        .args(["--color", "always", "--file", "fixtures/servers/windows-2003.xml"])
        .args(["set-dns-mode", "udp-only", "--dry-run"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs");
    let shown = String::from_utf8(done.stdout).expect("it prints text").replace("\r\n", "\n");
    let shown = shown.replace('\t', "    ");
    let svg = anstyle_svg::Term::new().min_width_px(640).render_svg(&shown);
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/readme/diff.svg");
    if std::env::var_os("METAFIX_BLESS").is_some() {
        std::fs::create_dir_all(picture.parent().expect("it has a folder")).expect("made");
        std::fs::write(&picture, &svg).expect("it can be written");
    }
    let found = std::fs::read_to_string(&picture).expect("the picture is there");
    assert_eq!(found, svg, "run this test with METAFIX_BLESS=1 and look at the picture");
}

#[test]
fn readme_and_help_name_the_same_exit_codes() {
    let readme = include_str!("../../README.md");
    let help = Command::new(env!("CARGO_BIN_EXE_metafix")).arg("--help").output().expect("it runs");
    let help = String::from_utf8(help.stdout).expect("it prints text");
    for code in 0..=6 {
        let line = help.lines().find(|line| line.starts_with(&format!("  {code}  ")));
        let word = line.expect("help names it").trim().split("  ").nth(1).expect("it has a name");
        let word = word.split([':', ',']).next().expect("it has a name");
        assert!(readme.contains(&format!("| {code} | {word}")), "{code} {word}");
    }
}

#[test]
fn the_tables_of_speed_are_those_that_the_comparison_made() {
    let readme = include_str!("../../benches/README.md");
    let results = include_str!("../../benches/results.md");
    for heading in ["## The whole command", "## What becomes of the file"] {
        let table = results.split(heading).nth(1).expect("it is there");
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        assert!(rows.clone().count() > 5, "{heading}");
        for row in rows {
            assert!(readme.contains(row), "{row}");
        }
    }
}

/// What people do by hand, line for line, on a server of its own each time.
#[test]
fn every_task_that_readme_lists_can_be_done() {
    let readme = include_str!("../../README.md").replace("\r\n", "\n");
    let tasks = readme.split("## What people do by hand").nth(1).expect("it is there");
    let tasks = tasks.split("```").nth(1).expect("it is shown").trim_start_matches("text\n");
    let mut done = 0;
    for task in tasks.lines() {
        let words: Vec<&str> = task.split(' ').skip(1).collect();
        let reads = ["get", "sites"].contains(&words[0]);
        let room = Room::of("servers/windows-2003.xml");
        let before = room.metabase();
        let ran = room.done(&if reads { words } else { [&words[..], &["--yes"]].concat() });
        assert_eq!(room.metabase() == before, reads, "{task}: {ran:?}");
        done += 1;
    }
    assert!(done >= 10, "{done} tasks");
}

#[test]
fn the_wanted_state_that_readme_shows_can_be_applied() {
    let readme = include_str!("../../README.md").replace("\r\n", "\n");
    let state = readme.split("```toml\n").nth(1).expect("it is shown");
    let state = state.split("```").next().expect("it ends");
    let room = Room::of("servers/windows-2003.xml");
    room.write("wanted.toml", state.as_bytes());
    room.done(&["apply", "wanted.toml", "--yes"]);
    let again = room.done(&["apply", "wanted.toml", "-n", "--exit-code"]);
    assert!(again.stderr.contains("Nothing to do"), "{again:?}");
}

#[test]
fn what_diagnose_shows_is_what_real_servers_gave() {
    let readme = include_str!("../../README.md").replace("\r\n", "\n");
    let shown = readme.split("```text\n$ metafix diagnose").nth(1).expect("it is shown");
    let shown = shown.split("```").next().expect("it ends");
    let given = include_str!("../../fixtures/readme/diagnose.txt").replace("\r\n", "\n");
    let given = given.strip_prefix("$ metafix diagnose").expect("it begins with the command");
    let mut rest = given;
    for run in shown.split("…\n") {
        let at = rest.find(run).unwrap_or_else(|| panic!("not given, or not in this order: {run}"));
        rest = &rest[at + run.len()..];
    }
    assert!(given.starts_with(shown.lines().next().expect("the question")));

    let table = include_str!("../../fixtures/readme/truncated.md");
    let rows: Vec<_> = table.lines().skip(2).collect();
    let none = rows.iter().filter(|row| row.contains("| none |")).count();
    assert_eq!((none, rows.len()), (4, 6), "{table}");
    assert!(readme.contains("none are left by four of six DNS servers"));
}

/// `tests/fleet/ansible` runs that playbook, and the real dsc was given that configuration.
#[test]
fn what_readme_shows_of_many_servers_is_what_was_tried() {
    let readme = include_str!("../../README.md").replace("\r\n", "\n");
    let shown: Vec<_> = readme.split("```yaml\n").skip(1).collect();
    let [dsc, ansible] = shown[..] else { panic!("{} files are shown", shown.len()) };
    let shown = |text: &str| text.split("```").next().expect("it ends").to_owned();
    let configuration = include_str!("../fleet/readme-config.dsc.yaml").replace("\r\n", "\n");
    assert!(configuration.starts_with(&shown(dsc)), "{dsc}");
    let playbook = include_str!("../fleet/readme-playbook.yml").replace("\r\n", "\n");
    assert_eq!(playbook, shown(ansible));
}

/// The text of every Rust file below a folder.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("it can be listed") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text += &std::fs::read_to_string(&path).expect("it is text");
        }
    }
    text
}

#[test]
fn each_test_that_the_changelog_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = sources(&root.join("src")) + &sources(&root.join("tests"));
    let changelog = include_str!("../../CHANGELOG.md");
    let named = changelog.split('`').skip(1).step_by(2).filter(|name| {
        name.matches('_').count() > 1
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    });
    let mut found = 0;
    for name in named {
        assert!(sources.contains(&format!("fn {name}(")), "{name}");
        found += 1;
    }
    assert!(found > 20, "{found} tests");
}
