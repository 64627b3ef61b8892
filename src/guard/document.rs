//! A resolved template as the text that the engine reads.
//!
//! Comes in: JSON. Goes out: the same as text, in one line, with marks that YAML needs and JSON does not; or why the engine could
//! not take it. Its reader is libyaml: it refuses control characters that JSON may hold, and keys of more than 1,024 bytes
//! without a mark; it takes time that grows with the square of a map's size, and calls itself for whatever nests.

use serde_json::Value as Json;

/// How deep a document may nest. A template's own text may do so up to 128 levels.
const DEPTH: usize = 400;

/// How many entries a map may have: a template has 500 resources.
const ENTRIES: usize = 20_000;

/// How many bytes a document may have; CloudFormation takes templates of 1 MB.
const BYTES: usize = 32 << 20;

/// Of this many bytes a key needs no mark. Source: YAML 1.1, 9.3, "implicit keys … may not exceed 1024 characters".
const IMPLICIT: usize = 512;

/// The text of a document.
///
/// # Errors
///
/// In words, what of it is too much.
pub(super) fn text(document: &Json) -> Result<String, String> {
    let mut out = String::new();
    write(document, 0, &mut out)?;
    Ok(out)
}

fn write(value: &Json, depth: usize, out: &mut String) -> Result<(), String> {
    if depth > DEPTH {
        return Err(format!("it nests deeper than {DEPTH}"));
    }
    if out.len() > BYTES {
        return Err(format!("it has more than {BYTES} bytes"));
    }
    match value {
        Json::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                write(item, depth + 1, out)?;
            }
            out.push(']');
        }
        Json::Object(entries) => {
            if entries.len() > ENTRIES {
                return Err(format!("a map in it has more than {ENTRIES} entries"));
            }
            out.push('{');
            for (n, (key, value)) in entries.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                out.push_str(if key.len() > IMPLICIT { "? " } else { "" });
                quoted(key, out);
                out.push_str(": ");
                write(value, depth + 1, out)?;
            }
            out.push('}');
        }
        Json::String(text) => quoted(text, out),
        Json::Null | Json::Bool(_) | Json::Number(_) => out.push_str(&value.to_string()),
    }
    Ok(())
}

/// A text in quotes. What is no printable character of YAML (5.1, c-printable) is written as its number.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' | '\u{a1}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' => out.push(c),
            '\u{10000}'.. => out.push(c),
            _ => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_json_but_for_long_keys() {
        let hostile = json!({ "a\"\\\n\r\t\u{7f}\u{85}\u{2028}\u{feff}\u{ffff}😀": [1, -2.5, true, null, "ü", {}] });
        assert_eq!(serde_json::from_str::<Json>(&text(&hostile).expect("it fits")).expect("JSON"), hostile);
        let long = json!({ "k".repeat(2_000): 1 });
        assert!(text(&long).expect("it fits").starts_with("{? \"kkk"));
    }

    #[test]
    fn what_is_too_much_is_said() {
        let deep = (0..=DEPTH).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(text(&deep), Err("it nests deeper than 400".to_owned()));
        let wide: serde_json::Map<String, Json> = (0..=ENTRIES).map(|n| (n.to_string(), json!(1))).collect();
        assert_eq!(text(&Json::Object(wide)), Err("a map in it has more than 20000 entries".to_owned()));
    }
}
