//! Templates without keys: of the thousands that a repository may have, only the outline is kept.

use std::collections::BTreeMap;

use super::template::{Resource, Template};

impl Template {
    /// Whether there are keys in it, or in what it nests or its macros write.
    pub(crate) fn may_lead_to_keys(&self) -> bool {
        let leads = |resource: &Resource| resource.is_key() || resource.is_stack() || resource.is_module();
        self.is_written_by_macros || self.resources.iter().any(leads)
    }

    /// Keeps only which parameters and resources it has, and what is wrong with it.
    pub(crate) fn forget_contents(&mut self) {
        self.resources.iter_mut().for_each(|resource| resource.properties = None);
        self.outputs = Vec::new();
        self.mappings = BTreeMap::new();
    }
}
