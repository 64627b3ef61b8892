//! A Lambda Hook of CloudFormation: what is about to be deployed in, whether it may be, out.
//!
//! Comes in: the event with which CloudFormation calls the hook's function, and a [`Checker`]. Goes out: the hook's answer, in the
//! words of the other reports. Must not know: how a configuration is found, who deploys (the event does not say it).
//!
//! Source: CloudFormation Hooks User Guide, lambda-hooks-create-lambda-function.html; API reference, API_Annotation.html.

mod answer;
mod event;
mod fetch;
mod lambda;
mod subject;

use std::io;

use crate::findings::Severity;
use crate::report::Report;
use crate::source::Sources;

pub(crate) use answer::{Answer, ErrorCode, Status};
pub(crate) use lambda::serve;
pub(crate) use subject::Subject;

/// Why the function cannot run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// It cannot start.
    #[error("the function cannot start: {0}")]
    Start(#[from] io::Error),
    /// This is no environment of Lambda.
    #[error(
        "AWS_LAMBDA_RUNTIME_API is set, and `{0}` is not as Lambda sets it: unset the former to answer an event on stdin"
    )]
    Variable(&'static str),
    /// The runtime API of Lambda does not answer.
    #[error("the runtime API of Lambda cannot be reached: {0}")]
    Runtime(String),
}

/// Checks what is about to be deployed.
pub(crate) trait Checker {
    /// What it comes to.
    ///
    /// # Errors
    ///
    /// A configuration that cannot be read, or does not describe a deployment.
    fn check(&self, subject: &Subject) -> Result<Outcome, String>;

    /// The least severity that stops a deployment; nothing does where there is none.
    fn stops(&self) -> Option<Severity>;
}

/// What a subject came to.
pub(crate) struct Outcome {
    /// What was found.
    pub(crate) report: Report,
    /// What findings point into.
    pub(crate) sources: Sources,
}

/// The answer to an event. It never fails: what is no event is an answer, too.
pub(crate) fn answer(event: &[u8], checker: &dyn Checker) -> Answer {
    match serde_json::from_slice(event) {
        Ok(event) => answer_to(event, checker),
        Err(error) => Answer::failure("", &format!("the event is no JSON: {error}")),
    }
}

/// The same for an event that is JSON.
fn answer_to(event: serde_json::Value, checker: &dyn Checker) -> Answer {
    let token = event::token(&event);
    let subject = match event::subject(event, &fetch::payload) {
        Ok(subject) => subject,
        Err(why) => return Answer::failure(&token, &why),
    };
    match subject {
        event::Asked::Nothing(why) => Answer::success(&token, why),
        event::Asked::Check(subject) => match checker.check(&subject) {
            Ok(outcome) => Answer::of(&token, &outcome, checker.stops()),
            Err(why) => Answer::failure(&token, &why),
        },
    }
}
