//! Backups that somebody else could have forged: whose they are, who may write to them, and links.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::fs::XattrFlags;

use super::room::{Room, original, told};
use super::skip;

/// Somebody on the same machine, whom nobody trusts.
const BOB: u32 = 4001;
/// Somebody whose metabase it may be.
const ALICE: u32 = 4002;

const SET: &[&str] = &["set-dns-mode", "udp-only", "--yes"];

/// Every command that writes to the folder of backups or reads a backup from it.
const ALL: [&[&str]; 11] = [
    SET,
    &["set-dns-mode", "udp-only", "--yes", "--write", "in-place"],
    &["set", "/LM/SmtpSvc", "SmtpUseTcpDns", "2", "--yes"],
    &["unset", "/LM/SmtpSvc", "ServerComment", "--yes"],
    &["restore", "--yes"],
    &["restore", "--dry-run"],
    &["restore", "1", "--yes", "--force"],
    &["diff", "1"],
    &["backups", "verify"],
    &["backups", "prune", "--keep", "1"],
    &["backups", "prune", "--keep", "1", "--dry-run"],
];

fn is_root() -> bool {
    if rustix::process::getuid().is_root() {
        return true;
    }
    skip("only root may give files away and be two users: run it as root");
    false
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn give(path: &Path, owner: u32) {
    chown(path, Some(owner), Some(owner)).unwrap();
}

/// A shared folder: everybody may make files there, and remove his own.
fn shared() -> Room {
    let room = Room::new();
    mode(room.dir(), 0o1777);
    room
}

fn folder(room: &Room) -> PathBuf {
    room.dir().join("metafix-backups")
}

/// A metabase that lets everybody relay, and whatever else its maker wants.
fn forgery() -> Vec<u8> {
    let text = String::from_utf8(original()).unwrap();
    let forged = text.replacen("</MBProperty>", "<!-- forged --></MBProperty>", 1);
    assert_ne!(forged, text);
    forged.into_bytes()
}

const FORGED: &str = "MetaBase.xml.0001.2026-11-23T16-22-33Z.bak";

/// Makes a backup of it by hand, as this user, with a checksum that is right.
fn forge(room: &Room, user: u32) {
    let source = room.dir().join("forged");
    fs::write(&source, forgery()).unwrap();
    mode(&source, 0o644);
    let script = r##"set -e; cd "$1"; mkdir -m 755 metafix-backups; cd metafix-backups
        cat ../forged > "$2"
        { echo "# metafix backup of $1/MetaBase.xml"; echo "# made: 2026-11-23T16:22:33Z"
          echo "# why: set-dns-mode udp-only"; sha256sum "$2"; } > "$2.sha256""##;
    let mut bob = Command::new("sh");
    bob.args(["-c", script, "sh"]).arg(room.dir()).arg(FORGED).uid(user).gid(user);
    let output = bob.output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    fs::remove_file(source).unwrap();
}

/// It was refused by this name and with these words, and nothing was done.
fn assert_refused(room: &Room, args: &[&str], words: &[&str]) {
    let (before, files) = (room.content(), room.files());
    let output = room.run(&[args, &["--format", "json"]].concat());
    let said = told(&output);
    assert_eq!(output.status.code(), Some(3), "{args:?}: {said}");
    let json = String::from_utf8_lossy(&output.stdout);
    assert!(json.contains("\"untrusted-folder\""), "{args:?}: {said}");
    for word in words {
        assert!(json.contains(word), "{args:?}: `{word}` is not in {said}");
    }
    assert_eq!((room.content(), room.files()), (before, files), "{args:?}: {said}");
}

fn listed(room: &Room) -> (String, serde_json::Value) {
    let text = told(&room.must(&["backups", "list"]));
    let json = room.must(&["backups", "list", "--format", "json"]).stdout;
    (text, serde_json::from_slice(&json).unwrap())
}

/// Runs the commands that a hint names, as whoever runs the tests.
fn obey(output: &Output, names: &[&str]) {
    let hint = String::from_utf8_lossy(&output.stderr).into_owned();
    let commands = hint.split('`').skip(1).step_by(2);
    let commands = commands.filter(|command| names.iter().any(|name| command.starts_with(name)));
    let commands: Vec<_> = commands.collect();
    assert_eq!(commands.len(), names.len(), "{hint}");
    for command in commands {
        assert!(Command::new("sh").args(["-c", command]).status().unwrap().success(), "{command}");
    }
}

#[test]
fn a_folder_that_a_stranger_made_beforehand_is_used_by_no_command() {
    if !is_root() {
        return;
    }
    let room = shared();
    forge(&room, BOB);
    for args in ALL {
        assert_refused(&room, args, &["belongs to user 4001", "chown -R root ", "--trust-folder"]);
    }
    let forged = folder(&room).join(FORGED);
    for args in [["restore", forged.to_str().unwrap()], ["diff", forged.to_str().unwrap()]] {
        assert_refused(&room, &args, &["belongs to user 4001"]);
    }
    // A dry run of a change neither writes to the folder nor reads from it.
    room.must(&["set-dns-mode", "udp-only", "--dry-run"]);

    let (text, json) = listed(&room);
    assert!(text.contains(FORGED) && text.contains("chown -R root "), "{text}");
    assert_eq!(text.matches("UNTRUSTED: it belongs to user 4001").count(), 2, "{text}");
    assert_eq!(json["untrusted"], "it belongs to user 4001");
    assert_eq!(json["backups"][0]["untrusted"], "it belongs to user 4001");
    assert_eq!(json["backups"][0]["dns_mode"], "udp-then-tcp");

    let output = room.must(&["restore", "--yes", "--trust-folder"]);
    assert_eq!(room.content(), forgery());
    let said = told(&output);
    assert!(said.contains(" restore 2 --trust-folder"), "{said}");
    room.must(&["restore", "2", "--yes", "--trust-folder"]);
    assert_eq!(room.content(), original());
}

#[test]
fn a_folder_that_others_may_write_to_is_used_by_no_command_until_it_is_closed() {
    for (open, who) in [(0o770, "group "), (0o757, "everybody"), (0o1777, "everybody and")] {
        let room = Room::new();
        room.must(SET);
        mode(&folder(&room), open);
        for args in ALL {
            assert_refused(&room, args, &[who, "may write to it", "chmod -R go-w "]);
        }
        let (text, json) = listed(&room);
        assert_eq!(text.matches("UNTRUSTED: ").count(), 1, "{text}");
        assert!(json["untrusted"].as_str().unwrap().contains(who), "{json}");
        assert!(json["backups"][0].get("untrusted").is_none(), "{json}");
        obey(&room.run(&["restore", "--yes"]), &["chmod"]);
        room.must(&["restore", "--yes"]);
        assert_eq!(room.content(), original());
    }
}

#[test]
fn who_made_or_may_change_a_file_in_the_folder_is_looked_at_as_well() {
    for file in [FORGED.to_owned(), format!("{FORGED}.sha256")] {
        let room = Room::new();
        fs::create_dir(folder(&room)).unwrap();
        fs::write(folder(&room).join(&file), "").unwrap();
        mode(&folder(&room).join(&file), 0o646);
        assert_refused(&room, SET, &["everybody may write to it", "chmod -R go-w "]);
        obey(&room.run(SET), &["chmod"]);
        room.must(SET);
    }
    if !is_root() {
        return;
    }
    for file in [FORGED.to_owned(), format!("{FORGED}.sha256")] {
        let room = shared();
        forge(&room, 0);
        chown(folder(&room).join(&file), Some(BOB), None).unwrap();
        for args in ALL {
            assert_refused(&room, args, &[&file, "belongs to user 4001"]);
        }
        let (text, json) = listed(&room);
        assert!(json.get("untrusted").is_none(), "{json}");
        assert_eq!(json["backups"][0]["untrusted"], "it belongs to user 4001", "{text}");
        obey(&room.run(SET), &["chown"]);
        room.must(SET);
    }
}

/// Backups have the rights of the metabase, and whoever may write to it need not forge one.
#[test]
fn who_may_write_to_the_metabase_may_write_to_its_backups_but_not_to_their_folder() {
    let room = Room::new();
    mode(room.path(), 0o666);
    room.must(SET);
    room.must(&["restore", "--yes"]);
    mode(&folder(&room), 0o777);
    assert_refused(&room, SET, &["everybody and "]);
    mode(&folder(&room), 0o700);
    room.must(SET);
    mode(room.path(), 0o644);
    assert_refused(&room, &["restore", "--yes"], &["everybody and ", "0001."]);
}

#[test]
fn the_owner_of_the_metabase_and_root_are_trusted_and_nobody_else_is() {
    if !is_root() {
        return;
    }
    let room = shared();
    give(room.path(), ALICE);
    forge(&room, ALICE);
    for args in [&["diff", "1"][..], &["backups", "verify"], SET] {
        let output = room.run(args);
        assert!(
            output.status.code().is_some_and(|code| code == 0 || code == 6),
            "{}",
            told(&output)
        );
    }
    room.must(&["restore", "1", "--yes"]);
    assert_eq!(room.content(), forgery());

    // Without a metabase it is the owner of its folder.
    fs::remove_file(room.path()).unwrap();
    let output = room.run(&["restore", "--yes"]);
    assert!(told(&output).contains("belongs to user 4002"), "{}", told(&output));
    give(room.dir(), ALICE);
    room.must(&["restore", "--yes"]);

    // As she sees it: root's folder is right, and bob's is not.
    let room = shared();
    give(room.path(), ALICE);
    let program = room.dir().join("program");
    assert!(
        Command::new("cp")
            .arg(env!("CARGO_BIN_EXE_metafix"))
            .arg(&program)
            .status()
            .unwrap()
            .success()
    );
    let alice = |args: &[&str]| {
        let mut command = Command::new(&program);
        room.prepare(&mut command);
        command.args(room.arguments(args)).uid(ALICE).gid(ALICE).output().unwrap()
    };
    forge(&room, 0);
    assert_eq!(alice(&["backups", "verify"]).status.code(), Some(0));
    chown(folder(&room), Some(BOB), Some(BOB)).unwrap();
    for args in [SET, &["backups", "verify"], &["restore", "--yes"]] {
        let output = alice(args);
        let said = told(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("belongs to user 4001") && said.contains("chown -R 4002 "), "{said}");
    }
}

/// `user::rwx`, `user:4001:`RIGHTS, `group::r-x`, `mask::rwx`, `other::r-x`.
fn set_acl(path: &Path, name: &str, rights: u8) {
    let none = [255; 4];
    let bob = BOB.to_le_bytes();
    let entries = [(1, 7, none), (2, rights, bob), (4, 5, none), (16, 7, none), (32, 5, none)];
    let entry = |(tag, rights, id): (u8, u8, [u8; 4])| [&[tag, 0, rights, 0][..], &id].concat();
    let value = [vec![2, 0, 0, 0], entries.map(entry).concat()].concat();
    rustix::fs::setxattr(path, name, &value, XattrFlags::empty()).unwrap();
}

const ACL: &str = "system.posix_acl_access";

#[test]
fn an_acl_that_lets_somebody_write_counts_as_the_mode_does() {
    let room = Room::new();
    room.must(SET);
    set_acl(&folder(&room), ACL, 5);
    room.must(&["backups", "verify"]);
    // What files made there would get: they are made for their owner alone.
    set_acl(&folder(&room), "system.posix_acl_default", 7);
    room.must(&["restore", "--yes"]);
    set_acl(&folder(&room), ACL, 7);
    for args in ALL {
        let words =
            ["\"name\":\"untrusted-folder\"", "user 4001 may write to it", "chmod -R go-w "];
        assert_refused(&room, args, &words[1..]);
    }
    // The mode of the group, which is the mask now, says nothing of the group.
    assert!(!told(&room.run(SET)).contains("group "));
    obey(&room.run(SET), &["chmod"]);
    room.must(SET);

    let file = room.listed().unwrap().len();
    assert_eq!(file, 3);
    let file = fs::read_dir(folder(&room)).unwrap().next().unwrap().unwrap().path();
    set_acl(&file, ACL, 6);
    assert_refused(&room, SET, &["user 4001 may write to it"]);
}

/// With the tool that people use, where it is installed.
#[test]
fn setfacl_opens_and_chmod_closes() {
    let room = Room::new();
    room.must(SET);
    let mut setfacl = Command::new("setfacl");
    match setfacl.args(["-m", "u:4001:rwx"]).arg(folder(&room)).status() {
        Ok(status) if status.success() => {}
        _ => return println!("skipped: there is no setfacl, or no ACL on this file system"),
    }
    assert_refused(&room, SET, &["user 4001 may write to it"]);
    obey(&room.run(SET), &["chmod"]);
    room.must(&["restore", "--yes"]);
}

#[test]
fn a_file_that_is_restored_by_its_path_is_looked_at() {
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("good.xml");
    fs::write(&path, forgery()).unwrap();
    let restore = ["restore", path.to_str().unwrap(), "--yes"];
    let room = Room::new();
    mode(&path, 0o646);
    assert_refused(&room, &restore, &["everybody may write to it", "chmod go-w "]);
    // To compare it harms nobody.
    assert_eq!(room.run(&["diff", restore[1]]).status.code(), Some(0));
    obey(&room.run(&restore), &["chmod"]);
    room.must(&restore);
    assert_eq!(room.content(), forgery());
    if !is_root() {
        return;
    }
    let room = Room::new();
    give(&path, BOB);
    assert_refused(&room, &restore, &["belongs to user 4001", "chown root "]);
    room.must(&[&restore[..], &["--trust-folder"]].concat());
    assert_eq!(room.content(), forgery());
}

#[test]
fn a_link_in_the_folder_is_not_followed_even_by_its_path() {
    let room = Room::new();
    room.must(SET);
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("MetaBase.xml");
    fs::write(&victim, forgery()).unwrap();
    for name in ["link", "MetaBase.xml.0009.2026-11-23T16-22-33Z.bak"] {
        let link = folder(&room).join(name);
        symlink(&victim, &link).unwrap();
        for switch in [&[][..], &["--trust-folder"]] {
            let restore = ["restore", link.to_str().unwrap(), "--yes"];
            assert_refused(&room, &[&restore[..], switch].concat(), &["it is a link"]);
            let diff = ["diff", link.to_str().unwrap()];
            assert_refused(&room, &[&diff[..], switch].concat(), &["it is a link"]);
        }
        assert_eq!(room.run(&["restore", "9", "--yes"]).status.code(), Some(1));
    }
    room.must(&["restore", "--yes"]);
    assert_eq!(room.content(), original());
}

const NEWEST: &[&str] = &["restore", "--history", "--yes"];

#[test]
fn a_version_of_the_history_is_restored_from_files_that_are_trusted() {
    let room = Room::with_history();
    let history = room.dir().join("History");
    let schema = room.dir().join("MBSchema.xml");
    let mut paths: Vec<_> = fs::read_dir(&history).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|path| path.to_str().unwrap().ends_with("_0000000000.xml"));
    paths.extend([history.clone(), schema.clone()]);
    let was = |path: &Path| if path.is_dir() { 0o755 } else { 0o644 };
    let mut refused = 0;
    for path in &paths {
        mode(path, was(path) | 0o002);
        if path == &history || path == &schema {
            assert_refused(&room, NEWEST, &["everybody may write to it", "chmod "]);
            room.must(&["backups", "list"]);
        }
        refused += usize::from(room.run(&[NEWEST, &["-n"]].concat()).status.code() == Some(3));
        mode(path, was(path));
    }
    // Folder, schema, and the files of 16.0, which is broken, and 15.0, which is restored; not 14.0.
    assert_eq!(refused, 6);
    for (path, sort) in [(&history, "link"), (&schema, "link")] {
        let real = path.with_extension("real");
        fs::rename(path, &real).unwrap();
        symlink(&real, path).unwrap();
        assert_refused(&room, NEWEST, &[sort]);
        fs::remove_file(path).unwrap();
        fs::rename(&real, path).unwrap();
    }
    if is_root() {
        for path in [&history, &schema] {
            give(path, BOB);
            assert_refused(&room, NEWEST, &["belongs to user 4001", "chown "]);
            room.must(&[NEWEST, &["-n", "--trust-folder"]].concat());
            give(path, 0);
        }
    }
    room.must(NEWEST);
}

