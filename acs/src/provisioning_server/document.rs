//! The document a device gets: the values its profiles want, what the server installs beside them, and how they travel.

use super::asker::TOKEN_PATH;
use super::reports::REPORT_PATH;
use super::{Request, keys};
use crate::app::App;
use crate::files::profiles::NoProfile;
use crate::provisioning::desired::{Desired, desired};
use crate::provisioning::flat_profile::{self, FlatProfile, Secrets, device_type};
use crate::provisioning::reported::{Difference, differences};
use crate::store::{Device, Report};
use bytes::Bytes;
use cwmp::xml::XmlWriter;
use data_model::firmware::hex;
use data_model::provisioning::encryption::{Packing, seal};
use data_model::{DeviceType, Secret};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// The element a device keeps its rule in.
const RULE: &str = "Profile_Rule";
/// The element a device keeps the rule of its reports in.
const REPORT_RULE: &str = "Report_Rule";

/// A document, as far as it is ready to travel.
#[derive(Debug)]
pub struct Document {
    bytes: Vec<u8>,
    encrypted: bool,
}

impl Document {
    /// Packs and encrypts it, as `openssl enc -aes-256-cbc -md md5` would.
    pub fn encrypted(self, key: &Secret) -> Document {
        // The same document for the same device gives the same bytes, and so the same tag.
        let salt = keys::salt(key, &self.bytes);
        Document {
            bytes: seal(&self.bytes, Packing::Gzip, Some((key, salt))),
            encrypted: true,
        }
    }

    /// Whether it is.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Changes with the bytes, and only with them; an entity tag of HTTP.
    pub fn tag(&self) -> String {
        format!("\"{}\"", hex(&Sha256::digest(&self.bytes)[..16]))
    }

    /// The bytes as they travel.
    pub fn into_bytes(self) -> Bytes {
        self.bytes.into()
    }
}

/// The profile that only says where a device finds its own.
pub fn common(rule: &str) -> Document {
    let mut writer = XmlWriter::with_capacity(256);
    writer.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<flat-profile>\n");
    writer.leaf(RULE, rule);
    writer.raw("\n</flat-profile>\n");
    Document {
        bytes: writer.into_string().into_bytes(),
        encrypted: false,
    }
}

/// What the profiles want of a device, and the names its type gives it.
#[derive(Debug)]
pub struct Wanted {
    ty: Arc<DeviceType>,
    desired: Desired,
}

impl Wanted {
    /// Puts it together.
    ///
    /// # Errors
    /// If the store cannot be read, the product is not known, or a profile cannot be filled in.
    pub async fn of(app: &App, device: &Device) -> Result<Wanted, NoProfile> {
        let ty = device_type(&device.product_class)
            .ok_or_else(|| NoProfile::Product(device.product_class.clone()))?;
        let variables = app.store.device_variables(device.id).await?;
        let mut device = device.clone();
        if device.root.is_empty() {
            // It was registered and has never come: its type says what its tree is called.
            device.root = flat_profile::root(&ty);
        }
        let profiles = app.profiles();
        let evidence = app.evidence(device.id, &profiles.asked).await?;
        let desired = desired(&profiles.list, &device, &variables, &evidence)?;
        Ok(Wanted { ty, desired })
    }

    /// Whether the profiles themselves say what rule or key the device has: then the server installs none.
    pub fn has_own_rule(&self, register: &str) -> bool {
        self.says(&[RULE, register])
    }

    /// Whether the profiles say anything about one of these elements.
    fn says(&self, ours: &[&str]) -> bool {
        let elements = flat_profile::elements(&self.ty);
        ours.iter()
            .filter_map(|element| elements.get(*element))
            .any(|address| {
                let name = self.ty.schema.path(address);
                self.desired.values.contains_key(&name)
            })
    }

    /// Where a device is not as it should be, by its reports.
    pub fn differences(&self, report: &Report) -> Difference {
        differences(&self.ty, &self.desired, report)
    }

    /// The vendor's document of it, with these elements of the server's own.
    pub fn document(&self, installed: &[(&str, &str)], secrets: Secrets) -> FlatProfile {
        flat_profile::render(&self.ty, &self.desired, installed, secrets)
    }
}

/// The profile of a device, with the key of its further profiles and the rule to fetch them by.
pub fn render(
    app: &App,
    wanted: &Wanted,
    install: Option<&Secret>,
    request: &Request<'_>,
    secrets: Secrets,
) -> Document {
    let config = app.live();
    let register = config.provisioning.key_register.as_str();
    let rules = install.map(|key| {
        let profile = rule(app, key, request, TOKEN_PATH, "cfg");
        (profile, rule(app, key, request, REPORT_PATH, "xml"))
    });
    let mut installed = Vec::new();
    if let (Some(key), Some((profile, report))) = (install, &rules) {
        installed.extend([(register, key.reveal()), (RULE, profile.as_str())]);
        if config.provisioning.reports && !wanted.says(&[REPORT_RULE]) {
            installed.push((REPORT_RULE, report.as_str()));
        }
    }
    Document {
        bytes: wanted.document(&installed, secrets).document.into_bytes(),
        encrypted: false,
    }
}

/// What the rules of devices begin with.
pub(super) fn base(app: &App, request: &Request<'_>) -> String {
    match (&app.live().provisioning.public_url, request.host) {
        (Some(url), _) => url.trim_end_matches('/').to_owned(),
        (None, Some(host)) => format!("{}://{host}", request.transport.name()),
        // A host that is not named is the one the device was led to by DHCP.
        (None, None) => String::new(),
    }
}

/// The rule by which a device with this key fetches, or reports.
fn rule(app: &App, key: &Secret, request: &Request<'_>, path: &str, ending: &str) -> String {
    let config = app.live();
    let register = &config.provisioning.key_register;
    let register = register.trim_start_matches("GPP_");
    let (base, token) = (base(app, request), keys::token(key));
    format!("[--key ${register}] {base}{path}{token}/$MA.{ending}")
}
