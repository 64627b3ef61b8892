//! What is known about where and with which values the template is deployed, in the resolver's own terms.

use std::collections::BTreeMap;

use crate::world::{Class, Hole, Origin, Shape, Text};

/// The known values; everything else becomes a hole.
#[derive(Clone, Debug)]
pub(crate) struct Givens {
    /// Values given for parameters; nothing where one is given that nobody can know here, so that the Default does not count.
    pub(crate) parameters: BTreeMap<String, Option<String>>,
    /// Whether each of the others may be given a value as well, so that no Default counts.
    pub(crate) open_parameters: bool,
    /// Values of exports, for Fn::ImportValue.
    pub(crate) exports: BTreeMap<String, String>,
    /// Values in the Parameter Store.
    pub(crate) ssm: BTreeMap<String, String>,
    /// AWS::AccountId, or the symbol for it.
    pub(crate) account: Text,
    /// AWS::Region, or the symbol for it.
    pub(crate) region: Text,
    /// AWS::Partition, or the symbol for it.
    pub(crate) partition: Text,
    /// AWS::StackName.
    pub(crate) stack_name: Option<String>,
}

impl Givens {
    /// What is given for a parameter: nothing, something that nobody can know here, or a value.
    pub(crate) fn parameter(&self, name: &str) -> Option<Option<&str>> {
        let given = self.parameters.get(name).map(Option::as_deref);
        given.or(self.open_parameters.then_some(None))
    }

    /// The symbol for the account that is deployed to.
    pub(crate) fn unknown_account() -> Text {
        Text::hole(Hole::new(Origin::Account, Shape::class(Class::Account), None))
    }

    /// The symbol for the Region that is deployed to.
    pub(crate) fn unknown_region() -> Text {
        Text::hole(Hole::new(Origin::Region, Shape::class(Class::Name), None))
    }

    /// The symbol for the partition that is deployed to.
    pub(crate) fn unknown_partition() -> Text {
        Text::hole(Hole::new(Origin::Partition, Shape::class(Class::Name), None))
    }
}

impl Default for Givens {
    fn default() -> Givens {
        Givens {
            parameters: BTreeMap::new(),
            open_parameters: false,
            exports: BTreeMap::new(),
            ssm: BTreeMap::new(),
            account: Givens::unknown_account(),
            region: Givens::unknown_region(),
            partition: Givens::unknown_partition(),
            stack_name: None,
        }
    }
}
