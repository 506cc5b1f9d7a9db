//! See `answer` in `tests/support/answers.rs`.
#![no_main]

#[path = "../../tests/support/answers.rs"]
mod answers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    answers::answer(bytes);
});
