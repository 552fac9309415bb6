//! Devices a server knows before it starts, each with a password.

use acs::app::REALM;
use acs::store::sqlite::SqliteStore;
use acs::store::{Actor, Credentials, Id, Rotation, Store as _};
use cwmp::DeviceId;
use cwmp::http::Verifier;
use data_model::{Secret, Timestamp};

/// When they were registered, and everything else before the server starts.
pub const BEFORE: Timestamp = Timestamp::from_millis(1_772_438_400_000);

/// Registers one.
pub async fn register(store: &SqliteStore, identity: &DeviceId, password: &str) -> Id {
    let password = Secret::new(password.to_owned());
    let credentials = Credentials {
        device: Id::of_device(identity),
        verifier: Some(Verifier::new(&identity.username(), REALM, &password)),
        pending: None,
        connection_request_username: "acs".into(),
        connection_request_password: Secret::new("bench".to_owned()),
        rotation: Rotation::None,
    };
    let device = store.device_register(&Actor::Console, identity, Some(credentials), BEFORE);
    device.await.expect("a new device").id
}
