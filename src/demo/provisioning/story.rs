//! The story of `demo --provisioning`, step by step; each is over when the server or the device shows that it is.

use super::super::IMAGE_BYTES;
use crate::client::Client;
use crate::firmware;
use crate::output::line;
use agent::device::Input;
use agent::provisioning::engine::Ask;
use agent::shell::RunnerHandle;
use data_model::OperatorError;
use data_model::signing::SigningKey;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(50);
const PROFILE: &str = "provisioning demo";
/// Seconds between two resyncs of the device.
const PERIOD: &str = "2";

/// The versions of the two stages; the second image runs on the first one's version only.
const STAGES: [&str; 2] = ["11-3-3MPP0103-001", "11-4-1MPP0002-001"];

/// Everything that runs.
pub struct Story {
    pub client: Client,
    pub device: RunnerHandle,
    /// The device in the API.
    pub path: String,
    pub root: String,
    pub product_class: String,
    pub http: SocketAddr,
    pub common_rule: String,
    pub deadline: Instant,
    /// Contacts that have been printed.
    pub shown: usize,
}

impl Story {
    /// From the factory to the last image.
    ///
    /// # Errors
    /// If something does not come to pass in time.
    pub async fn play(&mut self, key: &SigningKey) -> Result<(), OperatorError> {
        self.profile(None).await?;
        let rule = self.value("Provisioning.Profile_Rule").await;
        step("MFG-RESET", "the device is as it left the factory");
        line(format!(
            "  its rule is {}, and it has no key",
            rule.unwrap_or_default()
        ));

        step("DHCP", "the lease names the provider's server");
        let server = format!("http://{}", self.http);
        line(format!("  option 160: {server}"));
        let named = Ask::Servers(vec![(160, server)]);
        self.device.input(0, Input::Provisioning(Box::new(named)));
        self.device
            .input(0, Input::Provisioning(Box::new(Ask::Resync(None))));

        self.contact("common profile sent").await?;
        step(
            "SP-CUST",
            "the path of all devices tells where each finds its own",
        );
        self.told_until("common profile sent").await?;
        line(format!("  its rule is {} from here on", self.common_rule));

        self.contact("first profile sent").await?;
        step(
            "SEC-PRV-1",
            "the device has shown its maker's certificate, and gets key and rule over HTTPS",
        );
        self.told_until("first profile sent").await?;

        self.contact("sent encrypted").await?;
        step(
            "SEC-PRV-2",
            "from here on its profiles are encrypted for it alone",
        );
        self.told_until("sent encrypted").await?;
        self.rule_is().await;
        let line_name = self.value("Line.1.Display_Name").await.unwrap_or_default();
        line(format!("  line 1 is called `{line_name}`"));

        let before = self.standing().await?;
        let rotate = format!("{}/provisioning/rotate", self.path);
        self.client.post(&rotate, json!({})).await?;
        let what = "the device fetches with its next key";
        self.until(what, async |stage| {
            let standing = stage.standing().await.ok()?;
            let replaced = standing["key_since"] != before["key_since"];
            (replaced && standing["key_used"] == true).then_some(())
        })
        .await?;
        step(
            "KEY ROTATION",
            "the next key came encrypted with the old one, which is good for nothing any more",
        );
        self.told_until("sent encrypted, with the next key").await?;
        self.rule_is().await;

        self.upgrade(key).await
    }

    /// Two images: the rule chains them, oldest first.
    async fn upgrade(&mut self, key: &SigningKey) -> Result<(), OperatorError> {
        let base = format!("http://{}/firmware", self.http);
        let (mut stages, mut outcomes) = (Vec::new(), Vec::new());
        for version in STAGES {
            let mut image = vec![0; IMAGE_BYTES];
            rand::fill(&mut image[..]);
            let class = &self.product_class;
            let container = firmware::container(Some(key), class, version, &image)?;
            let name = format!("{class}-{version}.img");
            let path = format!("/files?name={name}&product_class={class}&version={version}");
            let file = self.client.upload(&path, container).await?;
            outcomes.push(format!(
                "image {} sent",
                file["id"].as_str().unwrap_or_default()
            ));
            stages.push(format!("($SWVER lt {version})? {base}/{name}"));
        }
        let rule = stages.join(" | ");
        step("UPGRADE", "the profile brings a rule with two stages");
        line(format!("  {rule}"));
        self.profile(Some(&rule)).await?;
        for (version, outcome) in STAGES.iter().zip(outcomes) {
            self.contact(&outcome).await?;
            self.told_until(&outcome).await?;
            line(format!("  the device restarts and runs {version}"));
        }
        let last = STAGES[STAGES.len() - 1];
        self.until(&format!("the device runs {last}"), async |stage| {
            let version = stage.at("DeviceInfo.SoftwareVersion").await?;
            (version == last).then_some(())
        })
        .await?;
        line("");
        line("The device is provisioned, its key is rotated, and it runs the last image.");
        Ok(())
    }

