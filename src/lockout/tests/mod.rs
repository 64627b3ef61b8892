//! The rules of AWS, each with a test that fails without it: template and deployment in, verdict out.

mod beyond;
mod changes;
mod conditions;
mod context;
mod deployers;
mod explorer;
mod handlers;
mod kms_rows;
mod layers;
mod left;
mod macros;
mod nested;
mod nested_ends;
mod nested_parameters;
mod open_parts;
mod operators;
mod pitfalls;
mod principals;
mod recovers;
mod refused;
mod resolved;
mod returns;
mod snapshot;
mod soundness;
mod soundness_open;
mod soundness_reach;
mod statements;
mod structure;
mod traces;
mod updates;
mod who;
mod who_named;
mod who_soundness;
mod worlds;

use crate::deployment::{Deployment, Inputs, policies};
use crate::policy::{Layer, Layers};
use crate::source::{Document, FileId};
use crate::template::{Stacks, Template};
use crate::world::Value;

use super::{Checked, KeyAnswer, check};

pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/Deploy";
pub(super) const ALICE: &str = "arn:aws:iam::111122223333:user/Alice";

/// The deployment through a service role or, for every other principal, with its own credentials.
pub(super) fn by(deployer: &str) -> Inputs {
    match deployer {
        "" => Inputs::default(),
        role if role.contains(":role/") => Inputs { role_arn: Some(role.to_owned()), ..Inputs::default() },
        other => Inputs { deployer: Some(other.to_owned()), ..Inputs::default() },
    }
}

pub(super) fn checked(inputs: Inputs, template: &str) -> Checked {
    let document = Document::from_text(FileId(0), template).expect("the template reads");
    let template = Template::parse(&document).expect("it is a template");
    let stacks = Stacks::of(FileId(0), template.into());
    check(&stacks, &Deployment::from_inputs("default", inputs).expect("the deployment is one")).remove(0)
}

pub(super) fn key(inputs: Inputs, template: &str) -> KeyAnswer {
    let mut checked = checked(inputs, template);
    assert!(!checked.keys.is_empty(), "skipped: {:?}", checked.skipped);
    checked.keys.remove(0)
}

/// A template with one key of these properties, after these other sections.
pub(super) fn template(sections: &str, properties: &str) -> String {
    format!("{sections}\nResources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: {properties}\n")
}

/// A template with one key whose policy has these statements, written as one YAML flow list.
pub(super) fn policy(statements: &str) -> String {
    template("", &format!("{{ KeyPolicy: {{ Version: '2012-10-17', Statement: {statements} }} }}"))
}

/// The verdict for a key whose policy has these statements.
pub(super) fn word(deployer: &str, statements: &str) -> &'static str {
    key(by(deployer), &policy(statements)).verdict.word()
}

/// A statement that lets a principal administer the key.
pub(super) fn allow(principal: &str) -> String {
    format!("[{{ Effect: Allow, Principal: {principal}, Action: 'kms:*', Resource: '*' }}]")
}

/// A statement that lets Alice administer the key under a condition.
pub(super) fn under(condition: &str) -> String {
    format!(
        "[{{ Effect: Allow, Principal: {{ AWS: '{ALICE}' }}, Action: 'kms:*', Resource: '*', Condition: {condition} }}]"
    )
}

/// A policy that lets everyone administer the key, beside a Deny of these other elements.
pub(super) fn denying(elements: &str) -> String {
    format!("[{{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*' }}, {{ Effect: Deny, {elements} }}]")
}

/// The policies of a file, as `--identity-policy` and its likes read it.
pub(super) fn policies_of(layer: Layer, document: &str) -> Vec<Value> {
    let document = Document::from_text(FileId(9), document).expect("the policy reads");
    policies(&document, layer).expect("it is a policy")
}

/// The same deployment with all of the deployer's identity policies.
pub(super) fn with_iam(inputs: Inputs, document: &str) -> Inputs {
    let identity = Some(policies_of(Layer::Identity, document));
    Inputs { layers: Layers { identity, ..inputs.layers }, ..inputs }
}
