//! What the files of further tools say, and a folder in memory for the tests of all of them.

use super::*;

/// A folder that is held in memory: the files by their paths from the file that is read.
pub(super) struct Folder<'t> {
    root: Option<&'t str>,
    files: Vec<(&'t str, &'t str)>,
}

impl<'t> Folder<'t> {
    /// In a repository whose root is at `root`.
    pub(super) fn below(root: &'t str, files: &[(&'t str, &'t str)]) -> Folder<'t> {
        Folder { root: Some(root), files: files.to_vec() }
    }

    /// In no repository.
    pub(super) fn of(files: &[(&'t str, &'t str)]) -> Folder<'t> {
        Folder { root: None, files: files.to_vec() }
    }
}

fn tidy(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match out.last() {
            Some(last) if part == ".." && *last != ".." => {
                out.pop();
            }
            _ => out.push(part),
        }
    }
    out.join("/")
}

impl Beside for Folder<'_> {
    fn read(&mut self, path: &str) -> Result<File, Problem> {
        let path = tidy(path);
        let found = self.files.iter().find(|(name, _)| *name == path).expect("a file");
        File::parse(&path, found.1.as_bytes().to_vec())
    }

    fn has(&mut self, path: &str) -> bool {
        self.files.iter().any(|(name, _)| *name == tidy(path))
    }

    fn root(&mut self) -> Option<String> {
        self.root.map(str::to_owned)
    }
}

/// A context in one line: its name, its templates, and what it says.
pub(super) fn line(context: &Context) -> String {
    let Context { name, said, templates, unknown, .. } = context;
    let mut out = vec![format!("{name}: {}", templates.iter().map(|path| tidy(path)).collect::<Vec<_>>().join(" "))];
    let Said { deployer, session, role_arn, account, region, partition, stack_name, parameters, unlisted } = said;
    for (what, told) in [
        ("deployer", deployer),
        ("session", session),
        ("role", role_arn),
        ("account", account),
        ("region", region),
        ("partition", partition),
        ("stack", stack_name),
    ] {
        out.extend(told.as_ref().map(|told| format!("{what}={}@{}", told.value, told.from)));
    }
    out.extend(parameters.iter().map(|one| format!("{}={}", one.name, one.value.as_deref().unwrap_or("?"))));
    out.extend(unlisted.as_ref().map(|_| "...".to_owned()));
    out.extend(unknown.as_ref().map(|told| format!("({})", told.value)));
    out.join(" ")
}

/// The contexts of a file, all of them, or what is wrong with it.
pub(super) fn lines(name: &str, text: &str, beside: &mut dyn Beside) -> Vec<String> {
    let read = |file: File| contexts(&file, Environments::Default, beside);
    match File::parse(name, text.as_bytes().to_vec()).and_then(read) {
        Ok(found) => found.iter().map(line).collect(),
        Err(problem) => vec![problem.to_string()],
    }
}

#[test]
fn a_git_sync_file_names_its_template_from_the_root_of_the_repository() {
    let text = "template-file-path: infra/kms.yaml\nparameters:\n  Admin: Deploy\ntags: {}\n";
    let said = "Admin=Deploy (Git sync uses the role of the stack, which its files do not name)";
    for (root, files, expected) in [
        (Some(".."), vec![("../infra/kms.yaml", "")], "../infra/kms.yaml"),
        (Some(".."), vec![("infra/kms.yaml", ""), ("../infra/kms.yaml", "")], "../infra/kms.yaml"),
        (Some(".."), vec![("infra/kms.yaml", "")], "infra/kms.yaml"),
        (Some(".."), vec![], "../infra/kms.yaml"),
        (None, vec![("../../infra/kms.yaml", "")], "../../infra/kms.yaml"),
    ] {
        let mut folder = match root {
            Some(root) => Folder::below(root, &files),
            None => Folder::of(&files),
        };
        assert_eq!(lines("deploy/prod.yaml", text, &mut folder), [format!("prod: {expected} {said}")]);
    }
    let json = r#"{"template-file-path": "kms.yaml", "parameters": {"Admin": ["a", "b"]}}"#;
    let found = lines("prod.json", json, &mut Folder::of(&[]));
    assert!(found[0].starts_with("prod: kms.yaml Admin=a,b "), "{found:?}");
    let wrong = lines("prod.yaml", "template-file-path: [a]\nparameters: {}\n", &mut Folder::of(&[]));
    assert_eq!(wrong, ["prod.yaml:1:1: `template-file-path` is no text: it is the path of the template"]);
}

