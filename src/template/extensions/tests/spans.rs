//! The document that comes out: read as a template, with places in the text that was written.

use super::values;
use crate::source::{Document, FileId, Span};
use crate::template::{Expr, Snippets, Template, Unknown, expand};
use crate::world::Refusal;

fn unroll(document: &Document, given: &[(&str, &str)]) -> Result<Template, Refusal> {
    expand(document, &values(given), &Snippets::default()).expect("it has loops")
}

const YAML: &str = "Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Keys:
    - Name
    - !Ref Names
    - Key${Name}:
        Type: AWS::KMS::Key
        Properties:
          Description: !Sub 'for ${Name}'
          KeyPolicy: {Statement: [{Sid: !Ref Name, Principal: !GetAtt 'Role${Name}.Arn'}]}
";

fn at(document: &Document, span: Span) -> &str {
    document.text().get(span.start as usize..span.end as usize).expect("a place in the text")
}

fn slice(document: &Document, expr: &Expr) -> String {
    at(document, expr.span).to_owned()
}

#[test]
fn keys_that_a_loop_makes_are_keys_of_the_template_and_point_at_the_fragment() {
    let document = Document::from_text(FileId(0), YAML).expect("YAML");
    let template = unroll(&document, &[("Names", "A,B")]).expect("it unrolls");
    assert_eq!(template.unknown, []);
    let ids: Vec<&str> = template.keys().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["KeyA", "KeyB"]);
    for (id, name) in [("KeyA", "A"), ("KeyB", "B")] {
        let key = template.resource(id).expect("the key");
        assert_eq!(at(&document, key.span), "Key${Name}");
        assert_eq!(document.line_col(key.body.start).line, 8);
        let description = key.property("Description").expect("a description");
        assert_eq!(slice(&document, description), "!Sub 'for ${Name}'");
        assert!(format!("{description:?}").contains(&format!("for {name}")));
        let statement = key.property("KeyPolicy").and_then(|policy| policy.get("Statement")).expect("a statement");
        let statement = statement.children()[0].clone();
        let sid = statement.get("Sid").expect("a Sid");
        assert_eq!((sid.as_text(), slice(&document, sid)), (Some(name), "!Ref Name".to_owned()));
        let principal = statement.get("Principal").expect("a principal");
        assert_eq!(slice(&document, principal), "!GetAtt 'Role${Name}.Arn'");
        assert!(format!("{principal:?}").contains(&format!("Role{name}")));
    }
}

#[test]
fn a_loop_that_is_not_known_stays_and_is_listed() {
    let document = Document::from_text(FileId(0), YAML).expect("YAML");
    let template = unroll(&document, &[]).expect("it unrolls");
    let [Unknown { name, span, makes_keys: true }] = template.unknown.as_slice() else {
        panic!("{:?}", template.unknown)
    };
    assert_eq!((name.as_str(), at(&document, *span)), ("Names", "Fn::ForEach::Keys"));
    let written = template.written.as_ref().expect("a document");
    let resources = written.get(written.root(), "Resources").expect("the section").value;
    let kept = written.get(resources, "Fn::ForEach::Keys");
    assert!(kept.is_some(), "the loop still stands in the document");
}

#[test]
fn a_template_without_loops_reads_as_before() {
    let yaml = "Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, a]}
Resources:
  K: {Type: AWS::KMS::Key, Condition: C, Properties: {Description: !Join ['', [!Ref P, 012, null]], Enabled: yes}}
Outputs: {O: {Value: {Fn::GetAtt: [K, Arn]}}}";
    let document = Document::from_text(FileId(0), yaml).expect("YAML");
    let before = Template::parse(&document).expect("a template");
    let rebuilt = crate::template::tree::rebuild(&document, &crate::template::tree::read(&document, document.root()));
    let after = Template::parse(&rebuilt).expect("a template");
    let key = |template: &Template| format!("{:?}", template.resource("K"));
    assert_eq!(key(&before).replace("Span {", ""), key(&after).replace("Span {", ""));
    assert_eq!(format!("{:?}", before.parameters), format!("{:?}", after.parameters));
}

#[test]
fn what_is_refused_has_its_place() {
    let yaml = YAML.replace("!Ref Names", "!Ref Nothing");
    let document = Document::from_text(FileId(0), &yaml).expect("YAML");
    let refusal = unroll(&document, &[]).expect_err("no collection");
    assert_eq!(at(&document, refusal.span), "!Ref Nothing");
}
