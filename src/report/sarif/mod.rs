//! SARIF 2.1.0, for code scanning (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
//!
//! Comes in: a report. Goes out: one run with a rule for every finding code. Paths are relative to `SRCROOT`, columns count
//! characters. Files that could not be checked are notifications of an execution that was not successful.

mod results;
mod rules;
mod shapes;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::source::Sources;

use super::page::HOME;
use super::text::summary;
use super::{Report, told::Told};
use shapes::{ArtifactLocation, BaseId, BaseIds, Driver, Invocation, Log, Message, Run, RunProperties, Tool};

/// What the results' columns count.
const COLUMNS: &str = "unicodeCodePoints";
/// The base of relative paths: the working directory, which the report does not name.
const BASE: &str = "SRCROOT";

/// The report as SARIF, with a line end.
pub(crate) fn sarif(report: &Report, sources: &Sources) -> String {
    let findings = Told::all(report, sources);
    let version = env!("CARGO_PKG_VERSION");
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "cfn-lockout",
                information_uri: HOME,
                version,
                semantic_version: version,
                rules: rules::all(),
                notifications: vec![rules::not_checked()],
            },
        },
        invocations: vec![Invocation {
            execution_successful: report.failures.is_empty(),
            tool_execution_notifications: report.failures.iter().map(results::notification).collect(),
        }],
        original_uri_base_ids: BaseIds {
            root: BaseId { description: Message::plain("the folder that cfn-lockout was started in".to_owned()) },
        },
        column_kind: COLUMNS,
        results: results::all(&findings, sources),
        properties: RunProperties { summary: summary(report) },
    };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: vec![run],
    };
    let mut out = serde_json::to_string_pretty(&log).unwrap_or_default();
    out.push('\n');
    out
}

/// A path as the URI of a file: relative to the base, unless it is absolute.
fn location(path: &str) -> ArtifactLocation {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let encoded = utf8_percent_encode(path, KEPT).to_string();
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes().get(2) == Some(&b'/');
    if path.starts_with('/') {
        ArtifactLocation { uri: format!("file://{encoded}"), uri_base_id: None }
    } else if drive {
        ArtifactLocation { uri: format!("file:///{}", encoded.replacen("%3A", ":", 1)), uri_base_id: None }
    } else {
        ArtifactLocation { uri: encoded, uri_base_id: Some(BASE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, uri, base) in [
            ("infra/kms.yaml", "infra/kms.yaml", Some(BASE)),
            ("../a b/ü%.yaml", "../a%20b/%C3%BC%25.yaml", Some(BASE)),
            ("https:/x?#.yaml", "https%3A/x%3F%23.yaml", Some(BASE)),
            ("<stdin>", "%3Cstdin%3E", Some(BASE)),
            ("/srv/kms.yaml", "file:///srv/kms.yaml", None),
            ("C:/kms.yaml", "file:///C:/kms.yaml", None),
        ] {
            let found = location(path);
            assert_eq!((found.uri.as_str(), found.uri_base_id), (uri, base), "{path}");
        }
    }
}
