//! Sizes nobody has, a file that grows, and names that a terminal would obey: a clear refusal or
//! a measured cost.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use super::is_long;
use super::room::{Room, original, told};

/// A metabase with this in front of the SMTP service's key.
fn metabase_with(extra: &str) -> Vec<u8> {
    let text = String::from_utf8(original()).unwrap();
    let at = text.find("<IIsSmtpService").unwrap();
    format!("{}{extra}{}", &text[..at], &text[at..]).into_bytes()
}

/// Runs the commands on it: all are done, or refused by this name. Says what it cost.
fn measured(what: &str, metabase: &[u8], refusal: Option<&str>) {
    let room = Room::with(metabase);
    for args in [&["show"][..], &["set-dns-mode", "udp-only", "--yes"], &["restore", "--yes"]] {
        let begun = Instant::now();
        let output = room.run(args);
        let (took, said) = (begun.elapsed(), told(&output));
        let said = &said[..said.floor_char_boundary(2000)];
        println!("{what} ({} bytes): {} took {took:.2?}", metabase.len(), args[0]);
        match refusal {
            None => assert!(output.status.success(), "{what}: {said}"),
            Some(_) if args[0] == "restore" => {}
            Some(words) => {
                assert_eq!(output.status.code(), Some(3), "{what}: {said}");
                assert!(said.contains(words), "{what}: {said}");
            }
        }
    }
    assert!(room.content() == metabase, "{what}: restored");
}

#[test]
fn elements_nested_deep() {
    let depth = if is_long() { 1_000_000 } else { 100_000 };
    let nest = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    measured("nested deep", &metabase_with(&nest(depth)), None);
    let open = metabase_with(&"<a>".repeat(depth));
    measured("nested deep and left open", &open, Some("not well-formed"));
}

#[test]
fn an_attribute_that_is_long() {
    let size = if is_long() { 100_000_000 } else { 5_000_000 };
    let key = |value: &str| {
        format!("<IIsObject\tLocation =\"/LM/long\"\r\n\t\tX=\"{value}\"\r\n\t/>\r\n")
    };
    measured("a long attribute", &metabase_with(&key(&"v".repeat(size))), None);
    measured("a long list", &metabase_with(&key(&"value\r\n\t\t\t".repeat(size / 10))), None);
    let broken = metabase_with(&key(&format!("{}<", "v".repeat(size))));
    measured("a long attribute that is broken", &broken, Some("not well-formed"));
}

#[test]
fn attributes_without_number() {
    let count = if is_long() { 1_000_000 } else { 50_000 };
    let mut key = "<IIsObject\tLocation =\"/LM/many\"".to_owned();
    for number in 0..count {
        write!(key, "\r\n\t\tX{number}=\"1\"").unwrap();
    }
    measured("many attributes", &metabase_with(&format!("{key}\r\n\t/>\r\n")), None);
    let twice = metabase_with(&format!("{key} X7=\"2\"/>\r\n"));
    measured("many attributes, one twice", &twice, Some("not well-formed"));
}

#[test]
fn keys_without_number() {
    let count = if is_long() { 10_000_000 } else { 50_000 };
    let mut keys = String::new();
    for number in 0..count {
        write!(keys, "<IIsObject\tLocation =\"/LM/k/{number}\"\r\n\t/>\r\n").unwrap();
    }
    measured("many keys", &metabase_with(&keys), None);
}

