//! Who can read what at every instant, and links that somebody planted.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::room::{Room, original, told};
use super::{skip, strace};

const SET: &[&str] = &["set-dns-mode", "udp-only", "--yes"];

/// A call and its arguments as strace prints them, and what it returned.
struct Call<'a> {
    name: &'a str,
    args: &'a str,
    result: &'a str,
}

fn calls(log: &str) -> impl Iterator<Item = Call<'_>> {
    log.lines().filter_map(|line| {
        let (_, rest) = line.split_once(' ')?;
        let (name, rest) = rest.trim_start().split_once('(')?;
        let (args, result) = rest.rsplit_once(") ").unwrap_or((rest, ""));
        let result = result.trim_start().strip_prefix("= ").unwrap_or_default();
        Some(Call { name, args, result: result.split(' ').next().unwrap_or_default() })
    })
}

fn paths(args: &str) -> Vec<&Path> {
    args.split('"').skip(1).step_by(2).filter(|text| text.starts_with('/')).map(Path::new).collect()
}

#[test]
fn nothing_is_open_to_more_people_at_any_instant() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    let root = rustix::process::getuid().is_root();
    for (mode, owner) in [(0o600, None), (0o640, Some(65534)), (0o666, Some(65534)), (0o400, None)]
    {
        let room = Room::new();
        let before = if root { owner } else { None };
        std::os::unix::fs::chown(room.path(), before, before).unwrap();
        fs::set_permissions(room.path(), fs::Permissions::from_mode(mode)).unwrap();
        for args in [SET, &["restore", "--yes"], &["backups", "prune", "--keep", "1"]] {
            let (output, log) = strace::traced(&room, &["-f".to_owned()], args);
            assert!(output.status.success(), "{}", told(&output));
            watch(&room, &log, mode, before);
        }
        for file in room.files() {
            let found = fs::metadata(&file).unwrap();
            assert_eq!(found.mode() & 0o7777, mode, "{}", file.display());
            assert!(before.is_none_or(|owner| (found.uid(), found.gid()) == (owner, owner)));
        }
        let folder = fs::metadata(room.dir().join("metafix-backups")).unwrap();
        assert_eq!(folder.mode() & 0o7777, 0o700);
        assert!(before.is_none_or(|owner| folder.uid() == owner));
    }
}

/// Every file is created for its owner alone, gets its owner before its mode, and its mode before
/// its content; nothing outside of the folder is written; no program is started.
fn watch(room: &Room, log: &str, mode: u32, owner: Option<u32>) {
    #[derive(Debug, PartialEq)]
    enum Made {
        Created,
        Owned,
        Opened,
    }
    let mut made = HashMap::<String, (PathBuf, Made)>::new();
    let (mut created, mut programs) = (0, 0);
    for Call { name, args, result } in calls(log) {
        let paths = paths(args);
        let inside = paths.iter().all(|path| path.starts_with(room.dir()));
        let fd = args.split([',', ' ']).next().unwrap_or_default().to_owned();
        let case = || format!("{name}({args}) = {result}");
        match name {
            "execve" => programs += 1,
            "openat" if args.contains("O_CREAT") => {
                assert!(
                    inside && args.contains("O_EXCL") && args.contains("O_NOFOLLOW"),
                    "{}",
                    case()
                );
                assert!(args.ends_with(", 0600"), "{}", case());
                made.insert(result.to_owned(), (paths[0].to_owned(), Made::Created));
                created += 1;
            }
            "openat" => {
                made.remove(result);
                let writes = args.contains("O_RDWR") || args.contains("O_WRONLY");
                assert!(!writes || inside && args.contains("O_NOFOLLOW"), "{}", case());
                let file = inside && !args.contains("O_DIRECTORY") && !paths[0].is_dir();
                assert!(!file || args.contains("O_NOFOLLOW"), "{}", case());
            }
            "mkdir" => assert!(inside && args.ends_with(", 0700"), "{}", case()),
            "rename" | "renameat2" | "linkat" | "unlink" | "rmdir" => assert!(inside, "{}", case()),
            "chmod" | "fchmodat" | "symlink" | "symlinkat" | "truncate" => panic!("{}", case()),
            "fchown" => {
                let (_, made) = made.get_mut(&fd).expect("only what it created");
                assert_eq!(*made, Made::Created, "{}", case());
                *made = Made::Owned;
            }
            "fchmod" => {
                let (_, made) = made.get_mut(&fd).expect("only what it created");
                assert!(owner.is_none() || *made == Made::Owned, "{}", case());
                let new = args.split(", ").nth(1).unwrap();
                assert_eq!(u32::from_str_radix(new, 8).unwrap(), mode, "{}", case());
                *made = Made::Opened;
            }
            "write" => {
                if let Some((path, made)) = made.get(&fd) {
                    let lock = path.to_str().unwrap().ends_with("-lock");
                    assert!(lock || *made == Made::Opened, "{}", case());
                }
            }
            "close" => drop(made.remove(args)),
            _ => {}
        }
    }
    assert!(created > 0 && programs == 1, "{created} files, {programs} programs");
}

