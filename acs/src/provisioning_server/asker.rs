//! Who asks: by the token in the path, by certificate, or by what it merely says.

use super::Request;
use super::activation::CUSTOMER_PATH;
use super::certificate::Holder;
use super::keys::hash_of_token;
use super::reports::REPORT_PATH;
use crate::app::App;
use crate::clock;
use crate::provisioning::request_path::{Asked, PathPattern};
use crate::provisioning::user_agent::{self, UserAgent};
use crate::store::{Device, Result};

/// What the paths of devices with a key begin with; the token follows.
pub const TOKEN_PATH: &str = "/p/";

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It has the key of the device.
    Token,
    /// It holds the certificate of the device, and the line is private.
    Certificate,
    /// It says so.
    Claim,
}

/// What is found out about who asks.
#[derive(Debug)]
pub enum Asker {
    /// A device of ours.
    Device {
        /// The device.
        device: Box<Device>,
        /// How sure that is.
        proof: Proof,
        /// Whether the path is one that all devices ask for, such as `/ata192.cfg`.
        common_path: bool,
    },
    /// A device of ours, with the certificate of another one.
    Contradiction(Box<Device>),
    /// A path of ours that names no device.
    Anybody,
    /// Somebody nobody knows, or a path that is none of ours.
    Nobody,
}

/// The parts of a path with a token: the token, and the path behind it.
pub fn token(path: &str) -> Option<&str> {
    behind(TOKEN_PATH, path)
}

/// The token in the path of a report.
pub fn report_token(path: &str) -> Option<&str> {
    behind(REPORT_PATH, path)
}

fn behind<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    let (token, _) = path.strip_prefix(prefix)?.split_once('/')?;
    let legal = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    legal.then_some(token)
}

/// The number of a customer in a path.
pub fn customer(path: &str) -> Option<&str> {
    let (customer, _) = path.strip_prefix(CUSTOMER_PATH)?.split_once('/')?;
    Some(customer)
}

/// A path fit to be shown: a token in it is one no more, nor what somebody has cut off or mistyped.
pub fn masked(path: &str) -> String {
    // The number of a customer opens an account.
    let mut prefixes = [TOKEN_PATH, REPORT_PATH, CUSTOMER_PATH].into_iter();
    let secret = prefixes.find_map(|prefix| Some((prefix, path.strip_prefix(prefix)?)));
    let (prefix, rest) = match secret {
        Some((prefix, behind)) => (prefix, behind.trim_start_matches(|c| c != '/')),
        None => ("", path),
    };
    let hidden = if secret.is_some() { "***" } else { "" };
    let rest = rest.chars().filter(|c| !c.is_control()).take(255);
    format!("{prefix}{hidden}{}", rest.collect::<String>())
}

/// Finds out who asks. A token of a key the device was to get next makes that key the current one.
///
/// # Errors
/// If the store cannot be read.
pub async fn find(app: &App, patterns: &[PathPattern], request: &Request<'_>) -> Result<Asker> {
    let now = clock::now();
    if let Some(token) = token(request.path) {
        let found = app.store.provisioning_token_used(hash_of_token(token), now);
        let Some(device) = found.await? else {
            return Ok(Asker::Nobody);
        };
        let device = app.store.device_find(device).await?;
        return Ok(known(device, Proof::Token, false));
    }
    let Some(asked) = patterns
        .iter()
        .find_map(|pattern| pattern.read(request.path))
    else {
        return Ok(Asker::Nobody);
    };
    if let Some(holder) = &request.certificate {
        let device = certified(app, holder).await?;
        let contradicts = asked.mac.is_some() && asked.mac != holder.mac
            || asked
                .serial_number
                .as_ref()
                .is_some_and(|serial| *serial != holder.serial_number);
        return Ok(match device {
            Some(device) if contradicts => Asker::Contradiction(Box::new(device)),
            device => known(device, Proof::Certificate, asked == Asked::default()),
        });
    }
    let agent = request.user_agent.and_then(user_agent::read);
    claimed(app, &asked, agent.as_ref()).await
}

