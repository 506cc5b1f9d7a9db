//! The backup folder: which files count, in which order, and what is never touched.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![cfg_attr(windows, allow(unused_imports, dead_code, reason = "some tests are Unix's alone"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use crate::store_support;
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::store_support::{AFTER, BEFORE, NAME, Room, Told as _};
use metafix::store::{Backups, StoreError, Written};
use metafix::terminal::problem::Exit;

/// Backups of these numbers and times, as earlier runs would have left them.
fn plant(room: &Room, label: &str, of: &str) {
    let dir = room.backups().dir().to_owned();
    fs::create_dir_all(&dir).unwrap();
    let name = format!("{NAME}.{label}.bak");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let text = format!(
        "# metafix backup of {of}\n# made: 2026-01-01T00:00:00Z\n# why: planted\n{empty}  {name}\n"
    );
    fs::write(dir.join(format!("{name}.sha256")), text).unwrap();
    fs::write(dir.join(name), "").unwrap();
}

fn own(room: &Room) -> String {
    room.target().path().to_str().unwrap().to_owned()
}

#[test]
fn a_thousand_backups_are_in_the_order_of_their_numbers_whatever_the_clock_said() {
    let room = Room::new();
    for number in 1..=1000_u32 {
        let day = 28 - number % 28;
        let label = format!("{number:04}.20{:02}-02-{day:02}T12-00-00Z", 99 - number % 90);
        plant(&room, &label, &own(&room));
    }
    plant(&room, "10000.1999-01-01T00-00-00Z", &own(&room));
    let numbers: Vec<u64> = (1..=1000).chain([10_000]).collect();
    room.assert_backups_verify(&numbers);
    assert_eq!(room.backups().newest().unwrap().sequence, 10_000);
    let receipt = room.commit().unwrap();
    assert_eq!(receipt.backup.sequence, 10_001);
    assert_eq!(room.backups().newest().unwrap(), receipt.backup);
}

#[test]
fn a_backup_is_found_by_name_and_by_number() {
    let room = Room::new();
    let first = room.commit().unwrap().backup;
    let second = room.commit_other_way().unwrap().backup;
    let backups = room.backups();
    assert_eq!(backups.find(&first.name).unwrap(), first);
    assert_eq!(backups.find("1").unwrap(), first);
    assert_eq!(backups.find("0002").unwrap(), second);
    for asked in ["3", "../1", &first.name[1..], ""] {
        let error = backups.find(asked).unwrap_err();
        assert_eq!((error.name(), error.exit()), ("no-such-backup", Exit::Failure), "{asked}");
    }
}

#[test]
fn of_two_metabases_that_share_a_folder_each_has_its_own() {
    let room = Room::new();
    plant(&room, "0001.2026-01-01T00-00-00Z", "/another/MetaBase.xml");
    plant(&room, "0001.2026-01-02T00-00-00Z", &own(&room));
    plant(&room, "0002.2026-01-03T00-00-00Z", "/another/MetaBase.xml");
    plant(&room, "0003.2026-01-03T00-00-00Z", "/one/MetaBase.xml");
    plant(&room, "0003.2026-01-04T00-00-00Z", "/two/MetaBase.xml");
    let backups = room.backups();
    assert_eq!(backups.list().unwrap().len(), 5);
    assert_eq!(backups.newest().unwrap().sequence, 1);
    assert_eq!(backups.find("1").unwrap().of, own(&room));
    assert_eq!(backups.find("2").unwrap().of, "/another/MetaBase.xml");
    let error = backups.find("3").unwrap_err();
    assert!(matches!(&error, StoreError::AmbiguousBackup { names, .. } if names.len() == 2));
    assert_eq!(backups.prune(&room.lock(), 0).unwrap().len(), 1);
    assert_eq!(backups.list().unwrap().len(), 4);
    assert_eq!(backups.newest().unwrap_err().name(), "no-such-backup");
}