    /// What the device is to be like.
    async fn profile(&self, upgrade_rule: Option<&str>) -> Result<(), OperatorError> {
        let mut values = vec![
            json!({ "name": "~.X_CISCO_ATA.Provisioning.Resync_Periodic", "value": PERIOD }),
            json!({ "name": "~.X_CISCO_ATA.Line.1.Proxy", "value": "sip.example.net" }),
            json!({ "name": "~.X_CISCO_ATA.Line.1.User_ID", "value": "{{number}}" }),
            json!({ "name": "~.X_CISCO_ATA.Line.1.Display_Name", "value": "Line {{number}}" }),
            json!({ "name": "~.X_CISCO_ATA.Line.1.Password", "value": "a secret of the line" }),
        ];
        if let Some(rule) = upgrade_rule {
            let name = "~.X_CISCO_ATA.Provisioning.Upgrade_Rule";
            values.push(json!({ "name": name, "value": rule }));
        }
        let path = format!("/profiles/{}", PROFILE.replace(' ', "-"));
        self.client.put(&path, json!({ "values": values })).await?;
        Ok(())
    }

    /// A parameter of the vendor's own.
    async fn value(&self, below: &str) -> Option<String> {
        self.at(&format!("X_CISCO_ATA.{below}")).await
    }

    /// A parameter, by its name below the root.
    async fn at(&self, below: &str) -> Option<String> {
        let name = format!("{}{below}", self.root);
        let look = self
            .device
            .look(0, move |device| device.core().value_of(&name));
        look.await.flatten()
    }

    async fn standing(&self) -> Result<Value, OperatorError> {
        let path = format!("{}/provisioning", self.path);
        Ok(self.client.get(&path).await?)
    }

    /// Waits until the server has answered the device in this way.
    async fn contact(&self, outcome: &str) -> Result<(), OperatorError> {
        let path = format!("{}/contacts", self.path);
        let what = format!("the server notes `{outcome}`");
        self.until(&what, async |stage| {
            let contacts = stage.client.get(&path).await.ok()?;
            let mut contacts = contacts.as_array()?.iter();
            contacts
                .any(|contact| contact["outcome"] == outcome)
                .then_some(())
        })
        .await
    }

    /// Prints the rule of the device, without the token in it.
    async fn rule_is(&self) {
        let rule = self.value("Provisioning.Profile_Rule").await;
        let rule = rule.unwrap_or_default();
        let (front, behind) = rule.split_once("/p/").unwrap_or((rule.as_str(), ""));
        let path = behind.split_once('/').map_or("", |(_, path)| path);
        line(format!("  its rule is {front}/p/***/{path} from here on"));
    }

    /// Prints what the device has fetched since the last time, oldest first, up to a contact of this outcome.
    async fn told_until(&mut self, outcome: &str) -> Result<(), OperatorError> {
        let contacts = self.client.get(&format!("{}/contacts", self.path)).await?;
        let all = contacts.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut last = String::new();
        for contact in all.iter().rev().skip(self.shown) {
            let text = |name: &str| contact[name].as_str().unwrap_or_default().to_owned();
            let (path, transport, found) = (text("path"), text("transport"), text("outcome"));
            let told = format!("  fetched {path} by {transport}: {found}");
            // A device that resyncs every other second does the same again and again.
            if told != last {
                line(&told);
            }
            last = told;
            self.shown += 1;
            if found == outcome {
                break;
            }
        }
        Ok(())
    }

    /// The end of the device's own log, where the server alone does not tell what is wrong.
    pub async fn told_by_the_device(&self) {
        let log = self.at("DeviceInfo.DeviceLog").await.unwrap_or_default();
        // One of its periods is like the other.
        let periodic = [
            "its time has come",
            "Requesting resync",
            "Successful resync",
        ];
        let telling = |line: &&str| !periodic.iter().any(|words| line.contains(words));
        let lines: Vec<&str> = log.lines().filter(telling).collect();
        for told in &lines[lines.len().saturating_sub(12)..] {
            line(format!("  device: {told}"));
        }
    }

    async fn until<T>(
        &self,
        what: &str,
        look: impl AsyncFn(&Story) -> Option<T>,
    ) -> Result<T, OperatorError> {
        loop {
            if let Some(found) = look(self).await {
                return Ok(found);
            }
            if Instant::now() >= self.deadline {
                return Err(OperatorError::new(
                    "the demo does not get on",
                    format!("in time it did not happen that {what}"),
                    "give it more with --timeout-secs, or see the device's log below",
                ));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn step(name: &str, what: &str) {
    line("");
    line(format!("{name}: {what}"));
}
