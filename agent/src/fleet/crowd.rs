//! A fleet that plays a scenario: one loop for each core, each on a thread of its own.

use super::figures::Interval;
use super::hostile::{self, Visits};
use super::ledger::Belief;
use super::plan::Plan;
use super::player::Player;
use super::scenario::EndsWhen;
use super::shard::Shard;
use crate::daemon::{firmware_keys, mac_of};
use crate::device::exchange::Downgrade;
use crate::device::{DeviceConfig, FilePolicy, Identity, Product};
use crate::limits::FLEET_LOG_BYTES;
use crate::shell::diagnostics::DiagnosticsConfig;
use crate::shell::http::Network;
use crate::shell::tls::{Tls, TlsConfig};
use crate::shell::{Runner, RunnerConfig, RunnerHandle, UdpCalls};
use cwmp::CwmpVersion;
use data_model::signing::VerifyingKey;
use data_model::{OperatorError, Secret};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// How long sessions that are open may take to end when a run does: longer than any waits for its ACS.
const QUIET_WITHIN: Duration = Duration::from_secs(90);
/// How often they are looked at.
const QUIET_STEP: Duration = Duration::from_millis(100);

/// A fleet that plays a scenario.
#[derive(Debug, Clone)]
pub struct CrowdConfig {
    /// What its devices are and do.
    pub plan: Arc<Plan>,
    /// What their serial numbers begin with; a number of six digits follows.
    pub serial_prefix: String,
    /// Their ACS.
    pub acs_url: String,
    /// The password they come with.
    pub password: Secret,
    /// Whom they trust, and who they are.
    pub tls: TlsConfig,
    /// Public keys whose firmware they run.
    pub firmware_keys: Vec<String>,
    /// Where connection requests are taken. The first loop takes the port, the others those that follow; port 0 is any.
    pub listen: Option<SocketAddr>,
    /// The folder their state is kept in; `None` forgets it with the process.
    pub state: Option<PathBuf>,
    /// Measure on the network of this host, with the echo service at this address; `None` makes the results up.
    pub real_diagnostics: Option<IpAddr>,
    /// Sessions open at one time.
    pub sessions: usize,
    /// Loops, each on a thread of its own.
    pub loops: usize,
    /// Decides everything that is left to chance.
    pub seed: u64,
}

/// One loop and its part of the fleet.
struct Part {
    shard: Arc<Shard>,
    handle: RunnerHandle,
    thread: JoinHandle<()>,
}

/// A fleet at work.
pub struct Crowd {
    config: CrowdConfig,
    parts: Vec<Part>,
    begun: Instant,
    visits: Arc<Visits>,
    /// Hostile peers; they go with the fleet.
    _peers: tokio::task::JoinSet<()>,
}

impl std::fmt::Debug for Crowd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crowd").finish_non_exhaustive()
    }
}

/// Values by their full names.
type Values = Arc<[(String, String)]>;

/// What all devices of a fleet have in common.
struct Common {
    products: Arc<[Arc<Product>]>,
    /// By kind, and whether a device is behind a NAT.
    installed: HashMap<(usize, bool), Values>,
    tls: Arc<Tls>,
    trusted: Vec<VerifyingKey>,
}

impl CrowdConfig {
    fn common(&self) -> Result<Common, OperatorError> {
        let scenario = self.plan.scenario();
        let mut loaded: HashMap<&str, Arc<Product>> = HashMap::new();
        let mut products = Vec::new();
        for kind in &scenario.devices {
            let name = kind.device_type.as_str();
            let product = match loaded.get(name) {
                Some(product) => Arc::clone(product),
                None => Product::load(name)?,
            };
            loaded.insert(name, Arc::clone(&product));
            products.push(product);
        }
        let mut installed = HashMap::new();
        for (kind, product) in products.iter().enumerate() {
            for behind_nat in [false, true] {
                let values = self.installed(product.root, behind_nat);
                installed.insert((kind, behind_nat), values.into());
            }
        }
        Ok(Common {
            products: products.into(),
            installed,
            tls: self.tls.load()?,
            trusted: firmware_keys(&self.firmware_keys)?,
        })
    }

