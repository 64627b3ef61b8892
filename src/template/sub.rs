//! The text of Fn::Sub: literals and `${…}`.
//!
//! Source: AWS CloudFormation User Guide, intrinsic-function-reference-sub.html: `${!Literal}` stands for `${Literal}`.

use super::expr::SubPart;

/// Takes the text apart. A `${` without `}` is text.
pub(crate) fn parts(text: &str) -> Vec<SubPart> {
    let mut out = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
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
                    out.push(SubPart::Literal(std::mem::take(&mut literal)));
                }
                out.push(SubPart::Variable(name.trim().to_owned()));
            }
        }
        rest = tail;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        out.push(SubPart::Literal(literal));
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
}
