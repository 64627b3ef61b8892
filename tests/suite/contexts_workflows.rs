//! GitHub workflows, Git sync and SAM pipelines in small repositories: who deploys, with which values, and where that was told.

use serde_json::Value;

use crate::support::{folder, report_in, root, run_in, text};

/// A key that the role of the parameter `Admin` may change, in its own account.
pub(crate) const KMS: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Admin: { Type: String, Default: Nobody }
Resources:
  Vault:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Admin
            Effect: Allow
            Principal: { AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Admin}" }
            Action: kms:*
            Resource: "*"
"#;

/// Deployment, deployer and verdict of every key.
pub(crate) fn rows(report: &Value) -> Vec<String> {
    let keys = report["keys"].as_array().unwrap();
    let row = |key: &Value| {
        let [deployment, deployer, verdict] = ["deployment", "deployer", "verdict"].map(|name| text(&key[name]));
        format!("{deployment}: {deployer} {verdict}")
    };
    keys.iter().map(row).collect()
}

const WORKFLOW: &str = r#"name: Deploy
on:
  push:
    branches: [main]
permissions:
  id-token: write
  contents: read
env:
  AWS_REGION: eu-west-1
jobs:
  deploy:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        include:
          - { stage: dev, account: "111122223333" }
          - { stage: prod, account: "444455556666" }
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: arn:aws:iam::${{ matrix.account }}:role/ci/Deploy
          aws-region: ${{ env.AWS_REGION }}
      - name: Keys
        uses: aws-actions/aws-cloudformation-github-deploy@v1
        with:
          name: vault-${{ matrix.stage }}
          template: infra/kms.yaml
          parameter-overrides: >-
            Admin=ci/Deploy
"#;

#[test]
fn a_workflow_deploys_once_for_every_combination() {
    let files = folder(&[(".git/HEAD", ""), (".github/workflows/deploy.yml", WORKFLOW), ("infra/kms.yaml", KMS)]);
    let expected = [
        "deploy (dev, 111122223333): arn:aws:sts::111122223333:assumed-role/Deploy/GitHubActions safe",
        "deploy (prod, 444455556666): arn:aws:sts::444455556666:assumed-role/Deploy/GitHubActions safe",
    ];
    for args in [
        &["check", "infra/kms.yaml", "--from", ".github/workflows/deploy.yml"][..],
        &["check", "infra/kms.yaml"],
        &["check", "."],
    ] {
        assert_eq!(rows(&report_in(files.path(), args).0), expected, "{args:?}");
    }
    let screen = run_in(files.path(), &["check", "."]).stdout;
    let first = "deployment deploy (dev, 111122223333) (.github/workflows/deploy.yml:25):";
    assert!(screen.starts_with(first), "{screen}");
    let words: Vec<&str> = screen.split_whitespace().collect();
    assert!(words.join(" ").contains("(from .github/workflows/deploy.yml:22)"), "{screen}");
    let without = WORKFLOW.replace("Admin=ci/Deploy", "Admin=Deploy");
    let files = folder(&[(".git/HEAD", ""), (".github/workflows/deploy.yml", &without), ("infra/kms.yaml", KMS)]);
    let found = rows(&report_in(files.path(), &["check", "."]).0);
    assert!(found.iter().all(|row| row.ends_with(" invalid")), "no such role: its path is /ci/: {found:?}");
}

#[test]
fn what_an_expression_hides_is_never_guessed() {
    let secret = WORKFLOW
        .replace("arn:aws:iam::${{ matrix.account }}:role/ci/Deploy", "${{ secrets.DEPLOY_ROLE }}")
        .replace("Admin=ci/Deploy", "Admin=${{ vars.ADMIN }}");
    let files = folder(&[(".git/HEAD", ""), (".github/workflows/deploy.yml", &secret), ("infra/kms.yaml", KMS)]);
    let report = report_in(files.path(), &["check", "infra"]).0;
    let row = "arn:*:sts::*:assumed-role/*/GitHubActions undecided";
    assert_eq!(
        rows(&report),
        [format!("deploy (dev, 111122223333): {row}"), format!("deploy (prod, 444455556666): {row}")]
    );
    // The Default of Admin does not count.
    let open = report["keys"][0]["open"].as_array().unwrap();
    assert!(open.iter().any(|one| one["name"] == "Admin"), "{open:?}");
    let all = secret.replace("Admin=${{ vars.ADMIN }}", "${{ steps.values.outputs.all }}");
    let files = folder(&[(".github/workflows/deploy.yml", &all), ("infra/kms.yaml", KMS)]);
    let report = report_in(files.path(), &["check", "infra/kms.yaml", "--from", ".github/workflows/deploy.yml"]).0;
    let open = report["keys"][0]["open"].as_array().unwrap();
    assert!(open.iter().any(|one| one["name"] == "Admin"), "{open:?}");
}

#[test]
fn keys_that_are_secrets_say_that_nobody_is_named() {
    let keys = WORKFLOW.replace(
        "role-to-assume: arn:aws:iam::${{ matrix.account }}:role/ci/Deploy",
        "aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}",
    );
    let files = folder(&[(".git/HEAD", ""), (".github/workflows/deploy.yml", &keys), ("infra/kms.yaml", KMS)]);
    let screen = run_in(files.path(), &["check", "infra"]).stdout;
    let first: Vec<&str> = screen.split_whitespace().collect();
    assert!(
        first.join(" ").contains("infra/kms.yaml; the access keys are a secret, and so is whose they are"),
        "{screen}"
    );
}

