//! The program as a user meets it: what it prints, how it ends, what it leaves behind.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use crate::cases::cases;
use crate::program::{Room, json};

const SERVER: &str = "servers/windows-2003.xml";

#[test]
fn each_refusal_says_what_to_do_and_leaves_nothing_behind() {
    let mut failed = Vec::new();
    for case in cases("refuse", 30) {
        let before = case.read("before.xml");
        let room = Room::with(&before);
        let args = case.args();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        for extra in [&[][..], &["--dry-run"]] {
            let ran = room.run(&[&args[..], extra].concat());
            assert_eq!(ran.code, 3, "{}: {ran:?}", case.name);
            assert_eq!(ran.stdout, "", "{}", case.name);
            assert!(ran.stderr.contains("hint: "), "{}: {}", case.name, ran.stderr);
            assert!(ran.stderr.ends_with("Nothing was written.\n"), "{}", case.name);
            let files = room.files();
            assert_eq!(files.keys().collect::<Vec<_>>(), ["MetaBase.xml"], "{}", case.name);
            assert_eq!(files["MetaBase.xml"], before, "{}", case.name);
            if case.blessed("stderr", &ran.stderr) {
                continue;
            }
            if !case.has("stderr") || case.read("stderr") != ran.stderr.as_bytes() {
                failed.push(format!("{}:\n{}", case.name, ran.stderr));
            }
        }
    }
    let advice = "look at them, then run this test with METAFIX_BLESS=1";
    assert!(failed.is_empty(), "{advice}\n{}", failed.join("\n"));
}

#[test]
fn the_long_version_says_which_program_this_is_and_where_it_runs() {
    let room = Room::of(SERVER);
    let ran = room.done(&["--version", "--verbose"]);
    let lines: Vec<_> = ran.stdout.lines().map(|line| line.split(' ').next()).collect();
    let wanted = ["metafix", "commit:", "target:", "system:", "replacements:"].map(Some);
    assert_eq!(lines, wanted, "{}", ran.stdout);
    assert!(ran.stdout.starts_with(&format!("metafix {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_dry_run_shows_the_change_and_writes_nothing() {
    let room = Room::of(SERVER);
    let before = room.files();
    let ran = room.done(&["set-dns-mode", "udp-only", "--dry-run"]);
    assert!(ran.stdout.contains("+\t\tValue=\"2\"\r\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains("nothing was written"), "{}", ran.stderr);
    assert_eq!(room.files(), before);
}

#[test]
fn a_dry_run_can_tell_by_its_exit_code_that_a_change_is_pending() {
    let room = Room::of(SERVER);
    let dry = ["set-dns-mode", "udp-only", "--dry-run", "--exit-code"];
    assert_eq!(room.run(&dry).code, 6);
    room.done(&["set-dns-mode", "udp-only"]);
    assert_eq!(room.run(&dry).code, 0);
    assert_eq!(room.run(&["set-dns-mode", "udp-only", "--exit-code"]).code, 2);
}

#[test]
fn only_the_asked_bytes_change_and_restore_takes_them_back() {
    let room = Room::of(SERVER);
    let before = room.metabase();
    let ran = room.done(&["set-dns-mode", "udp-only"]);
    assert!(ran.stderr.contains("Written: /LM/SmtpSvc is udp-only now"), "{}", ran.stderr);
    assert!(ran.stderr.contains("restore 1"), "{}", ran.stderr);
    let after = room.metabase();
    assert_ne!(after, before);

    let [backup] = &room.backups()[..] else { panic!("one backup, not {:?}", room.backups()) };
    assert_eq!(room.files()[&format!("metafix-backups/{backup}")], before);
    room.done(&["restore"]);
    assert_eq!(room.metabase(), before);
    // A restore can be taken back like every change.
    room.done(&["restore"]);
    assert_eq!(room.metabase(), after);
    assert_eq!(room.backups().len(), 3);
    room.done(&["restore", "1"]);
    assert_eq!(room.metabase(), before);
    room.done(&["restore", &room.backups()[1]]);
    assert_eq!(room.metabase(), after);
    let elsewhere = room.path("elsewhere.xml");
    std::fs::copy(room.path("metafix-backups").join(backup), &elsewhere).expect("a copy");
    room.done(&["restore", "./elsewhere.xml"]);
    assert_eq!(room.metabase(), before);
}

#[test]
fn a_mode_that_is_set_already_writes_nothing() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "tcp-only"]);
    let files = room.files();
    let stamp = || std::fs::metadata(room.path("MetaBase.xml")).and_then(|m| m.modified());
    let before = stamp().expect("it has a time stamp");
    let ran = room.done(&["set-dns-mode", "tcp-only"]);
    assert!(ran.stderr.contains("Nothing to do"), "{}", ran.stderr);
    assert_eq!(room.files(), files);
    assert_eq!(stamp().expect("it has a time stamp"), before);
}

#[test]
fn the_file_is_found_by_option_or_environment() {
    let room = Room::of(SERVER);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_metafix"));
    command.arg("show").env("METAFIX_FILE", room.path("MetaBase.xml"));
    assert!(command.output().expect("it runs").status.success());
    let mut command = room.command(&["show"]);
    command.env("METAFIX_FILE", "there is none");
    assert!(command.output().expect("it runs").status.success());
}

#[test]
fn show_tells_where_each_mode_comes_from() {
    let room = Room::of("servers/exchange-2003.xml");
    let ran = room.done(&["show"]);
    assert!(ran.stdout.contains("its own"), "{}", ran.stdout);
    room.done(&["set-dns-mode", "udp-only"]);
    let ran = room.done(&["show"]);
    assert!(ran.stdout.contains("inherited from /LM/SmtpSvc"), "{}", ran.stdout);
}

#[test]
fn a_virtual_server_that_hides_the_service_is_named() {
    let room = Room::of("servers/exchange-2003.xml");
    let ran = room.done(&["set-dns-mode", "udp-only", "--dry-run"]);
    assert!(ran.stderr.contains("which overrides the service's"), "{}", ran.stderr);
    // What is advised for a copy must not reach the server's own file.
    let file = room.path("MetaBase.xml");
    let advice = format!("`metafix --file {} set-dns-mode udp-only --server 2`", file.display());
    assert!(ran.stderr.contains(&advice), "{}", ran.stderr);
}

#[test]
fn a_backup_that_was_altered_is_not_restored() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "udp-only"]);
    let after = room.metabase();
    let backup = room.path("metafix-backups").join(&room.backups()[0]);
    let mut bytes = std::fs::read(&backup).expect("it can be read");
    bytes[100] ^= 1;
    std::fs::write(&backup, bytes).expect("it can be written");
    for args in [&["restore"][..], &["restore", "--force"]] {
        assert_eq!(room.run(args).code, 3);
        assert_eq!(room.metabase(), after);
    }
    assert_eq!(room.run(&["backups", "verify"]).code, 3);
}