/// Every name in the folders that a run uses, as a link to a file that is not to be touched.
#[test]
fn planted_links_are_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    let secret = b"what must not be shown or changed";
    let scout = Room::new();
    scout.must(SET);
    let names: Vec<String> = scout
        .files()
        .iter()
        .map(|path| path.strip_prefix(scout.dir()).unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "MetaBase.xml")
        .chain([".MetaBase.xml.metafix-new", ".MetaBase.xml.metafix-swap-1"].map(str::to_owned))
        .chain([".MetaBase.xml.metafix-lock", "metafix-backups"].map(str::to_owned))
        .collect();
    assert_eq!(names.len(), 6);
    for name in names {
        for dangling in [false, true] {
            let room = Room::new();
            let link = room.dir().join(&name);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            fs::remove_file(&victim).unwrap_or_default();
            if !dangling {
                fs::write(&victim, secret).unwrap();
            }
            symlink(if name == "metafix-backups" { outside.path() } else { &victim }, &link)
                .unwrap();
            try_everything(&room, &name);
            assert_eq!(victim.exists(), !dangling, "{name}");
            if !dangling {
                assert_eq!(fs::read(&victim).unwrap(), secret, "{name}");
            }
            assert_eq!(fs::read_dir(outside.path()).unwrap().count(), usize::from(!dangling));
        }
    }
}

fn try_everything(room: &Room, name: &str) {
    let commands: [&[&str]; 6] = [
        SET,
        &["restore", "--yes", "--force"],
        &["restore", "1", "--yes", "--force"],
        &["backups", "list"],
        &["backups", "verify"],
        &["backups", "prune", "--keep", "0"],
    ];
    for args in commands {
        let output = room.run(args);
        let said = told(&output);
        assert!(!said.contains("must not be shown"), "{name}: {said}");
        assert!(output.status.code().is_some_and(|code| code < 5), "{name}: {said}");
        let content = room.content();
        assert!(content == original() || content.len() > original().len(), "{name}: {args:?}");
    }
}

/// A metabase that somebody else may write to in his own folder: his link into ours.
#[test]
fn a_link_in_the_place_of_the_backup_folder_is_refused_by_name() {
    let (room, outside) = (Room::new(), tempfile::tempdir().unwrap());
    symlink(outside.path(), room.dir().join("metafix-backups")).unwrap();
    let output = room.run(SET);
    let said = told(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("is a symbolic link") && said.contains("--backup-dir"), "{said}");
    assert_eq!(room.content(), original());
    // Where the user names the link himself, it is his.
    let dir = room.dir().join("metafix-backups");
    room.must(&[SET, &["--backup-dir", dir.to_str().unwrap()]].concat());
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 2);
}
