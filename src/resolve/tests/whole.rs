//! Whole templates, section by section. Source: AWS CloudFormation User Guide, template-anatomy.html.

use super::*;
use crate::resolve::{Section, whole};
use crate::world::Stop;

fn show(value: &Value) -> String {
    fn write(plain: &Plain) -> String {
        match plain {
            Plain::Text(text) => text.clone(),
            Plain::List(items) => format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(",")),
            Plain::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| format!("{key}:{}", write(value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
            }
        }
    }
    value.plain().as_ref().map_or_else(String::new, write)
}

/// Every section of a template, a line each, and what CloudFormation refuses in it.
fn sections(text: &str) -> (Vec<String>, Vec<String>) {
    let document = Document::from_text(FileId(0), text).expect("the template reads");
    let stacks = Stacks::of(FileId(0), Template::parse(&document).expect("it is a template").into());
    let givens = Givens::default();
    let scope = Scope::new(&stacks, &givens);
    let whole = whole(&scope, &document, &scope.nominal());
    let refusals = whole.refusals().into_iter().map(|refusal| refusal.message).collect();
    let lines = whole.0.iter().map(|(name, section)| match section {
        Section::Value(value) => format!("{name} {}", show(value)),
        Section::Conditions(answers) => {
            let answer = |answer: &Result<bool, Stop>| match answer {
                Ok(yes) => yes.to_string(),
                Err(Stop::Ask(_)) => "?".to_owned(),
                Err(Stop::Refused(_)) => "!".to_owned(),
            };
            let answers = answers.iter().map(|(name, found)| format!("{name}:{}", answer(found)));
            format!("{name} {}", answers.collect::<Vec<_>>().join(","))
        }
    });
    (lines.collect(), refusals)
}

#[test]
fn a_template_as_it_would_be_deployed() {
    let (lines, refusals) = sections(
        "Description: !Sub 'stays ${AWS::Region}'
Metadata: { A: !Ref X, B: !GetAtt X.Y, C: !If [Is, a, b], D: !Condition Is }
Parameters: { P: { Type: String }, Q: { Type: String, Default: q } }
Conditions: { Is: !Equals [a, a], Isnt: !Equals [a, b], Open: !Equals [!Ref P, a] }
Resources:
  A: { Type: T::T::A, Condition: Is, DependsOn: [B, C], Properties: { V: !Ref Q, L: [x, !If [Isnt, y, !Ref AWS::NoValue]] } }
  B: { Type: T::T::B, Condition: Isnt }
  C: { Type: T::T::C, Condition: Open, DependsOn: B, Metadata: !Ref AWS::NoValue, DeletionPolicy: !If [Is, Retain, Delete] }
  D: { Type: T::T::D, DependsOn: [B] }
  E: { Type: T::T::E, DependsOn: A }
Outputs:
  O: { Value: !Ref Q, Condition: Open, Export: { Name: !Sub '${Q}-o' } }
  N: { Value: a, Condition: Isnt }
",
    );
    assert_eq!(
        lines,
        [
            "Description {Fn::Sub:stays ${AWS::Region}}",
            "Metadata {A:{Ref:X},B:{Fn::GetAtt:[X,Y]},C:{Fn::If:[Is,a,b]},D:{Condition:Is}}",
            "Parameters {P:{Type:String},Q:{Type:String,Default:q}}",
            "Conditions Is:true,Isnt:false,Open:?",
            "Resources {A:{Type:T::T::A,DependsOn:[C],Properties:{V:q,L:[x]}},C:{Type:T::T::C,Condition:Open,DeletionPolicy:Retain},D:{Type:T::T::D},E:{Type:T::T::E,DependsOn:A}}",
            "Outputs {O:{Value:q,Condition:Open,Export:{Name:q-o}}}",
        ]
    );
    assert_eq!(refusals, [""; 0]);
}

#[test]
fn what_cloudformation_refuses_anywhere_is_told() {
    let (lines, refusals) = sections(
        "Metadata: { A: null, B: b }
Conditions: { Broken: !Condition Missing }
Resources:
  A: { Type: T::T::A, Properties: { V: !Select [3, [a]] } }
Outputs:
  L: { Value: [a] }
  M: { Value: { A: a } }
  N: { Value: !Ref AWS::NoValue }
  O: { Description: nothing }
  P: { Value: a }
",
    );
    assert_eq!(lines[1], "Conditions Broken:!");
    let texts = refusals.iter().filter(|one| one.contains("must be a text")).count();
    assert_eq!((texts, refusals.len()), (3, 7), "{refusals:#?}");
    assert!(refusals.iter().any(|one| one.contains("`Missing`")), "{refusals:#?}");
}
