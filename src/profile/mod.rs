//! `dialtone profile`: rules and profiles looked at and made without a server or a device; one file for each verb.

mod decrypt;
mod encrypt;
mod explain_rule;
mod files;

use clap::Subcommand;
use data_model::OperatorError;
use std::process::ExitCode;

/// Profiles of the vendor's own provisioning.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Show step by step what a device would do with a Profile_Rule or an Upgrade_Rule.
    ExplainRule(explain_rule::ExplainRule),
    /// Encrypt a profile as `openssl enc -aes-256-cbc -md md5` does it.
    Encrypt(encrypt::Encrypt),
    /// Decrypt a profile, and unpack it.
    Decrypt(decrypt::Decrypt),
}

/// Runs one of the profile commands.
pub fn run(command: ProfileCommand) -> Result<ExitCode, OperatorError> {
    match command {
        ProfileCommand::ExplainRule(verb) => verb.run(),
        ProfileCommand::Encrypt(verb) => verb.run(),
        ProfileCommand::Decrypt(verb) => verb.run(),
    }
}