fn sha256(path: &Path) -> String {
    let output = Command::new("sha256sum").arg(path).output().unwrap();
    String::from_utf8_lossy(&output.stdout).split(' ').next().unwrap().to_owned()
}

/// A note that says that a run was killed while it put files in place: the next one would take
/// them back, which is to remove them.
#[test]
fn a_forged_note_of_an_interrupted_restore_removes_no_file() {
    if !is_root() {
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    let forged = |owner: u32| {
        let room = shared();
        let note = room.dir().join(".MetaBase.xml.metafix-journal");
        let (hash, none) = (sha256(&victim), "0".repeat(64));
        let text = format!(
            "metafix restore 1: these files belong together; a metafix that writes first \
             completes what was begun\nwhy: x\nfile: 1 {} {none} {}\nfile: 2 - {hash} {}\nend\n",
            sha256(room.path()),
            room.path().display(),
            victim.display()
        );
        fs::write(&note, text).unwrap();
        mode(&note, 0o644);
        give(&note, owner);
        room
    };
    let room = forged(BOB);
    for args in [SET, &["restore", "--yes"], &["backups", "prune", "--keep", "1"]] {
        for switch in [&[][..], &["--trust-folder"]] {
            let args = &[args, switch].concat();
            if room.run(args).status.code() != Some(1) {
                assert_refused(&room, args, &["-journal cannot be trusted", "user 4001"]);
            }
        }
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
    }
    // What the test forges is what would work: a note of root's is believed.
    forged(0).run(SET);
    assert!(!victim.exists());
}

/// What is found under such a name becomes a backup, and the newest.
#[test]
fn what_a_stranger_gives_the_name_of_a_leftover_is_no_backup() {
    if !is_root() {
        return;
    }
    let room = shared();
    let planted = room.dir().join(".MetaBase.xml.metafix-swap-1");
    fs::write(&planted, forgery()).unwrap();
    mode(&planted, 0o644);
    give(&planted, BOB);
    for args in [SET, &["backups", "prune", "--keep", "1"]] {
        assert_refused(&room, args, &["metafix-swap-1 cannot be trusted", "move it elsewhere"]);
    }
    give(&planted, 0);
    room.must(SET);
    assert!(!planted.exists());
    assert_eq!(room.listed().unwrap()[0].content, forgery());
}

#[test]
fn a_lock_is_written_over_nothing_but_a_lock() {
    for content in ["", "metafix lo", "\0\0\0", "precious", "metafix lock? no"] {
        let room = Room::new();
        let lock = room.dir().join(".MetaBase.xml.metafix-lock");
        fs::write(&lock, content).unwrap();
        let output = room.run(SET);
        if content.contains("metafix lo") && !content.contains('?')
            || content.trim_matches('\0').is_empty()
        {
            assert!(output.status.success(), "{content:?}: {}", told(&output));
            assert!(!lock.exists());
        } else {
            let said = told(&output);
            assert_eq!(output.status.code(), Some(3), "{said}");
            assert!(said.contains("is no lock file of metafix's"), "{said}");
            assert_eq!(fs::read_to_string(&lock).unwrap(), content);
        }
    }
    let room = Room::new();
    let victim = room.dir().join("victim");
    fs::write(&victim, "").unwrap();
    fs::hard_link(&victim, room.dir().join(".MetaBase.xml.metafix-lock")).unwrap();
    let said = told(&room.run(SET));
    assert!(said.contains("it has another name"), "{said}");
    assert_eq!(fs::read(&victim).unwrap(), b"");
}

/// It says that the metabase is half written and where the original is.
#[test]
fn a_forged_note_of_an_interrupted_write_names_no_original() {
    if !is_root() {
        return;
    }
    let room = shared();
    let note = room.dir().join(".MetaBase.xml.metafix-in-place");
    let (one, two) = ("1".repeat(64), "2".repeat(64));
    let text = format!("x\nbackup: /tmp/forged.xml\nbefore: {one}\nafter: {two}\n");
    fs::write(&note, text).unwrap();
    mode(&note, 0o644);
    assert!(told(&room.run(&["show"])).contains("/tmp/forged.xml"), "it is what would work");
    give(&note, BOB);
    for args in [SET, &["show"], &["restore", "--yes"]] {
        let output = room.run(args);
        let said = told(&output);
        assert!(!said.contains("/tmp/forged.xml"), "{said}");
        assert!(
            said.contains("-in-place cannot be trusted: it belongs to user 4001")
                || said.contains("no backup"),
            "{said}"
        );
        assert!(!output.status.success(), "{said}");
    }
    assert_eq!(room.content(), original());
}
