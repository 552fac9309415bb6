//! What walks walk over: a server, a small fleet, people of every role, and devices for what goes wrong.

use crate::hostile;
use crate::walk;
use crate::world::process::DIALTONE;
use crate::world::rest::ADMIN_PASSWORD;
use crate::world::{FACTORY_SECRET, NEW_VERSION, Phone, World, eventually, patience};
use acs::Server;
use acs::config::Config;
use agent::daemon::AgentConfig;
use agent::fleet::{FleetConfig, Setup};
use agent::shell::RunnerHandle;
use data_model::Secret;
use data_model::firmware::hex;
use data_model::signing::SigningKey;
use libtest_mimic::Failed;
use serde_json::{Value, json};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// Devices nothing is the matter with.
const FLEET: usize = 16;
/// The password of everybody but the first user.
const PASSWORD: &str = "good enough for a walk";

/// A server with devices and people.
pub struct Stage {
    runtime: Runtime,
    world: World,
    /// A telephone adapter whose owner calls about it.
    pub kitchen: Phone,
    office: Phone,
    stubborn: Phone,
    fleet: (RunnerHandle, JoinHandle<()>),
    hostile: String,
}

impl Stage {
    /// Sets everything up.
    pub fn set_up() -> Stage {
        let runtime = Runtime::new().expect("threads");
        runtime.block_on(build()).on(runtime)
    }

    /// Runs a walk.
    pub fn walk(&self, name: &str) -> Result<(), Failed> {
        self.walk_with(name, &json!({}))
    }

    /// Runs a walk that is told something more.
    pub fn walk_with(&self, name: &str, more: &Value) -> Result<(), Failed> {
        let mut told = json!({
            "address": format!("http://{}", self.world.server.api_address),
            "user": "admin",
            "password": ADMIN_PASSWORD,
            "others": { "password": PASSWORD },
            "devices": {
                "kitchen": self.kitchen.identity,
                "office": self.office.identity,
                "stubborn": self.stubborn.identity,
                "calm": "00562B-ATA192-CALM000003",
                "hostile": self.hostile,
                "all": FLEET + 4,
            },
            "image": NEW_VERSION,
            "canary": hostile::CANARY,
        });
        for (field, value) in more.as_object().into_iter().flatten() {
            told[field] = value.clone();
        }
        self.runtime.block_on(walk::run(name, &told))
    }

    /// Runs a walk over a server nobody has signed in to yet, without devices.
    pub fn walk_at_first_start(&self, name: &str) -> Result<(), Failed> {
        self.runtime.block_on(async {
            let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
            let mut config = Config {
                data: folder.path().join("acs"),
                ..Config::default()
            };
            let anywhere = crate::world::anywhere();
            config.cwmp.listen = anywhere;
            config.api.listen = anywhere;
            config.files.listen = anywhere;
            let server = Server::start(config).await;
            let server = server.map_err(|error| error.to_string())?;
            let first = server.first_password.as_ref();
            let told = json!({
                "address": format!("http://{}", server.api_address),
                "user": "admin",
                "password": first.map(|first| first.password.reveal()),
            });
            let walked = walk::run(name, &told).await;
            server.stop().await;
            walked
        })
    }

    /// Runs a walk over `dialtone demo`, as whoever reads the tour has it.
    pub fn walk_over_the_demo(&self, name: &str) -> Result<(), Failed> {
        self.runtime.block_on(async {
            let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
            let mut command = Command::new(DIALTONE);
            command.args(["demo", "--free-ports", "--devices", "6"]);
            command.current_dir(folder.path());
            command.env("DIALTONE_LOG", "error");
            command.stdin(Stdio::null()).stdout(Stdio::piped());
            command.kill_on_drop(true);
            let mut demo = command.spawn().map_err(|error| error.to_string())?;
            let output = demo.stdout.take().ok_or("its output is piped")?;
            let mut lines = BufReader::new(output).lines();
            let (mut page, mut password) = (None, None);
            let reading = async {
                while let Ok(Some(line)) = lines.next_line().await {
                    let words: Vec<&str> = line.split_whitespace().collect();
                    match words[..] {
                        ["page", address, ..] => page = Some(address.to_owned()),
                        ["sign", "in", "user", _, "password", said] => {
                            password = Some(said.to_owned());
                            break;
                        }
                        _ => {}
                    }
                }
            };
            tokio::time::timeout(patience() * 2, reading)
                .await
                .map_err(|_| "the demo does not come up")?;
            let page = page.ok_or("the demo does not say where its page is")?;
            let told = json!({
                "address": page.trim_end_matches('/'),
                "user": "admin",
                "password": password.ok_or("the demo says no password")?,
                "dialtone": DIALTONE,
                "folder": folder.path(),
            });
            walk::run(name, &told).await
        })
    }

    /// A value on the device itself.
    pub fn value(&self, phone: &Phone, below_root: &str) -> Option<String> {
        self.runtime.block_on(phone.value(below_root))
    }

    /// What the two devices of the campaign run: the one that takes its image, and the one that does not.
    pub fn versions(&self) -> [String; 2] {
        [&self.office, &self.stubborn].map(|phone| {
            let version = self.value(phone, "DeviceInfo.SoftwareVersion");
            version.unwrap_or_default()
        })
    }