const PIPELINE: &str = r#"version = 0.1
[default]
[default.pipeline_bootstrap]
[default.pipeline_bootstrap.parameters]
oidc_provider = "github-actions"

[dev]
[dev.pipeline_bootstrap]
[dev.pipeline_bootstrap.parameters]
pipeline_execution_role = "arn:aws:iam::111122223333:role/PipelineExecutionRole"
cloudformation_execution_role = "arn:aws:iam::111122223333:role/CloudFormationExecutionRole"
region = "eu-west-1"
"#;

#[test]
fn of_a_sam_pipeline_the_execution_role_counts() {
    let found = lines("pipelineconfig.toml", PIPELINE, &mut Folder::of(&[]));
    let templates = "../../template.yaml ../../template.yml ../../template.json";
    assert_eq!(
        found,
        [format!(
            "dev: {templates} role=arn:aws:iam::111122223333:role/CloudFormationExecutionRole@pipelineconfig.toml:11 \
             region=eu-west-1@pipelineconfig.toml:12"
        )]
    );
    let file = File::parse("pipelineconfig.toml", PIPELINE.as_bytes().to_vec()).expect("a file");
    let wrong = contexts(&file, Environments::Named("prod"), &mut Folder::of(&[])).expect_err("no such stage");
    assert_eq!(
        wrong.to_string(),
        "pipelineconfig.toml:1:1: there is no stage `prod`, which --config-env names; it has `dev`"
    );
}

#[test]
fn a_serverless_service_names_the_service_role_or_nobody() {
    let text = "service: vault\nprovider:\n  name: aws\n  region: eu-west-1\n  iam:\n    deploymentRole: \
                arn:aws:iam::${aws:accountId}:role/${self:custom.${opt:stage}.role}\nresources:\n  - ${file(kms.yml)}\n";
    let mut folder = Folder::of(&[("kms.yml", "")]);
    assert_eq!(
        lines("serverless.yml", text, &mut folder),
        ["vault: kms.yml role=arn:aws:iam::*:role/*@serverless.yml:6 region=eu-west-1@serverless.yml:4"]
    );
    let text = "service: vault\nprovider: aws\n";
    let found = lines("serverless.yml", text, &mut folder);
    assert!(
        found[0].ends_with("(without `provider.iam.deploymentRole`, whoever runs the framework deploys)"),
        "{found:?}"
    );
}

#[test]
fn a_stack_of_sceptre_takes_what_its_groups_hand_down() {
    let text =
        "template:\n  path: kms.yaml\n  type: file\nparameters:\n  Admin: !stack_output iam.yaml::Admin\n  Env: prod\n";
    let mut folder = Folder::of(&[
        ("config.yaml", "region: eu-west-1\nsceptre_role: arn:aws:iam::111122223333:role/Deploy\n"),
        ("../config.yaml", "project_code: p\nregion: us-east-1\n"),
        ("../../templates/kms.yaml", ""),
    ]);
    assert_eq!(
        lines("kms.yaml", text, &mut folder),
        ["kms: ../../templates/kms.yaml deployer=arn:aws:iam::111122223333:role/Deploy@config.yaml:2 \
          region=eu-west-1@config.yaml:1 Admin=? Env=prod"]
    );
    let text = "template_path: templates/kms.yaml\nrole_arn: arn:aws:iam::111122223333:role/Cfn\niam_role: !stack_output x::y\n";
    assert_eq!(
        lines("kms.yaml", text, &mut folder),
        ["kms: ../../templates/kms.yaml deployer=arn:*:iam::*:role/*@kms.yaml:3 \
          role=arn:aws:iam::111122223333:role/Cfn@kms.yaml:2 region=eu-west-1@config.yaml:1"]
    );
}

#[test]
fn a_task_of_org_formation_names_roles_of_the_target_accounts() {
    let text = "OrganizationUpdate: { Type: update-organization, Template: ./organization.yml }\nVault:\n  Type: update-stacks\n  \
                Template: ./kms.yml\n  StackName: !Sub '${prefix}-vault'\n  CloudFormationRoleName: Cfn\n  TaskRoleName: Task\n  \
                Parameters: { Admin: !Ref admin, Env: prod }\n";
    assert_eq!(
        lines("organization-tasks.yml", text, &mut Folder::of(&[])),
        ["Vault: kms.yml deployer=arn:*:iam::*:role/Task@organization-tasks.yml:7 \
          role=arn:*:iam::*:role/Cfn@organization-tasks.yml:6 Admin=? Env=prod"]
    );
}
