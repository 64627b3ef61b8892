//! What the default build leaves out: the verbs say so, and nobody pays for them.

use std::process::Command;

use crate::support::root;

/// Crates that only come with a feature.
const OPTIONAL: [&str; 7] = ["gen-lsp-types", "lsp-server", "lambda_runtime", "tokio", "hyper", "ureq", "rustls"];

/// The crates of a build with these features.
fn crates(args: &[&str]) -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = ["tree", "--locked", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{lib}"];
    let output = Command::new(cargo).current_dir(root()).args(tree).args(args).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut out: Vec<String> = text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect();
    out.sort_unstable();
    out.dedup();
    out
}

#[test]
fn the_default_build_has_no_crate_of_the_servers() {
    let (default, all) = (crates(&[]), crates(&["--features", "lsp,hook"]));
    for name in OPTIONAL.map(|name| name.replace('-', "_")) {
        assert!(all.contains(&name), "{name} comes with a feature");
        assert!(!default.contains(&name), "{name} is in the default build");
    }
}

#[cfg(not(feature = "lsp"))]
#[test]
fn a_build_without_them_says_so() {
    use crate::support::{folder, run_in};

    let files = folder(&[]);
    for (verb, what) in [("lsp", "a language server"), ("hook", "CloudFormation's hook")] {
        let run = run_in(files.path(), &[verb]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        let said = format!("error: this cfn-lockout was built without {what}; build it with the feature `{verb}`\n");
        assert_eq!(run.stderr, said);
        assert!(!run_in(files.path(), &["--help"]).stdout.contains(&format!("\n  {verb} ")), "{verb} is not listed");
    }
}