#[test]
fn pruning_removes_the_oldest_and_only_ours() {
    let room = Room::new();
    for _ in 0..5 {
        room.commit_other_way().unwrap();
    }
    let dir = room.backups().dir().to_owned();
    let foreign = [
        "notes.txt",
        "MetaBase.xml",
        "MetaBase.xml.bak",
        "MetaBase.xml.0001.2026-01-01T00-00-00Z.bak",
        "MetaBase.xml.0002.2026-01-01T00-00-00Z.bak.sha256",
        "MetaBase.xml.1.2026-01-01T00-00-00Z.bak",
        "MetaBase.xml.0001.2026-13-01T00-00-00Z.bak",
        "MetaBase.xml.0001.bak.sha256",
        "Other.xml.0001.2026-01-01T00-00-00Z.bak.sha256",
    ];
    for name in foreign {
        fs::write(dir.join(name), "precious").unwrap();
    }
    let before = room.backups().list().unwrap();
    assert_eq!(before.len(), 5);
    let removed = room.backups().prune(&room.lock(), 2).unwrap();
    assert_eq!(removed, before[..3]);
    assert_eq!(room.backups().list().unwrap(), before[3..]);
    for name in foreign {
        assert_eq!(fs::read(dir.join(name)).unwrap(), b"precious", "{name}");
    }
    assert_eq!(fs::read_dir(&dir).unwrap().count(), foreign.len() + 4);
    room.assert_backups_verify(&[4, 5]);
    assert!(room.backups().prune(&room.lock(), 2).unwrap().is_empty());
    assert_eq!(room.commit_other_way().unwrap().backup.sequence, 6);
}

#[test]
fn only_exact_names_with_a_checksum_of_that_name_are_listed() {
    let room = Room::new();
    plant(&room, "0001.2026-01-01T00-00-00Z", &own(&room));
    // Not as we would write them: the number, the day, the fraction of a second, the sign.
    plant(&room, "2.2026-01-01T00-00-00Z", &own(&room));
    plant(&room, "00020.2026-01-01T00-00-00Z", &own(&room));
    plant(&room, "0004.2026-01-01T00-00-00.5Z", &own(&room));
    plant(&room, "+0005.2026-01-01T00-00-00Z", &own(&room));
    // The checksum of another file.
    let dir = room.backups().dir().to_owned();
    let name = |number: u32| format!("{NAME}.{number:04}.2026-01-01T00-00-00Z.bak");
    fs::write(dir.join(name(6)), "").unwrap();
    fs::copy(dir.join(name(1) + ".sha256"), dir.join(name(6) + ".sha256")).unwrap();
    // More than one checksum; no checksum at all.
    plant(&room, "0007.2026-01-01T00-00-00Z", &own(&room));
    let twice = fs::read_to_string(dir.join(name(7) + ".sha256")).unwrap().repeat(2);
    fs::write(dir.join(name(7) + ".sha256"), twice).unwrap();
    fs::write(dir.join(name(8)), "").unwrap();
    room.assert_backups_verify(&[1]);
    assert_eq!(room.commit().unwrap().backup.sequence, 9);
}

#[test]
fn a_prune_that_was_killed_leaves_no_broken_backup() {
    let room = Room::new();
    let first = room.commit().unwrap().backup;
    fs::remove_file(&first.path).unwrap();
    room.assert_backups_verify(&[]);
    room.commit_other_way().unwrap();
    room.assert_clean(&[1]);
}

#[test]
#[cfg(unix)]
fn a_planted_link_in_place_of_the_folder_is_refused() {
    for target in ["elsewhere", "nowhere"] {
        let room = Room::new();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path().join(target), room.dir().join("metafix-backups")).unwrap();
        fs::create_dir(elsewhere.path().join("elsewhere")).unwrap();
        let error = room.commit().unwrap_err();
        assert_eq!((error.name(), error.exit()), ("backup-folder", Exit::Refused), "{error}");
        assert_eq!(error.written(), Written::Nothing);
        assert_eq!(room.backups().list().unwrap_err().name(), "backup-folder");
        assert_eq!(room.content(), BEFORE);
        assert_eq!(fs::read_dir(elsewhere.path().join("elsewhere")).unwrap().count(), 0);
        assert_eq!(room.tree(), [NAME, "metafix-backups"]);
    }
    let room = Room::new();
    fs::write(room.dir().join("metafix-backups"), "a file").unwrap();
    assert_eq!(room.commit().unwrap_err().name(), "backup-folder");
}

#[test]
#[cfg(unix)]
fn a_folder_that_the_user_names_may_be_a_link() {
    let (room, elsewhere) = (Room::new(), tempfile::tempdir().unwrap());
    let link = room.dir().join("link");
    symlink(elsewhere.path(), &link).unwrap();
    let backups = Backups::new(room.target().path(), Some(&link));
    room.commit_to(&backups, BEFORE, AFTER, &mut |_| ()).unwrap();
    assert_eq!(backups.list().unwrap().len(), 1);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 2);
}

