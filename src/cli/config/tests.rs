//! What a configuration may say, and what is said of one that cannot be read.

use std::path::Path;

use crate::source::{Document, FileId};

use super::{Config, parse};

fn config(text: &str) -> Result<Config, String> {
    let document = Document::from_text(FileId(0), text).expect("YAML");
    parse(&document, Path::new("/repo"), ".cfn-lockout.yaml").map_err(|error| format!("{error:#}"))
}

#[test]
fn a_deployment_says_what_flags_would() {
    let config = config(
        "deployments:
  prod:
    templates: ['infra/**/*.yaml', '!infra/old.yaml']
    account: 111122223333
    region: eu-west-1
    role-arn: arn:aws:iam::111122223333:role/Deploy
    parameters: { Env: prod, Count: 3, On: true, Zones: [a, b] }
    context: { aws:PrincipalOrgID: o-a1b2c3d4e5, aws:CalledVia: [a, b], aws:VpcSourceIp: }
    identity-policy: [iam.json, 'arn:aws:iam::aws:policy/AdministratorAccess']
",
    )
    .unwrap();
    let prod = &config.deployments[0];
    assert_eq!((prod.name.as_str(), prod.place.as_str()), ("prod", ".cfn-lockout.yaml:2"));
    let given = &prod.given;
    assert_eq!(given.said.origin(), Some(".cfn-lockout.yaml:6"));
    assert_eq!(given.said.account.as_ref().map(|told| told.value.as_str()), Some("111122223333"));
    let parameters: Vec<String> = given
        .said
        .parameters
        .iter()
        .map(|one| format!("{}={}", one.name, one.value.as_deref().unwrap_or("?")))
        .collect();
    assert_eq!(parameters, ["Count=3", "Env=prod", "On=true", "Zones=a,b"]);
    assert_eq!(given.context.iter().filter(|(key, _)| key == "aws:CalledVia").count(), 2);
    assert!(given.context.contains(&("aws:VpcSourceIp".to_owned(), None)), "the call does not carry it");
    let files: Vec<String> = given.identity_policy.iter().map(|path| path.display().to_string()).collect();
    assert_eq!(files, ["/repo/iam.json", "arn:aws:iam::aws:policy/AdministratorAccess"]);
    for (path, expected) in
        [("/repo/infra/a/kms.yaml", true), ("/repo/kms.yaml", false), ("/repo/infra/old.yaml", false)]
    {
        assert_eq!(prod.deploys(Path::new(path)), expected, "{path}");
    }
}

#[test]
fn without_globs_a_deployment_has_every_template() {
    let config = config("deployments: { dev: { account: '000011112222' } }").unwrap();
    assert!(config.deployments[0].deploys(Path::new("/repo/a/b.yaml")));
    assert_eq!(config.deployments[0].given.said.account.as_ref().map(|told| told.value.as_str()), Some("000011112222"));
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    for (text, expected) in [
        ("deployment: {}", ".cfn-lockout.yaml:1:1: there is no key `deployment`; did you mean `deployments`?"),
        (
            "deployments:\n  prod:\n    role_arn: x\n",
            ".cfn-lockout.yaml:3:5: there is no key `role_arn`; did you mean `role-arn`?",
        ),
        ("deployments:\n  prod: { region: a }\n  prod: {}\n", ".cfn-lockout.yaml:3:3: `prod` is written twice"),
        ("deployments:\n  prod: { region: [a] }\n", ".cfn-lockout.yaml:2:19: "),
        ("deployments: 3", ".cfn-lockout.yaml:1:14: "),
        ("deployments:\n  prod:\n    templates: ['a[']\n", ".cfn-lockout.yaml:3: "),
    ] {
        let error = config(text).unwrap_err();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}
