//! The metabases in `fixtures/servers` are what their generator writes.
//!
//! `METAFIX_BLESS=1 cargo test --test laws fixtures_fresh::` writes them anew.

use std::io::Write;
use std::path::Path;

use crate::support::metabase::{Server, metabase, sized, write_sized};

#[test]
fn windows_2003_is_fresh() {
    check("windows-2003.xml", &metabase(Server::Windows2003, 1));
}

#[test]
fn shared_host_is_fresh() {
    let host = metabase(Server::SharedHost, 1000);
    assert!(host.len() < 6_000_000, "{} bytes are too many for the repository", host.len());
    check("shared-host.xml", &host);
}

#[test]
fn exchange_2003_is_fresh() {
    check("exchange-2003.xml", &metabase(Server::Exchange2003, 1));
}

#[test]
fn relay_2022_is_fresh() {
    check("relay-2022.xml", &metabase(Server::Relay2022, 0));
}

#[test]
fn sized_is_as_large_as_asked() {
    for bytes in [0, 100_000, 1_000_000] {
        let file = sized(bytes);
        assert!(file.len() >= bytes, "{} < {bytes}", file.len());
        assert!(file.len() < bytes + 40_000, "{} is far above {bytes}", file.len());
        let mut streamed = Vec::new();
        write_sized(&mut streamed, bytes).unwrap();
        assert!(file == streamed);
    }
}

#[test]
fn every_generated_metabase_is_well_formed() {
    for kind in [Server::Windows2003, Server::SharedHost, Server::Exchange2003, Server::Relay2022] {
        let file = String::from_utf8(metabase(kind, 30)).unwrap();
        roxmltree::Document::parse(&file).unwrap();
    }
}

fn check(name: &str, fresh: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/servers").join(name);
    if std::env::var_os("METAFIX_BLESS").is_some() {
        let mut file = fs_err::File::create(&path).expect("the fixture can be created");
        file.write_all(fresh).expect("the fixture can be written");
    }
    let kept = fs_err::read(&path).expect("the fixture is there");
    // Not assert_eq!: the message would print both files.
    assert!(kept == fresh, "{name} is not what the generator writes");
}
