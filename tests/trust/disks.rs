//! Disks as they are: full, read-only, out of inodes, a folder without write right.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::process::getuid;

use super::room::{Room, original, told};
use super::skip;

/// A mount that is gone when the test ends.
struct Mounted {
    folder: tempfile::TempDir,
}

impl Mounted {
    fn new(options: &[&str], from: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        let status = mount.args(options).arg(from).arg(folder.path()).status().unwrap();
        assert!(status.success(), "mount {options:?}: {status}");
        Self { folder }
    }

    fn remount(&self, options: &str) {
        let mut mount = Command::new("mount");
        let status = mount.args(["-o", options]).arg(self.folder.path()).status().unwrap();
        assert!(status.success(), "remount {options}: {status}");
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let ended = Command::new("umount").arg("-l").arg(self.folder.path()).status();
        assert!(ended.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

fn is_root() -> bool {
    if getuid().is_root() {
        return true;
    }
    skip("only root may mount and change owners: run it as root");
    false
}

const SET: &[&str] = &["set-dns-mode", "udp-only", "--yes"];

/// Whether it was done. If not, nothing was, by that name, and it is said where and at what.
fn done_or_nothing(room: &Room, output: &Output, words: &[&str]) -> bool {
    let said = told(output);
    if output.status.success() {
        assert_ne!(room.content(), original(), "{said}");
        assert_eq!(room.listed().unwrap().len(), 1);
        return true;
    }
    assert!(said.contains("Nothing was written."), "{said}");
    assert!(words.iter().any(|words| said.contains(words)), "not one of {words:?}: {said}");
    assert_eq!(room.content(), original(), "{said}");
    assert!(room.listed().unwrap().is_empty());
    false
}

#[test]
fn a_disk_that_is_full_at_any_point() {
    if !is_root() {
        return;
    }
    let (mut full, mut enough) = (0, 0);
    // The metabase has three pages, its successor too, the checksum one.
    for options in (4..12).map(|pages| format!("size={}", pages * 4096)).chain(
        // The folder, the metabase; then the lock, the new file, the backup folder, a checksum.
        (3..9).map(|inodes| format!("nr_inodes={inodes}")),
    ) {
        let disk = Mounted::new(&["-t", "tmpfs", "-o", &options], Path::new("none"));
        let parent = disk.folder.path();
        let Ok(()) = fs::write(parent.join("probe"), vec![0; original().len()]) else { continue };
        fs::remove_file(parent.join("probe")).unwrap();
        fs::write(parent.join("MetaBase.xml"), original()).unwrap();
        let room = Room::at(parent);
        let output = room.run(SET);
        if done_or_nothing(&room, &output, &["No space left on device"]) {
            enough += 1;
        } else {
            full += 1;
            assert!(room.debris().is_empty(), "{options}: {:?}", room.debris());
            disk.remount("remount,size=1m,nr_inodes=100");
            room.must(SET);
        }
        assert!(room.debris().is_empty(), "{options}: {:?}", room.debris());
    }
    println!("a full disk: {full} times too full, {enough} times just not");
    assert!(full > 4 && enough > 1);
}

/// A command that must work, for preparing a disk.
fn system(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", told(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A disk with quotas, in a file: a btrfs, because many kernels have no quotas for others.
/// `None`: this kernel has none for it either.
fn with_quotas() -> Option<(Mounted, tempfile::NamedTempFile)> {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(200 << 20).unwrap();
    system("mkfs.btrfs", &["-q", image.path().to_str().unwrap()]);
    let folder = tempfile::tempdir().unwrap();
    let mut mount = Command::new("mount");
    let output = mount.args(["-o", "loop"]).args([image.path(), folder.path()]).output().unwrap();
    if !output.status.success() {
        println!("skipped: no btrfs can be mounted here: {}", told(&output));
        return None;
    }
    let disk = Mounted { folder };
    system("btrfs", &["quota", "enable", disk.folder.path().to_str().unwrap()]);
    Some((disk, image))
}

#[test]
fn a_quota_that_is_used_up_at_any_point() {
    if !is_root() {
        return;
    }
    if Command::new("mkfs.btrfs").arg("--version").output().is_err() {
        return skip("mkfs.btrfs is missing: install btrfs-progs");
    }
    let Some((disk, _image)) = with_quotas() else { return };
    let whole = disk.folder.path().to_str().unwrap();
    let (mut steps, mut enough) = (BTreeSet::new(), 0);
    // In KiB: from what the metabase takes already to more than a change can ask for.
    for limit in (28..240).step_by(8).chain((256..2048).step_by(128)) {
        let folder = disk.folder.path().join(limit.to_string());
        let name = folder.to_str().unwrap();
        system("btrfs", &["subvolume", "create", name]);
        fs::write(folder.join("MetaBase.xml"), original()).unwrap();
        system("sync", &["--file-system", name]);
        // Asked of the disk as a whole: in the folder that itself would exceed the quota.
        let group = format!("0/{}", system("btrfs", &["inspect-internal", "rootid", name]));
        let limited = |to: &str| system("btrfs", &["qgroup", "limit", to, &group, whole]);
        limited(&format!("{limit}K"));
        let room = Room::at(&folder);
        let output = room.run(SET);
        if done_or_nothing(&room, &output, &["Disk quota exceeded"]) {
            enough += 1;
        } else {
            let said = told(&output);
            assert!(said.contains("hint: free some space"), "{said}");
            let step = said.split("while ").nth(1).and_then(|rest| rest.split(':').next());
            steps.insert(step.unwrap().to_owned());
            limited("none");
            assert!(room.debris().is_empty(), "{limit}: {:?}", room.debris());
            room.must(SET);
        }
        assert!(room.debris().is_empty(), "{limit}: {:?}", room.debris());
    }
    println!("a used-up quota: while {steps:?}; {enough} times just enough");
    assert!(steps.len() > 1 && enough > 1, "{steps:?}, {enough}");
}

#[test]
fn a_read_only_disk() {
    if !is_root() {
        return;
    }
    let original_room = Room::new();
    let mounted = Mounted::new(&["--bind"], original_room.dir());
    mounted.remount("remount,bind,ro");
    let room = Room::at(mounted.folder.path());
    for args in [SET, &["set-dns-mode", "udp-only", "--yes", "--format", "json"]] {
        let output = room.run(args);
        assert_eq!(output.status.code(), Some(1));
        let said = told(&output);
        assert!(
            said.contains("Read-only file system") && said.contains("taking the lock"),
            "{said}"
        );
    }
    // What needs no lock works.
    room.must(&["show"]);
    room.must(&["set-dns-mode", "udp-only", "--dry-run"]);
    assert_eq!(room.files().len(), 1);
}

const NOBODY: u32 = 65534;

/// A folder that everybody can enter, with the program in it, and one for the metabase.
struct Shared {
    folder: tempfile::TempDir,
}

impl Shared {
    /// The folder and the file with these owners and modes.
    fn new(folder: (u32, u32), file: (u32, u32)) -> Self {
        let shared = Self { folder: tempfile::tempdir().unwrap() };
        let set = |path: &Path, (owner, mode): (u32, u32)| {
            std::os::unix::fs::chown(path, Some(owner), Some(owner)).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        set(shared.folder.path(), (0, 0o755));
        // By another process: one that another test starts meanwhile must not hold the copy open
        // for writing, or it cannot be run.
        let mut copy = Command::new("cp");
        copy.arg(env!("CARGO_BIN_EXE_metafix")).arg(shared.folder.path().join("program"));
        assert!(copy.status().unwrap().success());
        fs::create_dir(shared.room_path()).unwrap();
        fs::write(shared.room_path().join("MetaBase.xml"), original()).unwrap();
        set(&shared.room_path().join("MetaBase.xml"), file);
        set(&shared.room_path(), folder);
        shared
    }

    fn room_path(&self) -> PathBuf {
        self.folder.path().join("room")
    }

    /// As somebody who is not root.
    fn run(&self, args: &[&str]) -> Output {
        let room = Room::at(&self.room_path());
        let mut command = Command::new(self.folder.path().join("program"));
        room.prepare(&mut command);
        command
            .current_dir("/")
            .args(room.arguments(args))
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .unwrap()
    }
}

#[test]
fn rights_that_are_missing() {
    if !is_root() {
        return;
    }
    let denied = "Permission denied";
    let rights = "cannot have the owner and rights of the old one";
    // The folder's owner and mode, the file's, and how it fails.
    let cases = [
        ("a folder without write right", (0, 0o755), (NOBODY, 0o644), Some(denied)),
        ("a folder that cannot be entered", (0, 0o700), (NOBODY, 0o644), Some(denied)),
        ("a file that cannot be read", (NOBODY, 0o755), (0, 0o600), Some(denied)),
        ("a file of another owner", (NOBODY, 0o755), (0, 0o666), Some(rights)),
        ("the same in a sticky folder", (0, 0o1777), (0, 0o666), Some(rights)),
        ("one's own in a sticky folder", (0, 0o1777), (NOBODY, 0o600), None),
        ("one's own", (NOBODY, 0o700), (NOBODY, 0o640), None),
    ];
    for (case, folder, file, failure) in cases {
        let shared = Shared::new(folder, file);
        let output = shared.run(SET);
        let room = Room::at(&shared.room_path());
        let done = done_or_nothing(&room, &output, failure.as_slice());
        assert_eq!(done, failure.is_none(), "{case}: {}", told(&output));
        assert!(room.debris().is_empty(), "{case}: {:?}", room.debris());
        let found = fs::metadata(room.path()).unwrap();
        use std::os::unix::fs::MetadataExt;
        assert_eq!((found.uid(), found.mode() & 0o7777), file, "{case}");
    }
}

/// Documented at `copy_rights`: of anybody but root the kernel takes the bit when content is
/// written. The backup, which is the original, has it still.
#[test]
fn set_user_id_of_an_ordinary_users_file_goes_and_nothing_else() {
    use std::os::unix::fs::MetadataExt;
    if !is_root() {
        return;
    }
    for (before, after) in [(0o4640, 0o640), (0o1640, 0o1640), (0o640, 0o640)] {
        let shared = Shared::new((NOBODY, 0o700), (NOBODY, before));
        let room = Room::at(&shared.room_path());
        assert!(done_or_nothing(&room, &shared.run(SET), &[]));
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
        assert_eq!(mode(room.path()), after, "{before:o}");
        let backup = room.files().into_iter().find(|path| path.extension() == Some("bak".as_ref()));
        assert_eq!(mode(&backup.unwrap()), before, "{before:o}");
    }
}

#[test]
fn a_backup_that_cannot_be_read_is_told_from_one_that_was_altered() {
    if !is_root() {
        return;
    }
    let shared = Shared::new((NOBODY, 0o700), (NOBODY, 0o600));
    for mode in ["udp-only", "tcp-only", "udp-then-tcp"] {
        assert!(shared.run(&["set-dns-mode", mode, "--yes"]).status.success());
    }
    let room = Room::at(&shared.room_path());
    let paths: Vec<_> = room.listed().unwrap().iter().map(|row| row.number).collect();
    assert_eq!(paths, [1, 2, 3]);
    let backup = |number: u32| {
        let name = format!("MetaBase.xml.{number:04}.");
        let is = |path: &PathBuf| {
            path.file_name().unwrap().to_str().unwrap().starts_with(&name)
                && path.extension() == Some("bak".as_ref())
        };
        room.files().into_iter().find(is).unwrap()
    };
    fs::set_permissions(backup(2), fs::Permissions::from_mode(0o000)).unwrap();
    let said = |args: &[&str], code: i32| {
        let output = shared.run(args);
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        told(&output)
    };
    let listed = said(&["backups", "list"], 0);
    assert!(listed.contains("unreadable") && listed.contains("Permission denied"), "{listed}");
    assert!(!listed.contains("altered"), "{listed}");
    let verified = said(&["backups", "verify"], 1);
    assert!(verified.contains("NOT READ") && verified.contains("Permission denied"), "{verified}");
    assert!(verified.contains("1 of 3 backups could not be read."), "{verified}");
    assert_eq!(verified.matches(": OK").count(), 2, "{verified}");
    // Its own owner may write to it, and one byte more is another file.
    fs::write(backup(3), "altered").unwrap();
    let listed = said(&["backups", "list"], 0);
    assert!(listed.contains("unreadable") && listed.contains("altered"), "{listed}");
    let verified = said(&["backups", "verify"], 3);
    assert!(verified.contains("ALTERED") && verified.contains("NOT READ"), "{verified}");
    let json = said(&["backups", "list", "--format", "json"], 0);
    assert!(json.contains("\"unreadable\":\"while"), "{json}");
}

#[test]
fn root_in_a_sticky_folder_of_others() {
    if !is_root() {
        return;
    }
    let shared = Shared::new((NOBODY, 0o1777), (NOBODY, 0o640));
    let room = Room::at(&shared.room_path());
    // What another user's killed run left, which the kernel guards from being created again.
    let lock = room.dir().join(".MetaBase.xml.metafix-lock");
    fs::write(&lock, "").unwrap();
    std::os::unix::fs::chown(&lock, Some(NOBODY), Some(NOBODY)).unwrap();
    room.must(SET);
    assert_eq!(shared.run(&["restore", "--yes"]).status.code(), Some(0));
    assert_eq!(room.content(), original());
    assert!(room.debris().is_empty(), "{:?}", room.debris());
}

/// A thread counts as a process: without one more it takes longer, and that is all.
#[test]
fn a_limit_on_processes() {
    if !is_root() {
        return;
    }
    let key =
        |n: usize| format!("<IIsObject\tLocation =\"/LM/Other/{n}\"\r\n\t>\r\n</IIsObject>\r\n");
    let keys: String = (0..150_000).map(key).collect();
    let large =
        String::from_utf8(original()).unwrap().replace("</MBProperty>", &(keys + "</MBProperty>"));
    for content in [original(), large.into_bytes()] {
        let shared = Shared::new((NOBODY, 0o700), (NOBODY, 0o640));
        let room = Room::at(&shared.room_path());
        fs::write(room.path(), &content).unwrap();
        let mut command = Command::new("prlimit");
        command.arg("--nproc=1").arg(shared.folder.path().join("program"));
        room.prepare(&mut command);
        command.current_dir("/").args(room.arguments(SET)).uid(NOBODY).gid(NOBODY);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        let clean = Room::with(&content);
        clean.must(SET);
        assert_eq!(room.content(), clean.content());
        assert!(room.debris().is_empty(), "{:?}", room.debris());
    }
}
