//! The list of metrics is a golden file, alarms and dashboard keep to it, and sessions are in balance at every look.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn value(text: &str, line: &str) -> f64 {
    let values = text.lines().filter_map(|known| {
        let rest = known.strip_prefix(line)?;
        rest.rsplit(' ').next()?.parse::<f64>().ok()
    });
    values.sum()
}

/// Covers P17.
#[test]
fn sessions_that_were_started_have_ended_or_are_open_at_every_look() {
    let (metrics, over) = (
        Arc::new(Metrics::default()),
        Arc::new(AtomicBool::new(false)),
    );
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let (metrics, over) = (Arc::clone(&metrics), Arc::clone(&over));
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    metrics.session_started("cwmp");
                    metrics.session_started("cwmp_tls");
                    metrics.session_ended(SessionEnd::Completed);
                    metrics.session_ended(SessionEnd::TimedOut);
                }
            })
        })
        .collect();
    for _ in 0..200 {
        let text = metrics.render();
        let ended = value(&text, "dialtone_sessions_ended_total{");
        let open = value(&text, "dialtone_sessions_open ");
        assert_eq!(
            value(&text, "dialtone_sessions_started_total{"),
            ended + open
        );
    }
    over.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.join().unwrap();
    }
}

/// Every name, type, label and help of the metrics, in the order they are printed.
fn described(metrics: &Metrics) -> String {
    let text = metrics.render();
    let mut lines: Vec<String> = Vec::new();
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut helps: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            helps.insert(name.into(), help.into());
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            lines.push(rest.to_owned());
        } else if let Some((name, rest)) = line.split_once('{') {
            let base = base_of(name);
            let names = rest
                .split("=\"")
                .filter_map(|part| part.rsplit([',', '{', '"']).next());
            let names = names.filter(|name| name.bytes().all(|b| b.is_ascii_lowercase()));
            let names = names.filter(|name| !name.is_empty() && *name != "le");
            labels
                .entry(base)
                .or_default()
                .extend(names.map(str::to_owned));
        }
    }
    let described = lines.into_iter().map(|line| {
        let (name, ty) = line.split_once(' ').unwrap();
        let labels: Vec<String> = labels
            .remove(name)
            .unwrap_or_default()
            .into_iter()
            .collect();
        format!("{name} {ty} {{{}}} {}\n", labels.join(","), helps[name])
    });
    described.collect()
}

/// The name of a metric without what its samples have behind it.
fn base_of(name: &str) -> String {
    let suffixes = ["_total", "_bucket", "_sum", "_count", "_info"];
    let base = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
    base.unwrap_or(name).to_owned()
}

/// Everything has been counted once, so that every label is there.
fn counted() -> Metrics {
    let metrics = Metrics::default();
    for family in [
        &metrics.requests_rejected,
        &metrics.rpcs,
        &metrics.rate_limited,
        &metrics.tellings.deliveries,
        &metrics.provisioning_requests,
        &metrics.connection_requests,
        &metrics.config_reloads,
        &metrics.api_requests,
        &metrics.wire.protocol_errors,
        &metrics.tftp.ended,
        &metrics.tftp.refused,
    ] {
        Metrics::count(family, "x");
    }
    metrics.session_started("cwmp");
    metrics.session_ended(SessionEnd::Completed);
    let wire = &metrics.wire;
    wire.inform(&[cwmp::Event::new(cwmp::EventCode::Boot)], 0);
    wire.fault(cwmp::FaultCode::REQUEST_DENIED);
    wire.answered("Reboot", "good", std::time::Duration::from_secs(1));
    wire.login("digest", "accepted");
    wire.our_fault(cwmp::FaultCode::ACS_REQUEST_DENIED);
    wire.responded(200, 1);
    let label = wire::HandshakeLabel {
        name: "good",
        version: "1.3",
        kind: "full",
    };
    wire.tls_handshakes.get_or_create(&label).inc();
    let label = AttemptLabel {
        way: "http",
        outcome: "accepted",
    };
    metrics.call_attempts.get_or_create(&label).inc();
    metrics.store.tasks_ended(&[store::Ended {
        kind: "reboot",
        outcome: crate::store::TaskState::Done,
        since_queued: 1,
        in_transfer: None,
    }]);
    let label = NameLabel { name: "cwmp" };
    wire.connections_open.get_or_create(&label).inc();
    metrics.state.sample();
    metrics
}

/// `UPDATE=1 cargo test -p acs --lib metrics` writes it; read the difference like code, for somebody's alarms hang on it.
#[test]
fn the_list_of_metrics_is_the_published_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/metrics.txt");
    let made = described(&counted());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(made == published, "{} is out of date", path.display());
}

/// Alarms and the dashboard would stay dark for ever over a name nobody prints.
#[test]
fn alarms_and_dashboard_name_metrics_that_exist() {
    let published = include_str!("../../tests/golden/metrics.txt");
    let known: BTreeSet<&str> = published
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/monitoring");
    for (file, least) in [("alerts.yml", 10), ("dashboard.json", 15)] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let named: BTreeSet<&str> = words.filter(|word| word.starts_with("dialtone_")).collect();
        assert!(named.len() >= least, "{file}: {named:?}");
        for name in named {
            let exists = known.contains(name) || known.contains(base_of(name).as_str());
            assert!(exists, "{file} names {name}");
        }
    }
    let dashboard = std::fs::read_to_string(folder.join("dashboard.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    assert!(
        dashboard["panels"]
            .as_array()
            .is_some_and(|panels| panels.len() > 5)
    );
}
