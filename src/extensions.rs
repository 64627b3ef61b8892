//! The macro `AWS::LanguageExtensions` by itself: what CloudFormation makes of a template before it reads it.
//!
//! Comes in: a template as YAML or JSON and the values of its parameters. Goes out: the expanded template as JSON. What
//! nobody knows yet stays: a loop over a parameter without a value becomes `{"unknown": "Parameter"}`, and a function that
//! needs a resource, an account or such a parameter stands as it is, with the known parts worked out. Follows
//! transform-aws-languageextensions.html and intrinsic-function-reference-foreach.html.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! let template = r#"
//! Transform: AWS::LanguageExtensions
//! Parameters: { Names: { Type: CommaDelimitedList } }
//! Resources:
//!   Fn::ForEach::Keys:
//!     - Name
//!     - !Ref Names
//!     - "Key${Name}": { Type: AWS::KMS::Key, Properties: { Description: !Sub "for ${Name}" } }
//! "#;
//! let names = BTreeMap::from([("Names".to_owned(), "A,B".to_owned())]);
//! let expanded = cfn_lockout::extensions::expand(template, &names)?;
//! assert!(expanded.contains(r#""KeyB":{"Type":"AWS::KMS::Key","Properties":{"Description":"for B"}}"#));
//! let expanded = cfn_lockout::extensions::expand(template, &BTreeMap::new())?;
//! assert!(expanded.contains(r#""Fn::ForEach::Keys":{"unknown":"Names"}"#));
//! # Ok::<(), cfn_lockout::extensions::ExpandError>(())
//! ```

use std::collections::BTreeMap;

use crate::source::{Document, FileId};
use crate::template::extensions;

/// What the macro refuses, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ExpandError {
    /// What is wrong: lower-case start, no full stop.
    pub message: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// The template that CloudFormation goes on with, as compact JSON in the order of the template.
///
/// `parameters` holds values by name, those of lists with commas between the members; it may also hold pseudo parameters
/// (`AWS::Region`). A parameter that it does not hold has its Default, if there is one.
///
/// # Errors
///
/// Text that is neither YAML nor JSON, and what the macro refuses.
pub fn expand(template: &str, parameters: &BTreeMap<String, String>) -> Result<String, ExpandError> {
    let document = Document::from_text(FileId(0), template).map_err(|error| ExpandError {
        message: error.message,
        line: error.line,
        column: error.column,
    })?;
    let given = parameters.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    match extensions::transform(&document, &given) {
        Ok(expanded) => Ok(expanded.to_string()),
        Err(refusal) => {
            let at = document.line_col(refusal.span.start);
            Err(ExpandError { message: refusal.message, line: at.line, column: at.column })
        }
    }
}
