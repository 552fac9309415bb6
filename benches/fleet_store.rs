//! What questions about a large fleet cost the store: 200,000 devices with 500 parameters each, loaded as devices load it.
//!
//! `FLEET_STORE_DEVICES` sets another number of devices.
//!
//! Long because the fleet it loads is made here as well.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use acs::Server;
use acs::config::Config;
use acs::query::catalogue;
use acs::query::pattern::Pattern;
use acs::store::sqlite::SqliteStore;
use acs::store::{
    Actor, DeviceFilter, GroupBy, Id, InformRecord, Observed, Page, QueryStore as _, Selector,
    Store,
};
use cwmp::{CwmpVersion, DeviceId, Event, EventCode};
use data_model::{ParameterList, Timestamp};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Parameters of a device.
const PARAMETERS: usize = 500;
/// Devices that are loaded at one time, as sessions under way are.
const AT_ONCE: usize = 256;
/// The moment everything is asked at.
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
/// The indexed parameter.
const STATUS: &str = "Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status";
/// Rounds of the questions that take long.
const ROUNDS: usize = 5;

fn main() {
    let devices = std::env::var("FLEET_STORE_DEVICES").ok();
    let devices = devices
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_000);
    let runtime = tokio::runtime::Runtime::new().expect("threads for a benchmark");
    runtime.block_on(run(devices));
}

async fn run(devices: u64) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the store");
    let path = folder.path().join("dialtone.db");
    load(&path, devices).await;
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    println!(
        "  bytes a device, indexes included (floor 4,000)  {:>9.0}",
        bytes as f64 / devices as f64
    );
    let begun = Instant::now();
    let server = start(folder.path()).await;
    println!(
        "  start of the server (floor 2,000)               {:>9.0} ms",
        ms(begun)
    );
    let store = &server.app().store;
    indexed(store.as_ref(), devices).await;
    dashboard(store.as_ref()).await;
    scans(store.as_ref()).await;
    server.stop().await;
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn nowhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

async fn start(folder: &Path) -> Server {
    let mut config = Config {
        data: folder.to_owned(),
        ..Config::default()
    };
    config.cwmp.listen = nowhere();
    config.api.listen = nowhere();
    config.files.listen = nowhere();
    config.query.indexed = vec![STATUS.to_owned()];
    Server::start(config)
        .await
        .expect("a server with good settings")
}

// ---- the fleet -------------------------------------------------------------------------------------------

/// What a query asks, by the number of the round.
type Shape = fn(u64) -> String;

/// Numbers that look random and are the same every time.
fn mixed(number: u64, salt: u64) -> u64 {
    let mut mixed =
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^= mixed >> 31;
    mixed = mixed.wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 29)
}

const VERSIONS: [&str; 4] = [
    "11-3-2MPP0102-233",
    "11-3-1MPP0101-009",
    "11-2-4MPP0001-077",
    "11-4-0MPP0001-100",
];

fn identity(number: u64) -> DeviceId {
    DeviceId {
        manufacturer: "Cisco".into(),
        oui: "00562B".into(),
        product_class: ["ATA192", "ATA191", "ATA192", "SPA122"][(mixed(number, 1) % 4) as usize]
            .into(),
        serial_number: format!("CCQ{number:08}"),
    }
}

fn version(number: u64) -> &'static str {
    // One in a thousand runs something rare.
    match mixed(number, 2) % 1_000 {
        0 => "11-1-0MPP0001-001",
        other => VERSIONS[(other % 4) as usize],
    }
}

/// Names and factory values of an ATA 192: those every device has.
fn model() -> Vec<(String, String)> {
    let ata = data_model::catalogue::device_type("ata192").expect("a device type of this build");
    let all: Vec<(String, String)> = ata
        .schema
        .factory_parameters()
        .map(|(address, _)| {
            (
                ata.schema.path(&address),
                ata.schema.factory_value(&address).to_owned(),
            )
        })
        .collect();
    let step = (all.len() / PARAMETERS).max(1);
    all.into_iter()
        .step_by(step)
        .take(PARAMETERS - 16)
        .collect()
}

