//! The page of a finding for a terminal, and the list of all findings.
//!
//! Comes in: a page in Markdown, lines of at most 80 columns. Goes out: the same without Markdown's marks.

use crate::findings::{Code, Severity};

const BOLD: &str = "\u{1b}[1m";
const CYAN: &str = "\u{1b}[36m";
const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const RESET: &str = "\u{1b}[0m";

/// Where the project is.
pub(super) const HOME: &str = "https://github.com/cfn-lockout/cfn-lockout";

/// Where the page of a finding can be read.
pub(crate) fn address(code: Code) -> String {
    format!("{HOME}/blob/main/rules/explain/{}.md", code.id())
}

/// One line for each finding: severity, code, what it says.
pub(crate) fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.id().len()).max().unwrap_or(0);
    let line = |code: Code| format!("{:<7} {:<width$} {}\n", code.severity().word(), code.id(), code.says());
    Code::ALL.map(line).concat()
}

/// The page of a finding: headings by themselves, examples indented, code in colour where there is any.
pub(crate) fn page(code: Code, color: bool) -> String {
    let styled = |style: &str, text: &str| if color { format!("{style}{text}{RESET}") } else { text.to_owned() };
    let mut out = String::new();
    let (mut in_example, mut in_code) = (false, false);
    for line in code.page().lines() {
        if line.starts_with("```") {
            in_example = !in_example;
            continue;
        }
        if in_example {
            out.push_str(format!(" {}", styled(CYAN, line)).trim_end());
        } else if let Some(title) = line.strip_prefix("# ") {
            out.push_str(&styled(tone(code.severity()), code.severity().word()));
            out.push_str(&format!(": {}", styled(BOLD, title)));
        } else if let Some(heading) = line.strip_prefix("## ") {
            out.push_str(&styled(BOLD, &heading.to_uppercase()));
        } else if color {
            in_code &= !line.is_empty();
            out.push_str(&inline(line, &mut in_code));
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
        Severity::Note => CYAN,
    }
}

/// A line with what stands in backticks in colour; `in_code` says whether a line starts within them.
fn inline(line: &str, in_code: &mut bool) -> String {
    let mut out = String::new();
    for (index, part) in line.split('`').enumerate() {
        *in_code ^= index > 0;
        if *in_code && !part.is_empty() {
            out.push_str(&format!("{CYAN}{part}{RESET}"));
        } else {
            out.push_str(part);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_list_fit_into_80_columns() {
        for code in Code::ALL {
            let text = page(code, false);
            assert!(
                text.starts_with(&format!("{}: {}\n\nWHAT IT MEANS\n\n", code.severity().word(), code.id())),
                "{text}"
            );
            assert!(text.contains("\n\n AWSTemplateFormatVersion:") && !text.contains("```"), "{text}");
            let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
            assert!(wide.iter().all(|line| line.contains("https://")), "{wide:?}");
        }
        assert!(list().lines().all(|line| line.chars().count() <= 80), "{}", list());
        assert_eq!(list().lines().count(), Code::ALL.len());
    }

    #[test]
    fn code_is_coloured_and_colour_ends() {
        let mut in_code = false;
        assert_eq!(inline("a `b` c `d", &mut in_code), format!("a {CYAN}b{RESET} c {CYAN}d{RESET}"));
        assert_eq!(inline("e` f", &mut in_code), format!("{CYAN}e{RESET} f"));
        let text = page(Code::Undecided, true);
        assert!(text.starts_with(&format!("{YELLOW}warning{RESET}: {BOLD}undecided{RESET}\n")));
        let plain = [BOLD, CYAN, RED, YELLOW, RESET].iter().fold(text, |text, code| text.replace(code, ""));
        assert_eq!(plain, page(Code::Undecided, false).replace('`', ""));
    }
}
