//! The activation service: a device that asks where it belongs is told the rule of its account, once.
//!
//! It asks as the maker's devices ask theirs ([`CALLHOME`]) and gets the rule itself, or resyncs with `/c/CUSTOMER/…` and
//! gets a profile with nothing but the rule. Whether anybody has bound
//! it is all it learns here.

use super::asker::{self, masked};
use super::{Answer, NoAnswer, Provisioner, Request, document, keep};
use crate::app::App;
use crate::clock;
use crate::metrics::Metrics;
use crate::provisioning::request_path::mac;
use crate::provisioning::user_agent::{self, UserAgent};
use crate::store::{Activation, Binding, Claim, Device, Id};
use cwmp::DeviceId;
use data_model::catalogue;

/// Where devices ask the maker's own service.
pub const CALLHOME: &str = "/software/edos/callhome/rc";
/// What the path of a customer begins with; the number follows, and then any path of a device.
pub(super) const CUSTOMER_PATH: &str = "/c/";
/// Bytes of a serial number; no maker has longer ones.
const SERIAL_BYTES: usize = 64;

/// What a device says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    mac: Option<String>,
    serial_number: String,
    product: String,
    version: String,
}

/// Answers [`CALLHOME`] with a rule: `id` is `MAC:SN:PN`, `version` the load it runs.
///
/// # Errors
/// What else to answer.
pub async fn callhome(
    app: &App,
    request: &Request<'_>,
    id: &str,
    version: &str,
) -> Result<String, Answer> {
    let guesses = app.provisioner.as_ref().map(|it| &it.guesses);
    let now = clock::now();
    // Serial numbers are counted up: whoever tries them all finds rules of others, and uses them up.
    if guesses.is_some_and(|guesses| !guesses.may_try(request.address, now)) {
        return Err(unbound(app, request));
    }
    let said = said(id, version);
    let text = said.as_ref().map(|said| UserAgent {
        product: said.product.clone(),
        version: said.version.clone(),
        serial_number: said.serial_number.clone(),
        mac: said.mac.clone().unwrap_or_default(),
    });
    let told = match said {
        Some(said) => tell(app, request, said, None, text).await,
        None => Err(unbound(app, request)),
    };
    if let (Err(Answer::NotFound), Some(guesses)) = (&told, guesses) {
        guesses.was_wrong(request.address, now);
    }
    told
}

/// Answers a path of a customer; `None` if it is none.
pub(super) async fn customer(
    app: &App,
    provisioner: &Provisioner,
    request: &Request<'_>,
) -> Option<Answer> {
    let customer = asker::customer(request.path)?;
    let guesses = &provisioner.guesses;
    if !guesses.may_try(request.address, clock::now()) {
        return Some(unbound(app, request));
    }
    let rest = &request.path[CUSTOMER_PATH.len() + customer.len()..];
    let patterns = provisioner.patterns.get();
    let mut patterns = patterns.iter();
    let Some(asked) = patterns.find_map(|pattern| pattern.read(rest)) else {
        return Some(unbound(app, request));
    };
    let agent = request.user_agent.and_then(user_agent::read);
    let by_agent = agent.clone().unwrap_or_default();
    let said = Said {
        mac: asked.mac.or_else(|| mac(&by_agent.mac)),
        serial_number: asked
            .serial_number
            .or_else(|| serial(&by_agent.serial_number))
            .unwrap_or_default(),
        product: by_agent.product,
        version: by_agent.version,
    };
    let told = tell(app, request, said, Some(customer.to_owned()), agent).await;
    Some(match told {
        Ok(rule) => document::common(&rule).into_answer(),
        Err(answer) => {
            if answer == Answer::NotFound {
                guesses.was_wrong(request.address, clock::now());
            }
            answer
        }
    })
}

/// Reads `MAC:SN:PN`; the MAC address may have colons of its own.
fn said(id: &str, version: &str) -> Option<Said> {
    let (rest, product) = id.rsplit_once(':')?;
    let (address, serial_number) = rest.rsplit_once(':')?;
    let short = |text: &str| text.chars().filter(|c| !c.is_control()).take(64).collect();
    Some(Said {
        mac: Some(mac(address)?),
        serial_number: serial(serial_number)?,
        product: short(product),
        version: short(version),
    })
}

fn serial(text: &str) -> Option<String> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let good = !text.is_empty() && text.len() <= SERIAL_BYTES && text.bytes().all(legal);
    good.then(|| text.to_owned())
}

fn unbound(app: &App, request: &Request<'_>) -> Answer {
    Metrics::count(&app.metrics.provisioning_requests, "activation_refused");
    let path = masked(request.path);
    tracing::info!(address = %request.address, path, "a device nobody has bound asks where it belongs");
    Answer::NotFound
}

