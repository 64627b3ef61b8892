//! Templates and the macro AWS::LanguageExtensions.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| properties::is_template(text));
