//! What questions about a large fleet cost the store: 200,000 devices with 500 parameters each, loaded as devices load it.
//!
//! `FLEET_STORE_DEVICES` sets another number of devices.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/large_fleet.rs"]
mod large_fleet;

use acs::Server;
use acs::config::Config;
use acs::query::catalogue;
use acs::query::pattern::Pattern;
use acs::store::{DeviceFilter, GroupBy, Id, Page, Selector, Store};
use data_model::Timestamp;
use large_fleet::{STATUS, load, mixed};
use std::cell::Cell;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

/// The moment everything is asked at.
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
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
    load(&path, devices, NOW).await;
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    println!(
        "  bytes a device, indexes included (floor 2,500)  {:>9.0}",
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

// ---- questions -------------------------------------------------------------------------------------------

/// What a query asks, by the number of the round.
type Shape = fn(u64) -> String;

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
    let everything = asking("");
    // Another question each time: the same is answered with what was counted a moment ago.
    let ago = Cell::new(90_000_000);
    rounds("the dashboard, counted anew (floor 200)", || {
        ago.set(ago.get() + 1);
        let since = Timestamp::from_millis(NOW.as_millis() - ago.get());
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
