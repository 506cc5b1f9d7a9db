//! See `events` in `tests/support/targets.rs`.
#![no_main]

#[path = "../../tests/support/targets.rs"]
#[allow(dead_code, reason = "the other targets use the rest")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    targets::events(bytes);
});
