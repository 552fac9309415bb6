//! The device's own web page, pure: requests and a snapshot of the device go in, answers and orders come out. The bytes
//! are moved by `shell/page.rs`.
//!
//! In reading order: [`message`] (a request, an answer), [`view`] (what is shown, taken from the device), [`access`]
//! (who may come in) and [`token`] (whose form it is), [`form`] and [`html`] (reading the one, writing the other),
//! [`layout`], then the pages: [`status`], [`acs_settings`],
//! [`maintenance`]. Every limit is in [`limits`],
//! what an installer says in [`settings`].
//!
//! The page never does anything for somebody who is not the administrator of the device, and never for a form that was
//! not its own (TR-069 3.1: local ways to set the ACS URL are protected).

pub mod access;
pub mod acs_settings;
pub mod form;
pub mod html;
pub mod layout;
pub mod limits;
pub mod maintenance;
pub mod message;
pub mod settings;
pub mod status;
pub mod token;
pub mod view;

use crate::device::orders::{LocalRefusal, Order};
use access::{Access, Role, Visitor};
use acs_settings::{Notice, Typed};
use data_model::Timestamp;
use form::Form;
use message::{Answer, Head};
use view::{Accounts, View};

/// Why nothing could be changed while a session is open.
const IN_SESSION: &str = "Nothing was changed: the device talks with its ACS, and meanwhile only the ACS changes \
                          settings. Send the form again in a moment.";
/// Why nobody was asked.
const NO_ACS: &str =
    "Nobody was asked: the device has no ACS, or TR-069 is off. Set the URL of the ACS first.";
/// What is said if the device says nothing.
const NO_ANSWER: &str =
    "The device does not answer, or could not keep it. Look whether anything has changed.";

/// The page of one device.
#[derive(Debug)]
pub struct Page {
    access: Access,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Reply {
    /// It is answered.
    Answer(Answer),
    /// The device is to do this; [`Page::ordered`] makes the answer of what it says.
    Order(Order, Then),
}

/// What an order was, for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Other settings of the ACS: what was typed.
    Acs(Typed),
    /// Firmware is asked for.
    Firmware,
    /// A restart, with or without a reset.
    Restart,
}

/// Where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Status,
    Settings,
    Style,
    Acs,
    Log,
    Maintenance,
    RequestDownload,
    Reboot,
    FactoryReset,
}

impl Route {
    fn of(path: &str) -> Option<Route> {
        Some(match path {
            "/" => Route::Status,
            "/settings" => Route::Settings,
            "/style.css" => Route::Style,
            "/admin/acs" => Route::Acs,
            "/admin/log" => Route::Log,
            "/admin/maintenance" => Route::Maintenance,
            "/admin/request-download" => Route::RequestDownload,
            "/admin/reboot" => Route::Reboot,
            "/admin/factory-reset" => Route::FactoryReset,
            _ => return None,
        })
    }

    fn role(self) -> Role {
        match self {
            Route::Status | Route::Settings | Route::Style => Role::User,
            Route::Acs
            | Route::Log
            | Route::Maintenance
            | Route::RequestDownload
            | Route::Reboot
            | Route::FactoryReset => Role::Admin,
        }
    }

    /// The methods it takes.
    fn allowed(self) -> &'static str {
        match self {
            Route::Status | Route::Settings | Route::Style | Route::Log | Route::Maintenance => {
                "GET, HEAD"
            }
            Route::Acs | Route::FactoryReset => "GET, HEAD, POST",
            Route::RequestDownload | Route::Reboot => "POST",
        }
    }
}

impl Page {
    /// The page of a device; `key` signs what it hands out and must come from a good source of randomness.
    pub fn new(key: [u8; 32]) -> Page {
        Page {
            access: Access::new(key),
        }
    }

