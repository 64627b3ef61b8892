//! `cfn-lockout run`, with the real AWS CLI (version 1 from PyPI, version 2 where the machine has it) against a moto server on
//! loopback.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::peers::{Python, python};
use crate::support::{Run, finished, folder, root};

const KEY: &str = r#"Parameters:
  Admin: { Type: String, Default: Nobody }
Resources:
  K:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:${Admin}" }
            Action: kms:*
            Resource: "*"
"#;

/// A moto server, which ends with the test.
struct Server {
    process: Child,
    log: PathBuf,
    url: String,
    _at: tempfile::TempDir,
}

impl Server {
    fn start(python: &Python) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at = tempfile::tempdir().unwrap();
        let log = at.path().join("log");
        let out = || Stdio::from(File::options().create(true).append(true).open(&log).unwrap());
        let program = python.programs().join("moto_server");
        let port_word = port.to_string();
        let mut command = Command::new(program);
        let process = command.args(["-H", "127.0.0.1", "-p", &port_word]).stdout(out()).stderr(out()).spawn();
        let process = process.expect("moto starts");
        let server = Server { process, log, url: format!("http://127.0.0.1:{port}"), _at: at };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "moto does not answer: {}", server.requests());
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// What was asked of it, as it notes it.
    fn requests(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn asked(&self) -> usize {
        self.requests().matches("\"POST ").count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command of ours with an AWS account that is the server.
fn run(server: &Server, at: &Path, args: &[&str], env: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfn-lockout"));
    command.args(args).current_dir(at).env("COLUMNS", "80").stdin(Stdio::null());
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL", &server.url),
        ("AWS_PAGER", ""),
    ] {
        command.env(name, value);
    }
    for name in ["AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "NO_COLOR", "FORCE_COLOR"] {
        command.env_remove(name);
    }
    finished(command.envs(env.iter().copied()).output().expect("the program runs"))
}

/// The AWS CLI version 2, where the machine has it.
fn version_2() -> Option<String> {
    let path = "/usr/bin/aws";
    let output = Command::new(path).arg("--version").output().ok();
    let is_two = output.is_some_and(|output| String::from_utf8_lossy(&output.stdout).starts_with("aws-cli/2"));
    if !is_two {
        assert!(std::env::var_os("CI").is_none(), "the AWS CLI version 2 is not installed");
        eprintln!("NOT RUN: {path} is no AWS CLI version 2");
    }
    is_two.then(|| path.to_owned())
}

#[test]
fn a_safe_template_deploys_and_a_lockout_does_not() {
    let Some(python) = python("run") else { return };
    let one = python.programs().join("aws").to_string_lossy().into_owned();
    for aws in [Some(one), version_2()].into_iter().flatten() {
        let server = Server::start(&python);
        let at = folder(&[("keys.yaml", KEY)]);
        let url = ["--endpoint-url", &server.url];
        let role = "arn:aws:iam::123456789012:role/Deploy";
        let deploy =
            ["cloudformation", "deploy", "--template-file", "keys.yaml", "--stack-name", "keys", "--role-arn", role];
        let with = |admin: &str| {
            let parameter = format!("Admin={admin}");
            let words = [&["run", "--", &aws][..], &url, &deploy, &["--parameter-overrides", &parameter]].concat();
            run(&server, at.path(), &words, &[])
        };
        let refused = with("role/Other");
        assert_eq!((refused.code, refused.stdout.as_str(), server.asked()), (1, "", 0), "{aws}: {}", refused.stderr);
        assert!(
            refused.stderr.starts_with("deployment default (aws cloudformation deploy): keys.yaml\n"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("error[locks-out-deployer]: KMS would refuse key `K`"), "{}", refused.stderr);
        assert!(refused.stderr.ends_with("note: `aws cloudformation deploy` was not run\n"), "{}", refused.stderr);

        let deployed = with("role/Deploy");
        assert_eq!(deployed.code, 0, "{aws}: {}{}", deployed.stderr, server.requests());
        assert!(deployed.stdout.contains("Successfully created/updated stack - keys"), "stdout is the command's");
        assert!(!deployed.stdout.contains("safe") && deployed.stderr.contains("safe"), "{}", deployed.stderr);
        let words = ["run", "--", "true", "aws", "cloudformation", "deploy"];
        assert_eq!(run(&server, at.path(), &words, &[]).code, 2, "it names no template");
        let shown = Command::new(&aws)
            .args([
                "cloudformation",
                "describe-stacks",
                "--stack-name",
                "keys",
                "--query",
                "Stacks[0].[RoleARN,Parameters[0].ParameterValue]",
                "--output",
                "text",
            ])
            .args(url)
            .envs([
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_DEFAULT_REGION", "eu-west-1"),
            ])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&shown.stdout).trim(), format!("{role}\trole/Deploy"), "the flags arrived");
    }
}

