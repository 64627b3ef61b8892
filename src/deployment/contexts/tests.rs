//! What each kind of file says, and what is said of one that cannot be read.

use std::collections::BTreeMap;

use crate::source::SourceError;

use super::{Beside, Context, Environments, File, Problem, contexts, parameters};

/// Files in memory.
struct Files(BTreeMap<&'static str, &'static str>);

impl Beside for Files {
    fn read(&mut self, path: &str) -> Result<File, Problem> {
        let missing = || Problem {
            file: path.to_owned(),
            error: SourceError { message: "there is no such file".to_owned(), line: 0, column: 0 },
        };
        File::parse(path, self.0.get(path).ok_or_else(missing)?.as_bytes().to_vec())
    }
}

fn none() -> Files {
    Files(BTreeMap::new())
}

fn file(name: &str, text: &str) -> File {
    File::parse(name, text.as_bytes().to_vec()).expect("a file that can be read")
}

fn read(name: &str, text: &str, environments: Environments<'_>) -> Result<Vec<Context>, String> {
    let file = File::parse(name, text.as_bytes().to_vec()).map_err(|problem| problem.to_string())?;
    contexts(&file, environments, &mut none()).map_err(|problem| problem.to_string())
}

/// Parameters as `Name=value@line`, and `?` where the value is not told.
fn shown(text: &str) -> Result<Vec<String>, String> {
    let file = File::parse("p", text.as_bytes().to_vec()).map_err(|problem| problem.to_string())?;
    let all = parameters(&file).map_err(|problem| problem.to_string())?;
    let line = |from: &str| from.rsplit(':').next().unwrap_or_default().to_owned();
    Ok(all
        .iter()
        .map(|one| format!("{}={}@{}", one.name, one.value.as_deref().unwrap_or("?"), line(&one.from)))
        .collect())
}

