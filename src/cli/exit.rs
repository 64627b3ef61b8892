//! Exit codes (design §5).

use std::process::ExitCode;

use crate::findings::Severity;
use crate::report::Report;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: nothing at or above `--fail-on`.
    Clean,
    /// 1: findings at or above it.
    Findings,
    /// 2: the whole job could not be done; wins over 1.
    Incomplete,
    /// 1: a language client went away without `shutdown`.
    #[cfg(feature = "lsp")]
    Abandoned,
    /// The status of a command that was run.
    Command(u8),
}

impl Exit {
    /// The end of a check; `fail_on` is the least severity that counts, or none.
    pub(crate) fn of(report: &Report, fail_on: Option<Severity>) -> Exit {
        let counts = |severity| fail_on.is_some_and(|least| severity >= least);
        if !report.failures.is_empty() {
            Exit::Incomplete
        } else if report.findings.iter().any(|finding| counts(finding.severity)) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Clean => ExitCode::SUCCESS,
            Exit::Findings => ExitCode::from(1),
            #[cfg(feature = "lsp")]
            Exit::Abandoned => ExitCode::from(1),
            Exit::Incomplete => ExitCode::from(2),
            Exit::Command(status) => ExitCode::from(status),
        }
    }
}
