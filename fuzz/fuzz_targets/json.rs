//! The reader, with bytes that serde_json takes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::reads_json(bytes));
