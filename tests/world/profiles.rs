//! Profiles in the end-to-end tests: write them, and wait for what they do.

use super::{Phone, World, eventually};
use serde_json::{Value, json};

impl World {
    /// Writes a profile and publishes it.
    pub async fn profile(&self, name: &str, profile: Value) {
        let path = format!("/profiles/{name}");
        self.api.put(&path, profile).await.expect("a good profile");
    }

    /// Writes a profile and leaves it a draft; gives its revision.
    pub async fn draft(&self, name: &str, profile: Value) -> u64 {
        let path = format!("/profiles/{name}?publish=false");
        let draft = self.api.put(&path, profile).await.expect("a good profile");
        draft["revision"].as_u64().expect("a number")
    }

    /// Waits until the server says that a device agrees with the profiles as they are.
    pub async fn agrees(&self, phone: &Phone) -> Value {
        eventually("the device agrees with its profiles", || async {
            let summary = self.api.get("/summary").await.ok()?;
            let stamp = summary["profile_stamp"].as_u64()?;
            let device = self.api.get(&phone.path()).await.ok()?;
            (device["provisioning"]["stamp"].as_u64() == Some(stamp)).then_some(device)
        })
        .await
    }

    /// Waits until the server has given a profile up; gives the reason.
    pub async fn given_up(&self, phone: &Phone) -> Value {
        eventually(
            "the server reports why the profile cannot be applied",
            || async {
                let device = self.api.get(&phone.path()).await.ok()?;
                let fault = device["provisioning"]["fault"].clone();
                (!fault.is_null()).then_some(fault)
            },
        )
        .await
    }

    /// Has a device come, and waits until its session is over.
    pub async fn session(&self, phone: &Phone) {
        let before = self.device(phone).await["informs"].as_u64();
        self.api
            .post(&format!("{}/call", phone.path()), json!({}))
            .await
            .expect("a call");
        eventually("the device comes when it is called", || async {
            let informs = self.api.get(&phone.path()).await.ok()?["informs"].as_u64();
            let over = self.api.get("/summary").await.ok()?["sessions"] == 0;
            (informs > before && over && phone.is_idle().await).then_some(())
        })
        .await;
    }
}