#[test]
fn a_backup_that_was_altered_is_not_restored_by_its_path_either() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "udp-only"]);
    let after = room.metabase();
    let name = room.backups()[0].clone();
    let backup = room.path("metafix-backups").join(&name);
    let intact = std::fs::read(&backup).expect("it can be read");
    let altered = String::from_utf8(intact.clone())
        .expect("it is text")
        .replace("Default Web", "Default Wap");
    assert_ne!(altered.as_bytes(), intact);
    std::fs::write(&backup, altered).expect("it can be written");
    let path = format!("metafix-backups/{name}");
    for args in [&["restore", &path][..], &["restore", &path, "--force"]] {
        let ran = room.run(args);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(ran.stderr.contains("SHA-256"), "{}", ran.stderr);
        assert_eq!(room.metabase(), after);
    }
    std::fs::write(&backup, intact).expect("it can be written");
    room.done(&["restore", &path]);
    assert_ne!(room.metabase(), after);
}

#[cfg(unix)]
#[test]
fn what_stands_in_the_way_is_named_and_stays() {
    use std::os::unix::fs::symlink;
    let room = Room::of(SERVER);
    let lock = ".MetaBase.xml.metafix-lock";
    let change = |dir: &'static str| vec!["set-dns-mode", "udp-only", "--backup-dir", dir];
    let told = |args: &[&str], code: i32, message: &str, hint: &str| {
        let before = room.metabase();
        let ran = room.run(args);
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.stderr.contains(message), "{message}: {}", ran.stderr);
        assert!(ran.stderr.contains(&format!("hint: {hint}")), "{hint}: {}", ran.stderr);
        assert_eq!(room.metabase(), before);
    };
    told(&change("a/b"), 1, "failed to create folder `a/b`", "create the folder in which");
    symlink("nowhere", room.path("dangling")).expect("a link");
    told(&change("dangling"), 3, "dangling is a link to nothing", "name another folder");
    told(&change("MetaBase.xml"), 3, "MetaBase.xml is no folder", "name another folder");
    told(&["restore"], 1, "there is no backup of this file in", "is this the right file?");
    let other = ["restore", "7", "--backup-dir", "other"];
    let list = "`metafix --file MetaBase.xml backups list --backup-dir other` lists the backups";
    told(&other, 1, "there is no backup 7 of this file in other", list);
    let list = "there is no file with this name either; `metafix --file MetaBase.xml backups list`";
    told(&["restore", "older.xml"], 1, "there is no backup older.xml of this file in", list);
    told(
        &["restore", "7"],
        1,
        "there is no backup 7 of this file in",
        "`metafix --file MetaBase.xml backups list`",
    );
    std::fs::remove_file(room.path("dangling")).expect("the link goes");
    assert!(room.backups().is_empty());

    symlink("MetaBase.xml", room.path(lock)).expect("a link");
    told(&["set-dns-mode", "udp-only"], 3, "metafix-lock is a symbolic link", "metafix needs this");
    std::fs::remove_file(room.path(lock)).expect("the link goes, not the metabase");
    std::fs::create_dir(room.path(lock)).expect("a folder");
    told(&["set-dns-mode", "udp-only"], 3, "metafix-lock is a folder", "metafix needs this name");
    assert!(room.path(lock).is_dir());
}