#[test]
fn who_deploys_is_asked_of_the_same_account() {
    let Some(python) = python("run") else { return };
    let aws = python.programs().join("aws").to_string_lossy().into_owned();
    let server = Server::start(&python);
    let at = folder(&[("keys.yaml", KEY)]);
    let create = |stack: &str, admin: &str, more: &[&str]| {
        let parameter = format!("ParameterKey=Admin,ParameterValue={admin}");
        let words = [
            &aws,
            "cloudformation",
            "create-stack",
            "--stack-name",
            stack,
            "--template-body",
            "file://keys.yaml",
            "--parameters",
            &parameter,
        ];
        run(&server, at.path(), &[&["run"], more, &["--"], &words[..]].concat(), &[])
    };
    let refused = create("one", "role/Deploy", &[]);
    assert_eq!((refused.code, server.asked()), (1, 1), "{}", refused.stderr);
    let deployer = format!("deployer: arn:aws:iam::123456789012:user/moto (from {aws} sts get-caller-identity)");
    let lines: Vec<&str> = refused.stderr.split_whitespace().collect();
    assert!(lines.join(" ").replace("= ", "").contains(&deployer), "{}", refused.stderr);

    // Nobody is asked: what depends on the deployer is a warning.
    let offline = create("two", "role/Deploy", &["--offline", "--fail-on", "warning"]);
    assert_eq!((offline.code, server.asked()), (1, 1), "{}", offline.stderr);
    assert!(offline.stderr.contains("warning[undecided]"), "{}", offline.stderr);

    let created = create("three", "user/moto", &[]);
    assert_eq!(created.code, 0, "{}", created.stderr);
    assert!(created.stdout.contains("\"StackId\""), "{}", created.stdout);

    // An update is made by the role that the stack keeps.
    let role = "arn:aws:iam::123456789012:role/Deploy";
    let deploy = |admin: &str, more: &[&str]| {
        let parameter = format!("Admin={admin}");
        let words = [
            "run",
            "--",
            &aws,
            "cloudformation",
            "deploy",
            "--template-file",
            "keys.yaml",
            "--stack-name",
            "four",
            "--parameter-overrides",
            &parameter,
        ];
        run(&server, at.path(), &[&words[..], more].concat(), &[])
    };
    assert_eq!(deploy("role/Deploy", &["--role-arn", role]).code, 0);
    let update = deploy("user/moto", &[]);
    assert_eq!(update.code, 1, "{}", update.stderr);
    assert!(update.stderr.contains("assumed-role/Deploy/AWSCloudFormation"), "{}", update.stderr);
    assert!(update.stderr.contains("(from stack four, which keeps its role)"), "{}", update.stderr);
}

#[test]
fn the_command_gets_its_words_and_its_end_is_ours() {
    let Some(python) = python("run") else { return };
    let server = Server::start(&python);
    let script = "#!/bin/sh\nprintf '[%s]' \"$@\"\ncat\nexit 7\n";
    let at = folder(&[("keys.yaml", KEY), ("bin/aws", script), ("killed/aws", "#!/bin/sh\nkill -TERM $$\n")]);
    for program in ["bin/aws", "killed/aws"] {
        executable(&at.path().join(program));
    }
    let words = [
        "cloudformation",
        "deploy",
        "--template-file",
        "keys.yaml",
        "--stack-name",
        "a b",
        "--role-arn",
        "arn:aws:iam::111122223333:role/D",
        "--parameter-overrides",
        "Admin=role/D",
        "X=$HOME *",
    ];
    let ran = run(&server, at.path(), &[&["run", "--", "bin/aws"], &words[..]].concat(), &[]);
    assert_eq!((ran.code, ran.stdout), (7, words.iter().map(|word| format!("[{word}]")).collect()));
    let killed = run(&server, at.path(), &[&["run", "--", "killed/aws"], &words[..]].concat(), &[]);
    assert_eq!(killed.code, -1, "a signal is a signal");
    assert_eq!(server.asked(), 0);
    let gone = run(&server, at.path(), &[&["run", "--", "no/aws"], &words[..]].concat(), &[]);
    assert_eq!(gone.code, 2);
    assert!(gone.stderr.contains("error: `no/aws` cannot be run: No such file"), "{}", gone.stderr);
}

