//! The address of a host.

use crate::diagnostics::test::Version;
use crate::diagnostics::{Host, Trouble};
use std::net::IpAddr;
use std::time::Duration;

/// Time for a name of a test to be resolved.
const RESOLVE: Duration = Duration::from_secs(30);

/// The first address of a host that is of the version asked for.
///
/// # Errors
/// If there is none.
pub(super) async fn resolve(host: &Host, version: Version) -> Result<IpAddr, Trouble> {
    let fits = |address: &IpAddr| match version {
        Version::Any => true,
        Version::V4 => address.is_ipv4(),
        Version::V6 => address.is_ipv6(),
    };
    let found = match host {
        Host::Address(address) => Some(*address).filter(fits),
        Host::Name(name) => {
            let looked_up =
                tokio::time::timeout(RESOLVE, tokio::net::lookup_host((&**name, 0))).await;
            let addresses = looked_up.ok().and_then(Result::ok);
            addresses.and_then(|addresses| addresses.map(|address| address.ip()).find(fits))
        }
    };
    found.ok_or(Trouble::CannotResolveHostName)
}
