//! What must be on the disk before what: a crash of the machine, which no kill of the program
//! can stand for, takes whatever was not synced.

use super::room::{Room, told};
use super::{skip, strace};

/// A call that names things or makes them durable: its name and its arguments, paths included.
type Call = (String, String);

const SET: &[&str] = &["set-dns-mode", "udp-only", "--yes"];

/// The calls of these names in an undisturbed run.
fn calls(room: &Room, args: &[&str], names: &str) -> Vec<Call> {
    let names = format!("trace={names}");
    let options = ["-f", "-y", "-s", "4096", "-e", &names].map(str::to_owned);
    let (output, log) = strace::traced(room, &options, args);
    assert!(output.status.success(), "{}", told(&output));
    let call = |line: &str| {
        let (_, call) = line.split_once(' ')?;
        let (name, args) = call.trim_start().split_once('(')?;
        Some((name.to_owned(), args.to_owned()))
    };
    log.lines().filter_map(call).collect()
}

/// Where the first call of this sort stands that names all of these.
fn place(calls: &[Call], name: &str, named: &[&str]) -> usize {
    let is = |(other, args): &Call| {
        other.starts_with(name) && named.iter().all(|part| args.contains(part))
    };
    let found = calls.iter().position(is);
    found.unwrap_or_else(|| panic!("no {name} of {named:?}: {calls:#?}"))
}

#[test]
fn what_a_name_stands_for_is_durable_before_the_name() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    let mut rooms = vec![Room::new()];
    match Room::with_elsewhere() {
        Some(room) => rooms.push(room),
        None => skip("there is no second file system to write to"),
    }
    for (room, is_copied) in rooms.iter().zip([false, true]) {
        let names = "fsync,fdatasync,link,linkat,rename,renameat,renameat2";
        let calls = calls(room, SET, names);
        let at = |name: &str, named: &[&str]| place(&calls, name, named);
        let swapped = at("renameat2", &["metafix-swap-", "RENAME_EXCHANGE"]);
        assert!(at("fsync", &["metafix-swap-"]) < swapped, "{calls:#?}");
        assert!(at("fsync", &["/MetaBase.xml>"]) < swapped, "{calls:#?}");

        let recorded = at("renameat2", &["metafix-part-", ".sha256"]);
        let backed_up = at("renameat2", &["metafix-part-", ".bak\""]);
        let synced = |from: usize, to: usize, named: &str| {
            let between = calls[from..to].iter();
            between.clone().any(|(name, args)| name == "fsync" && args.contains(named))
        };
        assert!(synced(0, recorded, "metafix-part-"), "{calls:#?}");
        assert_eq!(synced(recorded, backed_up, "metafix-part-"), is_copied, "{calls:#?}");
        let folder = calls[backed_up].1.rsplit_once('/').expect("a path").0;
        let folder = folder.rsplit_once('"').expect("a quote").1;
        assert!(synced(backed_up, swapped, &format!("<{folder}>")), "{calls:#?}");
        let dir = room.dir().display();
        assert!(synced(swapped, calls.len(), &format!("<{dir}>")), "{calls:#?}");
    }
}

/// Let go in between, another run could write what this one then takes for the original.
#[test]
fn the_lock_is_held_from_before_the_reading_until_after_the_change() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    let lock = ".MetaBase.xml.metafix-lock";
    let changed = ["metafix-swap-", "RENAME_EXCHANGE"];
    let cases: [(&[&str], &str, &[&str]); 5] = [
        (SET, "renameat2", &changed),
        (&["restore", "1", "--yes"], "renameat2", &changed),
        (&["set", "SmtpSvc", "HopCount", "77"], "renameat2", &changed),
        (&["set-dns-mode", "udp-only", "--write", "in-place"], "ftruncate", &["/MetaBase.xml>"]),
        (&["backups", "prune", "--keep", "1"], "unlink", &[".bak\""]),
    ];
    for (args, call, named) in cases {
        let room = Room::new();
        for mode in ["tcp-only", "udp-then-tcp"] {
            room.must(&["set-dns-mode", mode, "--yes"]);
        }
        let calls = calls(&room, args, "openat,flock,ftruncate,unlink,renameat2");
        let locks = calls.iter().filter(|(name, args)| name == "flock" && args.contains(lock));
        assert_eq!(locks.count(), 1, "{args:?} locks once: {calls:#?}");
        let at = |name: &str, named: &[&str]| place(&calls, name, named);
        let taken = at("flock", &[lock]);
        let given_back = at("unlink", &[lock]);
        assert!(taken < at(call, named) && at(call, named) < given_back, "{args:?}: {calls:#?}");
        // Prune reads no metabase.
        let read = ["/MetaBase.xml\"", "O_RDONLY"];
        if args[0] != "backups" {
            assert!(taken < at("openat", &read), "{args:?}: {calls:#?}");
        }
    }
}
