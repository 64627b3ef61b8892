//! The calls that an update makes under the policy in force, in their order.
//!
//! Source: the UpdateHandler of AWS::KMS::Key (aws-cloudformation-resource-providers-kms): DescribeKey, EnableKey, rotation,
//! DisableKey, UpdateKeyDescription, PutKeyPolicy; that of AWS::KMS::ReplicaKey has no rotation. Calls about tags come after
//! PutKeyPolicy, under the new policy, and are no part of this.

use crate::source::Span;
use crate::template::POLICY;
use crate::world::{Kind, Value, World};

use super::differ::differ;

/// A call, and what of the new template makes it necessary.
pub(super) type Call = (&'static str, Span);

/// The properties of one key before and after.
pub(super) struct Change<'a> {
    /// The type of the key.
    pub(super) kind: &'a str,
    /// Where the key stands in the new template.
    pub(super) place: Span,
    /// Before.
    pub(super) old: &'a Value,
    /// After.
    pub(super) new: &'a Value,
    /// What is known.
    pub(super) world: &'a World,
}

impl Change<'_> {
    /// The calls that are certainly made: none where CloudFormation may see no change.
    pub(super) fn calls(&self) -> Vec<Call> {
        if self.kind == POLICY {
            // `aws kms put-key-policy` puts whatever it is given.
            return vec![("kms:PutKeyPolicy", self.place)];
        }
        let Some(first) = self.changed() else { return Vec::new() };
        let mut out = vec![("kms:DescribeKey", first)];
        let flag = |name, default| Some((self.flag(self.old, name, default)?, self.flag(self.new, name, default)?));
        let (enabled, rotation) = (flag("Enabled", true), flag("EnableKeyRotation", false));
        if enabled == Some((false, true)) {
            out.push(("kms:EnableKey", self.span("Enabled")));
        }
        match rotation.filter(|_| self.kind == "AWS::KMS::Key") {
            Some((false, true)) => out.push(("kms:EnableKeyRotation", self.span("EnableKeyRotation"))),
            Some((true, false)) => out.push(("kms:DisableKeyRotation", self.span("EnableKeyRotation"))),
            _ => {}
        }
        if enabled == Some((true, false)) {
            out.push(("kms:DisableKey", self.span("Enabled")));
        }
        if self.differs("Description") {
            out.push(("kms:UpdateKeyDescription", self.span("Description")));
        }
        if self.differs("KeyPolicy") {
            out.push(("kms:PutKeyPolicy", self.span("KeyPolicy")));
        }
        out
    }

    /// A property that certainly differs, by its place.
    fn changed(&self) -> Option<Span> {
        let names = |value: &Value| match &value.kind {
            Kind::Map(entries) => entries.iter().map(|(key, _)| key.text.clone()).collect(),
            _ => Vec::new(),
        };
        let every = names(self.new).into_iter().chain(names(self.old));
        every.into_iter().find(|name| self.differs(name)).map(|name| self.span(&name))
    }

    /// Whether a property certainly differs; one that is added or removed does.
    pub(super) fn differs(&self, name: &str) -> bool {
        let certain = |value: &Value| !matches!(value.kind, Kind::Open(..) | Kind::Nothing | Kind::Refused(_));
        match (self.old.get(name), self.new.get(name)) {
            (Some(old), Some(new)) => differ(old, new, self.world) == Some(true),
            (Some(one), None) | (None, Some(one)) => certain(one),
            (None, None) => false,
        }
    }

    /// Whether a property with this default certainly differs.
    pub(super) fn differs_from_default(&self, name: &str, default: &str) -> bool {
        let text = |value: &Value| match value.get(name) {
            None => Some(default.to_owned()),
            Some(value) => value.as_text()?.as_literal().map(str::to_owned),
        };
        matches!((text(self.old), text(self.new)), (Some(old), Some(new)) if old != new)
    }

    fn flag(&self, value: &Value, name: &str, default: bool) -> Option<bool> {
        match value.get(name) {
            None => Some(default),
            Some(value) => match value.as_text()?.as_literal()? {
                known if known.eq_ignore_ascii_case("true") => Some(true),
                known if known.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            },
        }
    }

    /// The place of a property's name in the new template; where it is gone, the key's.
    pub(super) fn span(&self, name: &str) -> Span {
        let Kind::Map(entries) = &self.new.kind else { return self.place };
        entries.iter().find(|(key, _)| &*key.text == name).map_or(self.place, |(key, _)| key.span)
    }
}
