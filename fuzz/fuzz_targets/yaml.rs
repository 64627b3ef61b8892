//! The reader, with any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::reads(bytes));
