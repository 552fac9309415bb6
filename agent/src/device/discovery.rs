//! What a device makes of an ACS that DHCP offers (TR-069 3.1).
//!
//! An offer counts while the device has no ACS, or has one from DHCP that has never answered. Once an ACS has taken
//! note of it, the device turns to DHCP again only if its first ACS came from there and the present one has taken no
//! connection for some time: otherwise whoever answers DHCP requests could take the device over.

use super::exchange::absolute;
use super::io::{HttpFailure, SectionKind};
use super::meta::Discovered;
use super::{Device, Output};
use crate::limits::UNREACHABLE_SECS;
use cwmp::side::dhcp_discovery::Offer;
use data_model::Timestamp;

/// What is known of discovery since the boot; most devices never have it.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    /// What DHCP offered last.
    offer: Option<Offer>,
    /// Since when the ACS has taken no connection.
    unreachable_since: Option<Timestamp>,
    /// DHCP has been asked again, and the ACS has not come back since.
    asked_again: bool,
}

impl Device {
    /// DHCP offers an ACS.
    pub(super) fn discovered(&mut self, offer: Offer) {
        if absolute(&offer.url).is_none() {
            tracing::warn!(url = %offer.url, "DHCP offers an ACS URL that cannot be used");
            return;
        }
        self.discovery.get_or_insert_default().offer = Some(offer);
    }

    /// Takes up what DHCP offers, if its time has come; only ever called while no session is open.
    pub(super) fn consider_offer(&mut self) {
        let Some(discovery) = &mut self.discovery else {
            return;
        };
        let Some(offer) = discovery.offer.take() else {
            return;
        };
        if self.may_take(&offer) {
            self.take_up(&offer);
        }
        self.discovery.get_or_insert_default().offer = Some(offer);
    }

    fn may_take(&self, offer: &Offer) -> bool {
        let url = self.core.value(&self.core.product().known.url);
        let Some(discovered) = &self.core.meta.discovered else {
            // D-10: without an ACS there is nothing to lose.
            return url.is_empty();
        };
        if url.is_empty() {
            return true;
        }
        let never_answered = url == discovered.url && url != *self.core.meta.bootstrapped_url;
        let changed = *offer != discovered.offer() || url != offer.url;
        let asked_again = self.discovery.as_ref().is_some_and(|it| it.asked_again);
        changed && (never_answered || asked_again)
    }

    /// TR-069 3.1: an ACS that takes no connection is looked for anew by a device that was provisioned by DHCP, even
    /// if it was another ACS that sent the device to the present one.
    fn lost_acs(&self) -> bool {
        let since = self.discovery.as_ref().and_then(|it| it.unreachable_since);
        self.provisioned_by_dhcp()
            && since.is_some_and(|since| self.now().since_ms(since) >= UNREACHABLE_SECS * 1000)
    }

    fn provisioned_by_dhcp(&self) -> bool {
        let discovered = self.core.meta.discovered.as_ref();
        discovered.is_some_and(|discovered| discovered.was_first_to_work)
    }

    fn take_up(&mut self, offer: &Offer) {
        let product = std::sync::Arc::clone(self.core.product());
        let known = &product.known;
        let code = product
            .ty
            .schema
            .lookup(&format!("{}DeviceInfo.ProvisioningCode", product.root));
        let minimum = offer.retry_minimum_secs.map(|secs| secs.to_string());
        let multiplier = offer.retry_multiplier.map(|factor| factor.to_string());
        let settings = [
            (code, offer.provisioning_code.as_deref()),
            (known.retry_minimum, minimum.as_deref()),
            (known.retry_multiplier, multiplier.as_deref()),
        ];
        let moves = self.core.value(&known.url) != offer.url;
        self.core.observing(|core| {
            if moves {
                // The password the last ACS gave out is no business of the next one.
                core.tree.back_to_factory(&known.username);
                core.tree.back_to_factory(&known.password);
            }
            core.tree.set_by_device(&known.url, &offer.url);
            for (address, value) in settings {
                if let (Some(address), Some(value)) = (address, value) {
                    core.tree.set_by_device(&address, value);
                }
            }
        });
        tracing::info!(url = %offer.url, "the ACS is the one DHCP names");
        let was_first_to_work = self.provisioned_by_dhcp();
        self.core.meta.discovered = Some(Box::new(Discovered::new(offer, was_first_to_work)));
        self.core.meta.last_access = None;
        if let Some(discovery) = &mut self.discovery {
            discovery.unreachable_since = None;
            discovery.asked_again = false;
        }
        self.persist(&[SectionKind::Tree, SectionKind::Meta]);
        let touched = self.core.check_bootstrap();
        if !touched.is_empty() {
            self.persist(touched);
        }
        self.tell();
    }

    /// A session is opened: the ACS is not reached until it answers.
    pub(super) fn acs_tried(&mut self) {
        if self.provisioned_by_dhcp() {
            let now = self.now();
            let discovery = self.discovery.get_or_insert_default();
            discovery.unreachable_since.get_or_insert(now);
        }
    }

    /// The ACS has answered.
    pub(super) fn acs_reached(&mut self) {
        if let Some(discovery) = &mut self.discovery {
            discovery.unreachable_since = None;
            discovery.asked_again = false;
        }
    }

    /// A request was not answered: whether there was a connection at least.
    pub(super) fn http_failed(&mut self, failure: &HttpFailure) {
        match failure {
            HttpFailure::Connect(_) | HttpFailure::TimedOut => {}
            HttpFailure::Broken(_) | HttpFailure::TooLarge(_) => self.acs_reached(),
        }
        self.session_failed(failure.to_string());
    }

    /// A session has failed, or a person has taken the ACS away: DHCP is asked again if it may help.
    pub(super) fn discover_again(&mut self) {
        let lost = self.lost_acs();
        if lost {
            self.discovery.get_or_insert_default().asked_again = true;
        }
        if lost || !self.has_acs() {
            self.outputs.push_back(Output::Discover);
        }
    }

    pub(super) fn has_acs(&self) -> bool {
        let url = self.core.product().known.url;
        !self.core.value(&url).is_empty()
    }
}