#[test]
fn a_broken_workflow_says_where() {
    for (workflow, expected) in [
        ("jobs: [", ".github/workflows/deploy.yml:1:"),
        (
            &WORKFLOW.replace("Admin=ci/Deploy", "Admin"),
            ".github/workflows/deploy.yml:30:13: `Admin` is no parameter: write `Key=Value`",
        ),
        ("jobs: { a: { runs-on: x, steps: [{ run: make }] } }", "no step of this workflow deploys a template"),
        ("jobs: { a: { uses: ./.github/workflows/b.yml } }", "name that one"),
    ] {
        let files = folder(&[(".github/workflows/deploy.yml", workflow), ("infra/kms.yaml", KMS)]);
        let run = run_in(files.path(), &["check", "infra", "--from", ".github/workflows/deploy.yml"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{workflow}");
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    // A role that is none is refused where it stands.
    let wrong = WORKFLOW.replace("arn:aws:iam::${{ matrix.account }}:role/ci/Deploy", "arn:aws:iam::1234:role/Deploy");
    let files = folder(&[(".github/workflows/deploy.yml", &wrong), ("infra/kms.yaml", KMS)]);
    let run = run_in(files.path(), &["check", "infra", "--from", ".github/workflows/deploy.yml"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains(".github/workflows/deploy.yml:22") && run.stderr.contains("1234"), "{}", run.stderr);
}

#[test]
fn a_git_sync_file_gives_template_and_parameters() {
    let deployment = "template-file-path: infra/kms.yaml\nparameters:\n  Admin: Deploy\ntags: {}\n";
    let files = folder(&[(".git/HEAD", ""), ("deployments/prod.yaml", deployment), ("infra/kms.yaml", KMS)]);
    let report = report_in(files.path(), &["check", "."]).0;
    assert_eq!(rows(&report), ["prod:  undecided"]);
    let screen = run_in(files.path(), &["check", "."]).stdout;
    let words: Vec<&str> = screen.split_whitespace().collect();
    let first = "deployment prod (deployments/prod.yaml:1): infra/kms.yaml; Git sync uses the role of the stack";
    assert!(words.join(" ").starts_with(first), "{screen}");
    // Told who, the values are those of the file.
    let args =
        ["check", "infra", "--from", "deployments/prod.yaml", "--role-arn", "arn:aws:iam::111122223333:role/Deploy"];
    let report = report_in(files.path(), &args).0;
    assert_eq!(rows(&report), ["default: arn:aws:sts::111122223333:assumed-role/Deploy/AWSCloudFormation safe"]);
}

#[test]
fn of_a_sam_pipeline_kms_sees_the_execution_role() {
    let config = r#"version = 0.1
[default.pipeline_bootstrap.parameters]
oidc_provider = "github-actions"
[dev.pipeline_bootstrap.parameters]
pipeline_execution_role = "arn:aws:iam::111122223333:role/Pipeline"
cloudformation_execution_role = "arn:aws:iam::111122223333:role/Cfn"
artifacts_bucket = "aws-sam-cli-managed-dev-pipeline-artifactsbucket"
region = "eu-west-1"
"#;
    let path = ".aws-sam/pipeline/pipelineconfig.toml";
    let files = folder(&[(".git/HEAD", ""), (path, config), ("template.yaml", &KMS.replace("Nobody", "Pipeline"))]);
    let lockout = "arn:aws:sts::111122223333:assumed-role/Cfn/AWSCloudFormation lockout";
    assert_eq!(rows(&report_in(files.path(), &["check", "."]).0), [format!("dev: {lockout}")], "found by itself");
    assert_eq!(rows(&report_in(files.path(), &["check", ".", "--from", path]).0), [format!("default: {lockout}")]);
    let wrong = run_in(files.path(), &["check", ".", "--from", path, "--config-env", "prod"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("there is no stage `prod`"), "{}", wrong.stderr);
}

/// The example of docs/deployers.md: its files, and what is printed. `UPDATE=1 cargo test` records it anew.
#[test]
fn the_example_of_the_document_is_what_is_printed() {
    let path = root().join("docs/deployers.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let blocks = document.split("```yaml\n# ").skip(1);
    let mut files: Vec<(&str, &str)> = blocks.filter_map(|block| block.split("```").next()?.split_once('\n')).collect();
    files.push((".git/HEAD", ""));
    assert_eq!(files.len(), 3, "a workflow and a template");
    let run = run_in(folder(&files).path(), &["check", "."]);
    let screen = format!("```console\n$ cfn-lockout check .\n{}```", run.stdout);
    if std::env::var_os("UPDATE").is_some() {
        let (before, rest) = document.split_once("```console\n").unwrap();
        let (_, after) = rest.split_once("```").unwrap();
        std::fs::write(&path, format!("{before}{screen}{after}")).unwrap();
    } else {
        assert!(document.contains(&screen), "UPDATE=1 records it anew: {screen}");
    }
}
