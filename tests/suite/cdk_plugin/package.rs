//! The plugin as a package, and what its document shows.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Project, packed};
use crate::peers::node_modules;
use crate::runner::shell;
use crate::support::{folder, hold, root, run_in, text};

const DOCS: &str = "docs/cdk-plugin.md";

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn json(path: &str) -> Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_package_is_complete() {
    let Some(peers) = node_modules("cdk") else { return };
    let mut listed = shell(packed(&peers), "tar -tzf dist/cfn-lockout-cdk-*.tgz | LC_ALL=C sort");
    listed.push('\n');
    let mut expected: Vec<String> = ["LICENSE", "README.md", "package.json"].map(str::to_owned).into();
    for entry in fs::read_dir(root().join("plugins/cdk/src")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().replace(".ts", "");
        expected.extend([format!("lib/{name}.js"), format!("lib/{name}.d.ts")]);
    }
    expected.sort();
    let expected: String = expected.iter().map(|name| format!("package/{name}\n")).collect();
    assert_eq!(listed, expected);
    assert_eq!(read("plugins/cdk/LICENSE"), read("LICENSE"));
    // Nothing but the program is needed at run time: not even the CDK is imported.
    let package = json("plugins/cdk/package.json");
    assert_eq!((&package["version"], &package["dependencies"]), (&env!("CARGO_PKG_VERSION").into(), &Value::Null));
    for entry in fs::read_dir(packed(&peers).join("package/lib")).unwrap() {
        let code = fs::read_to_string(entry.unwrap().path()).unwrap();
        for part in code.split("require(\"").skip(1) {
            assert!(part.starts_with("node:") || part.starts_with("./"), "{part}");
        }
    }
}

/// What is installed to build the plugin is what the tests build it with, and the lock file says nothing of where it is from.
#[test]
fn the_lock_file_is_that_of_the_package() {
    let (package, lock) = (json("plugins/cdk/package.json"), json("plugins/cdk/package-lock.json"));
    for name in ["name", "version", "devDependencies", "peerDependencies", "engines"] {
        assert_eq!(
            lock["packages"][""][name], package[name],
            "{name}: npm install in plugins/cdk writes the lock file"
        );
    }
    for (name, version) in package["devDependencies"].as_object().unwrap() {
        assert_eq!(lock["packages"][format!("node_modules/{name}")]["version"], *version, "{name}");
        for peer in ["cdk", "cdk-oldest"] {
            let pin = format!("{name}@{}\n", text(version));
            assert!(read(&format!("tests/peers/{peer}.txt")).contains(&pin), "tests/peers/{peer}.txt lacks {pin}");
        }
    }
    let text = read("plugins/cdk/package-lock.json");
    assert!(!text.contains("://") && !text.contains("\"resolved\""), "the lock file names a place");
    // The range that is promised is the one whose ends are tested.
    let oldest = read("tests/peers/cdk-oldest.txt");
    let oldest = oldest.lines().find_map(|line| line.strip_prefix("aws-cdk-lib@")).unwrap();
    assert_eq!(package["peerDependencies"]["aws-cdk-lib"], format!("^{oldest}"));
    assert!(read(DOCS).contains(&format!("version {oldest} ")), "{DOCS} names another oldest version");
}

#[test]
fn the_plugin_knows_every_finding() {
    let report = run_in(&root(), &["check", "examples/no-key-policy", "--format", "sarif"]).json();
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let mut out = format!(
        "/** The version of the program that this plugin belongs to, and the codes of its findings. `UPDATE=1 cargo test` writes \
         this file. */\n\nexport const VERSION = '{}';\nexport const CODES: readonly string[] = [\n",
        env!("CARGO_PKG_VERSION")
    );
    for rule in rules {
        out.push_str(&format!("  '{}',\n", text(&rule["id"])));
    }
    out.push_str("];\n");
    hold("plugins/cdk/src/findings.ts", |_| out.clone());
}

/// The blocks of one kind in a document.
fn blocks(path: &str, kind: &str) -> Vec<String> {
    let text = read(path);
    text.split(&format!("```{kind}\n")).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The first app of the document, under the command and with the screen that it shows, and the apps that the other pieces make
/// of it.
#[test]
fn what_the_document_shows_is_so() {
    let Some(peers) = node_modules("cdk") else { return };
    let pieces = blocks(DOCS, "typescript");
    let [app, options, metadata, acknowledged, oldest] = pieces.as_slice() else { panic!("five pieces of code") };
    let plugin = "Validations.of(app).addPlugins(new CfnLockoutPlugin());\n";
    assert!(app.contains(plugin));
    let named =
        format!("import {{ CfnResource }} from 'aws-cdk-lib';\n{}", app.replace("new Key(", "const vault = new Key("));
    let apps = [
        ("app.ts", app.clone()),
        ("options.ts", app.replace(plugin, options)),
        ("metadata.ts", format!("{named}{metadata}")),
        ("acknowledged.ts", format!("{named}{acknowledged}")),
    ];
    let apps = apps.each_ref().map(|(name, text)| (*name, text.as_str()));
    let project = Project::with(&peers, &peers, &apps);
    project.compile(&apps.map(|(name, _)| name));
    let screen = blocks(DOCS, "console").remove(0);
    let command = screen.lines().next().unwrap();
    let args: Vec<&str> = command.strip_prefix("$ npx cdk synth --quiet").unwrap().split_whitespace().collect();
    let run = project.synth(&args, &[]);
    assert_eq!(run.code, 1);
    let shown = format!("{command}\n{}{}", run.stdout, run.stderr);
    hold(DOCS, |docs| docs.replace(&screen, &format!("{}\n", shown.trim_end())));
    for name in ["options", "metadata", "acknowledged"] {
        let run = project.synth(&["--app", &format!("node {name}.js")], &[]);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert!(!run.stderr.contains("(cfn-lockout)"), "{name}: {}", run.stderr);
    }
    let Some(old) = node_modules("cdk-oldest") else { return };
    let app = app.replace("App, Stack, Validations", "App, Stack").replace(plugin, "");
    let app = app.replace("const app = new App();\n", oldest) + "app.synth();\n";
    let project = Project::with(&old, &peers, &[("app.ts", &app)]);
    project.compile(&["app.ts"]);
    let run = project.node(&[]);
    assert!(run.code == 1 && run.stderr.contains("Construct Path: Storage/Vault/Resource"), "{}", run.stderr);
}

/// `npm install` takes the archive that the release has made, with the CDK in the range that the plugin names.
#[test]
fn npm_installs_the_archive() {
    let Some(peers) = node_modules("cdk") else { return };
    let files = folder(&[("package.json", "{ \"private\": true }")]);
    let archive = fs::read_dir(packed(&peers).join("dist")).unwrap().next().unwrap().unwrap().path();
    let install = format!("npm install --offline --silent --legacy-peer-deps '{}'", archive.display());
    shell(files.path(), &install);
    let script = "const { CfnLockoutPlugin } = require('cfn-lockout-cdk'); console.log(new CfnLockoutPlugin().version)";
    let printed = shell(files.path(), &format!("node -e \"{script}\""));
    assert_eq!(printed, env!("CARGO_PKG_VERSION"));
    assert!(Path::new(&files.path().join("node_modules/cfn-lockout-cdk/README.md")).exists());
}
