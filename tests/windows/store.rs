//! What `store` promises on Windows alone, and what of its promises is not shown there.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "prints the table")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The tests of the store that are Unix's, and why: what they show does not exist on Windows, or
/// the test beside it stands for it there.
const NOT_ON_WINDOWS: [(&str, &str); 23] = [
    ("a_planted_link_in_place_of_the_folder_is_refused", LINKS),
    ("a_folder_that_the_user_names_may_be_a_link", LINKS),
    ("links_planted_in_the_folder_are_not_followed", LINKS),
    ("a_link_stays_a_link", LINKS),
    ("what_is_not_there_has_a_name", LINKS),
    ("a_lock_that_is_a_planted_link_is_not_followed", LINKS),
    ("a_strange_file_name_makes_a_plain_backup_name", "Windows has no such names"),
    (
        "metabases_whose_names_cannot_be_written_keep_their_backups_apart",
        "Windows has no such names",
    ),
    ("sha256sum_checks_the_backups", "Windows has no sha256sum"),
    ("mode_owner_and_attributes_are_kept", RIGHTS),
    ("a_backup_on_another_file_system_is_a_copy_with_all_of_it", RIGHTS),
    ("an_acl_is_kept", RIGHTS),
    ("the_folders_default_acl_opens_nothing", RIGHTS),
    ("nothing_is_ever_open_to_more_people_than_the_metabase", RIGHTS),
    ("a_missing_file_gets_the_rights_of_the_kept_one", RIGHTS),
    ("a_rival_that_takes_rights_away_wins_too", RIGHTS),
    ("the_special_bits_of_the_mode_are_kept_and_none_comes_to_it", RIGHTS),
    ("a_rival_that_sets_the_time_back_is_noticed_before_the_backup", KEPT_OUT),
    ("what_is_not_a_file_is_refused_without_opening_it", "a_folder_and_a_device_are_refused"),
    ("a_fifo_that_takes_the_files_place_does_not_block", "Windows has no FIFOs in folders"),
    ("what_reads_back_differently_is_kept_and_the_original_put_back", KEPT_OUT),
    ("without_a_backup_to_go_back_to_the_error_says_that_the_file_is_damaged", KEPT_OUT),
    ("a_writer_that_holds_the_old_file_open_is_seen_in_the_backup", KEPT_OUT),
];

const LINKS: &str = "making a symbolic link takes a privilege; Wine makes none";
const RIGHTS: &str = "owner_and_dacl_are_copied, in src/store/windows/rights.rs; Wine has of a \
                      DACL only what the mode of a file can say";
const KEPT_OUT: &str = "a_program_that_holds_the_file_open_is_waited_for_and_named";

/// What only a real Windows can show, whatever passes under Wine.
const NOT_UNDER_WINE: [&str; 9] = [
    "owner, group and a DACL with several entries, inherited ones too, are the same after a write",
    "ReplaceFileW carries alternate data streams, compression and the creation time over",
    "1175, 1176 and 1177 come from ReplaceFileW itself",
    "the Restart Manager names the program and the service that hold the file open",
    "services that depend on IISADMIN are found, stopped and started again",
    "a path longer than 260 characters",
    "a name that is being removed, FlushFileBuffers and a power cut",
    "Ctrl-Break and the closing of the window, as Windows itself tells of them",
    "a 32-bit build and Sysnative",
];

#[test]
fn the_tests_that_are_not_run_on_windows_are_listed_with_the_reason() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        for test in text.split("#[test]\n#[cfg(unix)]\nfn ").skip(1) {
            found.insert(test.split('(').next().unwrap().to_owned());
        }
    }
    let listed: BTreeSet<_> = NOT_ON_WINDOWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, listed);
    for (name, why) in NOT_ON_WINDOWS {
        println!("not on Windows: {name}: {why}");
    }
    for what in NOT_UNDER_WINE {
        println!("not under Wine: {what}");
    }
}

#[cfg(windows)]
mod windows {
    use std::fs::{self, File};
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use metafix::store::{self, Backups, Change, Step, Target, Written};
    use metafix::terminal::problem::Exit;

    use crate::store_support::{AFTER, BEFORE, NAME, Room, Told as _, after, edits};