#[test]
fn a_backup_that_is_no_metabase_needs_force() {
    let room = Room::of(SERVER);
    std::fs::write(room.path("other.xml"), "<configuration>").expect("it can be written");
    let ran = room.run(&["restore", "./other.xml"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("--force"), "{}", ran.stderr);
    room.done(&["restore", "./other.xml", "--force"]);
    assert_eq!(room.metabase(), b"<configuration>");
    room.done(&["restore"]);
    room.done(&["show"]);
}

#[test]
fn a_broken_metabase_can_be_restored() {
    let room = Room::of(SERVER);
    let before = room.metabase();
    room.done(&["set-dns-mode", "udp-only"]);
    std::fs::write(room.path("MetaBase.xml"), "<configuration>").expect("it can be written");
    assert_eq!(room.run(&["show"]).code, 3);
    room.done(&["restore"]);
    assert_eq!(room.metabase(), before);
}

#[test]
fn backups_are_listed_verified_and_pruned() {
    let room = Room::of(SERVER);
    let ran = room.done(&["backups", "list"]);
    assert!(ran.stderr.contains("There are no backups"), "{}", ran.stderr);
    for mode in ["udp-only", "tcp-only", "udp-then-tcp"] {
        room.done(&["set-dns-mode", mode]);
    }
    let ran = room.done(&["backups", "list"]);
    for part in ["before: set-dns-mode udp-only", "udp-then-tcp", "tcp-only"] {
        assert!(ran.stdout.contains(part), "{}", ran.stdout);
    }
    assert_eq!(room.done(&["backups", "verify"]).stdout.matches(": OK").count(), 3);
    let names = room.backups();
    room.done(&["backups", "prune", "--keep", "1", "--dry-run"]);
    assert_eq!(room.backups(), names);
    room.done(&["backups", "prune", "--keep", "1"]);
    assert_eq!(room.backups(), names[2..]);
    // The way back from the last change stays.
    assert_eq!(room.run(&["backups", "prune", "--keep", "0"]).code, 2);
    assert_eq!(room.backups(), names[2..]);
    let ran = room.done(&["backups", "verify"]);
    assert!(ran.stderr.contains("1 backup verified"), "{}", ran.stderr);
}

#[test]
fn what_a_schema_was_asked_for_names_it() {
    let room = Room::of(SERVER);
    for args in [&["set", "SmtpSvc/1", "MaxRecipients", "50", "-n"][..], &["find", "MaxRecipients"]]
    {
        let built_in = room.done(args).stderr;
        assert!(built_in.contains("the built-in table"), "{built_in}");
    }
    std::fs::write(room.path("MBSchema.xml"), Room::of("schema/MBSchema.xml").metabase())
        .expect("it can be written");
    let set = ["set", "SmtpSvc/1", "MaxRecipients", "50", "-n", "--format", "json"];
    let schema = json(&room.done(&set))["schema"].to_string();
    assert!(schema.contains("MBSchema.xml"), "{schema}");
    assert!(room.done(&["find", "MaxRecipients"]).stderr.contains("MBSchema.xml"));
}

#[test]
fn pruning_a_shared_folder_touches_the_backups_of_this_metabase_alone() {
    let room = Room::of(SERVER);
    let other = room.path("Other.xml");
    std::fs::write(&other, room.metabase()).expect("it can be written");
    let other = other.to_str().expect("a path in UTF-8");
    let shared = ["--backup-dir", "shared"];
    for mode in ["udp-only", "tcp-only"] {
        room.done(&[&["set-dns-mode", mode][..], &shared].concat());
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_metafix"));
        command.args(["--file", other, "set-dns-mode", mode, "--backup-dir"]);
        assert!(command.arg(room.path("shared")).output().expect("it runs").status.success());
    }
    for dry_run in [&["--dry-run"][..], &[]] {
        let prune = [&["backups", "prune", "--keep", "1"][..], &shared, dry_run].concat();
        let gone = room.done(&prune).stdout;
        assert_eq!(gone.lines().count(), 1, "{gone}");
        assert!(gone.starts_with("MetaBase.xml.0001."), "{gone}");
    }
    let left = room.files().into_keys().filter(|name| name.ends_with(".bak")).count();
    assert_eq!(left, 3);
}

#[test]
fn what_a_list_shows_is_escaped() {
    let room = Room::of(SERVER);
    let named = "\u{202e}odd.xml";
    std::fs::write(room.path(named), room.metabase()).expect("it can be written");
    room.done(&["set-dns-mode", "udp-only"]);
    room.done(&["restore", &format!("./{named}")]);
    let list = room.done(&["backups", "list"]).stdout;
    assert!(!list.contains('\u{202e}') && list.contains("odd.xml"), "{list}");
}

#[test]
fn the_long_help_of_a_command_says_more_than_the_short_one() {
    let room = Room::of(SERVER);
    for (command, says) in [
        ("set-dns-mode", "RFC 1123"),
        ("show", "overwrites them"),
        ("check", "folder History"),
        ("repair", "what is dangerous about it"),
        ("set", "BINARY in hexadecimal"),
        ("unset", "inherits the value"),
        ("get", "of a key above"),
        ("diff", "Blind to layout"),
        ("restore", "taken back by another one"),
    ] {
        let help = room.done(&[command, "--help"]).stdout.replace('\n', " ");
        assert!(help.contains(says), "{command}: {help}");
    }
}

#[test]
fn the_manual_has_every_command_and_option_on_its_one_page() {
    let room = Room::of(SERVER);
    let page = room.done(&["man"]).stdout.replace("\\-", "-");
    for part in
        ["METAFIX SET-DNS-MODE", "METAFIX BACKUPS PRUNE", "--dry-run", "--keep", "Exit codes"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("metafix-show(1)"), "a page that there is not");
}

#[test]
fn every_command_prints_one_json_object() {
    let room = Room::of("servers/exchange-2003.xml");
    let runs: [(&[&str], &str); 8] = [
        (&["show"], "show"),
        (&["set-dns-mode", "udp-only", "-n"], "set-dns-mode"),
        (&["set-dns-mode", "udp-only"], "set-dns-mode"),
        (&["set-dns-mode", "udp-only"], "set-dns-mode"),
        (&["backups", "list"], "backups list"),
        (&["backups", "verify"], "backups verify"),
        (&["restore"], "restore"),
        (&["backups", "prune", "--keep", "1"], "backups prune"),
    ];
    let mut outcomes = Vec::new();
    for (args, name) in runs {
        let ran = room.done(&[args, &["--format", "json"]].concat());
        let object = json(&ran);
        assert!(ran.stdout.is_ascii());
        assert_eq!(ran.stderr, "", "{args:?}");
        assert_eq!(object["schema_version"], 1);
        assert_eq!(object["command"], name);
        assert!(object["changed"].is_boolean());
        outcomes.extend(object["outcome"].as_str().map(str::to_owned));
    }
    assert_eq!(outcomes, ["pending", "written", "unchanged", "written"]);

    let room = Room::of(SERVER);
    let object = json(&room.done(&["set-dns-mode", "udp-only", "--format", "json"]));
    assert_eq!(object["changed"], true);
    assert_eq!(object["changes"][0]["now"], "2");
    assert_eq!(object["edits"][0]["line"], object["changes"][0]["line"]);
    assert!(object["diff"].as_str().is_some_and(|diff| diff.contains("+\t\tValue=\"2\"\r\n")));
    assert!(object["backup"]["sha256"].as_str().is_some_and(|hash| hash.len() == 64));
}

#[test]
fn errors_are_json_objects_too() {
    let room = Room::with(b"<configuration>");
    let ran = room.run(&["show", "--format", "json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (3, ""));
    let error = &json(&ran)["error"];
    assert_eq!(error["name"], "not-a-metabase");
    assert_eq!((&error["code"], &error["line"]), (&3.into(), &1.into()));
    let ran = room.run(&["show", "--format=json", "--nonsense"]);
    assert_eq!(ran.code, 2);
    assert_eq!(json(&ran)["error"]["exit"], "usage");
    assert_eq!(room.run(&["--file", "nowhere", "show"]).code, 2);
}

#[test]
fn quiet_prints_errors_alone() {
    let room = Room::of(SERVER);
    let ran = room.done(&["set-dns-mode", "udp-only", "--quiet"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let ran = room.run(&["restore", "99", "--quiet"]);
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
}

#[test]
fn verbose_says_each_step() {
    let room = Room::of(SERVER);
    let ran = room.done(&["set-dns-mode", "udp-only", "--verbose"]);
    assert!(ran.stderr.matches("done: ").count() > 8, "{}", ran.stderr);
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let room = Room::of(SERVER);
    let dry = ["set-dns-mode", "udp-only", "-n"];
    assert!(!room.done(&dry).stdout.contains('\x1b'));
    assert!(room.done(&[&dry[..], &["--color", "always"]].concat()).stdout.contains('\x1b'));
    let forced = room.command(&dry).env("CLICOLOR_FORCE", "1").output().expect("it runs");
    assert!(forced.stdout.contains(&0x1b));
    let mut command = room.command(&[&dry[..], &["--color", "never"]].concat());
    let never = command.env("CLICOLOR_FORCE", "1").output().expect("it runs");
    assert!(!never.stdout.contains(&0x1b));
}

#[test]
fn secrets_are_masked_in_every_output() {
    let text = std::fs::read_to_string("fixtures/set/element-iissmtpservice/before.xml");
    let text = text.expect("the fixture is there");
    let secret = "4963446200000086";
    let custom = format!(
        "\t<Custom\r\n\t\tName=\"AdminACLBin\"\r\n\t\tID=\"36996\"\r\n\t\tValue=\"{secret}\"\r\n\
         \t\tType=\"BINARY\"\r\n\t\tUserType=\"IIS_MD_UT_SERVER\"\r\n\t\tAttributes=\"SECURE\"\r\n\
         \t/>\r\n"
    );
    let at = text.find("\t<Custom").expect("it has a Custom");
    let room = Room::with(format!("{}{custom}{}", &text[..at], &text[at..]).as_bytes());
    for args in [&["set-dns-mode", "udp-only"][..], &["restore"], &["show"], &["backups", "list"]] {
        for format in ["text", "json"] {
            let ran = room.done(&[args, &["--format", format]].concat());
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{ran:?}");
        }
    }
    room.done(&["set-dns-mode", "udp-only"]);
    assert!(String::from_utf8_lossy(&room.metabase()).contains(secret), "never in the file");
}

#[test]
fn an_error_shows_its_line_without_the_secret() {
    let text = "<?xml version =\"1.0\"?>\n<configuration \
        xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\n<MBProperty>\n\
        <IIS_ROOT Location =\"/\" AdminACL=\"4963446200000086\" Bad=\"a & b\"/>\n";
    let room = Room::with(text.as_bytes());
    for format in ["text", "json"] {
        let ran = room.run(&["show", "--format", format]);
        assert_eq!(ran.code, 3);
        assert!(!ran.stdout.contains("4963") && !ran.stderr.contains("4963"), "{ran:?}");
    }
    assert!(room.run(&["show"]).stderr.contains("AdminACL=\"********\" Bad=\"a & b\""));
}

#[test]
fn help_names_every_exit_code() {
    let room = Room::of(SERVER);
    let help = room.done(&["--help"]).stdout;
    for code in 0..=6 {
        assert!(help.contains(&format!("\n  {code}  ")), "{help}");
    }
    assert!(room.done(&["set-dns-mode", "--help"]).stdout.contains("ms524979"));
}

#[test]
fn completions_and_a_manual_page_are_printed() {
    let room = Room::of(SERVER);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = room.done(&["completions", shell]).stdout;
        assert!(script.contains("set-dns-mode"), "{shell}");
    }
    assert!(room.done(&["man"]).stdout.starts_with(".ie"));
}

/// A metabase of these keys, each with its element, its `Location` and what is in it.
fn metabase(keys: &[(&str, &str, &str)]) -> Vec<u8> {
    let key = |(element, location, inside): &(&str, &str, &str)| {
        format!("<{element} Location=\"{location}\">{inside}</{element}>\n")
    };
    let keys: String = keys.iter().map(key).collect();
    let namespace = "urn:microsoft-catalog:XML_Metabase_V64_0";
    format!(
        "<configuration xmlns=\"{namespace}\"><MBProperty>\n{keys}</MBProperty></configuration>"
    )
    .into_bytes()
}

fn custom(name: &str, id: u32, value: u32, flags: &str) -> String {
    format!(
        "<Custom Name=\"{name}\" ID=\"{id}\" Value=\"{value}\" Type=\"DWORD\" \
         UserType=\"IIS_MD_UT_SERVER\" Attributes=\"{flags}\"/>"
    )
}

#[test]
fn only_what_the_virtual_servers_do_not_take_over_is_named() {
    let mode = |value, flags| custom("SmtpUseTcpDns", 36997, value, flags);
    let (own, same, other) = (mode(0, "INHERIT"), mode(2, "INHERIT"), mode(1, "INHERIT"));
    let servers = [
        ("IIsSmtpServer", "/LM/SmtpSvc/1", same.as_str()),
        ("IIsSmtpServer", "/LM/SmtpSvc/2", other.as_str()),
        ("IIsSmtpServer", "/LM/SmtpSvc/3", ""),
        ("IIsWebServer", "/LM/W3SVC/4", other.as_str()),
        ("IIsSmtpVirtualDir", "/LM/SmtpSvc/5/ROOT", other.as_str()),
    ];
    let told = |service: &str| {
        let service = [("IIsSmtpService", "/LM/SmtpSvc", service)];
        let room = Room::with(&metabase(&[&service[..], &servers].concat()));
        let shown = json(&room.done(&["show", "--format", "json"]));
        let keys: Vec<_> = shown["servers"].as_array().expect("a list").iter().collect();
        let origin = keys[2]["origin"].as_str().expect("a word").to_owned();
        assert_eq!(keys.len(), 3, "{shown}");
        let dry = room.done(&["set-dns-mode", "udp-only", "--dry-run"]).stderr;
        assert!(dry.contains("/LM/SmtpSvc/2 has a value of its own in line 4, 1"), "{dry}");
        assert!(!dry.contains("/LM/SmtpSvc/1 ") && !dry.contains("W3SVC"), "{dry}");
        (origin, dry.contains("no flag INHERIT"))
    };
    assert_eq!(told(&own), ("inherited".into(), false));
    assert_eq!(told(&mode(4_294_967_295, "INHERIT")), ("default".into(), false));
    assert_eq!(told(""), ("default".into(), false));
    // Its value is the service's alone, whatever it is set to.
    assert_eq!(told(&mode(0, "NO_ATTRIBUTES")), ("default".into(), true));
}

#[test]
fn the_lines_of_many_virtual_servers_are_right_in_whatever_order_they_stand() {
    let count = 3000;
    let own = custom("SmtpUseTcpDns", 36997, 1, "INHERIT");
    let places: Vec<String> = (1..=count).rev().map(|n| format!("/LM/SmtpSvc/{n}")).collect();
    let mut keys: Vec<_> =
        places.iter().map(|place| ("IIsSmtpServer", place.as_str(), own.as_str())).collect();
    keys.push(("IIsSmtpService", "/LM/SmtpSvc", &own));
    let room = Room::with(&metabase(&keys));
    let shown = json(&room.done(&["show", "--format", "json"]));
    assert_eq!(shown["service"]["line"], count + 2);
    let servers = shown["servers"].as_array().expect("a list");
    assert_eq!(servers.len(), count);
    for (index, server) in servers.iter().enumerate() {
        assert_eq!(server["key"], format!("/LM/SmtpSvc/{}", index + 1));
        assert_eq!(server["line"], count + 1 - index, "{server}");
    }
}

#[test]
fn unsorted_ids_bring_a_note() {
    for (ids, is_told) in [([1, 40_000], false), ([40_000, 1], true), ([2, 1], true)] {
        let inside: String = ids.iter().map(|id| custom("Any", *id, 0, "INHERIT")).collect();
        let room = Room::with(&metabase(&[("IIsSmtpService", "/LM/SmtpSvc", &inside)]));
        let told = room.done(&["set-dns-mode", "tcp-only", "--dry-run"]).stderr;
        assert_eq!(told.contains("do not ascend"), is_told, "{ids:?}: {told}");
    }
}

#[test]
fn a_restore_says_that_the_encoding_changes() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "udp-only"]);
    let backup = room.done(&["restore", "--dry-run"]).stderr;
    assert!(!backup.contains("encoding"), "{backup}");
    let text = String::from_utf8(room.metabase()).expect("it is text");
    let wide = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes);
    std::fs::write(room.path("MetaBase.xml"), wide.collect::<Vec<_>>()).expect("written");
    let told = room.done(&["restore", "--dry-run"]).stderr;
    assert!(told.contains("the encoding changes from UTF-16 LE with BOM to UTF-8"), "{told}");
}

