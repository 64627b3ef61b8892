//! The whole check, with every report.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| properties::checks(text));
