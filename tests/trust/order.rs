//! What must be on the disk before what: a crash of the machine, which no kill of the program
//! can stand for, takes whatever was not synced.

use super::room::{Room, told};
use super::{skip, strace};

/// A call that names things or makes them durable: its name and its arguments, paths included.
type Call = (String, String);

/// The calls of a change in an undisturbed run.
fn calls(room: &Room) -> Vec<Call> {
    let names = "trace=fsync,fdatasync,link,linkat,rename,renameat,renameat2";
    let options = ["-f", "-y", "-s", "4096", "-e", names].map(str::to_owned);
    let (output, log) = strace::traced(room, &options, &["set-dns-mode", "udp-only", "--yes"]);
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
        let calls = calls(room);
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
