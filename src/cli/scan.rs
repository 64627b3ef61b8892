//! The memory scan (design §10): which walked files can matter, without parsing them.

use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use memchr::memmem;

/// What a scan looks for, all of it in one pass, and what it means. No two of them overlap in a text but as prefixes, of which
/// the longer is found.
const NEEDLES: [(&str, Hints); 22] = [
    ("AWS::KMS::", Hints::TEMPLATE),
    // What a template can hide a key behind, beside the type itself: nested stacks, modules, macros, loops, escapes.
    ("AWS::CloudFormation::Stack", Hints::TEMPLATE),
    ("::MODULE", Hints::TEMPLATE),
    ("Transform", Hints::TEMPLATE),
    ("Fn::ForEach", Hints::TEMPLATE),
    ("\\u", Hints::TEMPLATE),
    ("\\x", Hints::TEMPLATE),
    ("\\U", Hints::TEMPLATE),
    // What files have in their text that describe deployments.
    ("aws:cloudformation:stack", Hints::CONTEXT),
    ("template-file-path", Hints::CONTEXT),
    ("configure-aws-credentials", Hints::CONTEXT),
    ("aws-cloudformation-github-deploy", Hints::CONTEXT),
    // What is also in files of quite other kinds.
    ("AWS::CloudFormation::StackSet", Hints(Hints::TEMPLATE.0 | Hints::DEPLOYS.0)),
    ("AWS::CodePipeline::Pipeline", Hints::DEPLOYS),
    ("TemplateURL", Hints::NAMES_TEMPLATE),
    ("TemplatePath", Hints::NAMES_TEMPLATE),
    ("AWS::ServiceCatalog::LaunchRoleConstraint", Hints::PERHAPS_CONTEXT),
    ("::SyncConfiguration", Hints::PERHAPS_CONTEXT),
    ("update-stacks", Hints::PERHAPS_CONTEXT),
    // Keys of the top level.
    ("\nservice:", Hints::PERHAPS_CONTEXT),
    ("\ntemplate_path:", Hints::PERHAPS_CONTEXT),
    ("\ntemplate:", Hints::PERHAPS_CONTEXT),
];

/// What the bytes of a file show about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints(u8);

impl Hints {
    const TEMPLATE: Hints = Hints(1);
    const CONTEXT: Hints = Hints(2);
    const PERHAPS_CONTEXT: Hints = Hints(4);
    /// A resource that deploys the template that it names, if it names one.
    const DEPLOYS: Hints = Hints(8);
    const NAMES_TEMPLATE: Hints = Hints(16);
    const ALL: Hints = Hints(31);

    /// What these bytes show.
    pub(crate) fn of(bytes: &[u8]) -> Hints {
        let mut found = Hints::default();
        for (needle, hints) in NEEDLES.iter().filter_map(|(needle, hints)| Some((needle.strip_prefix('\n')?, hints))) {
            found.0 |= if bytes.starts_with(needle.as_bytes()) { hints.0 } else { 0 };
        }
        for hit in SEARCH.iter().flat_map(|search| search.find_iter(bytes)) {
            found.0 |= NEEDLES.get(hit.pattern().as_usize()).map_or(0, |(_, hints)| hints.0);
            if found == Hints::ALL {
                break;
            }
        }
        found
    }

    fn has(self, other: Hints) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it can hold a key.
    pub(crate) fn may_hold_key(self) -> bool {
        self.has(Hints::TEMPLATE)
    }

    /// Whether it describes a deployment.
    pub(crate) fn is_context(self) -> bool {
        self.has(Hints::CONTEXT)
    }

    /// Whether it may describe a deployment, or be a file of quite another kind.
    pub(crate) fn may_be_context(self) -> bool {
        let deploys = self.has(Hints::DEPLOYS) && self.has(Hints::NAMES_TEMPLATE);
        self.has(Hints::CONTEXT) || self.has(Hints::PERHAPS_CONTEXT) || deploys
    }
}

/// Nothing where the needles cannot be searched for, which does not happen.
static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let needles = NEEDLES.map(|(needle, _)| needle);
    // Nearly all of a text is passed over by the search for the needles' first bytes, so the automaton that is built fastest will do.
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).kind(kind).build(needles).ok()
});

/// Source code and prose: they may quote templates, and are none.
const NOT_TEMPLATES: [&str; 40] = [
    "md", "mdx", "rst", "adoc", "txt", "html", "htm", "css", "py", "ipynb", "ts", "tsx", "js", "jsx", "mjs", "cjs",
    "go", "rs", "java", "kt", "rb", "php", "cs", "c", "h", "cpp", "tf", "tfvars", "hcl", "sh", "bash", "ps1", "toml",
    "lock", "log", "svg", "xml", "csv", "guard", "snap",
];

/// Whether a walked file can be a template by its name.
pub(crate) fn may_be_template(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    !NOT_TEMPLATES.contains(&extension.as_str())
}

/// Whether the bytes name one of the key types.
pub(crate) fn mentions_key(bytes: &[u8]) -> bool {
    ["AWS::KMS::Key", "AWS::KMS::ReplicaKey"].iter().any(|name| memmem::find(bytes, name.as_bytes()).is_some())
}

/// Whether the first bytes show that the file is no text.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..bytes.len().min(8192)).unwrap_or_default()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_keys_are_not_lost() {
        for text in
            ["Type: AWS::KMS::Key", "Fn::ForEach::Keys:", "\"AWS\\u003a:KMS::Key\"", "Transform: X", "My::M::MODULE"]
        {
            assert!(Hints::of(text.as_bytes()).may_hold_key(), "{text}");
        }
        assert!(!Hints::of(b"Type: AWS::S3::Bucket").may_hold_key());
    }

    #[test]
    fn every_needle_is_found_wherever_it_stands() {
        for (needle, hints) in NEEDLES {
            let text = format!("AWS::S3::Bucket: service {needle} of templates");
            assert_eq!(Hints::of(text.as_bytes()), hints, "{needle}");
            assert_eq!(Hints::of(text.repeat(100).as_bytes()), hints, "{needle}");
        }
    }

    #[test]
    fn keys_of_the_top_level_count_there_only() {
        assert!(Hints::of(b"service: keys").may_be_context());
        assert!(Hints::of(b"# x\r\ntemplate: keys.yaml").may_be_context());
        assert!(!Hints::of(b"a:\n  template: keys.yaml").may_be_context());
    }

    #[test]
    fn a_stack_set_is_both() {
        let hints = Hints::of(b"Type: AWS::CloudFormation::StackSet, TemplateURL: kms.yaml");
        assert!(hints.may_hold_key() && hints.may_be_context() && !hints.is_context());
    }

    #[test]
    fn a_pipeline_that_names_no_template_deploys_none() {
        for (text, may_be_context) in [
            ("Type: AWS::CodePipeline::Pipeline", false),
            ("TemplatePath: Source::kms.yaml", false),
            ("TemplatePath: Source::kms.yaml, Type: AWS::CodePipeline::Pipeline", true),
            ("Type: AWS::CloudFormation::StackSet, TemplateBody: '{}'", false),
        ] {
            assert_eq!(Hints::of(text.as_bytes()).may_be_context(), may_be_context, "{text}");
        }
    }

    #[test]
    fn names_of_code_and_prose_are_left_out() {
        assert!(may_be_template(Path::new("infra/kms.yaml")));
        assert!(may_be_template(Path::new("stack.template")));
        assert!(may_be_template(Path::new("template")));
        assert!(!may_be_template(Path::new("README.md")));
    }
}
