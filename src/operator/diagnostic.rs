//! `dialtone diagnostic`: what devices measure, one of them or a selection.

use super::wait::{WaitOptions, watched, word};
use super::{Ended, Outcome, ServerOptions, device, show};
use crate::address::segment;
use crate::client::Client;
use crate::output::line;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::time::Duration;

/// Measurements.
#[derive(Debug, Args)]
pub struct DiagnosticCommand {
    #[command(flatten)]
    server: ServerOptions,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Have a device, or a selection, measure; the status is 6 unless all of it was done.
    Run(Run),
    /// List what a device has measured, the newest first.
    List {
        /// The device.
        device: String,
    },
    /// Show a measurement.
    Show {
        /// The measurement.
        diagnostic: String,
    },
    /// List runs on many devices.
    Runs,
    /// List the devices of a run with what each has measured.
    Results {
        /// The run.
        run: String,
    },
    /// Withdraw a run: no further device begins.
    Cancel {
        /// The run.
        run: String,
    },
}

#[derive(Debug, Args)]
struct Run {
    /// The device that measures.
    #[arg(long, global = true, conflicts_with = "query")]
    device: Option<String>,
    /// The devices this query finds; "" for all of them.
    #[arg(long, global = true)]
    query: Option<String>,
    /// Devices of a selection that measure at one time.
    #[arg(long, global = true)]
    concurrency: Option<u32>,
    /// Come back at once instead of waiting for the results.
    #[arg(long, global = true)]
    no_wait: bool,
    /// Give up waiting after so many seconds; what was begun goes on.
    #[arg(long, global = true, default_value_t = 300)]
    timeout_secs: u64,
    #[command(subcommand)]
    kind: Kind,
}

/// What is measured.
#[derive(Debug, Subcommand)]
enum Kind {
    /// Echo requests to a host.
    Ping {
        /// A name or an address.
        host: String,
        /// Echo requests.
        #[arg(long)]
        repetitions: Option<u32>,
    },
    /// The way to a host.
    TraceRoute {
        /// A name or an address.
        host: String,
    },
    /// Lookups of a name.
    Lookup {
        /// The name.
        name: String,
        /// The name server that is asked; the device's own if absent.
        #[arg(long)]
        name_server: Option<String>,
    },
    /// Fetching a file.
    Download {
        /// An http or ftp URL.
        url: String,
    },
    /// Sending a file.
    Upload {
        /// An http or ftp URL.
        url: String,
        /// How much.
        bytes: u32,
    },
    /// Datagrams to an echo service.
    UdpEcho {
        /// A name or an address.
        host: String,
        /// The port of the service.
        #[arg(long)]
        port: Option<u32>,
    },
    /// A test of a telephone port.
    LineTest {
        /// The number of the port.
        #[arg(long)]
        port: Option<u32>,
    },
}

const COLUMNS: [show::Column; 6] = [
    ("DIAGNOSTIC", "id"),
    ("KIND", "kind"),
    ("STATE", "state"),
    ("CREATED", "created"),
    ("RESULT", "result.state"),
    ("FAULT", "fault.text"),
];

const RUNS: [show::Column; 6] = [
    ("RUN", "id"),
    ("KIND", "kind"),
    ("DONE", "counts.done"),
    ("FAILED", "counts.failed"),
    ("ENDED", "ended"),
    ("CREATED", "created"),
];

const RESULTS: [show::Column; 6] = [
    ("DEVICE", "device"),
    ("STATE", "diagnostic.state"),
    ("RESULT", "diagnostic.result.state"),
    ("LOSS %", "diagnostic.result.loss_percent"),
    ("AVERAGE MS", "diagnostic.result.average_ms"),
    ("FAULT", "diagnostic.fault.text"),
];

impl DiagnosticCommand {
    /// Runs it.
    pub async fn run(self) -> Outcome {
        let client = self.server.client()?;
        let as_json = self.server.json;
        let run_path = |run: &str| format!("/diagnostics/runs/{}", segment(run));
        match self.verb {
            Verb::Run(run) => return run.run(&client, as_json).await,
            Verb::List { device } => {
                let path = format!("{}/diagnostics", device::path(&device));
                show::list(client.all(&path).await?, &COLUMNS, as_json);
            }
            Verb::Show { diagnostic } => {
                let path = format!("/diagnostics/{}", segment(&diagnostic));
                show::record(&client.get(&path).await?, as_json);
            }
            Verb::Runs => show::list(client.all("/diagnostics").await?, &RUNS, as_json),
            Verb::Results { run } => {
                let path = format!("{}/devices", run_path(&run));
                show::list(client.all(&path).await?, &RESULTS, as_json);
            }
            Verb::Cancel { run } => {
                client.delete(&run_path(&run)).await?;
                line("no further device begins");
            }
        }
        Ok(Ended::Well)
    }
}

impl Run {
    async fn run(self, client: &Client, as_json: bool) -> Outcome {
        let mut body = self.kind.json();
        let wait = WaitOptions {
            no_wait: self.no_wait,
            timeout_secs: self.timeout_secs,
        };
        let Some(device) = self.device else {
            // Whoever names nobody is told by the server what to name.
            if let Some(query) = self.query {
                body["selector"] = json!({ "query": query });
            }
            if let Some(concurrency) = self.concurrency {
                body["concurrency"] = concurrency.into();
            }
            let run = client.post("/diagnostics", body).await?;
            return many(client, &run, wait, as_json).await;
        };
        let path = format!("{}/diagnostics", device::path(&device));
        let begun = client.post(&path, body).await?;
        let id = begun["id"].as_str().unwrap_or_default();
        if !wait.no_wait {
            wait.ended(client, id).await?;
        }
        let path = format!("/diagnostics/{}", segment(id));
        let shown = client.get(&path).await?;
        show::record(&shown, as_json);
        Ok(match wait.no_wait || word(&shown) == "done" {
            true => Ended::Well,
            false => Ended::Badly,
        })
    }
}

/// Waits for a run and shows what it has found.
async fn many(client: &Client, run: &Value, wait: WaitOptions, as_json: bool) -> Outcome {
    let id = segment(run["id"].as_str().unwrap_or_default());
    if wait.no_wait {
        show::record(run, as_json);
        return Ok(Ended::Well);
    }
    let path = format!("/diagnostics/runs/{id}");
    let time = Duration::from_secs(wait.timeout_secs);
    let is_over = |run: &Value| run["ended"] == true;
    let ended = watched(client, &path, time, is_over, |_| ()).await?;
    let devices = client.all(&format!("{path}/devices")).await?;
    let all_done = ended["counts"]["done"] == devices.len();
    show::list(devices, &RESULTS, as_json);
    Ok(if all_done { Ended::Well } else { Ended::Badly })
}

impl Kind {
    fn json(self) -> Value {
        let (kind, arguments) = match self {
            Kind::Ping { host, repetitions } => (
                "ip_ping",
                json!({ "host": host, "repetitions": repetitions }),
            ),
            Kind::TraceRoute { host } => ("trace_route", json!({ "host": host })),
            Kind::Lookup { name, name_server } => {
                ("ns_lookup", json!({ "name": name, "server": name_server }))
            }
            Kind::Download { url } => ("download", json!({ "url": url })),
            Kind::Upload { url, bytes } => ("upload", json!({ "url": url, "bytes": bytes })),
            Kind::UdpEcho { host, port } => ("udp_echo", json!({ "host": host, "port": port })),
            Kind::LineTest { port } => ("line_test", json!({ "port": port })),
        };
        json!({ "kind": kind, "arguments": arguments })
    }
}