#[test]
fn what_cannot_be_checked_is_not_run() {
    let Some(python) = python("run") else { return };
    let server = Server::start(&python);
    let at = folder(&[("keys.yaml", KEY), ("broken.yaml", "Resources: [")]);
    for (words, expected) in [
        ("aws s3 ls", "`aws s3 ls` deploys no template"),
        ("aws cloudformation deploy --template-file no.yaml --stack-name s", "there is no such file or folder"),
        ("aws cloudformation deploy --template-file broken.yaml --stack-name s", "broken.yaml:1:"),
        (
            "aws cloudformation create-stack --stack-name s --template-url https://x/t",
            "the template is at https://x/t, which cannot be looked into",
        ),
        (
            "aws cloudformation deploy --template-file keys.yaml --stack-name s --role-arn x",
            "--role-arn: `x` is not an ARN",
        ),
        ("sam deploy", "sam deploy: there is no template here"),
    ] {
        let words: Vec<&str> = ["run", "--offline", "--"].into_iter().chain(words.split(' ')).collect();
        let ran = run(&server, at.path(), &words, &[("PATH", "/nonexistent")]);
        assert_eq!((ran.code, ran.stdout.as_str(), server.asked()), (2, "", 0), "{words:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{words:?}: {}", ran.stderr);
    }
}

#[test]
fn sam_deploy_is_checked_by_its_samconfig() {
    let Some(python) = python("run") else { return };
    let server = Server::start(&python);
    let config = "[default.deploy.parameters]\nstack_name = 'keys'\nrole_arn = 'arn:aws:iam::111122223333:role/Deploy'\nparameter_overrides = 'Admin=role/Other'\n";
    let at = folder(&[("template.yaml", KEY), ("samconfig.toml", config)]);
    let ran = run(&server, at.path(), &["run", "--", "sam", "deploy"], &[("PATH", "/nonexistent")]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("(from samconfig.toml:3)"), "{}", ran.stderr);
    // What stands on the command line replaces all of the file's parameters.
    let words = ["run", "--", "sam", "deploy", "--parameter-overrides", "Admin=role/Deploy"];
    let ran = run(&server, at.path(), &words, &[("PATH", "/nonexistent")]);
    assert!(ran.code == 2 && ran.stderr.contains("error: `sam` cannot be run"), "it would be run: {}", ran.stderr);
    let words = ["run", "--", "sam", "deploy", "--config-env", "prod"];
    let ran = run(&server, at.path(), &words, &[("PATH", "/nonexistent")]);
    assert!(ran.code == 2 && ran.stderr.contains("there is no environment `prod`"), "{}", ran.stderr);
}

/// The commands of docs/run.md, with the account of the server.
#[test]
fn the_documented_commands_run() {
    let Some(python) = python("run") else { return };
    let server = Server::start(&python);
    let programs = python.programs();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let text = fs::read_to_string(root().join("docs/run.md")).unwrap();
    let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("    cfn-lockout ")).collect();
    assert!(commands.len() >= 2, "docs/run.md shows commands");
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        let ran = run(&server, &root(), &words, &[("PATH", &path)]);
        assert_eq!(ran.code, 0, "{command}: {}{}", ran.stdout, ran.stderr);
    }
}

