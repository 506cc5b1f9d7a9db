//! README is true: each of its examples is run, and its picture is the program's real output.
#![allow(clippy::disallowed_methods, reason = "METAFIX_BLESS writes the picture")]

use std::path::Path;
use std::process::Command;

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
    let readme = include_str!("../README.md");
    let help = Command::new(env!("CARGO_BIN_EXE_metafix")).arg("--help").output().expect("it runs");
    let help = String::from_utf8(help.stdout).expect("it prints text");
    for code in 0..=6 {
        let line = help.lines().find(|line| line.starts_with(&format!("  {code}  ")));
        let word = line.expect("help names it").trim().split("  ").nth(1).expect("it has a name");
        let word = word.split([':', ',']).next().expect("it has a name");
        assert!(readme.contains(&format!("| {code} | {word}")), "{code} {word}");
    }
}