/// What one device shows: the model's values, a tenth of them its own, and sixteen that are always its own.
fn shown(model: &[(String, String)], number: u64) -> ParameterList {
    let mut list = ParameterList::new();
    let mut all: Vec<(String, String)> = Vec::with_capacity(PARAMETERS);
    for (at, (name, value)) in model.iter().enumerate() {
        let own = at % 10 == 3;
        let value = if own {
            mixed(number, at as u64).to_string()
        } else {
            value.clone()
        };
        all.push((name.clone(), value));
    }
    let line = |line: u64, what: &str| {
        format!("Device.Services.VoiceService.1.VoiceProfile.1.Line.{line}.{what}")
    };
    for number_of_line in 1..=4 {
        let status = match mixed(number, 40 + number_of_line) % 500 {
            0 => "Error",
            1..=250 => "Up",
            _ => "Disabled",
        };
        all.push((line(number_of_line, "Status"), status.into()));
        all.push((
            line(number_of_line, "DirectoryNumber"),
            format!("1555{:07}", mixed(number, 50 + number_of_line) % 10_000_000),
        ));
        all.push((
            line(number_of_line, "SIP.AuthUserName"),
            format!("user{}", mixed(number, 60 + number_of_line)),
        ));
    }
    all.push((
        "Device.DeviceInfo.UpTime".into(),
        (mixed(number, 70) % 5_000_000).to_string(),
    ));
    all.push((
        "Device.DeviceInfo.SerialNumber".into(),
        format!("CCQ{number:08}"),
    ));
    all.push((
        "Device.Bench.IPAddress".into(),
        format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255),
    ));
    all.push((
        "Device.Bench.MACAddress".into(),
        format!("00562B{number:06X}"),
    ));
    all.sort();
    all.dedup_by(|one, other| one.0 == other.0);
    for (name, value) in &all {
        list.push_str(name, value);
    }
    list
}

fn inform(number: u64) -> InformRecord {
    let mut parameters = ParameterList::new();
    for (name, value) in [
        ("Device.RootDataModelVersion", "2.15"),
        ("Device.DeviceInfo.HardwareVersion", "1.0.0"),
        ("Device.DeviceInfo.SoftwareVersion", version(number)),
        ("Device.DeviceInfo.ProvisioningCode", ""),
        ("Device.ManagementServer.ParameterKey", ""),
    ] {
        parameters.push_str(name, value);
    }
    let address = Ipv4Addr::from_bits(0x0A00_0000 + u32::try_from(number).unwrap_or(0));
    parameters.push_str(
        "Device.ManagementServer.ConnectionRequestURL",
        &format!("http://{address}:7547/{number:x}"),
    );
    let ago = mixed(number, 3) % 3_600
        + if mixed(number, 4).is_multiple_of(100) {
            200_000
        } else {
            0
        };
    InformRecord {
        identity: identity(number),
        at: Timestamp::from_millis(NOW.as_millis() - ago as i64 * 1000),
        address: IpAddr::V4(address),
        cwmp_version: CwmpVersion::V1_2,
        events: vec![Event::new(EventCode::Bootstrap)],
        parameters,
    }
}

async fn one(store: &SqliteStore, model: &[(String, String)], number: u64) {
    let kept = store
        .record_inform(inform(number))
        .await
        .expect("a store that takes writes");
    let observed = Observed {
        values: shown(model, number),
        complete_below: vec!["Device.".into()],
        ..Observed::default()
    };
    store
        .snapshot_merge(kept.device, observed, NOW)
        .await
        .expect("a store that takes writes");
    let tags: Vec<String> = [("beta", 50), ("office", 3), ("vip", 5_000)]
        .into_iter()
        .filter(|(tag, share)| mixed(number, tag.len() as u64 * 7).is_multiple_of(*share))
        .map(|(tag, _)| tag.to_owned())
        .collect();
    if !tags.is_empty() {
        let actor = Actor::Job("bench");
        store
            .device_set_tags(&actor, kept.device, tags, NOW)
            .await
            .expect("a store that takes writes");
    }
}

async fn load(path: &Path, devices: u64) {
    let store = Arc::new(SqliteStore::open(path).expect("a store"));
    let status = Pattern::parse(STATUS).expect("a path");
    store.index_choose(vec![status]).await.expect("a store");
    while store.index_some(None).await.expect("a store").is_some() {}
    let model = Arc::new(model());
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..devices {
        if tasks.len() >= AT_ONCE {
            tasks.join_next().await;
        }
        let (store, model) = (Arc::clone(&store), Arc::clone(&model));
        tasks.spawn(async move { one(&store, &model, number).await });
    }
    while tasks.join_next().await.is_some() {}
    let secs = begun.elapsed().as_secs_f64();
    println!(
        "{devices} devices with {} parameters, loaded in {secs:.0} s ({:.0} a second)\n",
        shown(&model, 0).len(),
        devices as f64 / secs
    );
    store.close().await;
}

// ---- questions -------------------------------------------------------------------------------------------