const MANIFEST: &str = r#"{"version": "48.0.0", "artifacts": {
  "Keys": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", "displayName": "App/Keys", "dependencies": ["Base"],
    "properties": {"templateFile": "Keys.template.json", "cloudFormationExecutionRoleArn": "arn:${AWS::Partition}:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1"}},
  "Base": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1", "displayName": "App/Base",
    "properties": {"templateFile": "Base.template.json", "cloudFormationExecutionRoleArn": "arn:${AWS::Partition}:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1"}},
  "Legacy": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region", "displayName": "App/Legacy",
    "properties": {"templateFile": "Legacy.template.json"}}}}"#;

/// The program `cdk`, which synthesizes what lies in `app`, and says what it is told.
const CDK: &str = "#!/bin/sh
if [ \"$1\" = synth ]; then printf '%s\\n' \"$*\" > synth.txt; mkdir -p cdk.out; cp app/* cdk.out/; echo synthesized; exit 0; fi
printf 'deployed %s' \"$*\"
";

#[test]
fn cdk_deploy_is_checked_by_what_it_synthesizes() {
    let Some(python) = python("run") else { return };
    let server = Server::start(&python);
    let key = |principal: &str| {
        format!(
            r#"{{"Parameters": {{"Admin": {{"Type": "String", "Default": "user/nobody"}}}}, "Resources": {{"K": {{"Type": "AWS::KMS::Key", "Properties": {{"KeyPolicy": {{"Statement": [{{"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {{"AWS": {{"Fn::Sub": "arn:aws:iam::${{AWS::AccountId}}:{principal}"}}}}}}]}}}}}}}}}}"#
        )
    };
    let role = "role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1";
    let at = folder(&[
        ("bin/cdk", CDK),
        ("cdk.json", "{\"app\": \"true\"}"),
        ("app/manifest.json", MANIFEST),
        ("app/Keys.template.json", &key(role)),
        ("app/Base.template.json", &key("role/Somebody")),
        ("app/Legacy.template.json", &key("${Admin}")),
    ]);
    executable(&at.path().join("bin/cdk"));
    let programs = python.programs();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let run = |words: &[&str]| {
        run(&server, at.path(), &[&["run", "--", "bin/cdk", "deploy"], words].concat(), &[("PATH", &path)])
    };
    let only = run(&["App/Keys", "--exclusively", "-c", "stage=prod", "--require-approval", "never"]);
    assert_eq!(
        (only.code, only.stdout.as_str()),
        (0, "deployed deploy App/Keys --exclusively -c stage=prod --require-approval never"),
        "{}",
        only.stderr
    );
    assert_eq!(fs::read_to_string(at.path().join("synth.txt")).unwrap(), "synth --quiet --context stage=prod\n");
    assert_eq!(server.asked(), 0, "the manifest names the role and the account");
    let with_base = run(&["App/Keys"]);
    assert_eq!(
        (with_base.code, with_base.stdout.as_str()),
        (1, ""),
        "what it depends on is deployed, too: {}",
        with_base.stderr
    );
    assert!(with_base.stderr.contains("cdk.out/Base.template.json"), "{}", with_base.stderr);
    assert_eq!(run(&["App/*"]).code, 1);
    // Without an execution role it is whoever calls.
    let before = server.asked();
    let legacy = run(&["App/Legacy", "--parameters", "Legacy:Admin=user/moto", "--parameters", "Keys:Admin=x"]);
    assert_eq!(legacy.code, 0, "{}", legacy.stderr);
    assert_eq!(server.asked(), before + 1);
    assert_eq!(run(&["App/Legacy"]).code, 1, "user/nobody is somebody else");
    // --role-arn is what CloudFormation is handed.
    let other = run(&["App/Base", "--role-arn", "arn:aws:iam::111122223333:role/Somebody"]);
    assert_eq!(other.code, 0, "{}", other.stderr);
    let none = run(&["App/Nothing"]);
    assert!(none.code == 2 && none.stderr.contains("has no stack `App/Nothing`"), "{}", none.stderr);
    fs::write(at.path().join("bin/cdk"), "#!/bin/sh\nexit 3\n").unwrap();
    let failed = run(&["App/Keys"]);
    assert!(
        failed.code == 2 && failed.stderr.contains("`bin/cdk synth --quiet` failed: there is nothing to check"),
        "{}",
        failed.stderr
    );
}

fn executable(path: &Path) {
    let mut mode = fs::metadata(path).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    fs::set_permissions(path, mode).unwrap();
}
