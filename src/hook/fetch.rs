//! The payload of an event, from its pre-signed address: the only network code of the program, and only in the hook.

use std::time::Duration;

use ureq::Agent;

/// CloudFormation waits 30 seconds for all of it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Two templates of 1 MB each, as JSON texts.
const LONGEST: u64 = 16 << 20;

/// What stands at an address. It is https; http is for this machine alone.
pub(super) fn payload(address: &str) -> Result<Vec<u8>, String> {
    let is_here =
        ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"].iter().any(|here| address.starts_with(here));
    if !is_here && !address.starts_with("https://") {
        return Err("its address is not https".to_owned());
    }
    let config = Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build();
    // An error may name the address, which is as good as a password while it is valid.
    let said = |error: &ureq::Error| error.to_string().replace(address, "the address");
    let mut response = Agent::new_with_config(config).get(address).call().map_err(|error| said(&error))?;
    if response.status() != 200 {
        return Err(format!("http status: {}", response.status().as_u16()));
    }
    response.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(|error| said(&error))
}