#[test]
fn parameters_are_read_in_every_format() {
    for (text, expected) in [
        // aws cloudformation deploy
        (r#"["A=b", "C=d=e"]"#, vec!["A=b@1", "C=d=e@1"]),
        // create-stack
        (
            "[{\"ParameterKey\": \"A\", \"ParameterValue\": \"b\"},\n {\"ParameterKey\": \"C\", \"UsePreviousValue\": true}]",
            vec!["A=b@1", "C=?@2"],
        ),
        // CodePipeline: what a function gives is not told
        (
            r#"{"Parameters": {"A": "b", "C": {"Fn::GetParam": ["x", "y.json", "z"]}}, "Tags": {"T": "u"}}"#,
            vec!["A=b@1", "C=?@1"],
        ),
        // Git sync
        ("template-file-path: a.yaml\nparameters:\n  A: b\n  C: 3\ntags: {T: u}\n", vec!["A=b@3", "C=3@4"]),
        ("template-file-path: a.yaml\n", vec![]),
        // SAM: a map, in YAML and TOML
        ("A: b\nC: [d, e]\nF: true\n", vec!["A=b@1", "C=d,e@2", "F=true@3"]),
        ("[Parameters]\nA = 'b'\nC = 3\n", vec!["A=b@2", "C=3@3"]),
        // What shells put on the command line
        ("# dev\nA=b C=\"d e\"\n\nF=g\n", vec!["A=b@2", "C=d e@2", "F=g@4"]),
        // A function of another tool
        ("A: !stack_output vpc::Id\n", vec!["A=?@1"]),
        // Leading zeros are kept
        ("Account: 000011112222\n", vec!["Account=000011112222@1"]),
    ] {
        assert_eq!(shown(text).expect(text), expected, "{text}");
    }
}

#[test]
fn a_file_without_parameters_is_said_with_its_place() {
    for (text, expected) in [
        ("Resources: {}\n", "p:1:1: this is a template, and no file with values of parameters"),
        ("[{\"ParameterKey\": \"A\"}]", "p:1:2: parameter `A` has neither ParameterValue nor UsePreviousValue"),
        (
            "[{\"Key\": \"A\"}]",
            "p:1:2: this is no parameter: write `ParameterKey` and `ParameterValue`, or `Key=Value`",
        ),
        ("[\"A\"]", "p:1:2: `A` is no parameter: write `Key=Value`"),
        ("A:\n", "p:1:"),
        ("hello\n", "p:1:1: there are no parameters in this file"),
        ("", "p:1:1: the file is empty"),
        ("{\"A\": \"b\", \"A\": \"c\"}", "p:1:12: `A` is written twice"),
        ("Parameters: [A]\n", "p:1:13: parameters are a map of names and values here"),
    ] {
        let error = shown(text).expect_err(text);
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

const SAMCONFIG: &str = r#"version = 0.1

[default.global.parameters]
stack_name = "keys"
region = "us-east-1"

[default.deploy.parameters]
region = "eu-west-1"
role_arn = "arn:aws:iam::111122223333:role/Deploy"
parameter_overrides = "Admin=\"Key Admin\" Env=dev"

[prod.deploy.parameters]
template-file = "infra/keys.yaml"
parameter_overrides = ["Admin=Other", "ParameterKey=Env,ParameterValue=prod"]

[lint.validate.parameters]
lint = true
"#;

#[test]
fn a_samconfig_says_what_sam_deploy_takes_from_it() {
    let all = read("samconfig.toml", SAMCONFIG, Environments::All).unwrap();
    assert_eq!(
        all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["default", "prod"],
        "not what deploys nothing"
    );
    let dev = read("samconfig.toml", SAMCONFIG, Environments::Default).unwrap().remove(0);
    assert_eq!(dev, all[0]);
    let told = |told: &Option<super::Told>| told.as_ref().map(|told| format!("{} {}", told.value, told.from));
    assert_eq!(told(&dev.said.role_arn).unwrap(), "arn:aws:iam::111122223333:role/Deploy samconfig.toml:9");
    assert_eq!(told(&dev.said.region).unwrap(), "eu-west-1 samconfig.toml:8", "the command's own table wins");
    assert_eq!(told(&dev.said.stack_name).unwrap(), "keys samconfig.toml:4");
    let values = |one: &Context| -> Vec<String> {
        one.said.parameters.iter().map(|one| format!("{}={}", one.name, one.value.as_deref().unwrap_or("?"))).collect()
    };
    assert_eq!(values(&dev), ["Admin=Key Admin", "Env=dev"]);
    assert_eq!(dev.templates[0], ".aws-sam/build/template.yaml", "what `sam build` wrote comes first");
    let prod = read("samconfig.toml", SAMCONFIG, Environments::Named("prod")).unwrap().remove(0);
    assert_eq!(
        (values(&prod), prod.templates.as_slice()),
        (vec!["Admin=Other".into(), "Env=prod".into()], &["infra/keys.yaml".to_owned()][..])
    );
    assert_eq!(prod.said.role_arn, None, "another environment's role is not its own");
}

#[test]
fn a_samconfig_in_yaml_is_the_same() {
    let text = "version: 0.1\ndefault:\n  deploy:\n    parameters:\n      role_arn: arn:aws:iam::111122223333:role/Deploy\n      parameter_overrides:\n        Admin: Deploy\n";
    let one = read("samconfig.yaml", text, Environments::Default).unwrap().remove(0);
    assert_eq!(one.said.role_arn.unwrap().from, "samconfig.yaml:5");
    assert_eq!(
        (one.said.parameters[0].name.as_str(), one.said.parameters[0].from.as_str()),
        ("Admin", "samconfig.yaml:7")
    );
}

#[test]
fn parameter_overrides_may_be_in_files() {
    let text = "[default.deploy.parameters]\nparameter_overrides = [\"A=b\", \"file://more.yaml\"]\n";
    let mut files = Files(BTreeMap::from([("more.yaml", "- C: d\n- file://most.env\n"), ("most.env", "E=f\n")]));
    let one = contexts(&file("samconfig.toml", text), Environments::Default, &mut files).unwrap().remove(0);
    let shown: Vec<String> = one.said.parameters.iter().map(|one| format!("{}@{}", one.name, one.from)).collect();
    assert_eq!(shown, ["A@samconfig.toml:2", "C@more.yaml:1", "E@most.env:1"]);
    let mut circle = Files(BTreeMap::from([("more.yaml", "- file://more.yaml\n")]));
    let error = contexts(&file("samconfig.toml", text), Environments::Default, &mut circle).unwrap_err();
    assert_eq!(error.to_string(), "more.yaml:1:3: too many files name each other");
    let error = contexts(&file("samconfig.toml", text), Environments::Default, &mut none()).unwrap_err();
    assert_eq!(error.to_string(), "more.yaml: there is no such file");
}

#[test]
fn a_caller_is_who_sts_says() {
    let text = r#"{"UserId": "AROAX:me", "Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/Deploy/me"}"#;
    let one = read("me.json", text, Environments::Default).unwrap().remove(0);
    assert_eq!(one.said.deployer.unwrap().value, "arn:aws:sts::111122223333:assumed-role/Deploy/me");
    assert_eq!(one.said.account.unwrap().value, "111122223333");
    // moto answers with an ARN that AWS does not have.
    let text = text.replace("assumed-role/Deploy/me", "user/moto");
    let one = read("me.json", &text, Environments::Default).unwrap().remove(0);
    assert_eq!(one.said.deployer.unwrap().value, "arn:aws:iam::111122223333:user/moto");
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    for (name, text, environments, expected) in [
        ("samconfig.toml", "[default\n", Environments::Default, "samconfig.toml:1:9: "),
        (
            "samconfig.toml",
            SAMCONFIG,
            Environments::Named("prd"),
            "samconfig.toml:1:1: there is no environment `prd`, which --config-env names; did you mean `prod`?",
        ),
        (
            "samconfig.toml",
            "[dev.deploy.parameters]\nregion = 'x'\n",
            Environments::Default,
            "samconfig.toml:1:1: there is no environment `default`, which --config-env names; it has `dev`",
        ),
        (
            "samconfig.toml",
            "[default.deploy.parameters]\nparameter_overrides = 'A'\n",
            Environments::Default,
            "samconfig.toml:2:23: `A` is no parameter: write `Key=Value`",
        ),
        ("a.yaml", "a: [", Environments::Default, "a.yaml:"),
        ("a.yaml", "hello: world\n", Environments::Default, "a.yaml:1:1: this describes no deployment"),
        ("a.json", r#"{"UserId": "x", "Account": "y", "Arn": []}"#, Environments::Default, "a.json:1:"),
    ] {
        let error = read(name, text, environments).expect_err(text);
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}
