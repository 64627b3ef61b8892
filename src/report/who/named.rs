//! The deployer that was named: yes or no, and why.
//!
//! Comes in: the rows and findings of the check for one deployment. Must not know: formats.

use crate::findings::{Code, Severity};
use crate::lockout::Verdict;

use super::super::told::resource;
use super::super::{KeyRow, Report};
use super::Section;

/// Whether a deployer can deploy a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Can {
    /// It can.
    Yes,
    /// It can if its IAM policies allow kms:PutKeyPolicy.
    IfIam,
    /// It depends on facts that were not given.
    Undecided,
    /// It cannot.
    No,
}

impl Can {
    /// The word of the JSON report.
    pub(super) fn word(self) -> &'static str {
        match self {
            Can::Yes => "yes",
            Can::IfIam => "if-iam",
            Can::Undecided => "undecided",
            Can::No => "no",
        }
    }

    /// How bad that is, by the findings that `check` has for it; nothing where it is good.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            Can::Yes => None,
            Can::IfIam => Some(Severity::Note),
            Can::Undecided => Some(Severity::Warning),
            Can::No => Some(Severity::Error),
        }
    }

    fn of(verdict: Verdict) -> Can {
        match verdict {
            Verdict::Safe | Verdict::Bypassed | Verdict::DefaultPolicy => Can::Yes,
            Verdict::SafeIfIam => Can::IfIam,
            Verdict::Undecided => Can::Undecided,
            Verdict::Lockout | Verdict::Invalid => Can::No,
        }
    }
}

/// What stops a deployment once KMS accepts its keys, or before KMS is asked.
const STOPS: [Code; 3] = [Code::UpdateRefused, Code::DeployerCannotFinish, Code::TemplateRefused];

/// A named deployer.
pub(in super::super) struct Named<'r> {
    /// The deployment.
    pub(super) deployment: &'r str,
    /// The caller that KMS sees.
    pub(super) deployer: &'r str,
    /// Where it was named.
    pub(super) origin: Option<&'r str>,
    /// The answer.
    pub(super) can: Can,
    /// Why not, or what it depends on.
    pub(super) because: Vec<String>,
    /// Its keys.
    pub(super) keys: Vec<&'r KeyRow>,
}

impl<'r> Named<'r> {
    /// What the check says; nothing where nobody was named.
    pub(super) fn of(section: &'r Section, report: &'r Report) -> Option<Named<'r>> {
        let deployer = section.deployer.as_deref()?;
        let keys: Vec<&KeyRow> = report.keys.iter().filter(|row| row.deployment == section.deployment).collect();
        let own = || report.findings.iter().filter(|one| one.deployment == section.deployment);
        let stopped = own().any(|one| STOPS.contains(&one.code) && one.severity == Severity::Error);
        let by_verdict = keys.iter().map(|row| Can::of(row.verdict)).max().unwrap_or(Can::Yes);
        let can = if stopped { Can::No } else { by_verdict };
        let least = if can == Can::No { Severity::Error } else { Severity::Warning };
        let of_answer = |code: Code| match can {
            Can::No => STOPS.contains(&code) || REFUSED.contains(&code),
            Can::Undecided => code == Code::Undecided,
            Can::Yes | Can::IfIam => false,
        };
        let mut because: Vec<String> =
            own().filter(|one| one.severity >= least && of_answer(one.code)).map(|one| one.message.clone()).collect();
        if because.is_empty() && can >= Can::Undecided {
            let of_key = |row: &&&KeyRow| Can::of(row.verdict) == can;
            let worst = keys.iter().filter(of_key);
            because = worst
                .map(|row| format!("key `{}` is {}", resource(&row.stack, &row.logical_id), row.verdict.word()))
                .collect();
        }
        let origin = section.origin.as_deref();
        Some(Named { deployment: &section.deployment, deployer, origin, can, because, keys })
    }
}

/// Findings that say why KMS or CloudFormation refuses a key.
const REFUSED: [Code; 3] = [Code::LocksOutDeployer, Code::InvalidPrincipal, Code::MalformedPolicy];
