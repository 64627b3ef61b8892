//! The macro over short templates: YAML in, JSON or the first line of the refusal out.

mod conditions;
mod functions;
mod hostile;
mod loops;
mod sections;
mod spans;

use std::collections::BTreeMap;

use crate::source::{Document, FileId};

/// The expanded template as compact JSON.
fn expanded(yaml: &str, given: &[(&str, &str)]) -> String {
    answer(yaml, given).unwrap_or_else(|message| panic!("refused: {message}\n{yaml}"))
}

/// Why a template is refused.
fn refusal(yaml: &str) -> String {
    match answer(yaml, &[]) {
        Ok(json) => panic!("accepted: {json}\n{yaml}"),
        Err(message) => message,
    }
}

fn answer(yaml: &str, given: &[(&str, &str)]) -> Result<String, String> {
    let document = Document::from_text(FileId(0), yaml).expect("YAML");
    let answer = super::transform(&document, &values(given));
    answer.map(|json| json.to_string()).map_err(|refusal| refusal.message)
}

fn values(given: &[(&str, &str)]) -> BTreeMap<String, Option<String>> {
    given.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
}

/// What becomes of a property, in a template with a few parameters, mappings and conditions.
fn property(yaml: &str) -> Result<String, String> {
    let template = format!("{COMMON}Resources: {{R: {{Type: T, Properties: {{P: {yaml}}}}}}}\n");
    let json = answer(&template, &[])?;
    let found = json.split_once("\"Properties\":").map_or("", |(_, rest)| rest);
    Ok(found.strip_suffix("}}}").unwrap_or(found).to_owned())
}

/// As [`property`], for one that is accepted.
fn value(yaml: &str) -> String {
    property(yaml).unwrap_or_else(|message| panic!("{yaml} is refused: {message}"))
}

/// As [`property`], for one that is refused.
fn refused(yaml: &str) -> String {
    property(yaml).expect_err(yaml)
}

const COMMON: &str = "Parameters:
  Name: {Type: String, Default: x}
  Size: {Type: Number, Default: 2.5}
  List: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Unset: {Type: String}
  UnsetList: {Type: 'List<Number>'}
  Secret: {Type: String, NoEcho: true, Default: s}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /key}
Mappings:
  M: {one: {text: t, list: [l, m], none: null}}
Conditions:
  Holds: {Fn::Equals: [a, a]}
  Fails: {Fn::Equals: [a, b]}
  Open: {Fn::Equals: [!Ref Unset, b]}
";
