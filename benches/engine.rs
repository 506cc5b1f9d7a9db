//! How long each part of `set-dns-mode` takes: `cargo bench --bench engine`.
//!
//! For finding out what a change of the code does to one part. What the whole command costs next
//! to other tools is for `benches/compare` to say, and whether it became slower for
//! `benches/instructions`.
#![allow(missing_docs, reason = "criterion's macros make functions without")]
#![allow(
    clippy::disallowed_methods,
    reason = "it prepares files for `store` to change, in a folder of its own"
)]

#[path = "../tests/support/metabase.rs"]
mod metabase;

use std::fs;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use metafix::change::dns::request;
use metafix::change::plan::{Plan, plan};
use metafix::change::verify::{Verified, verified};
use metafix::metabase::property::DnsMode;
use metafix::metabase::scan::{Metabase, scan};
use metafix::metabase::secrets::Secrets;
use metafix::store::{self, Backups, Change, Target};
use metafix::text::source::Source;
use tempfile::TempDir;

const SIZES: [(&str, usize); 2] = [("80 KB", 80_000), ("5 MB", 5_000_000)];

fn opened(bytes: &[u8]) -> (Source<'_>, Metabase) {
    let source = Source::decode(bytes.to_vec()).expect("the generator writes UTF-8");
    let metabase = scan(&source).expect("the generator writes metabases");
    (source, metabase)
}

fn planned(source: &Source, metabase: &Metabase) -> Plan {
    let request = request(DnsMode::UdpOnly, None);
    let plan = plan(source, metabase, &[request]).expect("the service is there");
    assert!(!plan.edits.is_empty(), "there must be something to do");
    plan
}

fn change(bytes: &[u8]) -> Verified {
    let (source, metabase) = opened(bytes);
    let plan = planned(&source, &metabase);
    verified(source, metabase, plan, &Secrets::default()).expect("the plan is right")
}

/// A folder with a metabase, and what is to become of it.
struct Room {
    dir: TempDir,
    change: Verified,
}

impl Room {
    fn new(bytes: &[u8]) -> Self {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
        fs::write(dir.path().join("MetaBase.xml"), bytes).expect("it can be written");
        Self { dir, change: change(bytes) }
    }

    /// From the lock to the reading back.
    fn commit(&self) {
        let target = Target::resolve(&self.dir.path().join("MetaBase.xml")).expect("it is there");
        let lock = store::lock(&target, "a benchmark", Duration::ZERO).expect("nobody has it");
        let backups = Backups::new(target.path(), None);
        let Verified { edits, after, .. } = &self.change;
        let change = Change { edits, after, why: "a benchmark" };
        store::commit(&lock, &backups, &change, &mut |_| ()).expect("nothing is in the way");
    }
}

fn engine(criterion: &mut Criterion) {
    for (name, size) in SIZES {
        let bytes = metabase::sized(size);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        if size > 1_000_000 {
            group.sample_size(20);
        }
        let (source, metabase) = opened(&bytes);
        group.bench_function(BenchmarkId::from_parameter("scan"), |bench| {
            bench.iter(|| scan(black_box(&source)).expect("it is a metabase"));
        });
        group.bench_function(BenchmarkId::from_parameter("plan"), |bench| {
            bench.iter(|| planned(black_box(&source), &metabase));
        });
        let prepare = || {
            let (source, metabase) = opened(&bytes);
            let plan = planned(&source, &metabase);
            (source, metabase, plan)
        };
        group.bench_function(BenchmarkId::from_parameter("verify"), |bench| {
            let verify =
                |(source, metabase, plan)| verified(source, metabase, plan, &Secrets::default());
            bench.iter_batched(prepare, verify, BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::from_parameter("commit"), |bench| {
            let commit = |room: Room| {
                room.commit();
                room
            };
            bench.iter_batched(|| Room::new(&bytes), commit, BatchSize::PerIteration);
        });
        group.finish();
    }
}

criterion_group!(benches, engine);
criterion_main!(benches);