#[test]
#[cfg(unix)]
fn links_planted_in_the_folder_are_not_followed() {
    let room = Room::new();
    room.commit().unwrap();
    let (backups, elsewhere) = (room.backups(), tempfile::tempdir().unwrap());
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    // A name that looks like a backup, its checksum, and the names of files in the making.
    plant(&room, "0007.2026-01-01T00-00-00Z", &own(&room));
    let planted = backups.find("7").unwrap();
    let replace = |path: &Path| {
        fs::remove_file(path).unwrap();
        symlink(&victim, path).unwrap();
    };
    replace(&planted.path);
    room.assert_backups_verify(&[1]);
    assert!(backups.verify(&planted).is_err());
    assert!(backups.read(&planted).is_err());

    plant(&room, "0008.2026-01-01T00-00-00Z", &own(&room));
    replace(&backups.dir().join("MetaBase.xml.0008.2026-01-01T00-00-00Z.bak.sha256"));
    room.assert_backups_verify(&[1]);

    symlink(&victim, room.dir().join(".MetaBase.xml.metafix-new")).unwrap();
    room.commit_other_way().unwrap();
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
    room.assert_backups_verify(&[1, 9]);
}

#[test]
fn a_name_that_is_taken_is_never_written_over() {
    let room = Room::new();
    let dir = room.backups().dir().to_owned();
    // Between choosing the name and giving it, somebody else takes it.
    let planted = std::cell::Cell::new(None);
    let error = room
        .commit_with(&mut store_support::after(metafix::store::Step::Record, || {
            let sidecar = fs::read_dir(&dir).unwrap().next().unwrap().unwrap().path();
            let backup = sidecar.with_extension("");
            fs::write(&backup, "precious").unwrap();
            planted.set(Some(backup));
        }))
        .unwrap_err();
    assert_eq!(error.written(), Written::Nothing, "{error}");
    assert_eq!(fs::read(planted.take().unwrap()).unwrap(), b"precious");
    assert_eq!(room.content(), BEFORE);
}

#[test]
fn a_missing_folder_is_an_empty_list() {
    let room = Room::new();
    assert_eq!(room.backups().list().unwrap(), []);
    room.assert_clean(&[]);
}

#[test]
#[cfg(unix)]
fn a_strange_file_name_makes_a_plain_backup_name() {
    use std::os::unix::ffi::OsStrExt;
    let room = Room::new();
    let path = room.dir().join(std::ffi::OsStr::from_bytes(b"a\nb\xFF\\ c.xml"));
    fs::rename(room.path(), &path).unwrap();
    let target = metafix::store::Target::resolve(&path).unwrap();
    let lock = metafix::store::lock(&target, "", std::time::Duration::ZERO).unwrap();
    let edits = store_support::edits(BEFORE, AFTER);
    let change = metafix::store::Change { edits: &edits, after: AFTER, why: "" };
    let backups = Backups::new(target.path(), None);
    let receipt = metafix::store::commit(&lock, &backups, &change, &mut |_| ()).unwrap();
    assert!(receipt.backup.name.starts_with("a_b_\\ c.xml.0001."), "{}", receipt.backup.name);
    assert_eq!(backups.list().unwrap(), [receipt.backup]);
    let check = std::process::Command::new("sh")
        .args(["-c", "sha256sum -c -- *.sha256"])
        .current_dir(backups.dir())
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
}

#[test]
#[cfg(unix)]
fn metabases_whose_names_cannot_be_written_keep_their_backups_apart() {
    use std::os::unix::ffi::OsStrExt;
    let room = Room::new();
    let names: [&[u8]; 5] = [b"a\xFE", b"a\xFF", b"a\n", b"a\r", "a\u{FFFD}".as_bytes()];
    let targets = names.map(|name| {
        let path = room.dir().join(std::ffi::OsStr::from_bytes(name));
        fs::write(&path, BEFORE).unwrap();
        metafix::store::Target::resolve(&path).unwrap()
    });
    for target in &targets {
        let lock = metafix::store::lock(target, "", std::time::Duration::ZERO).unwrap();
        let edits = store_support::edits(BEFORE, AFTER);
        let change = metafix::store::Change { edits: &edits, after: AFTER, why: "" };
        let backups = Backups::new(target.path(), None);
        metafix::store::commit(&lock, &backups, &change, &mut |_| ()).unwrap();
    }
    let list = Backups::new(targets[0].path(), None).list().unwrap();
    assert_eq!(list.len(), targets.len());
    for target in &targets {
        let backups = Backups::new(target.path(), None);
        let own = list.iter().filter(|backup| backups.is_own(backup)).count();
        assert_eq!(own, 1, "{:?}", target.path());
    }
}
