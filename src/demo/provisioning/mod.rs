//! `dialtone demo --provisioning`: one device on its way from the factory to encrypted profiles of its own, a rotated key
//! and an upgrade in two stages, by the vendor's rules alone. What is printed is read back from the server and the device.

mod story;

use super::authority::Authority;
use super::{SERIAL_PREFIX, make_folder, sign_in, signing_key, trouble};
use crate::arguments::DemoOptions;
use crate::client::Client;
use crate::output::line;
use acs::Server;
use acs::config::{Config, TlsConfig as ServerTls};
use agent::daemon::{self, AgentConfig};
use agent::shell::stop::wait_for_stop;
use agent::shell::tls::TlsConfig as DeviceTls;
use data_model::OperatorError;
use data_model::firmware::hex;
use data_model::signing::SigningKey;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use story::Story;

/// The address of the device's network interface, of a block for documentation.
const MAC: &str = "00005e005342";
const OUI: &str = "00005E";

/// Runs it.
///
/// # Errors
/// If something cannot be set up; that the device does not get on is told by the status.
pub async fn run(options: DemoOptions) -> Result<ExitCode, OperatorError> {
    let folder = options.data.join("provisioning-demo");
    forget(&folder)?;
    make_folder(&folder)?;
    let product = data_model::catalogue::device_type(&options.device_type).ok_or_else(|| {
        OperatorError::new(
            format!("there is no device type `{}`", options.device_type),
            "it is not in the catalogue",
            "use one of those `dialtone demo --help` names",
        )
    })?;
    let root = acs::provisioning::flat_profile::root(&product);
    let serial = format!("{SERIAL_PREFIX}PROV1");
    let authority = Authority::new(&folder.join("authority"))?;
    let server = start_server(&folder, &authority).await?;
    let (client, _) = sign_in(&server, &folder.join("acs")).await?;
    let path = register(&client, &product.product_class, &serial).await?;
    let key = signing_key(&folder)?;
    let held = authority.device(&product.product_class, &serial, MAC)?;
    let config = AgentConfig {
        device_type: options.device_type.clone(),
        serial_number: serial,
        mac: Some(MAC.into()),
        state: folder.join("device"),
        tls: DeviceTls {
            ca_file: Some(authority.file()),
            certificate_file: Some(held.certificate),
            key_file: Some(held.key),
        },
        firmware_keys: vec![hex(key.verifying_key().as_bytes())],
        parameters: at_the_factory(&root),
        ..AgentConfig::default()
    };
    let (runner, device) = daemon::start(&config).await?;
    let running = tokio::spawn(runner.run());
    let common_rule = server.app().config.provisioning.common_rule.clone();
    let stage = Story {
        client,
        device,
        path,
        root,
        product_class: product.product_class.to_string(),
        http: server.provisioning.http.unwrap_or(server.files_address),
        common_rule: common_rule.unwrap_or_default(),
        deadline: Instant::now() + Duration::from_secs(options.timeout_secs),
        shown: 0,
    };
    let ended = play(stage, &key, options.exit, server.api_address).await;
    // Its loop ends with the next event.
    let _ = running.await;
    server.stop().await;
    Ok(ended)
}

/// Plays the story, and says how it went.
async fn play(mut stage: Story, key: &SigningKey, exit: bool, api: SocketAddr) -> ExitCode {
    let outcome = tokio::select! {
        outcome = stage.play(key) => Some(outcome),
        () = wait_for_stop() => None,
    };
    let ended = match outcome {
        None => ExitCode::FAILURE,
        Some(Err(error)) => {
            crate::output::error(&error);
            stage.told_by_the_device().await;
            ExitCode::FAILURE
        }
        Some(Ok(())) => {
            if !exit {
                line("");
                line(format!(
                    "The pair stays up: http://{api}/api/v1. Ctrl-C stops it."
                ));
                wait_for_stop().await;
            }
            ExitCode::SUCCESS
        }
    };
    stage.device.stop();
    ended
}

/// Each run begins with a device from the factory and a server that has not heard of it.
fn forget(folder: &Path) -> Result<(), OperatorError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(trouble(folder, &error)),
        _ => Ok(()),
    }
}

/// What the maker has put in: nothing of any provider. It only does not wait at random, for nobody else is there.
fn at_the_factory(root: &str) -> BTreeMap<String, String> {
    let name = format!("{root}X_CISCO_ATA.Provisioning.Resync_Random_Delay");
    BTreeMap::from([(name, "0".to_owned())])
}

async fn start_server(folder: &Path, authority: &Authority) -> Result<Server, OperatorError> {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    // Known beforehand, because the common rule names it.
    let https = TcpListener::bind(free)
        .and_then(|listener| listener.local_addr())
        .map_err(|error| trouble(folder, &error))?;
    let own = authority.server(&https.ip().to_string())?;
    let mut config = Config {
        data: folder.join("acs"),
        ..Config::default()
    };
    config.cwmp.listen = free;
    config.api.listen = free;
    config.files.listen = free;
    let provisioning = &mut config.provisioning;
    provisioning.http = Some(free);
    provisioning.https = Some(https);
    provisioning.tls = Some(ServerTls {
        certificate_file: own.certificate,
        key_file: own.key,
        client_ca_file: Some(authority.file()),
    });
    provisioning.public_url = Some(format!("https://{https}"));
    provisioning.common_rule = Some(format!("https://{https}/$MA.cfg"));
    provisioning.images = true;
    Server::start(config).await
}

/// The operator knows the device before it comes: product, serial number, and what stands on its label.
async fn register(client: &Client, product: &str, serial: &str) -> Result<String, OperatorError> {
    let device = json!({
        "oui": OUI,
        "product_class": product,
        "serial_number": serial,
    });
    let known = client.post("/devices", device).await?;
    let path = format!("/devices/{}", known["id"].as_str().unwrap_or_default());
    let variables = json!({ "mac": MAC, "number": "15550142" });
    client.put(&format!("{path}/variables"), variables).await?;
    Ok(path)
}