/// Looking each key up in all of the others took minutes in this build, and its square on a
/// larger file: the limit is far above what it takes, and far below that.
#[test]
fn thousands_of_keys_that_move() {
    let count = if is_long() { 300_000 } else { 15_000 };
    let keys = |value: &str| {
        let key = |number| {
            format!(
                "<IIsObject\tLocation =\"/LM/k/{number}\"\r\n\t\tServerComment=\"{value}\"\r\n\t>\r\n\
                 </IIsObject>\r\n"
            )
        };
        let above = "<IIsObject\tLocation =\"/LM/k\"\r\n\t/>\r\n".to_owned();
        metabase_with(&(above + &(0..count).map(key).collect::<String>()))
    };
    let (one, other, empty) = (Room::with(&keys("one")), Room::with(&keys("other")), Room::new());
    let (one_line, wide) =
        (Room::with(&in_one_line(other.content())), Room::with(&in_utf_16(other.content())));
    let export = one.dir().join("export.xml").to_str().unwrap().to_owned();
    let import = ["import", &export, "--yes", "--quiet", "--on-conflict", "replace"];
    for (what, room, args) in [
        ("exported", &one, &["export", "/LM/k", "-o", &export][..]),
        ("imported anew", &empty, &import),
        ("imported over others", &other, &import),
        ("imported over others in UTF-16", &wide, &import),
        ("imported over others in one line", &one_line, &import),
    ] {
        let begun = Instant::now();
        room.must(args);
        println!("{count} keys {what} in {:.2?}", begun.elapsed());
        assert!(begun.elapsed().as_secs() < if is_long() { 600 } else { 60 }, "{what}");
    }
    assert!(other.content() == one.content());
    assert!(wide.content() == in_utf_16(one.content()));
    assert!(one_line.content() == in_one_line(one.content()));
    assert_eq!(String::from_utf8(empty.content()).unwrap().matches("\"one\"").count(), count);
}

fn in_one_line(metabase: Vec<u8>) -> Vec<u8> {
    String::from_utf8(metabase).unwrap().replace("\r\n", " ").into_bytes()
}

fn in_utf_16(metabase: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(metabase).unwrap();
    ['\u{FEFF}']
        .into_iter()
        .chain(text.chars())
        .flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec())
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// The long form alone: restoring needs both files in memory, 10 GB.
#[test]
fn places_beyond_four_gigabytes() {
    if !is_long() {
        println!("skipped: in the long form alone");
        return;
    }
    let small = Room::with(&metabase_with("<!---->"));
    let room = Room::with(b"");
    let (head, tail) = halves(&small);
    let mut file = fs::File::create(room.path()).unwrap();
    file.write_all(&head).unwrap();
    for _ in 0..4_400 {
        file.write_all(&[b'x'; 1_000_000]).unwrap();
    }
    file.write_all(&tail).unwrap();
    for args in [&["set-dns-mode", "udp-only", "--yes"][..], &["restore", "--yes"]] {
        let begun = Instant::now();
        small.must(args);
        room.must(args);
        println!("beyond 4 GiB: {} took {:.2?}", args[0], begun.elapsed());
        let (_, tail) = halves(&small);
        assert!(end_of(&room, tail.len()) == tail, "{args:?}");
        assert_eq!(fs::metadata(room.path()).unwrap().len(), {
            4_400_000_000 + small.content().len() as u64
        });
    }
}

/// What is before the comment, with its beginning, and after.
fn halves(room: &Room) -> (Vec<u8>, Vec<u8>) {
    let content = room.content();
    let at = content.windows(7).position(|bytes| bytes == b"<!---->").unwrap() + 4;
    (content[..at].to_owned(), content[at..].to_owned())
}

fn end_of(room: &Room, length: usize) -> Vec<u8> {
    let mut file = fs::File::open(room.path()).unwrap();
    file.seek(SeekFrom::End(-i64::try_from(length).unwrap())).unwrap();
    let mut end = Vec::new();
    file.read_to_end(&mut end).unwrap();
    end
}

#[test]
fn a_file_that_grows_while_it_is_read() {
    let room = Room::with(&metabase_with(&format!("<!--{}-->", "x".repeat(3_000_000))));
    let over = AtomicBool::new(false);
    let (mut whole, mut noticed) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = fs::File::options().append(true).open(room.path()).unwrap();
            while !over.load(Relaxed) {
                file.write_all(b"<!-- more -->\r\n").unwrap();
            }
        });
        for _ in 0..20 {
            let output = room.run(&["show", "--format", "json"]);
            let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            match output.status.code() {
                Some(0) => whole += 1,
                Some(4) if json["error"]["name"] == "changed-meanwhile" => noticed += 1,
                _ => panic!("{}", told(&output)),
            }
        }
        over.store(true, Relaxed);
    });
    println!("a growing file: read whole {whole} times, noticed {noticed} times");
    assert!(noticed > 0);
}

/// ESC cannot be in XML, but its eight-bit form, and marks that turn the writing round, can.
const OBEYED: [&str; 9] = [
    "\u{9b}31m",
    "\u{85}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "&#13;",
    "&#xA;",
    "\u{7f}",
];

