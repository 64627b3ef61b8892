//! The facts that were asked for and not given, each with the way to give it.

use crate::source::Span;
use crate::world::{Facet, Hole, Origin, Question, Tree};

use super::evaluate::{Leaf, Outcome, Subject};
use super::verdict::Open;

/// What to do where a template asks for more than can be worked out.
const TOO_MUCH: &str = "give values with --parameter KEY=VALUE, or simplify the template: too much is left to work out";

/// The open facts of the nominal world, each once, in the order in which they were asked.
pub(crate) fn opens(tree: &Tree<Leaf>, subject: &Subject<'_>) -> Vec<Open> {
    let mut out: Vec<Open> = Vec::new();
    let mut push = |open: Open| {
        if !out.iter().any(|other| (other.kind, &other.name) == (open.kind, &open.name)) {
            out.push(open);
        }
    };
    tree.questions().into_iter().flat_map(|question| of_question(question, subject)).for_each(&mut push);
    for (_, leaf) in tree.paths() {
        match leaf.map(|leaf| &leaf.outcome) {
            Some(Outcome::Unknown(hole)) => push(of_hole(hole, subject)),
            None => push(budget()),
            _ => {}
        }
    }
    out
}

/// What a question asks for.
pub(super) fn of_question(question: &Question, subject: &Subject<'_>) -> Vec<Open> {
    match question {
        Question::IamAllows(action) => vec![iam(action)],
        Question::Text(text, _) => text.holes().map(|hole| of_hole(hole, subject)).collect(),
        Question::Relates(_, left, right) => {
            left.holes().chain(right.holes()).map(|hole| of_hole(hole, subject)).collect()
        }
        Question::Member(hole, ..) | Question::Fact(hole) => vec![of_hole(hole, subject)],
    }
}

fn iam(action: &str) -> Open {
    Open {
        kind: "iam",
        name: action.to_owned(),
        span: None,
        help: "--identity-policy FILE: an IAM policy of the deployer".to_owned(),
    }
}

/// More is left to work out than is allowed.
pub(super) fn budget() -> Open {
    Open { kind: "budget", name: "worlds".to_owned(), span: None, help: TOO_MUCH.to_owned() }
}

pub(super) fn of_hole(hole: &Hole, subject: &Subject<'_>) -> Open {
    let name = hole.origin().name();
    let declared = match hole.origin() {
        Origin::Parameter(name) => declaration(subject, "", name),
        Origin::NestedParameter(stack, name) => declaration(subject, stack, name),
        _ => None,
    };
    Open { kind: hole.origin().kind(), span: declared.or(hole.span()), help: help(hole, &name), name }
}

/// Where a parameter of a stack is declared.
fn declaration(subject: &Subject<'_>, stack: &str, name: &str) -> Option<Span> {
    let stack = subject.scope.stacks.all().find(|one| one.path == stack)?;
    stack.template.parameters.get(name).map(|parameter| parameter.span)
}

fn help(hole: &Hole, name: &str) -> String {
    match hole.origin() {
        Origin::Parameter(name) => format!("--parameter {name}=…"),
        Origin::NestedParameter(stack, name) => format!("pass `{name}` in the Parameters of nested stack `{stack}`"),
        Origin::Account => "--account ID, or an ARN with --deployer or --role-arn".to_owned(),
        Origin::Region => "--region REGION".to_owned(),
        Origin::Partition => "--partition aws, or --region REGION".to_owned(),
        Origin::Deployer(Facet::Principal | Facet::Caller | Facet::Wildcard(_)) => {
            "--deployer ARN, or --role-arn ARN for a CloudFormation service role".to_owned()
        }
        Origin::Deployer(Facet::Session) => "--deployer with the ARN of the role session".to_owned(),
        Origin::Deployer(Facet::Path) => "--context aws:PrincipalArn=ARN with the role's path".to_owned(),
        Origin::Deployer(Facet::Id) => "--context aws:userid=ID".to_owned(),
        Origin::Context(key) | Origin::ContextTest { key, .. } => format!("--context {key}=…, or --context {key} if the call does not carry it"),
        Origin::Later { kind, .. } => match *kind {
            "budget" => TOO_MUCH.to_owned(),
            "key" => "write `\"Resource\": \"*\"`, which stands for this key".to_owned(),
            "import" => format!("--export {name}=…"),
            "ssm" => format!("--ssm {name}=…"),
            "pseudo" if name == "AWS::StackName" => "--stack-name NAME".to_owned(),
            "variable" => "check the template that the Serverless Framework makes (`serverless package`)".to_owned(),
            "transform" => "check the template that the macro makes of this one".to_owned(),
            "operator" => format!("what AWS makes of `{name}` is not documented: write the condition another way"),
            "resource" => format!("what AWS makes of the resource `{name}` is not documented: write all six parts of the ARN"),
            "not-principal" => {
                "whether NotPrincipal spares a principal of which not all ARNs are listed is not documented: use a condition on aws:PrincipalArn".to_owned()
            }
            "iam" => format!("the IAM snapshot lacks `{name}`: give the policies with --identity-policy"),
            "stack-output" => format!("let TemplateURL be the path of the nested template, which has the output `{name}`"),
            "function" => format!("this version does not resolve `{name}`"),
            _ => "only the deployment will tell".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Shape;

    /// Each kind of fact has its own way to be given.
    #[test]
    fn every_open_fact_says_how_to_give_it() {
        let of = |origin: Origin| {
            let name = origin.name();
            help(&Hole::new(origin, Shape::default(), None), &name)
        };
        for (origin, expected) in [
            (Origin::Parameter("P".to_owned()), "--parameter P=…"),
            (Origin::NestedParameter("Keys".to_owned(), "P".to_owned()), "nested stack `Keys`"),
            (Origin::Account, "--account ID"),
            (Origin::Region, "--region REGION"),
            (Origin::Partition, "--partition aws"),
            (Origin::Deployer(Facet::Principal), "--deployer ARN"),
            (Origin::Deployer(Facet::Session), "ARN of the role session"),
            (Origin::Deployer(Facet::Path), "aws:PrincipalArn=ARN"),
            (Origin::Deployer(Facet::Id), "aws:userid=ID"),
            (Origin::Context("x:Key".to_owned()), "--context x:Key=…"),
        ] {
            assert!(of(origin.clone()).contains(expected), "{origin:?}: {}", of(origin.clone()));
        }
        for (kind, name, expected) in [
            ("budget", "worlds", "simplify the template"),
            ("key", "KeyId", "`\"Resource\": \"*\"`"),
            ("import", "X", "--export X=…"),
            ("ssm", "/x", "--ssm /x=…"),
            ("pseudo", "AWS::StackName", "--stack-name NAME"),
            ("pseudo", "AWS::StackId", "only the deployment will tell"),
            ("variable", "x", "serverless package"),
            ("transform", "x", "the macro makes"),
            ("operator", "x", "write the condition another way"),
            ("resource", "x", "write all six parts"),
            ("not-principal", "x", "aws:PrincipalArn"),
            ("iam", "x", "--identity-policy"),
            ("stack-output", "x", "TemplateURL"),
            ("function", "x", "does not resolve `x`"),
            ("getatt", "x", "only the deployment will tell"),
        ] {
            let origin = Origin::Later { kind, name: name.to_owned(), at: None };
            assert!(of(origin.clone()).contains(expected), "{kind}: {}", of(origin));
        }
    }
}
