//! `Custom_CA_URL`: further authorities for the servers of provisioning, fetched when their URL changes and kept.
//!
//! They count for files of provisioning only: neither the ACS nor what the ACS orders is trusted by them.

use super::Device;
use super::core::Core;
use super::io::{SectionKind, TransferOutcome, Verb};
use crate::limits::CUSTOM_CA_BYTES;
use crate::provisioning::certificate::{Subject, of_pem};
use crate::provisioning::engine::{Engine, Reason, WantedCa, Work};
use crate::provisioning::outcome::fetched;
use crate::provisioning::remembered::CustomCa;
use crate::provisioning::settings::Setting;
use crate::provisioning::sources::{Names, Trust};
use crate::provisioning::waits;
use data_model::provisioning::url::Scheme;

/// Where a device shows how it stands.
const STATUS: &str = "Status.Provisioning.Custom_CA_Provisioning_Status";
const INFO: &str = "Status.Provisioning.Custom_CA_Info";

impl Core {
    /// Whom a file of provisioning is fetched from, and as whom.
    pub(super) fn trust(&self) -> Option<Box<Trust>> {
        let remembered = self.remembered().and_then(|it| it.custom_ca.as_ref());
        let sources = self.files.provisioning.as_ref();
        let trust = Trust {
            names: match self.vendor_value("Provisioning.HTTPS_Name_Validate") == "0" {
                true => Names::Any,
                false => Names::Checked,
            },
            custom_ca: remembered.map(|it| it.pem.as_str().into()),
            certificate: sources.and_then(|it| it.certificate.clone()),
        };
        (trust != Trust::default()).then(|| Box::new(trust))
    }

    /// `$CCERT`: whether the device has a certificate of its own.
    pub(crate) fn certificate_status(&self) -> &'static str {
        let sources = self.files.provisioning.as_ref();
        match sources.is_some_and(|it| it.certificate.is_some()) {
            true => "Installed",
            false => "Not Installed",
        }
    }

    /// Shows a text below the vendor's folder, if the model has a place for it.
    pub(super) fn show_vendor_value(&mut self, below: &str, text: &str) {
        let name = format!("{}X_CISCO_ATA.{below}", self.product().root);
        if let Some(address) = self.product().ty.schema.lookup(&name) {
            self.tree.set_by_device(&address, text);
        }
    }

    fn custom_ca_url(&self) -> String {
        match self.is_set(Setting::ProvisionEnable) {
            true => self.vendor_value("Provisioning.Custom_CA_URL"),
            false => String::new(),
        }
    }

    /// Whether the authorities kept are not those of the URL.
    pub(super) fn wants_custom_ca(&self) -> bool {
        let kept = self.remembered().and_then(|it| it.custom_ca.as_ref());
        kept.map_or("", |it| it.url.as_str()) != self.vendor_value("Provisioning.Custom_CA_URL")
    }
}

impl Device {
    /// Has the authorities fetched if their URL is another, and forgotten if there is none.
    pub(super) fn arm_custom_ca(&mut self, engine: &mut Engine) {
        if !self.core.wants_custom_ca() {
            engine.custom_ca = None;
            return;
        }
        let url = self.core.vendor_value("Provisioning.Custom_CA_URL");
        if url.is_empty() {
            engine.custom_ca = None;
            self.core.remembered_mut().custom_ca = None;
            self.core.show_vendor_value(INFO, "Not Installed");
            return self.persist(&[SectionKind::Meta, SectionKind::Tree]);
        }
        if self.core.custom_ca_url().is_empty() {
            engine.custom_ca = None;
        } else if engine.custom_ca.as_ref().is_none_or(|it| it.url != url) {
            engine.custom_ca = Some(WantedCa {
                url,
                at: Some(self.now()),
                failures: 0,
            });
        }
    }

    pub(super) fn begin_custom_ca(&mut self) {
        let Some(engine) = self.provisioning.as_deref_mut() else {
            return;
        };
        let Some(wanted) = engine.custom_ca.as_mut() else {
            return;
        };
        wanted.at = None;
        let url = wanted.url.clone();
        match self.follow(&url, Reason::Reset.status(), "1") {
            Err(trouble) => self.custom_ca_failed(&trouble.text),
            Ok(None) => self.custom_ca_failed("no server is known for it"),
            Ok(Some((fetch, to))) => {
                let credentials = (fetch.uid.unwrap_or_default(), fetch.pwd.unwrap_or_default());
                let file = self.core.provision(Verb::Get, CUSTOM_CA_BYTES);
                let message = Setting::LogResyncRequestMsg;
                self.start_provision(Work::CustomCa(url), to, credentials, file, Some(message));
            }
        }
    }

    pub(super) fn custom_ca_ended(&mut self, url: String, scheme: Scheme, ended: TransferOutcome) {
        let taken = fetched(ended, scheme == Scheme::Tftp)
            .map_err(|trouble| trouble.text)
            .and_then(|file| String::from_utf8(file.bytes).map_err(|_| "it is no text".to_owned()))
            .and_then(|pem| Ok((subjects(&pem)?, pem)));
        let (subjects, pem) = match taken {
            Err(why) => return self.custom_ca_failed(&why),
            Ok(taken) => taken,
        };
        self.core.note(&format!("custom CA: installed {subjects}"));
        self.core.remembered_mut().custom_ca = Some(CustomCa { url, pem });
        self.core.show_vendor_value(INFO, &subjects);
        self.show_custom_ca("succeeded");
        let now = self.now();
        if let Some(engine) = self.provisioning.as_deref_mut() {
            engine.custom_ca = None;
            // What has failed for want of it is tried again at once.
            if let Some(at) = engine.due.get_mut(&Reason::Retry) {
                *at = now;
            }
        }
        self.persist(&[SectionKind::Meta, SectionKind::Tree]);
        self.arm_provisioning();
    }

    /// What was kept before goes on to count; it is tried again as resyncs are.
    fn custom_ca_failed(&mut self, why: &str) {
        self.core.note(&format!("custom CA: failed: {why}"));
        self.show_custom_ca("failed");
        let list = self.core.setting(Setting::ResyncErrorRetryDelay);
        let now = self.now();
        let engine = self.provisioning.as_deref_mut();
        if let Some(wanted) = engine.and_then(|engine| engine.custom_ca.as_mut()) {
            let wait = waits::listed(&list, wanted.failures, &mut self.random);
            wanted.failures += 1;
            wanted.at = wait.map(|wait| now.plus_secs(wait));
        }
        self.persist(&[SectionKind::Tree]);
    }

    fn show_custom_ca(&mut self, how: &str) {
        let text = self.now().to_xsd();
        let part = |range| text.get(range).unwrap_or_default();
        let (year, month, day, time) = (part(0..4), part(5..7), part(8..10), part(11..19));
        let status = format!("Last provisioning {how} on {month}/{day}/{year} {time}");
        self.core.show_vendor_value(STATUS, &status);
    }
}

/// Whom the certificates of a PEM text name.
fn subjects(pem: &str) -> Result<String, String> {
    let mut subjects = Vec::new();
    for der in of_pem(pem)? {
        let subject = Subject::of_der(&der).ok_or("what it holds is no certificate")?;
        subjects.push(subject.to_string());
    }
    Ok(subjects.join("; "))
}
