//! The function: asks the runtime API of Lambda for events, one after the other, and hands it the answers.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value as Json;

use super::{Answer, Broken, Checker, answer_to};

/// Variables that Lambda sets for every function; lambda_runtime panics without them.
const VARIABLES: [&str; 3] =
    ["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"];

/// Runs until Lambda ends the process.
///
/// # Errors
///
/// The runtime API cannot be reached.
pub(crate) fn serve(checker: &dyn Checker) -> Result<(), Broken> {
    for name in VARIABLES {
        let value = std::env::var(name).map_err(|_| Broken::Variable(name))?;
        if name.ends_with("SIZE") && value.parse::<i32>().is_err() {
            return Err(Broken::Variable(name));
        }
    }
    // One event at a time, and the checker waits for nothing.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let function = service_fn(|event: LambdaEvent<Json>| async move {
        let answer: Answer = answer_to(event.payload, checker);
        Ok::<Answer, Error>(answer)
    });
    runtime.block_on(lambda_runtime::run(function)).map_err(|error| Broken::Runtime(error.to_string()))
}
