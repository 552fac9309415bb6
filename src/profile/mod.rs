//! `dialtone profile`: rules and profiles looked at and made without a server or a device, one file for each verb, and
//! the profiles of a server.

mod check;
mod convert;
mod decrypt;
mod described;
mod diff;
mod edit;
mod encrypt;
mod explain_rule;
mod files;
mod mend;
mod plain_text;
mod render;

use clap::Subcommand;
use data_model::OperatorError;
use std::process::ExitCode;

/// Profiles of the vendor's own provisioning.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Show step by step what a device would do with a Profile_Rule or an Upgrade_Rule.
    ExplainRule(explain_rule::ExplainRule),
    /// Read a profile as a device would, and tell everything that is wrong with it.
    Check(check::Check),
    /// Render the profile of a device exactly as the server does.
    Render(render::Render),
    /// Tell what two profiles say differently; the status is that of `diff`.
    Diff(diff::Diff),
    /// Edit a profile, repair it, or bring it from one device type to another; what is not understood stays.
    Convert(convert::Convert),
    /// Encrypt a profile as `openssl enc -aes-256-cbc -md md5` does it, or by RFC 8188.
    Encrypt(encrypt::Encrypt),
    /// Decrypt a profile, and unpack it.
    Decrypt(decrypt::Decrypt),
    #[command(flatten)]
    Server(crate::operator::ProfileVerb),
}

/// Runs one of the profile commands.
pub async fn run(command: ProfileCommand) -> Result<ExitCode, OperatorError> {
    match command {
        ProfileCommand::ExplainRule(verb) => verb.run(),
        ProfileCommand::Check(verb) => verb.run(),
        ProfileCommand::Render(verb) => verb.run(),
        ProfileCommand::Diff(verb) => verb.run(),
        ProfileCommand::Convert(verb) => verb.run(),
        ProfileCommand::Encrypt(verb) => verb.run(),
        ProfileCommand::Decrypt(verb) => verb.run(),
        ProfileCommand::Server(verb) => Ok(crate::operator::exit_code(verb.run().await)),
    }
}
