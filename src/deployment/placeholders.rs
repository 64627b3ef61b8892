//! The parts of an ARN that hang on where the stack is deployed: `arn:${AWS::Partition}:iam::${AWS::AccountId}:role/…`.
//!
//! Comes in: an ARN as the CDK writes it into a cloud assembly. Goes out: the same with what is known of account, Region and
//! partition filled in; what is not known becomes the symbol that stands for it in the template, too, so that both are equal.
//!
//! Source: aws-cdk, `@aws-cdk/cloud-assembly-api` lib/placeholders.ts (EnvironmentPlaceholders): the same three names, filled
//! in by the CLI from the environment that it deploys to. Must not know: files.

use crate::aws::PrincipalArn;
use crate::world::{Piece, Text};

/// What stands for the account, the Region and the partition.
const NAMES: [&str; 3] = ["${AWS::AccountId}", "${AWS::Region}", "${AWS::Partition}"];

/// An ARN with the values that are known, in the order of the names; where partition or account are not, with `*`.
pub(super) fn with_known(arn: &str, known: [Option<&str>; 3]) -> String {
    let fill = |text: String, (name, value): (&str, Option<&str>)| match value {
        Some(value) => text.replace(name, value),
        None => text,
    };
    let text = NAMES.into_iter().zip(known).fold(arn.to_owned(), fill);
    let [account, _, partition] = NAMES;
    // What is left of these holds colons, which separate the parts of an ARN.
    text.replacen(&format!("arn:{partition}:"), "arn:*:", 1).replacen(&format!("::{account}:"), "::*:", 1)
}

/// A text of a caller with what the names stand for, in their order.
pub(super) fn filled(text: &Text, values: [&Text; 3]) -> Text {
    NAMES.into_iter().zip(values).fold(text.clone(), |text, (name, value)| {
        let mut out = Text::default();
        for piece in text.pieces() {
            let Piece::Literal(known) = piece else {
                out.push(piece);
                continue;
            };
            for (n, part) in known.split(name).enumerate() {
                if n > 0 {
                    out.append(value);
                }
                out.push_str(part);
            }
        }
        out
    })
}

/// The ARN as it is shown: `*` for what is not known.
pub(super) fn shown(arn: PrincipalArn) -> String {
    NAMES.into_iter().fold(arn.to_string(), |text, name| text.replace(name, "*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-cfn-exec-role-${AWS::AccountId}-${AWS::Region}";

    #[test]
    fn what_is_known_is_filled_in() {
        let known = [Some("111122223333"), Some("eu-west-1"), Some("aws")];
        let expected = "arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1";
        assert_eq!(with_known(ROLE, known), expected);
        let expected = "arn:*:iam::*:role/cdk-hnb659fds-cfn-exec-role-${AWS::AccountId}-eu-west-1";
        assert_eq!(with_known(ROLE, [None, Some("eu-west-1"), None]), expected);
    }

    #[test]
    fn an_unknown_part_is_shown_as_one() {
        let arn = PrincipalArn::parse(&with_known(ROLE, [None; 3])).unwrap();
        assert_eq!(shown(arn), "arn:*:iam::*:role/cdk-hnb659fds-cfn-exec-role-*-*");
    }

    #[test]
    fn texts_hold_what_the_template_holds() {
        let (account, region) = (Text::literal("111122223333"), Text::literal("eu-west-1"));
        let text = filled(&Text::literal("role/x-${AWS::AccountId}-${AWS::Region}"), [&account, &region, &region]);
        assert_eq!(text.as_literal(), Some("role/x-111122223333-eu-west-1"));
    }
}
