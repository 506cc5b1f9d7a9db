//! Writes a metabase of a size on standard output, the same bytes each time.
//!
//! `cargo run --release --example metabase 5000000 > MetaBase.xml`

#[path = "../tests/support/metabase.rs"]
mod metabase;

use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let argument = std::env::args().nth(1);
    let Some(bytes) = argument.and_then(|size| size.parse().ok()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "give one size, in bytes"));
    };
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    metabase::write_sized(&mut out, bytes)?;
    out.flush()
}
