//! `dialtone device get|set|refresh|reboot|…`: what is asked of a device, as tasks.

use super::wait::{WaitOptions, told};
use super::{Outcome, device, pair, sure};
use crate::client::Client;
use clap::Subcommand;
use serde_json::{Value, json};

/// What can be asked of a device.
#[derive(Debug, Subcommand)]
pub enum DeviceTask {
    /// Read parameters from the device.
    Get {
        /// The device: its id or its identity.
        device: String,
        /// Full names or partial paths.
        #[arg(required = true)]
        names: Vec<String>,
        /// Whether it is waited for.
        #[command(flatten)]
        wait: WaitOptions,
    },
    /// Write parameters of the device.
    Set {
        /// The device.
        device: String,
        /// NAME=VALUE, or NAME:TYPE=VALUE with a type such as xsd:unsignedInt.
        #[arg(required = true, value_parser = pair)]
        values: Vec<(String, String)>,
        /// Whether it is waited for.
        #[command(flatten)]
        wait: WaitOptions,
    },
    /// Read a whole branch of the device.
    Refresh {
        /// The device.
        device: String,
        /// A partial path; everything if absent.
        #[arg(default_value = "")]
        path: String,
        /// Whether it is waited for.
        #[command(flatten)]
        wait: WaitOptions,
    },
    /// Add an instance to a table of the device.
    AddObject {
        /// The device.
        device: String,
        /// The table, with a dot at its end.
        object: String,
        /// Values of the instance, with names below it: NAME=VALUE or NAME:TYPE=VALUE.
        #[arg(value_parser = pair)]
        values: Vec<(String, String)>,
        /// Whether it is waited for.
        #[command(flatten)]
        wait: WaitOptions,
    },
    /// Remove an instance from a table of the device.
    DeleteObject {
        /// The device.
        device: String,
        /// The instance, with a dot at its end.
        object: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
        /// Whether it is waited for.
        #[command(flatten)]
        wait: WaitOptions,
    },
    /// Restart the device.
    Reboot {
        /// The device.
        device: String,
        /// Whether it is waited for.
        #[command(flatten)]
        wait: WaitOptions,
    },
    /// Reset the device to what it was when it left the factory.
    FactoryReset {
        /// The device.
        device: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
        /// Whether it is waited for.
        #[command(flatten)]
        wait: WaitOptions,
    },
    /// Have the device fetch a file of the library.
    Download {
        /// The device.
        device: String,
        /// The file's id.
        file: String,
        /// Whether it is waited for.
        #[command(flatten)]
        wait: WaitOptions,
    },
}

impl DeviceTask {
    /// Queues the task, and waits for it.
    pub async fn run(self, client: &Client, as_json: bool) -> Outcome {
        let (device, wait, body) = self.request()?;
        let path = format!("{}/tasks", device::path(&device));
        let created = client.post(&path, body).await?;
        let shown = |task: &Value| match task["result"].get("parameters") {
            Some(parameters) => device::parameters(parameters),
            None => told(task),
        };
        wait.task(client, created, as_json, shown).await
    }

    /// The device, how long to wait, and the task.
    fn request(self) -> Result<(String, WaitOptions, Value), crate::client::Failure> {
        Ok(match self {
            DeviceTask::Get {
                device,
                names,
                wait,
            } => {
                let body = json!({ "kind": "get_parameter_values", "names": names });
                (device, wait, body)
            }
            DeviceTask::Set {
                device,
                values,
                wait,
            } => {
                let body = json!({ "kind": "set_parameter_values", "values": list(values) });
                (device, wait, body)
            }
            DeviceTask::Refresh { device, path, wait } => {
                (device, wait, json!({ "kind": "refresh", "path": path }))
            }
            DeviceTask::AddObject {
                device,
                object,
                values,
                wait,
            } => {
                let values = list(values);
                let body = json!({ "kind": "add_object", "object": object, "values": values });
                (device, wait, body)
            }
            DeviceTask::DeleteObject {
                device,
                object,
                yes,
                wait,
            } => {
                sure(yes, "removing an instance")?;
                let body = json!({ "kind": "delete_object", "object": object });
                (device, wait, body)
            }
            DeviceTask::Reboot { device, wait } => (device, wait, json!({ "kind": "reboot" })),
            DeviceTask::FactoryReset { device, yes, wait } => {
                sure(yes, "a reset to the factory's settings")?;
                (device, wait, json!({ "kind": "factory_reset" }))
            }
            DeviceTask::Download { device, file, wait } => {
                (device, wait, json!({ "kind": "download", "file": file }))
            }
        })
    }
}

/// Values as the API takes them. A type stands behind the name, after its first colon.
pub fn list(values: Vec<(String, String)>) -> Vec<Value> {
    let value = |(name, value): (String, String)| match name.split_once(':') {
        Some((name, ty)) => json!({ "name": name, "type": ty, "value": value }),
        None => json!({ "name": name, "value": value }),
    };
    values.into_iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_say_their_type() {
        let given = [("Device.A", "1=2"), ("Device.B:xsd:int", "")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let expected = json!([
            { "name": "Device.A", "value": "1=2" },
            { "name": "Device.B", "type": "xsd:int", "value": "" },
        ]);
        assert_eq!(json!(list(given.into())), expected);
    }
}
