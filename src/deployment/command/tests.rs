//! What the words of commands say.

use std::collections::BTreeMap;

use crate::deployment::contexts::{Beside, File, Problem};
use crate::source::SourceError;

use super::{Command, CommandError, Config, Source, read};

struct Files(BTreeMap<&'static str, &'static str>);

impl Beside for Files {
    fn read(&mut self, path: &str) -> Result<File, Problem> {
        let error = SourceError { message: "there is no such file".to_owned(), line: 0, column: 0 };
        let missing = || Problem { file: path.to_owned(), error };
        File::parse(path, self.0.get(path).copied().ok_or_else(missing)?.as_bytes().to_vec())
    }
}

fn command(words: &[&str]) -> Result<Command, CommandError> {
    let files = BTreeMap::from([
        ("p.json", r#"[{"ParameterKey": "A", "ParameterValue": "from file"}]"#),
        (
            "input.json",
            r#"{"StackName": "s", "RoleARN": "arn:aws:iam::111122223333:role/R", "TemplateBody": "file://t.yaml", "Parameters": [{"ParameterKey": "A", "ParameterValue": "b"}]}"#,
        ),
    ]);
    read(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>(), &mut Files(files))
}

fn ok(words: &str) -> Command {
    command(&words.split(' ').collect::<Vec<_>>()).expect(words)
}

fn parameters(command: &Command) -> Vec<String> {
    let all = command.said.parameters.iter();
    all.map(|one| format!("{}={}", one.name, one.value.as_deref().unwrap_or("?"))).collect()
}

#[test]
fn deploy_says_what_it_deploys() {
    let one = ok(
        "aws --profile p cloudformation deploy --template-file t.yaml --stack-name s --parameter-overrides A=b C=d=e --role-arn arn:aws:iam::111122223333:role/R --region eu-west-1 --capabilities CAPABILITY_IAM",
    );
    assert_eq!((one.name.as_str(), one.updates), ("aws cloudformation deploy", true));
    assert_eq!(one.template, Source::File("t.yaml".into()));
    assert_eq!(one.said.role_arn.as_ref().unwrap().value, "arn:aws:iam::111122223333:role/R");
    assert_eq!(one.said.stack_name.as_ref().unwrap().value, "s");
    assert_eq!(parameters(&one), ["A=b", "C=d=e"]);
    assert_eq!(one.access, ["--profile", "p", "--region", "eu-west-1"]);
}

#[test]
fn flags_are_read_as_the_aws_cli_reads_them() {
    let one = ok(
        "aws cloudformation create-stack --stack-name=s --template-body file://t.yaml --parameters ParameterKey=A,ParameterValue=b ParameterKey=C,UsePreviousValue=true",
    );
    assert_eq!((&one.template, one.updates), (&Source::File("t.yaml".into()), false));
    assert_eq!(parameters(&one), ["A=b", "C=?"]);
    // The only flag that begins so; a later value wins.
    let one = ok("aws cloudformation deploy --template-f t.yaml --role arn:1 --stack s --role-arn arn:2");
    assert_eq!((one.said.role_arn.unwrap().value.as_str(), one.template), ("arn:2", Source::File("t.yaml".into())));
    let one = ok("aws cloudformation deploy --template-file t.yaml --stack-name s --parameter-overrides file://p.json");
    assert_eq!(parameters(&one), ["A=from file"]);
    let one = command(&[
        "aws",
        "cloudformation",
        "create-stack",
        "--template-body",
        "Resources: {}",
        "--parameters",
        r#"[{"ParameterKey":"A","ParameterValue":"b c"}]"#,
    ])
    .unwrap();
    assert_eq!(
        (one.template.clone(), parameters(&one)),
        (Source::Text("Resources: {}".into()), vec!["A=b c".to_owned()])
    );
    let one = ok(
        "aws cloudformation create-stack --cli-input-json file://input.json --parameters ParameterKey=A,ParameterValue=c",
    );
    assert_eq!(
        (one.template.clone(), parameters(&one)),
        (Source::File("t.yaml".into()), vec!["A=b".to_owned(), "A=c".to_owned()])
    );
    assert_eq!(one.said.role_arn.unwrap().from, "input.json:1");
}

#[test]
fn a_template_that_is_elsewhere_is_said() {
    for (words, expected) in [
        ("aws cloudformation update-stack --stack-name s --use-previous-template", "the template is that of the stack"),
        (
            "aws cloudformation create-stack --stack-name s --template-url https://x/t.yaml",
            "the template is at https://x/t.yaml",
        ),
    ] {
        assert_eq!(ok(words).template, Source::Elsewhere(expected.into()), "{words}");
    }
}

#[test]
fn sam_deploy_takes_a_samconfig() {
    let one = command(&[
        "sam",
        "deploy",
        "-t",
        "t.yaml",
        "--config-env",
        "prod",
        "--parameter-overrides",
        "A=b C=\"d e\"",
        "F=g",
        "--guided",
    ])
    .unwrap();
    assert_eq!(one.template, Source::File("t.yaml".into()));
    assert_eq!(one.config, Some(Config { file: None, environment: Some("prod".into()) }));
    assert_eq!(parameters(&one), ["A=b", "C=d e", "F=g"]);
    let Source::FirstOf(paths) = ok("sam deploy").template else { panic!("no template was named") };
    assert_eq!(paths[0], ".aws-sam/build/template.yaml");
}

#[test]
fn words_before_the_program_are_passed_over() {
    for words in [
        "aws-vault exec prod -- aws cloudformation deploy --template-file t.yaml --stack-name s",
        "env AWS_PROFILE=aws /usr/local/bin/aws cloudformation deploy --template-file t.yaml --stack-name s",
        "aws-vault exec aws -- aws cloudformation deploy --template-file t.yaml --stack-name s",
    ] {
        assert_eq!(ok(words).template, Source::File("t.yaml".into()), "{words}");
    }
    assert_eq!(ok("env /opt/bin/aws cloudformation deploy --template-file t --stack-name s").program, "/opt/bin/aws");
}

#[test]
fn what_is_no_deployment_is_said() {
    for (words, expected) in [
        ("make deploy", "`make deploy` deploys no template"),
        ("aws s3 ls", "`aws s3 ls` deploys no template"),
        ("aws cloudformation deploy --stack-name s", "`aws cloudformation deploy` names no template"),
        ("aws cloudformation deploy --template-file", "--template-file has no value"),
        (
            "aws cloudformation deploy --template-file t --stack-name s --parameter-overrides A",
            "--parameter-overrides: `A` is no parameter",
        ),
        (
            "aws cloudformation deploy --template-file t --stack-name s --parameter-overrides file://no.json",
            "no.json: there is no such file",
        ),
    ] {
        let error = command(&words.split(' ').collect::<Vec<_>>()).expect_err(words).to_string();
        assert!(error.starts_with(expected), "{words}: {error}");
    }
}

#[test]
fn cdk_deploy_names_stacks_and_how_the_app_runs() {
    let one = ok(
        "npx cdk deploy App/Keys Other --exclusively -c a=b --profile p --parameters Keys:Admin=x:y --parameters C=d --role-arn arn:1",
    );
    let Source::Assembly(assembly) = &one.template else { panic!("an assembly") };
    assert_eq!(
        (assembly.stacks.as_slice(), assembly.exclusively),
        (&["App/Keys".to_owned(), "Other".to_owned()][..], true)
    );
    assert_eq!(assembly.synth.join(" "), "npx cdk synth --quiet --context a=b --profile p");
    let shown: Vec<String> = assembly
        .parameters
        .iter()
        .map(|(stack, one)| {
            format!("{} {}={}", stack.as_deref().unwrap_or("*"), one.name, one.value.as_deref().unwrap_or("?"))
        })
        .collect();
    assert_eq!(shown, ["Keys Admin=x:y", "* C=d"]);
    assert_eq!(
        (one.said.role_arn.unwrap().value.as_str(), one.access),
        ("arn:1", vec!["--profile".to_owned(), "p".to_owned()])
    );
    assert!(command(&["cdk", "synth"]).is_err());
}
