//! Reading in pieces gives what reading from the beginning to the end gives.

use super::*;

const PLAIN: &str = "<?xml version=\"1.0\"?>\r\n\
<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\r\n<MBProperty>\r\n\
<IIS_Global\tLocation =\".\"\r\n\tSessionKey=\"49\"\r\n\t>\r\n</IIS_Global>\r\n\
<IIsObject\tLocation =\"/LM\">\r\n<Custom Name=\"Location\" ID=\"1\" Value=\"&lt;a Location=\"/>\r\n\
</IIsObject>\r\n<!-- <b Location=\"no key\"> --><a Location='/LM/a'/><a Location='/LM/b'></a>\r\n\
<c><![CDATA[<d Location=\"no key\"]]></c><e Location='/LM/e'><f Location='no key'/></e>\r\n\
<g\u{e9} Location=\"/LM/g\"/><h x='' Location=\"/LM/h\"/>\r\n</MBProperty>\r\n</configuration>\r\n";

/// What is read from the beginning to the end.
fn at_once(source: &Source) -> Result<Metabase, MetabaseError> {
    scan_along(source, |_| {})
}

fn in_pieces(source: &Source, length: usize) -> Result<Metabase, MetabaseError> {
    scan_pieces(source, &Pieces::of_length(source.text(), length))
}

fn check(text: &str, lengths: &[usize]) {
    let Ok(source) = Source::decode(text.as_bytes()) else { return };
    let expected = at_once(&source);
    for length in lengths {
        assert_eq!(in_pieces(&source, *length), expected, "pieces of {length}: {text}");
    }
}

#[test]
fn pieces_of_any_length_give_the_same_keys() {
    assert_eq!(at_once(&Source::decode(PLAIN.as_bytes()).unwrap()).unwrap().keys.len(), 7);
    check(PLAIN, &(1..PLAIN.len()).collect::<Vec<_>>());
}

#[test]
fn pieces_give_the_same_refusal_whatever_is_broken() {
    for (at, was) in PLAIN.char_indices() {
        for now in ["", "<", ">", "\"", "&", "-->", "</x>", "<!--", "</>", "\u{1}", "é"] {
            let behind = &PLAIN[at + was.len_utf8()..];
            check(&format!("{}{now}{behind}", &PLAIN[..at]), &[1, 90]);
        }
    }
}

#[test]
fn pieces_give_the_same_keys_and_refusals_for_every_fixture() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(source) = Source::decode(fs_err::read(&path).unwrap()) else { continue };
            files += 1;
            let expected = at_once(&source);
            for length in [100, 3000] {
                assert_eq!(in_pieces(&source, length), expected, "{}: {length}", path.display());
            }
        }
    }
    assert!(files > 200, "{files} fixtures");
}

/// Otherwise the one reader does everything, and nobody would notice but by the clock.
#[test]
fn the_pieces_of_a_plain_metabase_are_read_ahead() {
    let key = |n: usize| format!("<IIsObject\tLocation =\"/LM/{n}\"\r\n\t>\r\n</IIsObject>\r\n");
    let (head, tail) = PLAIN.split_once("<IIS_Global").unwrap();
    let end = tail.split_once("\r\n</MBProperty>").unwrap().1;
    let keys: String = (0..100).map(key).collect();
    let source = Source::decode(format!("{head}{keys}</MBProperty>{end}").into_bytes()).unwrap();
    let pieces = Pieces::of_length(source.text(), 500);
    let taken = std::thread::scope(|scope| {
        let mut ahead = Ahead::begin(scope, &source, &pieces);
        let mut at = pieces.first().unwrap();
        let mut taken = Vec::new();
        while let Some((keys, end)) = ahead.take(at) {
            assert!(end > at);
            at = end;
            taken.extend(keys);
        }
        taken
    });
    assert!(taken.len() > 70, "{} of 100 keys", taken.len());
    let all = at_once(&source).unwrap().keys;
    let first = all.iter().position(|key| *key == taken[0]).unwrap();
    assert_eq!(all[first..first + taken.len()], taken);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: 2000, failure_persistence: None, ..Default::default()
    })]
    #[test]
    fn pieces_of_anything_give_the_same(
        parts in proptest::collection::vec(proptest::sample::select(FRAGMENTS.to_vec()), 0..30),
        length in 1_usize..60,
    ) {
        let (head, tail) = PLAIN.split_once("<IIS_Global").unwrap();
        let end = &tail[tail.find("\r\n</MBProperty>").unwrap()..];
        let inside = parts.concat();
        for text in [format!("{head}{inside}{end}"), format!("{inside}{end}"), inside.clone()] {
            check(&text, &[length]);
        }
    }
}

const FRAGMENTS: [&str; 26] = [
    "<a Location='/LM/a'/>",
    "<a Location='/LM/a'>",
    "<b\tLocation =\"/LM/b\"\r\n\t>\r\n</b>\r\n",
    "<\u{e9} Location=\"/LM\"/>",
    "<a Location",
    "='x'/>",
    "</a>",
    "</>",
    "</MBProperty>",
    "<MBProperty>",
    "</configuration>",
    "<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">",
    "<Custom Name='Location' ID='1'/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE a>",
    "&amp;",
    "&",
    "\"",
    "'",
    "\u{FFFE}",
    "\u{FEFF}",
    " text \u{1F600}\r\n",
];
