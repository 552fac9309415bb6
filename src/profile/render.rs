//! `dialtone profile render`: the profile of a device exactly as the server renders it, without a server.

use super::described::{Described, profiles};
use super::files::{ProfileKey, device, write};
use clap::Args;
use data_model::OperatorError;
use data_model::provisioning::encryption::{self, Packing};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use acs::provisioning::desired::desired;
use acs::provisioning::evidence::Evidence;
use acs::provisioning::flat_profile::{self, Secrets};

/// What to render, and for whom.
#[derive(Debug, Args)]
pub struct Render {
    /// What the device is: ata191, ata192 or spa122.
    #[arg(long = "type", value_name = "TYPE", default_value = "ata192")]
    device_type: String,
    /// A profile of the server in the API's form, or a list of them, in JSON or TOML; several are put together.
    #[arg(long, required = true)]
    profile: Vec<PathBuf>,
    /// The device: its identity or serial number, or a file in JSON or TOML with its facts and variables.
    #[arg(long)]
    device: String,
    /// A variable of the device, as NAME=VALUE.
    #[arg(long)]
    variable: Vec<String>,
    /// Leave secrets out, as the server does where the way is not private.
    #[arg(long)]
    without_secrets: bool,
    /// Pack it with gzip.
    #[arg(long)]
    gzip: bool,
    #[command(flatten)]
    key: ProfileKey,
    /// Where it goes; `-` for standard output.
    #[arg(long, default_value = "-")]
    output: PathBuf,
}

impl Render {
    /// Renders it. Desired values the document has no place for are told on standard error.
    pub fn run(self) -> Result<ExitCode, OperatorError> {
        let ty = device(&self.device_type)?;
        let profiles = profiles(&self.profile)?;
        let described = Described::of(&self.device, &self.variable, &ty)?;
        let (device, variables) = (&described.device, &described.variables);
        // What a device has reported is not known here: a selector that asks for it finds nothing.
        let wanted = desired(&profiles, device, variables, &Evidence::default());
        let wanted = wanted.map_err(|why| {
            OperatorError::new(
                "the profiles cannot be put together",
                why,
                "correct the profile, or give the variable with --variable NAME=VALUE",
            )
        })?;
        for conflict in &wanted.conflicts {
            let (winner, loser) = (&conflict.winner.profile, &conflict.loser.profile);
            // Whoever does not read it has the document all the same.
            let _ = writeln!(
                std::io::stderr().lock(),
                "warning: profiles `{winner}` and `{loser}` have the same precedence and disagree on {}: `{winner}` wins",
                conflict.name
            );
        }
        let secrets = match self.without_secrets {
            true => Secrets::Omitted,
            false => Secrets::Included,
        };
        let rendered = flat_profile::render(&ty, &wanted, &[], secrets);
        for one in &rendered.left_out {
            // Whoever does not read it has the document all the same.
            let _ = writeln!(
                std::io::stderr().lock(),
                "warning: {} is left out: {}",
                one.name,
                one.why
            );
        }
        let packing = if self.gzip {
            Packing::Gzip
        } else {
            Packing::Plain
        };
        let key = self.key.given()?;
        let key = key.as_ref().map(|phrase| (phrase, rand::random()));
        write(
            &self.output,
            &encryption::seal(rendered.document.as_bytes(), packing, key),
        )?;
        Ok(ExitCode::SUCCESS)
    }
}
