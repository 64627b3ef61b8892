//! The rings of tests outside the code: executable prose, the command line, real templates and field reports.
//!
//! Data that is not part of the project is found by `CFN_LOCKOUT_SHARED` (default `../shared`); where it is absent, the
//! tests that need it say so on stderr and pass.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on stderr what it did not run"
)]

mod action;
mod afterwards;
mod bad_input;
mod baseline;
mod beyond;
mod cdk;
mod cdk_manifests;
mod cdk_plugin;
mod cfn_lint;
mod command_line;
mod configuration;
mod contexts_templates;
mod contexts_workflows;
mod corpus;
mod deployments;
mod differential;
mod documents;
mod examples;
mod field;
mod fix;
mod fix_corpus;
mod guard;
#[cfg(feature = "guard")]
mod guard_engines;
#[cfg(feature = "guard")]
mod guard_gap;
#[cfg(feature = "guard")]
mod guard_hostile;
#[cfg(feature = "hook")]
mod hook;
mod hostile_files;
mod hostile_templates;
mod iam;
mod init;
mod interrupted;
mod json_report;
mod language_extensions;
mod layers;
mod left_out;
#[cfg(feature = "lsp")]
mod lsp;
mod naive;
mod nested;
mod peers;
mod peers_see;
mod pre_commit;
mod reader_trees;
mod recorded;
mod recorded_text;
mod recover;
mod reports;
mod reports_hostile;
mod reports_read;
mod resolve_verb;
mod robustness;
mod rule_pages;
mod run;
mod runner;
mod screens;
mod shell;
mod supply_chain;
mod support;
mod suppressions;
mod updates;
mod wheel;
mod who;
mod workflows;