async fn tell(
    app: &App,
    request: &Request<'_>,
    mut said: Said,
    customer: Option<String>,
    agent: Option<UserAgent>,
) -> Result<String, Answer> {
    if let Some(holder) = &request.certificate {
        // What is proved counts, and nobody asks for somebody else.
        let other_mac = holder.mac.is_some() && said.mac.is_some() && said.mac != holder.mac;
        let other_serial =
            !said.serial_number.is_empty() && said.serial_number != holder.serial_number;
        if other_mac || other_serial {
            tracing::info!(address = %request.address, "a certificate of another device");
            return Err(Answer::Refused);
        }
        said.mac = said.mac.or_else(|| holder.mac.clone());
        said.serial_number.clone_from(&holder.serial_number);
    }
    if said.mac.is_none() && said.serial_number.is_empty() {
        return Err(unbound(app, request));
    }
    let claim = Claim {
        identity: identity(&said),
        serial_number: said.serial_number,
        mac: said.mac,
        customer,
    };
    match app.store.binding_tell(claim, clock::now()).await {
        Ok(activation) => answer(app, request, activation, agent).await,
        Err(error) => {
            tracing::error!(%error, "a device cannot be told where it belongs");
            Err(Answer::Unavailable)
        }
    }
}

/// Whom it would be registered as: products are known by what their names begin with (`ATA192-MPP`).
fn identity(said: &Said) -> Option<DeviceId> {
    if said.serial_number.is_empty() {
        return None;
    }
    let product = said.product.to_ascii_uppercase();
    let types = catalogue::names().iter();
    let ty = types
        .filter_map(|name| catalogue::device_type(name))
        .filter(|ty| product.starts_with(&ty.product_class.to_ascii_uppercase()))
        .max_by_key(|ty| ty.product_class.len())?;
    Some(DeviceId {
        manufacturer: ty.manufacturer.clone(),
        oui: ty.oui.clone(),
        product_class: ty.product_class.clone(),
        serial_number: said.serial_number.clone(),
    })
}

async fn answer(
    app: &App,
    request: &Request<'_>,
    activation: Activation,
    agent: Option<UserAgent>,
) -> Result<String, Answer> {
    let (device, outcome, answer) = match activation {
        Activation::Unbound => return Err(unbound(app, request)),
        Activation::Contradiction => {
            let address = request.address;
            tracing::warn!(%address, "what a device says of itself belongs to different devices");
            Metrics::count(&app.metrics.provisioning_requests, "activation_refused");
            return Err(Answer::NotFound);
        }
        Activation::Used(device) => {
            Metrics::count(&app.metrics.provisioning_requests, "activation_refused");
            (
                device,
                "refused: its account has been told",
                Err(Answer::NotFound),
            )
        }
        Activation::Told(binding) => {
            Metrics::count(&app.metrics.provisioning_requests, "activation");
            app.desire_changed();
            let device = binding.told.as_ref().and_then(|told| told.device);
            (device, "told its rule", Ok(rule(app, &binding, request)))
        }
    };
    let device = match known(app, device).await {
        Ok(device) => device,
        Err(error) => {
            tracing::error!(%error, "a device cannot be found");
            return Err(Answer::Unavailable);
        }
    };
    keep(app, request, device.as_ref(), agent, outcome).await;
    answer
}

async fn known(app: &App, device: Option<Id>) -> Result<Option<Device>, NoAnswer> {
    Ok(match device {
        Some(device) => app.store.device_find(device).await?,
        None => None,
    })
}

/// The rule of the account, or the one that leads a device to its own profile here.
fn rule(app: &App, binding: &Binding, request: &Request<'_>) -> String {
    if let Some(rule) = &binding.rule {
        return rule.clone();
    }
    let base = document::base(app, request);
    let known_mac = binding.told.as_ref().is_some_and(|told| told.mac.is_some());
    match known_mac {
        true => format!("{base}/$MA.cfg"),
        false => format!("{base}/$SN.cfg"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_calls_home_with_is_read() {
        for id in [
            "000E08AABBCC:FCH1234:ATA192-MPP",
            "00:0e:08:aa:bb:cc:FCH1234:ATA192-MPP",
        ] {
            let said = said(id, "11-3-2").expect(id);
            assert_eq!(said.mac.as_deref(), Some("000e08aabbcc"));
            assert_eq!(
                (&*said.serial_number, &*said.product),
                ("FCH1234", "ATA192-MPP")
            );
            let identity = identity(&said).expect("a product of this build");
            assert_eq!(identity.product_class, "ATA192");
        }
        let long = format!("000E08AABBCC:{}:ATA192", "A".repeat(65));
        for id in [
            "",
            ":",
            "::",
            "x:y:z",
            "000E08AABBCC::ATA192",
            "000E08AABBCC:../x:P",
            &long,
        ] {
            assert_eq!(said(id, ""), None, "{id}");
        }
    }
}
