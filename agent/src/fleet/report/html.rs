//! The report as a page that needs nothing else: no script, no other file.

use super::chart::{Line, chart, number};
use super::{Checked, Report, Totals};
use crate::fleet::figures::{Sample, Times};
use std::fmt::Write as _;

/// Differences that are shown; the JSON has more.
const SHOWN: usize = 100;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2733; --faint: #66727f; --line: #d9dfe5; --card: #fff; --back: #f4f6f8;
  --main: #1f6feb; --good: #2a8a4a; --warn: #b7791f; --bad: #c0392b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --faint: #9aa6b2; --line: #333d47; --card: #1b222a;
  --back: #12171d; --main: #6aa5ff; --good: #5fc27e; --warn: #dba94c; --bad: #ef7d6f; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); margin: 0; }
main { max-width: 900px; margin: 0 auto; padding: 24px 16px 60px; }
h1 { font-size: 1.5rem; margin: 0 0 4px; } h2 { font-size: 1.05rem; margin: 28px 0 8px; } p { margin: 6px 0; }
.faint, figcaption, th { color: var(--faint); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 18px 0; }
.tile, figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.tile { padding: 10px 14px; } .tile b { display: block; font-size: 1.35rem; font-weight: 600; }
figure { margin: 12px 0; padding: 10px 12px; } svg { width: 100%; height: auto; display: block; }
svg text { font-size: 11px; fill: var(--faint); } .grid { stroke: var(--line); }
polyline { fill: none; stroke-width: 1.6; } polyline.main { stroke: var(--main); } polyline.good { stroke: var(--good); }
polyline.warn { stroke: var(--warn); } polyline.bad { stroke: var(--bad); }
.key { margin-left: 12px; } .key::before { content: ''; display: inline-block; width: 10px; height: 3px; margin: 0 5px 3px 0; }
.key.main::before { background: var(--main); } .key.good::before { background: var(--good); }
.key.warn::before { background: var(--warn); } .key.bad::before { background: var(--bad); }
table { border-collapse: collapse; width: 100%; background: var(--card); } th, td { text-align: left; padding: 4px 10px;
  border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; } td.n { text-align: right; }
.well { color: var(--good); } .ill { color: var(--bad); }
";

/// The page of a report.
pub fn page(report: &Report) -> String {
    let mut page = String::with_capacity(64 * 1024);
    let title = escaped(&report.title);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}: {} devices</title><style>{STYLE}</style></head>\n<body><main>\n\
         <h1>{title}</h1>\n<p>{}</p>\n<p class=\"faint\">{} devices in {} loops at {}, seed {}, began {}</p>\n",
        report.devices,
        escaped(&report.about),
        report.devices,
        report.loops,
        escaped(&report.acs_url),
        report.seed,
        report.began.to_xsd(),
    );
    tiles(&mut page, report);
    charts(&mut page, &report.samples);
    times(&mut page, report);
    reasons(&mut page, &report.totals);
    ledger(&mut page, report.ledger.as_ref());
    page.push_str("</main></body></html>\n");
    page
}

fn tiles(page: &mut String, report: &Report) {
    let totals = &report.totals;
    let mib = |bytes: u64| format!("{:.0} MiB", bytes as f64 / 1_048_576.0);
    let mut tile = |name: &str, value: &str, below: &str| {
        let _ = writeln!(
            page,
            "<div class=\"tile\"><span class=\"faint\">{name}</span><b>{value}</b><span class=\"faint\">{below}</span></div>"
        );
    };
    let drained = report.drained_secs.map_or_else(
        || format!("{} wait", totals.waiting),
        |secs| format!("{secs:.0} s"),
    );
    let per_sec = totals.sessions as f64 / report.took_secs.max(0.001);
    let tiles = [
        (
            "Devices answered",
            totals.registered.to_string(),
            format!("of {}", report.devices),
        ),
        (
            "All boots told after",
            drained,
            format!("of {:.0} s", report.took_secs),
        ),
        (
            "Sessions",
            totals.sessions.to_string(),
            format!("{} a second", number(per_sec)),
        ),
        (
            "Failed",
            totals.failed.to_string(),
            format!("{} other tries", totals.retries),
        ),
        (
            "Fleet, at most",
            mib(report.fleet.peak_resident_bytes),
            format!("{:.0} s of processors", report.fleet.cpu_secs),
        ),
    ];
    page_open(&mut tile, &tiles);
    if let Some(acs) = report.acs {
        let cpu = format!("{:.0} s of processors", acs.cpu_secs);
        tile("ACS, at most", &mib(acs.peak_resident_bytes), &cpu);
    }
    let body = std::mem::take(page);
    let (head, rest) = body.split_at(body.find("<div class=\"tile\">").unwrap_or(body.len()));
    let _ = write!(page, "{head}<section class=\"tiles\">\n{rest}</section>\n");
}

fn page_open(tile: &mut impl FnMut(&str, &str, &str), tiles: &[(&str, String, String)]) {
    for (name, value, below) in tiles {
        tile(name, value, below);
    }
}