#[test]
fn a_binary_metabase_is_called_what_it_is() {
    for content in [&b"\x01\0\0\0MetaData\0"[..], b"\0\0", b"\xFA\xDE\0\x80"] {
        let room = Room::with(content);
        let ran = room.run(&["set-dns-mode", "udp-only", "--yes"]);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(ran.stderr.contains("probably the binary metabase of IIS 4 or 5"), "{ran:?}");
        let told = json(&room.run(&["show", "--format", "json"]));
        assert_eq!(told["error"]["name"], "binary-metabase");
    }
    let text = Room::with(b"<\0 is no text\0");
    assert!(!text.run(&["show"]).stderr.contains("binary"), "a `<` begins XML");
}

#[test]
fn a_command_that_only_reads_never_says_that_nothing_was_written() {
    let room = Room::of(SERVER);
    let reading: [&[&str]; 10] = [
        &["get", "/LM/Nothing"],
        &["find", "x", "--file", "missing"],
        &["schema", "Nothing"],
        &["diff", "7"],
        &["export", "/LM/Nothing", "-o", "-"],
        &["show", "--file", "missing"],
        &["check", "--file", "missing"],
        &["keys", "--file", "missing"],
        &["repair", "--file", "missing"],
        &["backups", "verify", "--backup-dir", "MetaBase.xml"],
    ];
    for args in reading {
        let ran = room.run(args);
        assert_ne!(ran.code, 0, "{args:?}");
        assert!(!ran.stderr.contains("Nothing was written"), "{args:?}: {}", ran.stderr);
    }
    let writing: [&[&str]; 5] = [
        &["set", "/LM/SmtpSvc/77", "HopCount", "5"],
        &["unset", "/LM/SmtpSvc/77", "HopCount"],
        &["restore", "7"],
        &["import", "missing"],
        &["export", "/LM/Nothing", "-o", "new.xml"],
    ];
    for args in writing {
        let ran = room.run(args);
        assert!(ran.stderr.ends_with("Nothing was written.\n"), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn an_absent_key_is_answered_with_the_nearest_ones() {
    let room = Room::of(SERVER);
    for (args, hint) in [
        (&["set-dns-mode", "udp-only", "--server", "7"][..], "/LM/SmtpSvc has only the server 1"),
        (&["get", "/LM/SmptSvc", "HopCount"], "did you mean /LM/SmtpSvc?"),
        (&["get", "/LM/Nothing/at/all", "HopCount"], "`metafix --file MetaBase.xml keys`"),
    ] {
        let ran = room.run(args);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(
            ran.stderr.contains(&format!("hint: {hint}")) || ran.stderr.contains(hint),
            "{ran:?}"
        );
    }
}

#[test]
fn the_backups_of_a_metabase_that_is_gone_are_listed_from_its_own_folder() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "udp-only", "--yes"]);
    std::fs::remove_file(room.path("MetaBase.xml")).expect("it was there");
    let mut command = room.command(&["backups", "list"]);
    command.env("METAFIX_FILE", "MetaBase.xml").current_dir(room.path(""));
    let listed = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "{said}");
    assert!(String::from_utf8_lossy(&listed.stdout).contains("set-dns-mode"), "{listed:?}");
}