    /// The values of the installer.
    fn installed(&self, root: &str, behind_nat: bool) -> Vec<(String, String)> {
        let interval = self.plan.scenario().informs.interval_secs.to_string();
        let mut values = vec![
            ("URL", self.acs_url.clone()),
            ("Password", self.password.reveal().to_owned()),
            ("PeriodicInformEnable", "1".to_owned()),
            ("PeriodicInformInterval", interval),
        ];
        if let Some(nat) = &self.plan.scenario().nat
            && behind_nat
        {
            let url = self.acs_url.parse::<http::Uri>().ok();
            let acs = url.as_ref().and_then(http::Uri::host);
            let server = nat.stun_server.as_deref().or(acs).unwrap_or_default();
            values.push(("STUNEnable", "1".to_owned()));
            values.push(("STUNServerAddress", server.to_owned()));
            values.push(("STUNServerPort", nat.stun_port.to_string()));
        }
        let named =
            |(name, value): (&str, String)| (format!("{root}ManagementServer.{name}"), value);
        values.into_iter().map(named).collect()
    }

    /// The serial number of a device.
    pub fn serial_number(&self, device: usize) -> String {
        format!("{}{device:06}", self.serial_prefix)
    }

    fn runner(
        &self,
        common: &Common,
        number: usize,
        first: usize,
        devices: usize,
        shard: &Arc<Shard>,
    ) -> RunnerConfig {
        let upload_hosts: Arc<[String]> = Arc::from([]);
        let device = |number: usize| {
            let serial_number = self.serial_number(number);
            let kind = self.plan.kind(number);
            DeviceConfig {
                product: Arc::clone(&common.products[kind]),
                identity: Identity {
                    mac: mac_of(&serial_number),
                    serial_number: serial_number.into(),
                },
                installed: Arc::clone(&common.installed[&(kind, self.plan.is_behind_nat(number))]),
                authority: "".into(),
                downgrade: Downgrade::Refused,
                newest_version: CwmpVersion::V1_4,
                seed: self.plan.seed_of(number, 0),
                files: FilePolicy {
                    upload_hosts: Arc::clone(&upload_hosts),
                    log_bytes: FLEET_LOG_BYTES,
                    provisioning: None,
                },
            }
        };
        let listen = self.listen.map(|mut listen| {
            if listen.port() > 0 {
                listen.set_port(listen.port().saturating_add(number as u16));
            }
            listen
        });
        let journal = |folder: &PathBuf| match number {
            0 => folder.join("fleet.journal"),
            _ => folder.join(format!("fleet-{number}.journal")),
        };
        RunnerConfig {
            devices: (first..first + devices).map(device).collect(),
            network: Network {
                tls: Arc::clone(&common.tls),
                source: None,
                name_server: None,
            },
            listen,
            advertise: None,
            udp: match listen {
                Some(_) => UdpCalls::WithStun,
                None => UdpCalls::Never,
            },
            journal: self.state.as_ref().map(journal),
            slots: None,
            trusted: common.trusted.clone(),
            diagnostics: match self.real_diagnostics {
                Some(echo) => DiagnosticsConfig::real(echo),
                None => DiagnosticsConfig::simulated(self.seed),
            },
            sessions: (self.sessions / self.loops.max(1)).max(1),
            platform: Box::new(crate::platform::simulated::Simulated),
            surroundings: Some(Arc::clone(shard) as Arc<_>),
            switched_on: false,
            record: None,
        }
    }

    /// Starts the fleet. Its scenario begins when every loop is ready.
    ///
    /// # Errors
    /// If something it needs cannot be had.
    pub async fn start(self) -> Result<Crowd, OperatorError> {
        let common = self.common()?;
        let loops = self.loops.clamp(1, self.plan.count().max(1));
        let mut parts = Vec::with_capacity(loops);
        let mut first = 0;
        for number in 0..loops {
            let devices =
                self.plan.count() / loops + usize::from(number < self.plan.count() % loops);
            let shard = Arc::new(Shard::new(Arc::clone(&self.plan), first, devices));
            let runner = self.runner(&common, number, first, devices, &shard);
            first += devices;
            let (handle, thread) = drive(number, runner).await?;
            parts.push((
                Part {
                    shard,
                    handle,
                    thread,
                },
                devices,
            ));
        }
        let begun = Instant::now();
        for (part, devices) in &parts {
            let player = Player::new(
                Arc::clone(&part.shard),
                part.handle.clone(),
                Arc::clone(&common.products),
                *devices,
                begun,
            );
            tokio::spawn(player.play());
        }
        let visits = Arc::new(Visits::default());
        let peers = self.hostile_peers(&visits);
        Ok(Crowd {
            config: self,
            parts: parts.into_iter().map(|(part, _)| part).collect(),
            begun,
            visits,
            _peers: peers,
        })
    }

