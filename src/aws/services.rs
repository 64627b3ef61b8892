//! What names of AWS service principals look like.
//!
//! Source: IAM User Guide, reference_policies_elements_principal.html, "AWS service principals", and the DNS suffixes of the
//! partitions (AWS General Reference; botocore, partitions.json). Alexa's principals end in `amazon.com`.

const SUFFIXES: [&str; 10] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
    ".amazon.com",
    ".aws.internal",
    ".aws.dev",
];

/// Whether a service principal may have this name.
pub(crate) fn is_service_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let service = SUFFIXES.iter().find_map(|suffix| lower.strip_suffix(suffix));
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    service.is_some_and(|service| service.split('.').all(is_label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_service_is_one() {
        for name in [
            "logs.amazonaws.com",
            "logs.eu-west-1.amazonaws.com",
            "delivery.logs.amazonaws.com",
            "s3.amazonaws.com.cn",
            "alexa-appkit.amazon.com",
            "unsupported.amazonaws.com",
        ] {
            assert!(is_service_name(name), "{name}");
        }
        for name in
            ["logs", "amazonaws.com", ".amazonaws.com", "logs.amazonaws.co", "*.amazonaws.com", "", "a b.amazonaws.com"]
        {
            assert!(!is_service_name(name), "{name}");
        }
    }
}
