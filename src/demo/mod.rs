//! `dialtone demo`: the pair in one process. Everything it shows is read back from the server through its API.

mod authority;
mod progress;
mod provisioning;
mod table;

use crate::arguments::DemoOptions;
use crate::client::Client;
use crate::firmware;
use crate::output::line;
use acs::config::{Config, EnrolmentMode};
use acs::{Server, auth};
use agent::fleet::{FleetConfig, Setup};
use agent::shell::stop::wait_for_stop;
use data_model::catalogue;
use data_model::firmware::hex;
use data_model::signing::SigningKey;
use data_model::{OperatorError, Secret};
use progress::{Progress, Standing};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The version all devices are to run in the end.
const NEW_VERSION: &str = "11-3-3MPP0103-001";
/// Bytes of the image that is made on the spot.
const IMAGE_BYTES: usize = 512 * 1024;
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(250);
const PROFILE: &str = "demo";
/// What the serial numbers of its devices begin with.
const SERIAL_PREFIX: &str = "DEMO";
const CAMPAIGN: &str = "demo upgrade";

/// What the demo works with once everything runs.
struct Pair {
    client: Client,
    options: DemoOptions,
    product_class: String,
    deadline: Instant,
}

/// Runs the demo.
pub async fn run(options: DemoOptions) -> Result<ExitCode, OperatorError> {
    if options.provisioning {
        return provisioning::run(options).await;
    }
    let product = catalogue::device_type(&options.device_type).ok_or_else(|| {
        OperatorError::new(
            format!("there is no device type `{}`", options.device_type),
            "it is not in the catalogue",
            format!("use one of: {}", catalogue::names().join(", ")),
        )
    })?;
    make_folder(&options.data)?;
    let secret = secret(&options.data)?;
    let server = start_server(&options, &secret).await?;
    let (client, password) = sign_in(&server, &options.data).await?;
    let key = signing_key(&options.data)?;
    let (runner, handle) = fleet(&options, &server, &secret, &key).start().await?;
    let devices = tokio::spawn(runner.run());

    let pair = Pair {
        client,
        product_class: product.product_class.to_string(),
        deadline: Instant::now() + Duration::from_secs(options.timeout_secs),
        options,
    };
    let outcome = tokio::select! {
        outcome = pair.play(&key) => Some(outcome),
        () = wait_for_stop() => None,
    };
    let success = match outcome {
        None => false,
        Some(outcome) => {
            let standing = outcome?;
            table::print(&pair.client, |device| pair.is_ours(device), NEW_VERSION).await?;
            let all = pair.options.devices;
            line(format!(
                "{} of {all} devices provisioned, {} of {all} upgraded to {NEW_VERSION}",
                standing.provisioned, standing.upgraded
            ));
            if !pair.options.exit {
                where_to_look(&server, &password);
                wait_for_stop().await;
            }
            standing.provisioned >= all && standing.upgraded >= all
        }
    };
    handle.stop();
    // Its loop ends with the next event.
    let _ = devices.await;
    server.stop().await;
    Ok(if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Pair {
    /// Sets up what is not there yet, and waits until every device is where it should be or time runs out.
    async fn play(&self, key: &SigningKey) -> Result<Standing, OperatorError> {
        let mut progress = Progress::start(self.options.devices);
        self.profile().await?;
        let file = self.image(key).await?;
        let mut campaign = self.campaign().await?;
        loop {
            let standing = self.standing().await?;
            progress.show(standing);
            let all = self.options.devices;
            let due = standing.provisioned >= all && standing.upgraded < all;
            if campaign.is_none() && due {
                campaign = Some(self.start_campaign(&file).await?);
            }
            let done = standing.provisioned >= all && standing.upgraded >= all;
            if done || Instant::now() >= self.deadline {
                progress.end();
                return Ok(standing);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The profile every device gets.
    async fn profile(&self) -> Result<(), OperatorError> {
        let values = json!([
            { "name": "~.ManagementServer.PeriodicInformEnable", "value": "true" },
            { "name": "~.ManagementServer.PeriodicInformInterval", "value": "30" },
            { "name": "~.X_CISCO_ATA.Line.1.Proxy", "value": "sip.example.net" },
            { "name": "~.X_CISCO_ATA.Line.1.User_ID", "value": "{{serial_number}}-1" },
            { "name": "~.X_CISCO_ATA.Line.1.Display_Name", "value": "Line 1 of {{serial_number}}" },
            { "name": "~.X_CISCO_ATA.Line.2.Line_Enable", "value": "0" },
            { "name": "~.X_CISCO_ATA.Regional.Dial_Tone", "value": "425@-19;10(*/0/1)" },
        ]);
        let wanted = json!({
            "selector": { "product_class": [self.product_class] },
            "values": values,
        });
        let known = self
            .client
            .get(&format!("/profiles/{PROFILE}"))
            .await
            .unwrap_or(Value::Null);
        // A further revision would be applied to every device again, so only a changed one is written.
        if known["values"] == wanted["values"] && known["selector"] == wanted["selector"] {
            return Ok(());
        }
        self.client
            .put(&format!("/profiles/{PROFILE}"), wanted)
            .await?;
        Ok(())
    }

    /// The image, made and signed on the spot unless the library has it.
    async fn image(&self, key: &SigningKey) -> Result<String, OperatorError> {
        let files = self.client.get("/files").await?;
        let known = files.as_array().into_iter().flatten().find(|file| {
            file["version"] == NEW_VERSION && file["product_class"] == *self.product_class
        });
        if let Some(id) = known.and_then(|file| file["id"].as_str()) {
            return Ok(id.to_owned());
        }
        let mut image = vec![0; IMAGE_BYTES];
        rand::fill(&mut image[..]);
        let container = firmware::container(Some(key), &self.product_class, NEW_VERSION, &image)?;
        let path = format!(
            "/files?name={}-{NEW_VERSION}.image&product_class={}&version={NEW_VERSION}",
            self.product_class, self.product_class
        );
        let file = self.client.upload(&path, container).await?;
        Ok(file["id"].as_str().unwrap_or_default().to_owned())
    }

    /// The demo's campaign, if an earlier run has begun it and it still goes on.
    async fn campaign(&self) -> Result<Option<String>, OperatorError> {
        let campaigns = self.client.get("/campaigns").await?;
        let running = campaigns
            .as_array()
            .into_iter()
            .flatten()
            .find(|campaign| campaign["name"] == CAMPAIGN && campaign["state"] == "running");
        Ok(running
            .and_then(|campaign| campaign["id"].as_str())
            .map(str::to_owned))
    }

    async fn start_campaign(&self, file: &str) -> Result<String, OperatorError> {
        let campaign = json!({
            "name": CAMPAIGN,
            "file": file,
            "selector": { "product_class": [self.product_class] },
            "concurrency": self.options.devices.clamp(5, 200),
        });
        let created = self.client.post("/campaigns", campaign).await?;
        Ok(created["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Whether a device is one of this run: an earlier one may have had more of them.
    fn is_ours(&self, device: &Value) -> bool {
        let serial = device["serial_number"].as_str().unwrap_or_default();
        let number = serial.strip_prefix(SERIAL_PREFIX);
        let number = number.and_then(|number| number.parse::<usize>().ok());
        device["product_class"] == *self.product_class
            && number.is_some_and(|number| number < self.options.devices)
    }

    /// How the devices stand, by what the server says.
    async fn standing(&self) -> Result<Standing, OperatorError> {
        let summary = self.client.get("/summary").await?;
        let stamp = summary["profile_stamp"].as_u64().unwrap_or(0);
        let devices = self.client.all("/devices").await?;
        let ours = devices.iter().filter(|device| self.is_ours(device));
        let mut standing = Standing::default();
        for device in ours {
            standing.enrolled += usize::from(device["informs"].as_u64() > Some(0));
            let provisioned = device["provisioning"]["stamp"].as_u64() == Some(stamp);
            standing.provisioned += usize::from(provisioned);
            standing.upgraded += usize::from(device["software_version"] == NEW_VERSION);
        }
        Ok(standing)
    }
}

fn make_folder(data: &Path) -> Result<(), OperatorError> {
    std::fs::create_dir_all(data.join("keys")).map_err(|error| trouble(data, &error))
}

/// The password all simulated devices leave the factory with: made once, kept for the next run.
fn secret(data: &Path) -> Result<Secret, OperatorError> {
    let path = data.join("keys/enrolment-secret");
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Ok(Secret::new(text.trim()));
    }
    let secret = hex(&rand::random::<[u8; 16]>());
    write_private(&path, &secret)?;
    Ok(Secret::new(secret))
}

fn signing_key(data: &Path) -> Result<SigningKey, OperatorError> {
    let path = data.join("keys/firmware.key");
    if path.exists() {
        firmware::read_key(&path)
    } else {
        firmware::make_key(&path)
    }
}

fn write_private(path: &Path, text: &str) -> Result<(), OperatorError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    let mut file = file.map_err(|error| trouble(path, &error))?;
    writeln!(file, "{text}")
        .and_then(|()| file.sync_all())
        .map_err(|error| trouble(path, &error))
}

async fn start_server(options: &DemoOptions, secret: &Secret) -> Result<Server, OperatorError> {
    let mut config = Config {
        data: options.data.clone(),
        ..Config::default()
    };
    config.enrolment.mode = EnrolmentMode::SharedSecret;
    config.enrolment.secret = secret.clone();
    if options.free_ports {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        config.cwmp.listen = free;
        config.api.listen = free;
        config.files.listen = free;
    }
    Server::start(config).await
}

/// Signs in as the first user. The first password is good for one thing, so another one is chosen with it, which the
/// folder keeps; under another name first, so that no moment leaves the folder without a password that is good.
async fn sign_in(server: &Server, data: &Path) -> Result<(Client, Secret), OperatorError> {
    let api = server.api_address;
    let (kept, next) = (
        data.join("admin-password"),
        data.join("admin-password.next"),
    );
    let mut outcome = None;
    for path in [&next, &kept] {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let password = Secret::new(text.trim());
        let signed_in = Client::sign_in(api, auth::FIRST_USER, &password).await;
        match signed_in {
            Ok(client) if client.must_change_password() => {
                let chosen = Secret::new(acs::clock::random_password());
                write_private(&next, chosen.reveal())?;
                let body = json!({ "old": password.reveal(), "new": chosen.reveal() });
                client.put("/password", body).await?;
                let client = Client::sign_in(api, auth::FIRST_USER, &chosen).await?;
                std::fs::rename(&next, &kept).map_err(|error| trouble(&kept, &error))?;
                return Ok((client, chosen));
            }
            Ok(client) => {
                if path == &next {
                    std::fs::rename(&next, &kept).map_err(|error| trouble(&kept, &error))?;
                }
                return Ok((client, password));
            }
            Err(error) => outcome = Some(error),
        }
    }
    Err(outcome.unwrap_or_else(|| trouble(&kept, &"it is not there")))
}

fn fleet(options: &DemoOptions, server: &Server, secret: &Secret, key: &SigningKey) -> FleetConfig {
    FleetConfig {
        device_type: options.device_type.clone(),
        count: options.devices,
        parameters: Vec::new(),
        setup: Setup {
            serial_prefix: SERIAL_PREFIX.into(),
            firmware_keys: vec![hex(key.verifying_key().as_bytes())],
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            state: Some(options.data.join("fleet")),
            ..Setup::towards(server.acs_url(), secret.clone())
        },
    }
}

fn where_to_look(server: &Server, password: &Secret) {
    let api = server.api_address;
    line("");
    line("The pair stays up. Where to look:");
    line(format!("  page      http://{api}/    (docs/TOUR.md)"));
    line(format!("  API       http://{api}/api/v1    (docs/API.md)"));
    line(format!("  metrics   http://{api}/metrics"));
    line(format!("  devices   {}", server.acs_url()));
    line(format!(
        "  sign in   user {}, password {}",
        auth::FIRST_USER,
        password.reveal()
    ));
    line("");
    line("For example:");
    line(format!(
        "  TOKEN=$(curl -s http://{api}/api/v1/sign-in -H 'Content-Type: application/json' \\"
    ));
    line(format!(
        "    -d '{{\"user\":\"{}\",\"password\":\"{}\"}}' | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')",
        auth::FIRST_USER,
        password.reveal()
    ));
    line(format!(
        "  curl -s http://{api}/api/v1/devices -H \"Authorization: Bearer $TOKEN\""
    ));
    line("");
    line("Ctrl-C stops it; the next start goes on from here.");
}

fn trouble(path: &Path, error: &dyn std::fmt::Display) -> OperatorError {
    let what = format!("cannot use {}", path.display());
    OperatorError::new(
        what,
        error,
        "check the permissions, or give another folder with --data",
    )
}