fn asking(query: &str) -> DeviceFilter {
    DeviceFilter {
        selector: Selector {
            query: Some(query.parse().expect("a query")),
            ..Selector::default()
        },
        now: NOW,
        ..DeviceFilter::default()
    }
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// Searches that indexes answer: a page of 100, from a place that differs each time.
async fn indexed(store: &dyn Store, devices: u64) {
    let shapes: [(&str, Shape); 11] = [
        ("a serial number", |n| {
            format!("serial_number = \"CCQ{n:08}\"")
        }),
        ("a part of an identity", |n| {
            format!("identity ~ \"CCQ{n:08}\"")
        }),
        ("a model and older than a version", |_| {
            r#"product_class = "ATA192" and software_version < version("11-4-0")"#.into()
        }),
        ("a rare version", |_| {
            r#"software_version = "11-1-0MPP0001-001""#.into()
        }),
        ("a version nobody runs", |n| {
            format!("software_version = \"9-{n}\"")
        }),
        ("a tag of one in fifty", |_| r#"tag = "beta""#.into()),
        ("a rare tag with a model", |_| {
            r#"tag = "vip" and product_class in ("ATA191", "SPA122")"#.into()
        }),
        ("two tags", |_| {
            r#"tag = "beta" and tag = "office" and not profile.state = "failed""#.into()
        }),
        ("an indexed parameter, rare value", |_| {
            format!("param(\"{STATUS}\") = \"Error\" and product_class = \"ATA191\"")
        }),
        ("an indexed parameter, common value", |_| {
            format!("param(\"{STATUS}\") = \"Up\"")
        }),
        ("not heard of for a day", |_| {
            r#"last_inform < ago("1d")"#.into()
        }),
    ];
    let mut all = Vec::new();
    println!("\nindexed searches, a page of 100                        median       p95");
    for (name, query) in shapes {
        let mut times = Vec::new();
        for round in 0..40_u64 {
            let filter = asking(&query(mixed(round, 9) % devices));
            let after = (round % 2 == 1).then(|| Id::of_identity(&round.to_string()));
            let page = Page { after, limit: 100 };
            let begun = Instant::now();
            store.device_list(&filter, page).await.expect("an answer");
            times.push(ms(begun));
        }
        all.extend(&times);
        times.sort_by(f64::total_cmp);
        println!(
            "  {name:<48} {:>9.2} {:>9.2} ms",
            quantile(&times, 0.5),
            quantile(&times, 0.95)
        );
    }
    all.sort_by(f64::total_cmp);
    println!(
        "  all of them (floor 50)                           {:>9.2} {:>9.2} ms",
        quantile(&all, 0.5),
        quantile(&all, 0.95)
    );
}

async fn rounds<T, F: Future<Output = T>>(name: &str, ask: impl Fn() -> F) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        ask().await;
        times.push(ms(begun));
    }
    times.sort_by(f64::total_cmp);
    println!(
        "  {name:<48} {:>9.1} {:>9.1} ms",
        quantile(&times, 0.5),
        quantile(&times, 1.0)
    );
}

async fn dashboard(store: &dyn Store) {
    println!("\ncounts                                                 median       max");
    let since = Timestamp::from_millis(NOW.as_millis() - 90_000_000);
    let everything = asking("");
    rounds("the dashboard (floor 200)", || {
        store.fleet_counts(&everything, since)
    })
    .await;
    for query in [
        r#"tag = "beta""#,
        r#"product_class = "ATA192" and software_version < version("11-4-0")"#,
        r#"last_inform < ago("1d")"#,
    ] {
        let filter = asking(query);
        rounds(&query.chars().take(48).collect::<String>(), || {
            store.device_count(&filter)
        })
        .await;
    }
    for name in ["software_version", "tag", "profile.state"] {
        let by = GroupBy::Attribute(catalogue::find(name).expect("an attribute"));
        rounds(&format!("groups by {name}"), || {
            store.device_groups(&everything, &by, 100)
        })
        .await;
    }
    let by = GroupBy::Parameter(Pattern::parse(STATUS).expect("a path"));
    rounds("groups by an indexed parameter", || {
        store.device_groups(&everything, &by, 100)
    })
    .await;
}

/// Searches that look into every snapshot.
async fn scans(store: &dyn Store) {
    println!(
        "\nsearches by any parameter, through the whole fleet (floor 3,000)   median       max"
    );
    let page = Page {
        after: None,
        limit: 100,
    };
    for query in [
        r#"param("Device.Bench.IPAddress") = "10.0.0.0.0""#,
        r#"param("Device.Services.VoiceService.*.VoiceProfile.*.Line.*.DirectoryNumber") ~ "999999999""#,
        r#"param("Device.DeviceInfo.UpTime") < 10 and not tag = "office""#,
    ] {
        let filter = asking(query);
        rounds(&query.chars().take(48).collect::<String>(), || {
            store.device_list(&filter, page)
        })
        .await;
    }
    let filter = asking(r#"param("Device.DeviceInfo.UpTime") > 3600"#);
    rounds("a page of a common value", || {
        store.device_list(&filter, page)
    })
    .await;
    rounds("the number of a common value", || {
        store.device_count(&filter)
    })
    .await;
}