#[test]
fn what_a_terminal_would_obey_is_shown() {
    let evil = OBEYED.concat();
    let text = String::from_utf8(metabase_with(&format!(
        "<IIsObject\tLocation =\"/LM/{evil}\"\r\n\t\tX=\"{evil}\"\r\n\t/>\r\n"
    )))
    .unwrap();
    // In a neighbour of what is changed, in a virtual server's name, and in a value that is wrong.
    let near = text.replace("UnknownName_49875", &format!("Name{evil}"));
    let server = text.replace("\"/LM/SmtpSvc/1\"", &format!("\"/LM/SmtpSvc/1{evil}\""));
    let wrong = text.replace("ID=\"49875\"", &format!("ID=\"{evil}\""));
    let broken = near.replace(&format!("X=\"{evil}\""), &format!("X=\"{evil}<\""));
    for changed in [&near, &server, &wrong, &broken] {
        assert_ne!(changed, &text);
        let room = Room::with(changed.as_bytes());
        for args in [
            &["show"][..],
            &["check"],
            &["keys"],
            &["get", "/LM/SmtpSvc"],
            &["set-dns-mode", "udp-only", "--dry-run"],
            &["set-dns-mode", "udp-only", "--yes"],
            &["restore", "1", "--dry-run"],
            &["diff", "1"],
            &["backups", "list"],
        ] {
            for format in ["text", "json"] {
                obeys_nothing(&room.run(&[args, &["--format", format]].concat()), format);
            }
        }
    }
}

#[test]
fn paths_that_a_terminal_would_obey_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("a\u{1b}[31m\nb\u{202e}");
    fs::create_dir(&below).unwrap();
    fs::write(below.join("MetaBase.xml"), original()).unwrap();
    let room = Room::at(&below);
    for args in [
        &["set-dns-mode", "udp-only", "--yes"][..],
        &["show"],
        &["backups", "list"],
        &["restore", "1", "--yes"],
        &["restore", "99", "--yes"],
        &["backups", "prune", "--keep", "0"],
        &["get", "/LM/\u{1b}[31m"],
    ] {
        for format in ["text", "json"] {
            obeys_nothing(&room.run(&[args, &["--format", format]].concat()), format);
        }
    }
}

fn obeys_nothing(output: &Output, format: &str) {
    for stream in [&output.stdout, &output.stderr] {
        let text = std::str::from_utf8(stream).unwrap().replace("\r\n", "\n");
        let obeyed = |c: &char| {
            c.is_control() && !matches!(c, '\n' | '\t')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
                || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
                || format == "json" && !c.is_ascii()
        };
        let found = text.chars().find(obeyed);
        assert_eq!(found, None, "{}", text.escape_debug());
    }
}

#[test]
fn a_folder_full_of_backups() {
    let count = if is_long() { 100_000 } else { 1_000 };
    let room = Room::new();
    room.must(&["set-dns-mode", "udp-only", "--yes"]);
    let folder = room.dir().join("metafix-backups");
    let own: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let sidecar = own.iter().find(|path| path.to_str().unwrap().ends_with(".sha256")).unwrap();
    let text = fs::read_to_string(sidecar).unwrap();
    let name = sidecar.file_name().unwrap().to_str().unwrap();
    for number in 2..=count {
        let of = |text: &str| text.replace(".0001.", &format!(".{number:04}."));
        fs::write(folder.join(of(name)), of(&text)).unwrap();
        let backup = of(name.strip_suffix(".sha256").unwrap());
        fs::write(folder.join(backup), original()).unwrap();
    }
    for (args, words) in [
        (&["set-dns-mode", "tcp-only", "--yes"][..], "Written:"),
        (&["restore", "--yes"], "Written:"),
        (&["restore", "500", "--yes"], "Written:"),
        (&["backups", "list"], "before: "),
        (&["backups", "verify"], "backups verified"),
        (&["backups", "prune", "--keep", "10"], "removed, the newest 10 stay"),
    ] {
        let begun = Instant::now();
        let said = told(&room.must(args));
        println!("{count} backups: {args:?} took {:.2?}", begun.elapsed());
        assert!(said.contains(words), "{args:?}");
    }
    assert_eq!(room.listed().unwrap().len(), 10);
}