    /// Stops it all.
    pub fn take_down(self) {
        self.runtime.block_on(async {
            self.kitchen.stop().await;
            self.office.stop().await;
            self.stubborn.stop().await;
            let (handle, task) = self.fleet;
            handle.stop();
            // Its loop ends with the next event.
            let _ = task.await;
            self.world.server.stop().await;
        });
    }
}

/// A stage before it has its runtime.
struct Built {
    world: World,
    phones: [Phone; 3],
    fleet: (RunnerHandle, JoinHandle<()>),
    hostile: String,
}

impl Built {
    fn on(self, runtime: Runtime) -> Stage {
        let [kitchen, office, stubborn] = self.phones;
        Stage {
            runtime,
            world: self.world,
            kitchen,
            office,
            stubborn,
            fleet: self.fleet,
            hostile: self.hostile,
        }
    }
}

async fn build() -> Built {
    let world = World::start_with(|config, _| {
        // A device by hand knows no Digest.
        config.cwmp.basic_without_tls = true;
        config.trace.all = true;
    })
    .await;
    people(&world).await;
    let fleet = fleet(&world).await;
    let kitchen = world.phone("KITCHEN").await;
    let office = world.phone("OFFICE").await;
    // It trusts nobody's firmware but its maker's, who did not sign what campaigns bring here.
    let maker = SigningKey::from_bytes(&[9; 32]);
    let config = AgentConfig {
        firmware_keys: vec![hex(maker.verifying_key().as_bytes())],
        ..world.agent_config("ata192", "STUBBORN")
    };
    let stubborn = Phone::start(config).await;
    world.enrolled(&stubborn).await;
    let hostile = hostile::comes(&world).await;
    let image = world.image("ATA192", NEW_VERSION);
    world
        .upload("ata192-upgrade.fw", "ATA192", NEW_VERSION, image)
        .await;
    for device in [&stubborn, &office] {
        let tags = json!(["pilot"]);
        let path = format!("{}/tags", device.path());
        world.api.put(&path, tags).await.expect("tags");
    }
    records(&world, &office).await;
    Built {
        world,
        phones: [kitchen, office, stubborn],
        fleet,
        hostile,
    }
}

/// One record of every kind that has a view.
async fn records(world: &World, office: &Phone) {
    let line = json!({ "port": 1, "number": "+442079460100", "password": "of the line", "options": { "expires": "600" } });
    let account = json!({ "name": "Office", "variables": { "plan": "gold" }, "lines": [line] });
    let group = json!({ "tag": "pilot", "variables": { "ntp": "ntp.example.net" } });
    let profile = json!({
        "selector": { "tags": ["nobody"] },
        "values": [{ "name": "~.X_CISCO_ATA.Line.1.Proxy", "value": "sip.example.net" }],
    });
    for (path, body) in [
        ("/accounts/4711", account),
        (
            "/accounts/4711/device",
            json!({ "device": office.identity }),
        ),
        ("/groups/pilot", group),
        ("/profiles/a-profile", profile),
    ] {
        world.api.put(path, body).await.expect(path);
    }
    let measure = json!({ "kind": "ip_ping", "arguments": { "host": "127.0.0.1" }, "devices": [office.identity] });
    let tag = json!({ "kind": "add_tags", "tags": ["seen"] });
    let notes = format!("{}/notes", office.path());
    for (path, body) in [
        (
            "/webhooks",
            json!({ "url": "https://hooks.example.net/", "kinds": ["task.failed"] }),
        ),
        ("/diagnostics", measure),
        (
            "/operations",
            json!({ "action": tag, "devices": [office.identity] }),
        ),
        (
            notes.as_str(),
            json!({ "text": "Moves in May: prefers to be called after five.\nHas a spare unit." }),
        ),
    ] {
        world.api.post(path, body).await.expect(path);
    }
}

/// Somebody of every role.
async fn people(world: &World) {
    for (name, role) in [
        ("vera", "viewer"),
        ("henry", "help_desk"),
        ("olga", "operator"),
        ("audrey", "auditor"),
    ] {
        let user = json!({ "role": role, "password": PASSWORD });
        let made = world.api.put(&format!("/users/{name}"), user).await;
        made.expect("a user");
    }
}

/// The devices nothing is the matter with, once they have all enrolled.
async fn fleet(world: &World) -> (RunnerHandle, JoinHandle<()>) {
    let config = FleetConfig {
        device_type: "ata192".into(),
        count: FLEET,
        parameters: Vec::new(),
        setup: Setup {
            serial_prefix: "CALM".into(),
            firmware_keys: vec![hex(world.firmware_key.verifying_key().as_bytes())],
            listen: Some(crate::world::anywhere()),
            sessions: 16,
            ..Setup::towards(world.server.acs_url(), Secret::new(FACTORY_SECRET))
        },
    };
    let (runner, handle) = config.start().await.expect("a fleet");
    let task = tokio::spawn(runner.run());
    eventually("the fleet enrols", || async {
        let devices = world.api.get("/devices?contains=CALM").await.ok()?;
        let items = devices["items"].as_array()?;
        let come = |device: &&Value| device["informs"].as_u64() > Some(0);
        (items.iter().filter(come).count() == FLEET).then_some(())
    })
    .await;
    (handle, task)
}
