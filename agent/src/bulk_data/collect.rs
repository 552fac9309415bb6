//! Taking the values a profile names: full names, partial paths, wildcards, alternative names (TR-069 N.3.1, N.3.2).

use super::profile::instances;
use super::report::{Report, ReportValue};
use crate::device::Core;
use crate::limits::{REPORT_BYTES, REPORT_VALUES};
use crate::tree::Item;
use data_model::schema::{Address, Secrecy};
use data_model::timestamp::Moment;
use data_model::{Path, Timestamp};

/// One row of a profile's table of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The alternative name; empty for none.
    pub name: String,
    /// A parameter or a partial path; instance numbers may be `*`.
    pub reference: String,
}

/// Takes the values of these parameters as they are at this moment. What a reference names and the device lacks is
/// left out, and so is every secret.
pub fn collect(core: &Core, wanted: &[Wanted], number: u64, now: Timestamp) -> Report {
    let at = match core.facts.knows_the_time() {
        true => Moment::At(now),
        false => Moment::SinceBoot(now.since_ms(core.facts.booted)),
    };
    let mut report = Report {
        number,
        at,
        values: Vec::new(),
    };
    let mut bytes = 0;
    for row in wanted {
        for (name, address) in expand(core, row) {
            let Some(value) = value_of(core, name, &address) else {
                continue;
            };
            bytes += value.bytes();
            if report.values.len() == REPORT_VALUES || bytes > REPORT_BYTES {
                tracing::debug!(reference = %row.reference, "a bulk report is cut off: it names too much");
                return report;
            }
            report.values.push(value);
        }
    }
    report
}

fn value_of(core: &Core, name: String, address: &Address) -> Option<ReportValue> {
    let parameter = core.product().ty.schema.parameter(address.node)?;
    match parameter.secret {
        Secrecy::Secret => None,
        Secrecy::Open => Some(ReportValue {
            name: name.into(),
            ty: parameter.ty.xsd(),
            text: core.tree.value(address, &core.facts).into(),
        }),
    }
}

/// The parameters a row stands for, with their names in the report.
fn expand(core: &Core, row: &Wanted) -> Vec<(String, Address)> {
    if row.reference.is_empty() || Path::parse(&row.reference).is_err() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (path, matched) in without_wildcards(core, &row.reference) {
        let Some(start) = core.tree.find(&path) else {
            continue;
        };
        core.tree.walk(&start, &mut |address, item| match item {
            Item::Parameter(_) if found.len() <= REPORT_VALUES => {
                let full = core.product().ty.schema.path(address);
                found.push((shown(row, &path, &matched, full), *address));
            }
            Item::Parameter(_) | Item::Object | Item::Table(_) | Item::Instance(_) => {}
        });
    }
    found
}

/// TR-069 N.3.2.1: an alternative name is followed by the instance number of every wildcard, and by what of the
/// parameter's name stands behind a partial path.
fn shown(row: &Wanted, path: &str, matched: &str, full: String) -> String {
    if row.name.is_empty() {
        return full;
    }
    let rest = full.strip_prefix(path).filter(|rest| !rest.is_empty());
    match rest {
        Some(rest) => format!("{}{matched}.{rest}", row.name),
        None => format!("{}{matched}", row.name),
    }
}

/// Every path a reference with wildcards stands for, with the instance numbers found on the way as `.1.2`.
fn without_wildcards(core: &Core, reference: &str) -> Vec<(String, String)> {
    let mut paths = vec![(reference.to_owned(), String::new())];
    // Each round does away with one wildcard of every path.
    while let Some(at) = paths.iter().position(|(path, _)| path.contains(".*.")) {
        let (path, matched) = paths.remove(at);
        let Some((above, below)) = path.split_once(".*.") else {
            break;
        };
        let numbers = instances(core, &format!("{above}."));
        let one = |number: &u32| {
            (
                format!("{above}.{number}.{below}"),
                format!("{matched}.{number}"),
            )
        };
        paths.splice(at..at, numbers.iter().map(one));
        paths.truncate(REPORT_VALUES);
    }
    paths
}