    fn hostile_peers(&self, visits: &Arc<Visits>) -> tokio::task::JoinSet<()> {
        let mut peers = tokio::task::JoinSet::new();
        let hostile = self.plan.scenario().hostile.as_ref();
        if let (Some(hostile), Ok(url)) = (hostile, self.acs_url.parse::<http::Uri>()) {
            let (url, tricks) = (Arc::new(url), Arc::from(hostile.tricks.as_slice()));
            for peer in 0..hostile.peers as usize {
                let (url, tricks) = (Arc::clone(&url), Arc::clone(&tricks));
                peers.spawn(hostile::come(url, tricks, peer, Arc::clone(visits)));
            }
        }
        peers
    }
}

/// Runs a loop on a thread of its own.
async fn drive(
    number: usize,
    config: RunnerConfig,
) -> Result<(RunnerHandle, JoinHandle<()>), OperatorError> {
    let cannot = |why: &dyn std::fmt::Display| {
        OperatorError::new(
            "a loop of the fleet cannot be started",
            why,
            "free some memory, or take fewer devices",
        )
    };
    let (started, ready) = oneshot::channel();
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                // Whoever waits has the reason from that; if nobody does, nothing was started.
                let _ = started.send(Err(cannot(&error)));
                return;
            }
        };
        runtime.block_on(async {
            match Runner::start(config).await {
                Ok((runner, handle)) => {
                    if started.send(Ok(handle)).is_ok() {
                        runner.run().await;
                    }
                }
                Err(error) => {
                    let _ = started.send(Err(error));
                }
            }
        });
    };
    let thread = std::thread::Builder::new()
        .name(format!("fleet-{number}"))
        .spawn(work)
        .map_err(|error| cannot(&error))?;
    let handle = ready.await.map_err(|error| cannot(&error))??;
    Ok((handle, thread))
}

impl Crowd {
    /// What it was made from.
    pub fn config(&self) -> &CrowdConfig {
        &self.config
    }

    /// How long it has been at work.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// What has happened since this was called last.
    pub fn take_interval(&self) -> Interval {
        let mut all = Interval::default();
        for part in &self.parts {
            all.add(&part.shard.take_interval());
        }
        all
    }

    /// Devices that have booted and have not told it.
    pub fn waiting(&self) -> usize {
        let waiting = |part: &Part| part.shard.ledger().waiting();
        self.parts.iter().map(waiting).sum()
    }

    /// Devices that have told the ACS of a boot at least once.
    pub fn registered(&self) -> usize {
        let count = |part: &Part| {
            let ledger = part.shard.ledger();
            let told = ledger.entries().iter().filter(|entry| entry.informed > 0);
            told.count()
        };
        self.parts.iter().map(count).sum()
    }

    /// Tricks of hostile peers that were played.
    pub fn tricks(&self) -> u64 {
        self.visits
            .played
            .load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Whether the scenario is at its end.
    pub fn is_over(&self) -> bool {
        let plan = &self.config.plan;
        let end = &plan.scenario().end;
        let elapsed = self.elapsed();
        if elapsed >= Duration::from_secs(end.secs) {
            return true;
        }
        end.when == EndsWhen::Drained
            && elapsed > Duration::from_millis(plan.last_arrival_ms() + 1_000)
            && self.waiting() == 0
            && self.registered() == plan.count()
    }

    /// Lets no device open a session any more, and waits for those that are open to end; not for ever.
    pub async fn quiet(&self) {
        for part in &self.parts {
            part.handle.hold();
        }
        let end = Instant::now() + QUIET_WITHIN;
        for part in &self.parts {
            while Instant::now() < end {
                let open = part.handle.look_at_all(|devices| {
                    devices.filter(|(_, device)| device.in_session()).count()
                });
                if open.await.unwrap_or(0) == 0 {
                    break;
                }
                tokio::time::sleep(QUIET_STEP).await;
            }
        }
    }

    /// What each device believes, in the order of their numbers.
    pub async fn beliefs(&self) -> Vec<Belief> {
        let mut beliefs = Vec::with_capacity(self.config.plan.count());
        for part in &self.parts {
            let versions = part.handle.look_at_all(|devices| {
                let told = devices
                    .map(|(number, device)| (number, device.core().version_told().to_owned()));
                told.collect::<HashMap<usize, String>>()
            });
            let mut versions = versions.await.unwrap_or_default();
            for (device, entry) in part.shard.ledger().entries().iter().enumerate() {
                let number = part.shard.number(device);
                beliefs.push(Belief {
                    serial_number: self.config.serial_number(number),
                    entry: *entry,
                    version_told: versions.remove(&device),
                });
            }
        }
        beliefs
    }

    /// Ends it.
    pub fn stop(self) {
        for part in &self.parts {
            part.handle.stop();
        }
        for part in self.parts {
            // A loop that has panicked has said so.
            let _ = part.thread.join();
        }
    }
}
