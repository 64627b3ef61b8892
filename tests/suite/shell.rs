//! `completions` and `man`: what they print is of use, and complete.

use std::process::{Command, Stdio};

use crate::support::{folder, root, run_in};

/// The long flags that `--help` of a verb shows.
fn flags(verb: &str) -> Vec<String> {
    let help = run_in(&root(), &[verb, "--help"]).stdout;
    let words = help.split_whitespace().filter(|word| word.starts_with("--"));
    words.map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()).collect()
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = run_in(&root(), &["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{shell}");
        for flag in ["role-arn", "baseline", "write-baseline"] {
            assert!(run.stdout.contains(flag), "{shell} does not complete --{flag}");
        }
        assert!(run.stdout.contains("explain"), "{shell} does not complete the verbs");
    }
    assert_eq!(run_in(&root(), &["completions", "csh"]).code, 2);
    assert_eq!(run_in(&root(), &["completions"]).code, 2);
}

#[test]
fn bash_takes_its_completions_and_completes_with_them() {
    let script = run_in(&root(), &["completions", "bash"]).stdout;
    let files = folder(&[("completions.bash", &script)]);
    let completes = |words: &str| {
        let text = format!(
            ". ./completions.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             F=$(complete -p cfn-lockout | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $F cfn-lockout \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; echo \"${{COMPREPLY[*]}}\""
        );
        Command::new("bash").current_dir(files.path()).args(["-c", &text]).stderr(Stdio::inherit()).output()
    };
    let Ok(parsed) = Command::new("bash").current_dir(files.path()).args(["-n", "completions.bash"]).output() else {
        eprintln!("NOT RUN: there is no bash");
        return;
    };
    assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
    for (words, expected) in [
        ("cfn-lockout expl", "explain"),
        ("cfn-lockout check --role", "--role-arn"),
        ("cfn-lockout --role", "--role-arn"),
        ("cfn-lockout check --format j", "json"),
    ] {
        let output = completes(words).unwrap();
        let reply = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(reply.split(' ').any(|word| word == expected), "{words}: {reply}");
    }
}

#[test]
fn the_manual_page_has_every_flag() {
    let page = run_in(&root(), &["man"]);
    assert_eq!(page.code, 0);
    assert!(page.stdout.contains(".TH cfn-lockout 1"), "{}", page.stdout);
    let flags = flags("check");
    assert!(flags.len() > 25, "{flags:?}");
    for flag in flags {
        let escaped = flag.replace('-', "\\-");
        assert!(page.stdout.contains(&format!("\\-\\-{escaped}")), "the page lacks --{flag}");
    }
    assert!(page.stdout.contains("Exit codes: 0"), "{}", page.stdout);
}

#[test]
fn every_verb_has_a_manual_page() {
    let files = folder(&[]);
    let run = run_in(files.path(), &["man", "share/man1"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let read = |name: &str| std::fs::read_to_string(files.path().join("share/man1").join(name)).expect(name);
    for verb in ["check", "who", "policy", "fix", "resolve", "explain", "completions", "man"] {
        assert!(read(&format!("cfn-lockout-{verb}.1")).contains(".TH"), "{verb}");
    }
    for flag in flags("policy") {
        let escaped = flag.replace('-', "\\-");
        assert!(read("cfn-lockout-policy.1").contains(&format!("\\-\\-{escaped}")), "its page lacks --{flag}");
    }
    let file = folder(&[("man1", "a file")]);
    let run = run_in(file.path(), &["man", "man1"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot write to `man1`"), "{}", run.stderr);
}
