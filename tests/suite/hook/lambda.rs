//! The program as a function: the runtime API of Lambda, served on loopback.
//!
//! Source: AWS Lambda Developer Guide, runtimes-api.html.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::server::{Request, Server};
use super::{ALICE, DEPLOY, key, policy, template};
use crate::reports::LOCKOUT;
use crate::support::folder;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cfn-lockout");

/// A function that ends with its test.
struct Function(Child);

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// A runtime API with these events; once they are gone, the function waits.
fn lambda(events: Vec<String>) -> Server {
    let mut events = events.into_iter();
    let mut count = 0;
    Server::start(Box::new(move |(_, path, _): &Request| {
        if !path.ends_with("/next") {
            return Some(("202 Accepted".to_owned(), "{\"status\":\"OK\"}".to_owned()));
        }
        count += 1;
        let head = format!(
            "200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: request-{count}\r\n\
             Lambda-Runtime-Deadline-Ms: 4102444800000\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:111122223333:function:Lockout"
        );
        events.next().map(|event| (head, event))
    }))
}

fn function(program: &Path, args: &[&str], folder: &Path, api: &str) -> Function {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).env("AWS_LAMBDA_RUNTIME_API", api).env("CFN_LOCKOUT_ROLE_ARN", DEPLOY);
    command.envs([
        ("AWS_LAMBDA_FUNCTION_NAME", "Lockout"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/Lockout"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0"),
        ("AWS_REGION", "eu-west-1"),
    ]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    Function(command.spawn().expect("the function starts"))
}

/// The answer to the event with this number.
fn answer(lambda: &Server, number: usize) -> Value {
    let (method, _, body) = lambda.asked(&format!("/2018-06-01/runtime/invocation/request-{number}/response"));
    assert_eq!(method, "POST");
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn events_are_answered_one_after_the_other() {
    let here = folder(&[]);
    let templates = Server::of(&[("/stack", json!({ "template": LOCKOUT }).to_string())]);
    let events = [
        key(policy(DEPLOY), Value::Null),
        key(policy(ALICE), Value::Null),
        template("STACK", &templates.address("/stack")),
        json!({ "clientRequestToken": "t", "nonsense": true }),
        key(policy(DEPLOY), Value::Null),
    ];
    let lambda = lambda(events.iter().map(Value::to_string).collect());
    let _function = function(Path::new(PROGRAM), &["hook"], here.path(), &lambda.at);
    let statuses: Vec<Value> = (1..=events.len())
        .map(|number| {
            let answer = answer(&lambda, number);
            json!([answer["hookStatus"], answer["errorCode"], answer["clientRequestToken"]])
        })
        .collect();
    let token = "f8da6d11-b23f-48f4-814c-0fb6a667f50e";
    assert_eq!(
        json!(statuses),
        json!([
            ["SUCCESS", null, token],
            ["FAILED", "NonCompliant", token],
            ["FAILED", "NonCompliant", token],
            ["FAILED", "InternalFailure", "t"],
            ["SUCCESS", null, token],
        ])
    );
}

#[test]
fn what_lambda_hands_over_and_is_no_json_is_an_error_of_the_function() {
    let here = folder(&[]);
    let lambda = lambda(vec!["{".to_owned(), key(policy(DEPLOY), Value::Null).to_string()]);
    let _function = function(Path::new(PROGRAM), &["hook"], here.path(), &lambda.at);
    let (method, _, body) = lambda.asked("/2018-06-01/runtime/invocation/request-1/error");
    assert_eq!(method, "POST");
    assert!(body.contains("errorMessage"), "{body}");
    assert_eq!(answer(&lambda, 2)["hookStatus"], "SUCCESS", "the next event is answered");
}

/// The archive of `docs/hook.md` holds the program as `bootstrap`, which Lambda starts without arguments.
#[cfg(unix)]
#[test]
fn the_program_is_a_bootstrap() {
    let here = folder(&[]);
    let bootstrap = here.path().join("bootstrap");
    std::os::unix::fs::symlink(PROGRAM, &bootstrap).unwrap();
    let lambda = lambda(vec![key(policy(ALICE), Value::Null).to_string()]);
    let _function = function(&bootstrap, &[], here.path(), &lambda.at);
    assert_eq!(answer(&lambda, 1)["errorCode"], "NonCompliant");
}

#[test]
fn a_runtime_that_is_not_there_is_an_error() {
    let here = folder(&[]);
    let mut function = function(Path::new(PROGRAM), &["hook"], here.path(), "127.0.0.1:1");
    assert_eq!(function.0.wait().unwrap().code(), Some(2));
    let mut bare = Command::new(PROGRAM);
    bare.current_dir(here.path()).arg("hook").env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1").stdin(Stdio::null());
    let run = crate::support::finished(bare.output().unwrap());
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.starts_with("error: AWS_LAMBDA_RUNTIME_API is set, and `AWS_LAMBDA_FUNCTION_NAME`"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1, "no panic: {}", run.stderr);
}
