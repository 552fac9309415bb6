//! Every damaged, hostile or odd profile of the fixtures, fetched by a whole device over HTTP, each in a test of its own name.
//!
//! One that cannot be taken is of result class B, told in the log with its reason, and nothing of it is applied.
//! Covers X16, X17, T-14.

#[expect(dead_code, reason = "the other tests of this folder use the rest")]
mod device;
#[expect(dead_code, reason = "the other tests of this folder use the rest")]
mod server;

use agent::device::Core;
use agent::shell::RunnerHandle;
use data_model::catalogue;
use data_model::schema::XmlDocument;
use device::{LOG, PROXY, comes_to_hold};
use libtest_mimic::{Arguments, Failed, Trial};
use server::Server;
use soap_fixtures::{ProfileFile, ProfileOutcome, profiles};
use tokio::runtime::Builder;

fn main() {
    let trials = profiles().into_iter().map(|file| {
        Trial::test(format!("profiles/{}", file.name), move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| Failed::from(error.to_string()))?;
            runtime.block_on(meets_a_device(&file));
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

async fn meets_a_device(file: &ProfileFile) {
    let server = Server::answering(vec![Server::ok(&file.bytes)]).await;
    let options = match &file.key {
        Some(key) => format!("[--key {key}] "),
        None => String::new(),
    };
    let handle = device::device(&format!("{options}{}", server.url("/$MA.cfg"))).await;
    if file.outcome == ProfileOutcome::Taken {
        comes_to_hold(&handle, PROXY, "sip.example.net").await;
    } else {
        // The words of class B by what came; no other failure has them.
        let failed = match file.unread {
            None => "Resync failed: corrupt file",
            Some(_) => "Resync failed: ",
        };
        comes_to_hold(&handle, LOG, failed).await;
        let log = value(&handle, LOG).await;
        let says = file.unread.as_ref().or(file.says.as_ref());
        let says = says.map_or("", String::as_str);
        assert!(log.contains(says), "`{says}` is not in {log}");
        let changed = handle.look(0, |device| changed(device.core())).await;
        assert_eq!(changed, Some(Vec::new()), "nothing of it is applied");
    }
    handle.stop();
}

/// Parameters a profile can set that have another value than from the factory; those of the test's own rule aside.
fn changed(core: &Core) -> Vec<String> {
    let ata = catalogue::device_type("ata192").expect("it is in the catalogue");
    let elements = ata.schema.xml_elements(XmlDocument::Profile);
    let other = elements.filter(|(element, address)| {
        let value = core.value_of(&ata.schema.path(address));
        let own = matches!(element.as_str(), "Profile_Rule" | "Resync_Random_Delay");
        !own && value.is_some_and(|value| value != ata.schema.factory_shown(address))
    });
    other.map(|(element, _)| element).collect()
}

async fn value(handle: &RunnerHandle, name: &'static str) -> String {
    let value = handle
        .look(0, move |device| device.core().value_of(name))
        .await;
    value.flatten().expect("the device has it")
}