    fn attrib(flag: &str, path: &Path) {
        let done = std::process::Command::new("attrib").arg(flag).arg(path).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    fn in_place(room: &Room) -> Result<store::Receipt, store::StoreError> {
        let edits = edits(BEFORE, AFTER);
        let change = Change { edits: &edits, after: AFTER, why: "before a test" };
        store::commit_in_place(&room.lock(), &room.backups(), &change, &mut |_| ())
    }

    #[test]
    fn a_read_only_file_is_refused_with_the_reason() {
        let (room, edits) = (Room::new(), edits(BEFORE, AFTER));
        let (lock, backups) = (room.lock(), room.backups());
        attrib("+r", &room.path());
        for commit in [store::commit, store::commit_in_place] {
            let change = Change { edits: &edits, after: AFTER, why: "before a test" };
            let error = commit(&lock, &backups, &change, &mut |_| ()).unwrap_err();
            assert_eq!((error.name(), error.exit()), ("attribute-set", Exit::Refused), "{error}");
            assert!(error.to_string().contains("read-only (R)"), "{error}");
            assert!(error.hint().contains("attrib -r"));
        }
        attrib("-r", &room.path());
        drop(lock);
        room.assert_clean(&[]);
        room.commit().unwrap();
    }

    #[test]
    fn a_hidden_file_is_not_replaced_but_can_be_written_in_place() {
        let room = Room::new();
        attrib("+h", &room.path());
        let error = room.commit().unwrap_err();
        assert_eq!(error.name(), "attribute-set");
        assert!(error.to_string().contains("hidden (H)"), "{error}");
        in_place(&room).unwrap();
        assert_eq!(room.content(), AFTER);
    }

    #[test]
    fn a_program_that_holds_the_file_open_is_waited_for_and_named() {
        for share in [0, 1] {
            let room = Room::new();
            let held = File::options().read(true).write(true).share_mode(share).open(room.path());
            let held = held.unwrap();
            for result in [room.commit(), in_place(&room)] {
                let begun = Instant::now();
                let error = result.unwrap_err();
                let facts = (error.name(), error.exit(), error.written());
                assert_eq!(facts, ("held-open", Exit::Busy, Written::Nothing), "{error}");
                assert!(error.to_string().contains("open"), "{error}");
                assert!(error.hint().contains("net stop iisadmin"));
                assert!(begun.elapsed() < Duration::from_secs(20));
            }
            drop(held);
            assert_eq!(room.content(), BEFORE);
            room.assert_clean(&[]);
        }
    }

    #[test]
    fn who_lets_go_in_time_is_waited_for() {
        let room = Room::new();
        let held = File::options().read(true).share_mode(0).open(room.path()).unwrap();
        let soon = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150));
            drop(held);
        });
        room.commit().unwrap();
        soon.join().unwrap();
        assert_eq!(room.content(), AFTER);
        room.assert_clean(&[1]);
    }

    #[test]
    fn while_it_is_written_in_place_nobody_else_can_write_but_everybody_can_read() {
        let room = Room::new();
        let path = room.path();
        let mut seen = Vec::new();
        let mut on_step = after(Step::Note, || {
            seen = fs::read(&path).unwrap();
            assert_eq!(
                File::options().write(true).open(&path).unwrap_err().raw_os_error(),
                Some(32)
            );
        });
        let edits = edits(BEFORE, AFTER);
        let change = Change { edits: &edits, after: AFTER, why: "before a test" };
        store::commit_in_place(&room.lock(), &room.backups(), &change, &mut on_step).unwrap();
        drop(on_step);
        assert_eq!(seen, BEFORE);
    }

    #[test]
    fn a_file_that_a_killed_run_left_without_its_name_is_found() {
        let room = Room::new();
        let other = room.dir().join(".MetaBase.xml.metafix-swap-0");
        fs::rename(room.path(), &other).unwrap();
        let error = Target::resolve(&room.path()).unwrap_err();
        assert_eq!((error.name(), error.written()), ("interrupted-swap", Written::Nothing));
        assert!(error.to_string().contains(other.to_str().unwrap()), "{error}");
        assert!(error.hint().starts_with("`ren "));
        fs::rename(&other, room.path()).unwrap();
        room.commit().unwrap();
        room.assert_clean(&[1]);
    }

    #[test]
    fn a_folder_and_a_device_are_refused() {
        let room = Room::new();
        let error = Target::resolve(room.dir()).unwrap_err();
        assert_eq!((error.name(), error.exit()), ("not-a-file", Exit::Refused), "{error}");
        for device in ["NUL", r"\\.\NUL", "CON"] {
            let error = Target::resolve(Path::new(device)).unwrap_err();
            assert_eq!(error.written(), Written::Nothing, "{device}: {error}");
        }
    }

    #[test]
    fn paths_of_every_kind_lead_to_the_file() {
        let room = Room::new();
        let plain = room.target();
        let path = room.path().to_str().unwrap().to_owned();
        assert_eq!(plain.path(), Path::new(&path));
        let unc = format!(r"\\?\{path}");
        let slashes = path.replace('\\', "/");
        let dots = room.dir().join("..").join(room.dir().file_name().unwrap()).join(".").join(NAME);
        for other in [PathBuf::from(unc), slashes.into(), dots] {
            let target = Target::resolve(&other).unwrap();
            assert_eq!(target.path(), plain.path(), "{}", other.display());
            assert_eq!(target.asked(), other);
        }
        // Relative to the folder that drive C is in.
        std::env::set_current_dir(room.dir()).unwrap();
        assert_eq!(Target::resolve(Path::new("C:MetaBase.xml")).unwrap().path(), plain.path());
        assert_eq!(Target::resolve(Path::new("metabase.XML")).unwrap().read().unwrap(), BEFORE);
        std::env::set_current_dir(std::env::temp_dir()).unwrap();
    }

    #[test]
    fn a_path_longer_than_260_characters_works() {
        let room = Room::new();
        let mut folder = PathBuf::from(format!(r"\\?\{}", room.dir().display()));
        for _ in 0..6 {
            folder.push("a".repeat(60));
            fs::create_dir(&folder).unwrap();
        }
        let long = folder.join(NAME);
        fs::write(&long, BEFORE).unwrap();
        if fs::canonicalize(&long).is_err_and(|error| error.raw_os_error() == Some(234)) {
            println!("skipped: Wine says no path that is so long");
            return;
        }
        let asked = PathBuf::from(long.to_str().unwrap().trim_start_matches(r"\\?\"));
        let target = Target::resolve(&asked).unwrap();
        let lock = store::lock(&target, "a test", Duration::ZERO).unwrap();
        let edits = edits(BEFORE, AFTER);
        let change = Change { edits: &edits, after: AFTER, why: "" };
        let backups = Backups::new(target.path(), None);
        let receipt = store::commit(&lock, &backups, &change, &mut |_| ()).unwrap();
        assert_eq!(fs::read(&long).unwrap(), AFTER);
        assert_eq!(backups.read(&receipt.backup).unwrap(), BEFORE);
        drop(lock);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        fs::remove_dir_all(format!(r"\\?\{}\{}", room.dir().display(), "a".repeat(60))).unwrap();
    }
}