fn charts(page: &mut String, samples: &[Sample]) {
    let at: Vec<f64> = samples.iter().map(|sample| sample.at_secs).collect();
    let of = |value: &dyn Fn(&Sample) -> f64| samples.iter().map(value).collect::<Vec<f64>>();
    let line = |name, class, values| Line {
        name,
        class,
        values,
    };
    page.push_str(&chart(
        "Sessions a second",
        "",
        &at,
        &[
            line("ended well", "main", of(&|sample| sample.sessions_per_sec)),
            line("failed", "bad", of(&|sample| sample.failed_per_sec)),
            line("other tries", "warn", of(&|sample| sample.retries_per_sec)),
        ],
    ));
    page.push_str(&chart(
        "Devices that have booted and have not told it",
        "",
        &at,
        &[line("waiting", "main", of(&|sample| sample.waiting as f64))],
    ));
    page.push_str(&chart(
        "How long answers of the ACS took",
        " ms",
        &at,
        &[
            line("half", "good", of(&|sample| sample.answers.p50_ms)),
            line("95 of 100", "warn", of(&|sample| sample.answers.p95_ms)),
            line("99 of 100", "bad", of(&|sample| sample.answers.p99_ms)),
        ],
    ));
}

fn times(page: &mut String, report: &Report) {
    page.push_str(
        "<h2>Times</h2>\n<table><tr><th>ms</th><th>half</th><th>95 of 100</th><th>99 of 100</th>\
         <th>longest</th></tr>\n",
    );
    for (name, times) in [("An answer", report.answers), ("A session", report.lengths)] {
        let Times {
            p50_ms,
            p95_ms,
            p99_ms,
            max_ms,
        } = times;
        let _ = writeln!(
            page,
            "<tr><td>{name}</td><td class=\"n\">{p50_ms:.1}</td><td class=\"n\">{p95_ms:.1}</td>\
             <td class=\"n\">{p99_ms:.1}</td><td class=\"n\">{max_ms:.1}</td></tr>"
        );
    }
    page.push_str("</table>\n");
}

fn reasons(page: &mut String, totals: &Totals) {
    if totals.reasons.is_empty() && totals.statuses.is_empty() {
        return;
    }
    page.push_str("<h2>What failed</h2>\n<table><tr><th>Why</th><th>Sessions</th></tr>\n");
    let mut sorted: Vec<_> = totals.reasons.iter().collect();
    sorted.sort_by(|one, other| other.1.cmp(one.1));
    for (reason, number) in sorted {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{number}</td></tr>",
            escaped(reason)
        );
    }
    for (status, number) in &totals.statuses {
        let _ = writeln!(
            page,
            "<tr><td>answers with status {status}</td><td class=\"n\">{number}</td></tr>"
        );
    }
    page.push_str("</table>\n");
}

fn ledger(page: &mut String, ledger: Option<&Checked>) {
    page.push_str("<h2>What the devices believe, and what the ACS says</h2>\n");
    let Some(ledger) = ledger else {
        page.push_str("<p class=\"faint\">The ACS was not asked.</p>\n");
        return;
    };
    if ledger.differences == 0 {
        let _ = writeln!(
            page,
            "<p class=\"well\">{} devices compared, no difference.</p>",
            ledger.devices
        );
        return;
    }
    let kinds = ledger
        .by_kind
        .iter()
        .map(|(kind, number)| format!("{number} of {kind}"));
    let kinds: Vec<String> = kinds.collect();
    let _ = writeln!(
        page,
        "<p class=\"ill\">{} devices compared, {} differences: {}.</p>\n\
         <table><tr><th>Device</th><th>About</th><th>It believes</th><th>The ACS says</th></tr>",
        ledger.devices,
        ledger.differences,
        kinds.join(", ")
    );
    for one in ledger.listed.iter().take(SHOWN) {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&one.serial_number),
            one.about,
            escaped(&one.device),
            escaped(&one.acs)
        );
    }
    page.push_str("</table>\n");
}

/// A text as text of a page, whatever is in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::ledger::Difference;
    use crate::fleet::report::Used;
    use data_model::Timestamp;

    fn report() -> Report {
        Report {
            title: "A <b>bold</b> night".into(),
            about: "about".into(),
            seed: 1,
            devices: 2,
            loops: 1,
            acs_url: "http://acs/".into(),
            began: Timestamp::from_millis(0),
            took_secs: 3.0,
            drained_secs: Some(2.0),
            totals: Totals::default(),
            answers: Times::default(),
            lengths: Times::default(),
            samples: Vec::new(),
            fleet: Used::default(),
            acs: None,
            ledger: None,
        }
    }

    #[test]
    fn the_page_stands_alone_and_shows_texts_as_texts() {
        let mut report = report();
        let difference = Difference {
            serial_number: "<script>".into(),
            about: "informs",
            device: "1".into(),
            acs: "2".into(),
        };
        report.ledger = Some(Checked::new(2, vec![difference]));
        let page = page(&report);
        assert!(
            !page.contains("<script") && !page.contains("<b>bold") && !page.contains("http-equiv")
        );
        assert!(
            !page.contains("src=") && !page.contains("href="),
            "nothing else is needed"
        );
        assert!(page.contains("1 differences: 1 of informs"));
    }

    #[test]
    fn it_says_whether_the_acs_was_asked() {
        let mut report = report();
        assert!(page(&report).contains("The ACS was not asked"));
        report.ledger = Some(Checked::new(2, Vec::new()));
        assert!(page(&report).contains("2 devices compared, no difference"));
    }
}