    /// Looks at the head of a request, before any of its body is read: who asks, and whether they may.
    ///
    /// # Errors
    /// With the answer.
    pub fn admit(
        &mut self,
        head: &Head,
        accounts: &Accounts,
        random: u64,
        now: Timestamp,
    ) -> Result<Visitor, Answer> {
        let [host] = &head.hosts[..] else {
            return Err(Answer::text(400, "A request names one host."));
        };
        let visitor = self.access.admit(head, accounts, random, now)?;
        let Some(route) = Route::of(head.path()) else {
            return Err(Answer::text(404, "There is no such page."));
        };
        if route.role() == Role::Admin && visitor.role != Role::Admin {
            return Err(Answer::text(403, "Only the administrator may do this."));
        }
        let allowed = route.allowed();
        if !allowed.split(", ").any(|method| method == head.method) {
            let answer = Answer::text(405, "This is not done so.");
            return Err(answer.with("allow", allowed));
        }
        if head.only_reads() {
            return Ok(visitor);
        }
        if !is_from_here(head, host) {
            return Err(Answer::text(403, "This form comes from another site."));
        }
        let kind = head.content_type.as_deref().unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Answer::text(415, "Only forms are taken."));
        }
        Ok(visitor)
    }

    /// Answers a request that was admitted.
    pub fn answer(
        &self,
        visitor: &Visitor,
        head: &Head,
        body: &[u8],
        view: &View,
        now: Timestamp,
    ) -> Reply {
        let Some(route) = Route::of(head.path()) else {
            return Reply::Answer(Answer::text(404, "There is no such page."));
        };
        if head.only_reads() {
            return Reply::Answer(read(route, visitor, head, view));
        }
        let Some(form) = Form::read(body) else {
            return Reply::Answer(Answer::text(400, "The form cannot be read."));
        };
        if !self.access.is_own_form(visitor, form.get("token"), now) {
            let why =
                "The form is too old, or not of this page. Load the page again and send it anew.";
            return Reply::Answer(Answer::text(403, why));
        }
        act(route, visitor, &form, view)
    }

    /// The answer to an order; `outcome` is what the device says, `None` if it says nothing any more.
    pub fn ordered(
        &self,
        visitor: &Visitor,
        then: &Then,
        outcome: Option<Result<(), LocalRefusal>>,
        view: &View,
    ) -> Answer {
        let refusal = match (outcome, then) {
            (None, _) => {
                return Answer::text(503, NO_ANSWER).with("retry-after", "5");
            }
            (Some(Ok(())), Then::Acs(_)) => return Answer::see("/admin/acs?done=saved"),
            (Some(Ok(())), Then::Firmware) => return Answer::see("/admin/maintenance?done=asked"),
            (Some(Ok(())), Then::Restart) => {
                return Answer::html(200, maintenance::restarting(view, visitor));
            }
            (Some(Err(refusal)), _) => refusal,
        };
        let (status, reasons) = match &refusal {
            LocalRefusal::InSession => (409, vec![IN_SESSION.to_owned()]),
            LocalRefusal::NoAcs => (409, vec![NO_ACS.to_owned()]),
            LocalRefusal::Values(refused) => (422, acs_settings::reasons(view, refused)),
        };
        let body = match then {
            Then::Acs(typed) => {
                acs_settings::settings(view, visitor, typed, &Notice::Alarm(reasons))
            }
            Then::Firmware | Then::Restart => maintenance::buttons(view, visitor, None, &reasons),
        };
        Answer::html(status, body)
    }
}

/// Whether a form comes from this very page, as far as the browser says. Browsers of ten years say one or the other; for
/// those that say nothing there is the token.
fn is_from_here(head: &Head, host: &str) -> bool {
    let fetch_site = head.fetch_site.as_deref();
    if fetch_site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    head.origin.as_deref().is_none_or(|origin| {
        // https if there is a TLS terminator in front.
        let authority = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    })
}

fn read(route: Route, visitor: &Visitor, head: &Head, view: &View) -> Answer {
    let body = match route {
        Route::Style => {
            return Answer {
                content_type: "text/css; charset=utf-8",
                ..Answer::html(200, include_str!("style.css").to_owned())
            };
        }
        Route::Status => status::status(view, visitor),
        Route::Settings => status::settings(view, visitor),
        Route::Log => status::log(view, visitor),
        Route::Acs => {
            let notice = match head.done() {
                Some("saved") => {
                    Notice::Note("Saved. The device uses it from its next session on.")
                }
                Some("nothing") => Notice::Note("Nothing was changed: the form held what is set."),
                Some(_) | None => Notice::Nothing,
            };
            acs_settings::settings(view, visitor, &Typed::of(view), &notice)
        }
        Route::Maintenance => maintenance::buttons(view, visitor, head.done(), &[]),
        Route::FactoryReset => maintenance::confirm_reset(view, visitor),
        // They take no GET.
        Route::RequestDownload | Route::Reboot => return Answer::see("/admin/maintenance"),
    };
    Answer::html(200, body)
}

fn act(route: Route, visitor: &Visitor, form: &Form, view: &View) -> Reply {
    match route {
        Route::Acs => match acs_settings::asked(view, form) {
            (Some(order), typed) => Reply::Order(order, Then::Acs(typed)),
            (None, _) => Reply::Answer(Answer::see("/admin/acs?done=nothing")),
        },
        Route::RequestDownload => Reply::Order(maintenance::firmware(), Then::Firmware),
        Route::Reboot => Reply::Order(Order::Restart, Then::Restart),
        Route::FactoryReset if form.get("sure") == "yes" => {
            Reply::Order(Order::FactoryReset, Then::Restart)
        }
        Route::FactoryReset => {
            Reply::Answer(Answer::html(422, maintenance::confirm_reset(view, visitor)))
        }
        // They take no POST.
        Route::Status | Route::Settings | Route::Style | Route::Log | Route::Maintenance => {
            Reply::Answer(Answer::see("/"))
        }
    }
}
