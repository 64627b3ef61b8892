//! The policy engine, with a policy, a call and a pattern: the parts of a text that NUL characters divide.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| properties::decides(text));
