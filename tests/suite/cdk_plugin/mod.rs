//! The plugin for the AWS CDK, packed as it is released, in the real aws-cdk-lib: the newest version under the real `cdk synth`
//! (`tests/peers/cdk.txt`) and the oldest one that has plugins (`tests/peers/cdk-oldest.txt`).

mod failures;
mod findings;
mod oldest;
mod options;
mod package;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::peers::node_modules;
use crate::runner::shell;
use crate::support::{Run, finished, folder, root};

const BINARY: &str = env!("CARGO_BIN_EXE_cfn-lockout");

/// What every app of the tests begins with. `key` makes one whose policy is for one role alone.
const PRELUDE: &str = r#"const { App, CfnParameter, NestedStack, Stack, Stage, Validations } = require('aws-cdk-lib');
const { ArnPrincipal, PolicyDocument, PolicyStatement } = require('aws-cdk-lib/aws-iam');
const { Key } = require('aws-cdk-lib/aws-kms');
const { CfnLockoutPlugin } = require('cfn-lockout-cdk');
const env = { account: '111122223333', region: 'eu-west-1' };
const exec = 'role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1';
function key(scope, id, who) {
  const principals = [new ArnPrincipal(`arn:aws:iam::111122223333:${who}`)];
  const admin = new PolicyStatement({ sid: 'Admin', actions: ['kms:*'], resources: ['*'], principals });
  return new Key(scope, id, { policy: new PolicyDocument({ statements: [admin] }) });
}
"#;

/// An app in a folder of its own, with the plugin and one version of the CDK installed.
pub(crate) struct Project {
    at: tempfile::TempDir,
    peers: PathBuf,
}

/// What the CDK reports of the plugin.
struct Reported {
    conclusion: String,
    violations: Vec<Value>,
}

/// The plugin, packed by the script of the release and unpacked again: once for all tests.
fn packed(peers: &Path) -> &'static Path {
    static PACKED: OnceLock<PathBuf> = OnceLock::new();
    PACKED.get_or_init(|| {
        let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cdk-plugin");
        drop(fs::remove_dir_all(&at));
        let source = at.join("plugins/cdk");
        fs::create_dir_all(source.join("src")).unwrap();
        fs::create_dir_all(at.join("action")).unwrap();
        fs::copy(root().join("action/npm.sh"), at.join("action/npm.sh")).unwrap();
        for part in ["", "src"] {
            for entry in fs::read_dir(root().join("plugins/cdk").join(part)).unwrap().map(Result::unwrap) {
                if entry.path().is_file() {
                    fs::copy(entry.path(), source.join(part).join(entry.file_name())).unwrap();
                }
            }
        }
        symlink(peers, source.join("node_modules")).unwrap();
        shell(&at, "bash action/npm.sh 2> log || { cat log; exit 1; }");
        shell(&at, "tar -xzf dist/cfn-lockout-cdk-*.tgz");
        at
    })
}

impl Project {
    /// An app that the newest version of the CDK runs.
    fn new(app: &str) -> Option<Project> {
        let peers = node_modules("cdk")?;
        Some(Project::with(&peers, &peers, &[("app.js", &format!("{PRELUDE}{app}"))]))
    }

    /// A folder with these files and the packages of a peer; `compiler` has the compiler of the plugin.
    fn with(peers: &Path, compiler: &Path, files: &[(&str, &str)]) -> Project {
        let cdk = ("cdk.json", r#"{ "app": "node --enable-source-maps app.js" }"#);
        let at = folder(&[&[cdk, ("node_modules/.keep", "")], files].concat());
        for name in ["aws-cdk-lib", "constructs", "@types"] {
            symlink(peers.join(name), at.path().join("node_modules").join(name)).unwrap();
        }
        symlink(packed(compiler).join("package"), at.path().join("node_modules/cfn-lockout-cdk")).unwrap();
        Project { at, peers: peers.to_owned() }
    }

    fn path(&self) -> &Path {
        self.at.path()
    }

    /// Runs a program of the peer in the folder. Nothing of the machine's own settings is to matter, and nothing asks the network.
    fn run(&self, program: &Path, args: &[&str], env: &[(&str, &str)]) -> Run {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.path()).env("HOME", self.path()).env("CFN_LOCKOUT_BINARY", BINARY);
        for name in ["CI", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "NODE_ENV"] {
            command.env_remove(name);
        }
        for name in ["AWS_EC2_METADATA_DISABLED", "CDK_DISABLE_CLI_TELEMETRY", "CDK_DISABLE_VERSION_CHECK"] {
            command.env(name, "true");
        }
        // The CDK's own rules take longer than everything else together; one test has them run.
        command.env("CDK_VALIDATION", "false");
        command.env("NO_COLOR", "1").env_remove("FORCE_COLOR").envs(env.iter().copied()).stdin(Stdio::null());
        finished(command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display())))
    }

    /// The real `cdk synth`.
    fn synth(&self, args: &[&str], env: &[(&str, &str)]) -> Run {
        let all = [&["synth", "--quiet", "--no-notices"], args].concat();
        self.run(&self.peers.join(".bin/cdk"), &all, env)
    }

    /// The app by itself.
    fn node(&self, env: &[(&str, &str)]) -> Run {
        self.run(Path::new("node"), &["app.js"], env)
    }

    /// Compiles apps by the types of the CDK and of the plugin.
    fn compile(&self, files: &[&str]) {
        let program = self.peers.join(".bin/tsc");
        let args = "--strict --target es2022 --module node16 --skipLibCheck --inlineSourceMap";
        let args: Vec<&str> = args.split(' ').chain(files.iter().copied()).collect();
        let run = self.run(&program, &args, &[]);
        assert_eq!(run.code, 0, "{}", run.stdout);
    }

    /// What the report of the last synthesis says of the plugin; nothing where it does not speak of it.
    fn reported(&self) -> Option<Reported> {
        let text = fs::read_to_string(self.path().join("cdk.out/validation-report.json")).ok()?;
        let report: Value = serde_json::from_str(&text).unwrap();
        let ours = report["pluginReports"].as_array().unwrap().iter().find(|one| one["pluginName"] == "cfn-lockout")?;
        assert_eq!(ours["pluginVersion"], env!("CARGO_PKG_VERSION"));
        let violations = ours["violations"].as_array().unwrap().clone();
        Some(Reported { conclusion: crate::support::text(&ours["conclusion"]), violations })
    }
}

impl Reported {
    /// Code and construct of every violation.
    fn rows(&self) -> Vec<(String, String)> {
        let text = |value: &Value| crate::support::text(value);
        let row = |one: &Value| (text(&one["ruleName"]), text(&one["violatingConstructs"][0]["constructPath"]));
        self.violations.iter().map(row).collect()
    }
}
