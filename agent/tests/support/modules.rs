//! Software modules as tests speak of them: packages, units, and what was told of them.

use super::requests::{change_modules, install};
use super::{Bench, Session};
use cwmp::rpc::OperationResult;
use data_model::package::PackageHeader;

/// Where the package of a unit is.
pub const URL: &str = "http://files.example.net:7567/modules/blocker.pkg";
/// The tables.
pub const TABLES: &str = "Device.SoftwareModules.";

/// A package of 64 kilobytes for the environment devices have.
pub fn package(name: &str, version: &str) -> PackageHeader {
    PackageHeader {
        name: name.into(),
        vendor: "example.net".into(),
        version: version.into(),
        environment: "Dialtone-Modules-1".into(),
        bytes: 65_536,
        sha256: [7; 32],
    }
}

/// What most tests install.
pub fn blocker(version: &str) -> PackageHeader {
    package("call-blocker", version)
}

/// The UUID the device gives it.
pub fn blocker_uuid() -> String {
    blocker("1").uuid()
}

/// State and fault code of each result.
pub fn outcomes(results: &[OperationResult]) -> Vec<(&str, u16)> {
    let results = results.iter();
    results
        .map(|result| (result.current_state.as_str(), result.fault.fault_code))
        .collect()
}

/// The only report of the session, which has to be of this key.
#[track_caller]
pub fn results<'s>(session: &'s Session, key: &str) -> &'s [OperationResult] {
    session.succeeds();
    let [report] = &session.modules[..] else {
        panic!("one report: {:?}", session.modules)
    };
    let told = report.command_key.as_ref().map(cwmp::CommandKey::as_str);
    assert_eq!(told, Some(key));
    &report.results
}

/// The versions of all units, in the order of the table.
pub fn versions(bench: &mut Bench) -> Vec<String> {
    let units = bench.device().core().units();
    units.into_iter().map(|unit| unit.version).collect()
}

/// A device with these versions of one unit.
pub fn with_units(versions: &[&str]) -> Bench {
    let mut bench = Bench::bootstrapped("ata192");
    for version in versions {
        bench.files().packs(blocker(version));
        let asked = bench.ask(change_modules("set-up", &[install(URL)]));
        asked.expect("modules are supported");
        let session = bench.session();
        assert_eq!(outcomes(results(&session, "set-up")), [("Installed", 0)]);
    }
    bench
}