/// The device a user agent names, for contacts that give it nothing of its own.
///
/// # Errors
/// If the store cannot be read.
pub(super) async fn named(app: &App, agent: &UserAgent) -> Result<Option<Box<Device>>> {
    Ok(match claimed(app, &Asked::default(), Some(agent)).await? {
        Asker::Device { device, .. } => Some(device),
        Asker::Contradiction(_) | Asker::Anybody | Asker::Nobody => None,
    })
}

/// The device a certificate is of. Two products may have the same serial number.
///
/// # Errors
/// If the store cannot be read.
pub async fn certified(app: &App, holder: &Holder) -> Result<Option<Device>> {
    let by_serial = app.store.device_by_serial_number(&holder.serial_number);
    let Some(device) = by_serial.await? else {
        return Ok(None);
    };
    let device = app.store.device_find(device).await?;
    Ok(device.filter(|device| is_product(&holder.product, &device.product_class)))
}

/// Whether a certificate's product is one of this class: `ATA192-MPP` is an `ATA192`.
fn is_product(product: &str, product_class: &str) -> bool {
    let begins = product.get(..product_class.len());
    begins.is_some_and(|begins| begins.eq_ignore_ascii_case(product_class))
}

/// By MAC address or serial number, in the path first and then in the user agent.
async fn claimed(app: &App, asked: &Asked, agent: Option<&UserAgent>) -> Result<Asker> {
    let said = |text: &String| !text.is_empty();
    let macs = [asked.mac.as_ref(), agent.map(|agent| &agent.mac)];
    let serials = [
        asked.serial_number.as_ref(),
        agent.map(|agent| &agent.serial_number),
    ];
    let mut found = None;
    for (mac, serial) in macs.into_iter().zip(serials) {
        if let (None, Some(mac)) = (found, mac.filter(|text| said(text))) {
            found = app.store.device_by_mac(mac).await?;
        }
        if let (None, Some(serial)) = (found, serial.filter(|text| said(text))) {
            found = app.store.device_by_serial_number(serial).await?;
        }
    }
    let device = match found {
        Some(device) => app.store.device_find(device).await?,
        None if *asked == Asked::default() => return Ok(Asker::Anybody),
        None => None,
    };
    Ok(known(device, Proof::Claim, *asked == Asked::default()))
}

fn known(device: Option<Device>, proof: Proof, common_path: bool) -> Asker {
    match device {
        Some(device) => Asker::Device {
            device: Box::new(device),
            proof,
            common_path,
        },
        None => Asker::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers F01.
    #[test]
    fn only_a_whole_token_is_one_and_it_is_never_shown() {
        let token_text = "0123456789abcdef0123456789abcdef";
        let path = format!("/p/{token_text}/000e08aabbcc.cfg");
        assert_eq!(token(&path), Some(token_text));
        assert_eq!(masked(&path), "/p/***/000e08aabbcc.cfg");
        for path in [
            "/p/0123/x",
            "/p/",
            "/p/../x",
            "/q/0123456789abcdef0123456789abcdef/x",
        ] {
            assert_eq!(token(path), None, "{path}");
        }
        assert_eq!(masked("/a\nb"), "/ab");
        let path = format!("/report/{token_text}/r.xml");
        assert_eq!(report_token(&path), Some(token_text));
        assert_eq!(masked(&path), "/report/***/r.xml");
        assert_eq!(masked("/c/c0ffee1234/ata192.cfg"), "/c/***/ata192.cfg");
    }

    #[test]
    fn a_token_without_a_file_behind_it_is_not_shown_either() {
        let token_text = "0123456789abcdef0123456789abcdef";
        for prefix in ["/p/", "/report/", "/c/"] {
            let path = format!("{prefix}{token_text}");
            assert_eq!(masked(&path), format!("{prefix}***"));
            assert_eq!(masked(&path[..path.len() - 1]), format!("{prefix}***"));
        }
    }

    #[test]
    fn a_certificate_is_of_the_device_of_its_product() {
        for product in ["ATA192", "ATA192-MPP", "ata192-mpp"] {
            assert!(is_product(product, "ATA192"), "{product}");
        }
        for product in ["", "ATA191", "ATA19", "CP-8861"] {
            assert!(!is_product(product, "ATA192"), "{product}");
        }
    }
}
