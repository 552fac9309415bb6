//! `dialtone device`: find devices, look at them, label them, call them, and ask things of them.

use super::device_tasks::DeviceTask;
use super::trace::TraceVerb;
use super::{Ended, Outcome, ServerOptions, pair, show, sure};
use crate::address::{query, segment};
use crate::client::Client;
use crate::output::line;
use clap::{Args, Subcommand};
use data_model::OperatorError;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Devices.
#[derive(Debug, Args)]
pub struct DeviceCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List devices.
    List(List),
    /// Show one.
    Show {
        /// The device: its id or its identity.
        device: String,
    },
    /// Register a device before it comes.
    Register(Register),
    /// Forget a device with all that belongs to it.
    Forget {
        /// The device.
        device: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
    /// Call a device, and tell what came of it; the status is 6 if it did not accept the call.
    Call {
        /// The device.
        device: String,
    },
    /// Show what was last seen of its parameters.
    Parameters {
        /// The device.
        device: String,
        /// Only names that begin with this.
        #[arg(long)]
        prefix: Option<String>,
    },
    /// Show its tags, or change them.
    Tags {
        /// The device.
        device: String,
        /// A tag it gets; as often as needed.
        #[arg(long)]
        add: Vec<String>,
        /// A tag it loses; as often as needed.
        #[arg(long)]
        remove: Vec<String>,
    },
    /// Show its variables, or replace all of them.
    Variables {
        /// The device.
        device: String,
        /// A variable; with one, all that are not named are removed.
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
    },
    /// Show its requests for profiles of the vendor's own provisioning.
    Contacts {
        /// The device.
        device: String,
    },
    #[command(flatten)]
    Task(DeviceTask),
    #[command(flatten)]
    Trace(TraceVerb),
}

#[derive(Debug, Args)]
struct List {
    /// The identity contains this text.
    #[arg(long)]
    contains: Option<String>,
    /// Of this product class.
    #[arg(long)]
    product_class: Option<String>,
    /// That report this version.
    #[arg(long)]
    software_version: Option<String>,
    /// With this serial number.
    #[arg(long)]
    serial_number: Option<String>,
    /// With this tag.
    #[arg(long)]
    tag: Option<String>,
    /// How many at most.
    #[arg(long)]
    limit: Option<usize>,
}

#[derive(Debug, Args)]
struct Register {
    /// Its OUI, six hexadecimal digits.
    #[arg(long)]
    oui: String,
    /// Its serial number.
    #[arg(long)]
    serial_number: String,
    /// Its product class.
    #[arg(long, default_value = "")]
    product_class: String,
    /// A file with the password it will come with; without one the enrolment rule decides.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

const COLUMNS: [show::Column; 6] = [
    ("DEVICE", "identity"),
    ("VERSION", "software_version"),
    ("ADDRESS", "address"),
    ("LAST INFORM", "last_inform"),
    ("TAGS", "tags"),
    ("PROFILE FAULT", "provisioning.fault.text"),
];

const CONTACTS: [show::Column; 5] = [
    ("AT", "at"),
    ("ADDRESS", "address"),
    ("BY", "transport"),
    ("PATH", "path"),
    ("OUTCOME", "outcome"),
];

const PARAMETERS: [show::Column; 3] = [("NAME", "name"), ("TYPE", "type"), ("VALUE", "value")];

/// The address of a device.
pub fn path(device: &str) -> String {
    format!("/devices/{}", segment(device))
}

impl DeviceCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        match self.verb {
            Verb::List(list) => {
                let devices = list.fetch(&client).await?;
                show::list(devices, &COLUMNS, as_json);
            }
            Verb::Show { device } => show::record(&client.get(&path(&device)).await?, as_json),
            Verb::Register(register) => {
                let device = client.post("/devices", register.body()?).await?;
                show::record(&device, as_json);
            }
            Verb::Forget { device, yes } => {
                sure(yes, "forgetting a device")?;
                client.delete(&path(&device)).await?;
                line(format!("{device} is forgotten"));
            }
            Verb::Call { device } => return call(&client, &device, as_json).await,
            Verb::Parameters { device, prefix } => {
                let arguments = query(&[("prefix", prefix)]);
                let path = format!("{}/parameters{arguments}", path(&device));
                let mut shown = client.get(&path).await?;
                match as_json {
                    true => show::json(&shown),
                    false => parameters(&shown["parameters"].take()),
                }
            }
            Verb::Tags {
                device,
                add,
                remove,
            } => tags(&client, &device, add, &remove, as_json).await?,
            Verb::Variables { device, set } => {
                let path = format!("{}/variables", path(&device));
                if !set.is_empty() {
                    let set: Map<String, Value> = set
                        .into_iter()
                        .map(|(name, value)| (name, value.into()))
                        .collect();
                    client.put(&path, Value::Object(set)).await?;
                }
                show::record(&client.get(&path).await?, as_json);
            }
            Verb::Contacts { device } => {
                let contacts = client.all(&format!("{}/contacts", path(&device))).await?;
                show::list(contacts, &CONTACTS, as_json);
            }
            Verb::Task(task) => return task.run(&client, as_json).await,
            Verb::Trace(verb) => return verb.run(&client, as_json).await,
        }
        Ok(Ended::Well)
    }
}

/// Shows parameters, one in a line.
pub fn parameters(list: &Value) {
    let list = list.as_array().cloned().unwrap_or_default();
    show::list(list, &PARAMETERS, false);
}

impl List {
    async fn fetch(self, client: &Client) -> crate::client::Answer<Vec<Value>> {
        let arguments = query(&[
            ("contains", self.contains),
            ("product_class", self.product_class),
            ("software_version", self.software_version),
            ("serial_number", self.serial_number),
            ("tag", self.tag),
        ]);
        let most = self.limit.unwrap_or(usize::MAX);
        client.some(&format!("/devices{arguments}"), most).await
    }
}

impl Register {
    fn body(self) -> Result<Value, OperatorError> {
        let mut body = json!({
            "oui": self.oui,
            "serial_number": self.serial_number,
            "product_class": self.product_class,
        });
        if let Some(file) = &self.password_file {
            let password = super::sign_in::password(Some(file), &self.serial_number)?;
            body["password"] = password.reveal().into();
        }
        Ok(body)
    }
}

async fn call(client: &Client, device: &str, as_json: bool) -> Outcome {
    let path = format!("{}/call", path(device));
    let answer = client.post(&path, Value::Null).await?;
    let outcome = answer["outcome"].as_str().unwrap_or("?");
    match (as_json, answer["why"].as_str()) {
        (true, _) => show::json(&answer),
        (false, Some(why)) => line(format!("{outcome}: {why}")),
        (false, None) => line(outcome),
    }
    Ok(match outcome {
        "accepted" => Ended::Well,
        _ => Ended::Badly,
    })
}

async fn tags(
    client: &Client,
    device: &str,
    add: Vec<String>,
    remove: &[String],
    as_json: bool,
) -> Result<(), crate::client::Failure> {
    let device = path(device);
    let known = client.get(&device).await?;
    let known = known["tags"].as_array().cloned().unwrap_or_default();
    let known = known
        .iter()
        .filter_map(|tag| tag.as_str().map(str::to_owned));
    let mut tags: BTreeSet<String> = known.collect();
    if !add.is_empty() || !remove.is_empty() {
        tags.extend(add);
        tags.retain(|tag| !remove.contains(tag));
        client.put(&format!("{device}/tags"), json!(tags)).await?;
    }
    match as_json {
        true => show::json(&json!(tags)),
        false => tags.iter().for_each(line),
    }
    Ok(())
}
