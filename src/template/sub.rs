//! The text of Fn::Sub: literals and `${…}`.
//!
//! Source: AWS CloudFormation User Guide, intrinsic-function-reference-sub.html: `${!Literal}` stands for `${Literal}`.

use super::expr::SubPart;

/// Where the values of Serverless Framework variables come from. IAM's own policy variables (`${aws:username}`) are none.
///
/// Source: Serverless Framework documentation, "Variables": `${self:…}`, `${opt:…}`, `${env:…}`, `${file(…)…}`, ….
const FRAMEWORK: [&str; 8] = ["self:", "opt:", "env:", "sls:", "param:", "file(", "cf:", "ssm:"];

/// How long such a variable may be: without an end to the search, a text of many openings costs its length squared.
const LONGEST: usize = 4096;

/// Splits what follows a `${` at the `}` that ends a Serverless Framework variable; nothing for any other `${`.
/// Such a variable is replaced before CloudFormation sees the text.
pub(crate) fn framework_variable(after: &str) -> Option<(&str, &str)> {
    if !FRAMEWORK.iter().any(|source| after.starts_with(source)) {
        return None;
    }
    let mut depth = 1_usize;
    for (at, c) in after.char_indices().take(LONGEST) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((after.get(..at)?, after.get(at + 1..)?));
        }
    }
    None
}

/// Takes the text apart. A `${` without `}` is text, and so are Serverless Framework variables.
pub(crate) fn parts(text: &str) -> Vec<SubPart> {
    let mut out = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some((name, tail)) = framework_variable(after) {
            literal.push_str(&format!("{before}${{{name}}}"));
            rest = tail;
            continue;
        }
        let Some((name, tail)) = after.split_once('}') else { break };
        literal.push_str(before);
        match name.strip_prefix('!') {
            Some(escaped) => {
                literal.push_str("${");
                literal.push_str(escaped);
                literal.push('}');
            }
            None => {
                if !literal.is_empty() {
                    out.push(SubPart::Literal(std::mem::take(&mut literal).into()));
                }
                out.push(SubPart::Variable(name.trim().to_owned()));
            }
        }
        rest = tail;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        out.push(SubPart::Literal(literal.into()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> SubPart {
        SubPart::Literal(text.into())
    }

    #[test]
    fn variables_and_escapes() {
        assert_eq!(
            parts("arn:${AWS::Partition}:iam::${!aws:username}"),
            [literal("arn:"), SubPart::Variable("AWS::Partition".into()), literal(":iam::${aws:username}")]
        );
        assert_eq!(parts("${A}${B.C}"), [SubPart::Variable("A".into()), SubPart::Variable("B.C".into())]);
        assert_eq!(parts("$x ${open"), [literal("$x ${open")]);
        assert_eq!(parts(""), []);
    }

    #[test]
    fn variables_of_the_serverless_framework_are_text_here() {
        assert_eq!(
            parts("a-${self:custom.${opt:stage}}-${B}"),
            [literal("a-${self:custom.${opt:stage}}-"), SubPart::Variable("B".into())]
        );
    }
}
