//! What resources of the same template are called: Ref and Fn::GetAtt of IAM roles and users follow from their
//! properties; everything else is a hole.
//!
//! Source: AWS CloudFormation User Guide, aws-resource-iam-role.html and aws-resource-iam-user.html, "Return values".

use crate::source::Span;
use crate::template::Resource;
use crate::world::{Kind, Refusal, Stop, Text, Value, World};

use super::lift::lift;
use super::names::unknown;
use super::scope::Scope;

impl Scope<'_> {
    /// Ref of a resource.
    pub(crate) fn resource_name(&self, id: &str, span: Span, world: &World) -> Kind {
        self.existing(id, span, world, &|resource| match resource.kind.as_str() {
            "AWS::IAM::Role" => self.iam_name(resource, "RoleName", world),
            "AWS::IAM::User" => self.iam_name(resource, "UserName", world),
            _ => unknown(self.later("getatt", id, span)),
        })
    }

    /// Fn::GetAtt of a resource.
    pub(crate) fn attribute(&self, id: &str, attribute: &str, span: Span, world: &World) -> Kind {
        self.existing(id, span, world, &|resource| match (resource.kind.as_str(), attribute) {
            ("AWS::IAM::Role", "Arn") => self.iam_arn(resource, "role", "RoleName", world),
            ("AWS::IAM::User", "Arn") => self.iam_arn(resource, "user", "UserName", world),
            _ => match attribute.strip_prefix("Outputs.").filter(|_| resource.is_stack()) {
                Some(name) => self.output(resource, name, span, world),
                None => unknown(self.later("getatt", &format!("{id}.{attribute}"), span)),
            },
        })
    }

    /// A reference is refused where its resource does not exist, or is not created in this world.
    fn existing(&self, id: &str, span: Span, world: &World, f: &dyn Fn(&Resource) -> Kind) -> Kind {
        let missing = || {
            let message = format!("unresolved resource dependency `{id}`");
            Kind::Refused(Refusal { message, span })
        };
        let Some(resource) = self.template.resource(id) else {
            // A macro may add it.
            return if self.template.transforms.is_empty() {
                missing()
            } else {
                unknown(self.later("transform", id, span))
            };
        };
        self.under(resource.condition.as_ref(), span, world, &|| f(resource), &missing)
    }

    /// What is, if there is a condition, only so where it is true.
    pub(super) fn under(
        &self,
        condition: Option<&(String, Span)>,
        span: Span,
        world: &World,
        holds: &dyn Fn() -> Kind,
        otherwise: &dyn Fn() -> Kind,
    ) -> Kind {
        let Some((condition, place)) = condition else { return holds() };
        match self.condition(condition, *place, world) {
            Ok(true) => holds(),
            Ok(false) => otherwise(),
            Err(Stop::Ask(question)) => {
                let value = |kind| Value { span, kind };
                Kind::Open(question, vec![value(holds()), value(otherwise())])
            }
            Err(Stop::Refused(refusal)) => Kind::Refused(refusal),
        }
    }

    fn iam_name(&self, resource: &Resource, property: &str, world: &World) -> Kind {
        match resource.property(property).map(|name| self.resolve(name, world).kind) {
            None | Some(Kind::Nothing) => Kind::Text(self.generated(&resource.id, resource.span)),
            Some(kind) => kind,
        }
    }

    /// `arn:P:iam::A:role` + Path + name. The Path starts and ends with `/` and is `/` by default.
    fn iam_arn(&self, resource: &Resource, kind: &str, property: &str, world: &World) -> Kind {
        let span = resource.span;
        let name = Value { span, kind: self.iam_name(resource, property, world) };
        let path = match resource.property("Path").map(|path| self.resolve(path, world)) {
            None | Some(Value { kind: Kind::Nothing, .. }) => Value::text(span, Text::literal("/")),
            Some(path) => path,
        };
        lift(span, vec![path, name], &|parts| {
            let mut arn = Text::literal("arn:");
            arn.append(&self.givens.partition);
            arn.push_str(":iam::");
            arn.append(&self.givens.account);
            arn.push_str(":");
            arn.push_str(kind);
            for part in parts {
                match &part.kind {
                    Kind::Text(text) => arn.append(text),
                    Kind::Unknown(hole) => arn.append(&Text::hole(hole.clone())),
                    _ => return unknown(self.later("getatt", &format!("{}.Arn", resource.id), span)),
                }
            }
            Kind::Text(arn)
        })
        .kind
    }
}
