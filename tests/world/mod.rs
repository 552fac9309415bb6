//! The world the end-to-end tests live in: a real server on real sockets, real agents, and devices played by hand.

mod authority;
pub mod by_hand;
pub mod follower;
pub mod foreign;
pub mod left_behind;
mod phone;
pub mod process;
mod profiles;
pub mod proxy;
pub mod rest;
mod wait;

pub use authority::Authority;
pub use phone::Phone;
pub use wait::{counted, eventually, patience, runs};

use acs::Server;
use acs::config::{Config, EnrolmentMode};
use agent::daemon::{AcsSettings, AgentConfig};
use data_model::Secret;
use data_model::firmware::{ImageHeader, hex};
use data_model::signing::SigningKey;
use rest::Rest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;

/// The password all devices leave the factory with.
pub const FACTORY_SECRET: &str = "factory-secret";
/// What an ATA 192 runs when it comes from the factory.
pub const FACTORY_VERSION: &str = "11-3-2MPP0102-233";
/// What campaigns bring.
pub const NEW_VERSION: &str = "11-3-3MPP0200-001";

/// A server in this process, with a folder and a signed-in user.
pub struct World {
    /// The server.
    pub server: Server,
    /// The API, as the first user.
    pub api: Rest,
    /// Everything the server and the devices keep.
    pub folder: TempDir,
    /// Signs firmware; every agent of this world trusts it.
    pub firmware_key: SigningKey,
}

/// An image for a product in its container, signed by anybody.
pub fn image(key: &SigningKey, product_class: &str, version: &str) -> Vec<u8> {
    let image = vec![0x5a; 40_000];
    let header = ImageHeader {
        product: product_class.into(),
        version: version.into(),
        bytes: image.len() as u64,
        sha256: Sha256::digest(&image).into(),
    };
    let mut container = header.sign(key).expect("names that can stand in a header");
    container.extend_from_slice(&image);
    container
}

/// The address of a device in the API: an identity may hold percent signs of its own.
pub fn device_path(identity: &str) -> String {
    format!("/devices/{}", identity.replace('%', "%25"))
}

/// A free port of the loopback interface.
pub fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

impl World {
    /// A server that takes in devices with the factory's secret.
    pub async fn start() -> World {
        World::start_with(|_, _| {}).await
    }

    /// A server with further settings; they get the folder of this world.
    pub async fn start_with(settings: impl FnOnce(&mut Config, &Path)) -> World {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config {
            data: folder.path().join("acs"),
            ..Config::default()
        };
        config.cwmp.listen = anywhere();
        config.api.listen = anywhere();
        config.files.listen = anywhere();
        config.enrolment.mode = EnrolmentMode::SharedSecret;
        config.enrolment.secret = Secret::new(FACTORY_SECRET);
        // Tests count the questions a device is asked; those about discovery switch it on.
        config.discovery.on_bootstrap = false;
        settings(&mut config, folder.path());
        let server = Server::start(config)
            .await
            .expect("a server with good settings");
        let first = server
            .first_password
            .as_ref()
            .expect("a new store has a first user");
        let api = Rest::first_sign_in(server.api_address, first.password.reveal()).await;
        World {
            api: api.expect("the first user may sign in"),
            server,
            folder,
            firmware_key: SigningKey::from_bytes(&[7; 32]),
        }
    }

    /// How an agent of this world is set up.
    pub fn agent_config(&self, device_type: &str, serial_number: &str) -> AgentConfig {
        AgentConfig {
            device_type: device_type.into(),
            serial_number: serial_number.into(),
            state: self.folder.path().join("agents").join(serial_number),
            acs: AcsSettings {
                url: self.server.acs_url(),
                username: String::new(),
                password: Secret::new(FACTORY_SECRET),
            },
            firmware_keys: vec![hex(self.firmware_key.verifying_key().as_bytes())],
            ..AgentConfig::default()
        }
    }

    /// An ATA 192 that has enrolled.
    pub async fn phone(&self, serial_number: &str) -> Phone {
        let phone = Phone::start(self.agent_config("ata192", serial_number)).await;
        self.enrolled(&phone).await;
        phone
    }

    /// Waits until a device has enrolled, credentials and all.
    pub async fn enrolled(&self, phone: &Phone) {
        let path = phone.path();
        eventually("the device enrols", || async {
            let device = self.api.get(&path).await.ok()?;
            let username = phone.value("ManagementServer.Username").await?;
            let idle = phone.is_idle().await;
            (device["informs"].as_u64() > Some(0) && username == phone.identity && idle)
                .then_some(())
        })
        .await;
    }

    /// A device as the API shows it.
    pub async fn device(&self, phone: &Phone) -> Value {
        self.api.get(&phone.path()).await.expect("a known device")
    }

    /// Queues a task and waits until it has ended; gives it as it ended.
    pub async fn task(&self, phone: &Phone, task: Value) -> Value {
        let created = self
            .api
            .post(&format!("{}/tasks", phone.path()), task)
            .await;
        let id = created.expect("a task that makes sense")["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        self.task_ended(&id).await
    }

    /// Waits until a task has ended; gives it as it ended.
    pub async fn task_ended(&self, id: &str) -> Value {
        eventually("the task ends", || async {
            let task = self.api.get(&format!("/tasks/{id}")).await.ok()?;
            let over =
                ["done", "failed", "expired", "cancelled"].contains(&task["state"].as_str()?);
            over.then_some(task)
        })
        .await
    }

    /// A signed image for a product.
    pub fn image(&self, product_class: &str, version: &str) -> Vec<u8> {
        image(&self.firmware_key, product_class, version)
    }

    /// Puts an image into the library, with the hash its maker states; gives its id.
    pub async fn upload(&self, name: &str, product: &str, version: &str, bytes: Vec<u8>) -> String {
        let sha256 = hex(&Sha256::digest(&bytes));
        let said = format!("name={name}&product_class={product}&version={version}&sha256={sha256}");
        self.upload_as(&said, bytes).await
    }

    /// Puts a file into the library, described like this; gives its id.
    pub async fn upload_as(&self, said: &str, bytes: Vec<u8>) -> String {
        let file = self.api.upload(&format!("/files?{said}"), bytes).await;
        let file = file.expect("a file");
        file["id"].as_str().expect("an id").to_owned()
    }

    /// Starts a campaign for a file; gives its id.
    pub async fn campaign(&self, file: &str) -> String {
        let campaign = json!({ "name": "upgrade", "file": file });
        let campaign = self
            .api
            .post("/campaigns", campaign)
            .await
            .expect("a campaign");
        campaign["id"].as_str().expect("an id").to_owned()
    }

    /// Waits until a campaign's counts are these; gives the campaign.
    pub async fn campaign_reaches(&self, id: &str, counts: &[(&str, u64)]) -> Value {
        let path = format!("/campaigns/{id}");
        eventually(&format!("the campaign reaches {counts:?}"), || async {
            let campaign = self.api.get(&path).await.ok()?;
            let there =
                |(name, count): &(&str, u64)| campaign["counts"][*name].as_u64() == Some(*count);
            counts.iter().all(there).then_some(campaign)
        })
        .await
    }

    /// One of the server's counters, by its name and labels in the text of /metrics.
    pub async fn metric(&self, line: &str) -> f64 {
        let text = by_hand::fetch(self.server.api_address, "/metrics")
            .await
            .body;
        let text = String::from_utf8(text).expect("text");
        let found = text
            .lines()
            .find_map(|known| known.strip_prefix(line)?.trim().parse().ok());
        found.unwrap_or(0.0)
    }
}
