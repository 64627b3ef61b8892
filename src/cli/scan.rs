//! The memory scan (design §10): which walked files can matter, without parsing them.

use std::path::Path;

use memchr::memmem;

/// What a template can hide a key behind, beside the type itself: nested stacks, modules, macros, loops, escapes.
const HINTS: [&str; 8] =
    ["AWS::KMS::", "AWS::CloudFormation::Stack", "::MODULE", "Transform", "Fn::ForEach", "\\u", "\\x", "\\U"];

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

/// Whether a file with these bytes can hold a key.
pub(crate) fn may_hold_key(bytes: &[u8]) -> bool {
    HINTS.iter().any(|hint| memmem::find(bytes, hint.as_bytes()).is_some())
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
            assert!(may_hold_key(text.as_bytes()), "{text}");
        }
        assert!(!may_hold_key(b"Type: AWS::S3::Bucket"));
    }

    #[test]
    fn names_of_code_and_prose_are_left_out() {
        assert!(may_be_template(Path::new("infra/kms.yaml")));
        assert!(may_be_template(Path::new("stack.template")));
        assert!(may_be_template(Path::new("template")));
        assert!(!may_be_template(Path::new("README.md")));
    }
}
