//! The device's own web page, pure: requests and a snapshot of the device go in, answers and orders come out. The bytes
//! are moved by `shell/page.rs`.
//!
//! In reading order: [`message`] (a request, an answer), [`route`] (what is where), [`view`] (what is shown, taken from
//! the device) and [`tabs`] (the same of its parameters), [`access`] (who may come in), [`remote`] (from where) and
//! [`token`] (whose form it is), [`form`], [`multipart`] and [`html`] (reading the ones, writing the other),
//! [`layout`], then the pages, given out by `answers`: [`login`], [`status`], [`fields`], [`acs_settings`], [`maintenance`], and [`dump`] for
//! scripts. Every limit is in [`limits`], what an installer says in [`settings`].
//!
//! The page never does anything for somebody who is not the administrator of the device, but change what `ua` leaves to
//! the user, and never for a form that was not its own (TR-069 3.1: local ways to set the ACS URL are protected).

pub mod access;
pub mod acs_settings;
mod answers;
pub mod dump;
pub mod fields;
pub mod form;
pub mod html;
pub mod layout;
pub mod limits;
pub mod login;
pub mod maintenance;
pub mod message;
pub mod multipart;
pub mod remote;
pub mod route;
pub mod settings;
pub mod status;
pub mod tabs;
pub mod token;
pub mod view;

use crate::device::orders::{LocalRefusal, Order};
use access::{Access, Policy, Visitor};
use acs_settings::Typed;
use answers::{act, may_ask, may_go, read, refused, style};
use data_model::Timestamp;
use data_model::provisioning::profile::EmptyElements;
use data_model::schema::Applies;
use dump::Document;
use form::Form;
use message::{Answer, Head};
use route::{Route, Takes};
use tabs::Tab;
use view::{Accounts, Standing, View};

/// What is said if the device says nothing.
const NO_ANSWER: &str =
    "The device does not answer, or could not keep it. Look whether anything has changed.";
/// What is said of a form that is not of this page.
const OLD_FORM: &str =
    "The form is too old, or not of this page. Load the page again and send it anew.";

/// The page of one device.
#[derive(Debug)]
pub struct Page {
    access: Access,
}

/// A request whose head is in order.
#[derive(Debug)]
pub struct Admitted {
    /// What is where it leads to.
    pub route: Route,
    /// Who asks; nobody at the door.
    pub visitor: Option<Visitor>,
    /// What its body brings.
    pub takes: Takes,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Reply {
    /// It is answered.
    Answer(Answer),
    /// It is answered with a document.
    Document(Document),
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
    /// Parameters of a tab: what was typed, and whether all of it is in force at once.
    Tab(&'static Tab, Form, Applies),
    /// The account's own password.
    Password,
    /// A backup is put back.
    Restore,
    /// A script is told this when it is done.
    Script(&'static str),
}

impl Admitted {
    /// What was admitted elsewhere leads there.
    pub fn at(route: Route) -> Admitted {
        Admitted {
            route,
            visitor: None,
            takes: Takes::Nothing,
        }
    }
}

impl Page {
    /// The page of a device; `key` signs what it hands out and must come from a good source of randomness.
    pub fn new(key: [u8; 32], policy: Policy) -> Page {
        Page {
            access: Access::new(key, policy),
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
        now: Timestamp,
    ) -> Result<Admitted, Answer> {
        if head.hosts.len() != 1 {
            return Err(Answer::text(400, "A request names one host."));
        }
        if !accounts.remote.admits(head.from) {
            let why = "This device is not managed from far away (Web_Remote_Management).";
            return Err(Answer::text(403, why));
        }
        self.access.is_open(head, accounts)?;
        let route = Route::of(&head.target.path);
        let visitor = match (route, self.access.by_session(head, accounts, now)) {
            (_, Some(visitor)) => Some(visitor),
            (Some(Route::Style | Route::Login), None) => None,
            (Some(route), None) if route.is_for_scripts() => {
                Some(self.access.by_password(head, accounts, now)?)
            }
            (_, None) if head.only_reads() => return Err(Answer::see("/login")),
            (_, None) => return Err(Answer::text(401, "Log in first, at /login.")),
        };
        let Some(route) = route else {
            return Err(Answer::text(404, "There is no such page."));
        };
        if let Some(visitor) = &visitor {
            may_go(route, visitor, head, accounts)?;
        }
        may_ask(route, head)?;
        Ok(Admitted {
            route,
            visitor,
            takes: match head.only_reads() {
                true => Takes::Nothing,
                false => route.takes(),
            },
        })
    }

    /// Somebody at the door; `random` must come from a good source.
    pub fn at_the_door(
        &mut self,
        head: &Head,
        body: &[u8],
        accounts: &Accounts,
        random: [u8; 32],
        now: Timestamp,
    ) -> Answer {
        if Route::of(&head.target.path) == Some(Route::Style) {
            return style();
        }
        if head.only_reads() {
            return login::login(None, 200);
        }
        let Some(form) = Form::read(body) else {
            return Answer::text(400, "The form cannot be read.");
        };
        let credentials = (form.get("name"), form.exactly("password"));
        match self.access.log_in(head, accounts, credentials, random, now) {
            Err(answer) => answer,
            Ok(None) => login::login(Some("The name or the password is wrong."), 401),
            Ok(Some((visitor, cookie))) => {
                let target = match visitor.standing {
                    Standing::FromTheFactory => "/password",
                    Standing::Own => "/",
                };
                Answer::see(target).with("set-cookie", cookie)
            }
        }
    }

    /// Answers a request that was admitted.
    pub fn answer(
        &mut self,
        admitted: &Admitted,
        visitor: &Visitor,
        head: &Head,
        body: &[u8],
        view: &View,
        now: Timestamp,
    ) -> Reply {
        let route = admitted.route;
        if head.only_reads() {
            return read(route, visitor, head, view);
        }
        if route == Route::ConfigXml {
            let order = Order::Configure {
                file: body.to_vec(),
                empty: EmptyElements::default(),
            };
            return Reply::Order(order, Then::Script("The profile is applied."));
        }
        if route == Route::Restore {
            return self.restore(visitor, head, body, now);
        }
        let Some(form) = Form::read(body) else {
            return Reply::Answer(Answer::text(400, "The form cannot be read."));
        };
        if !self.access.is_own_form(visitor, form.get("token"), now) {
            return Reply::Answer(Answer::text(403, OLD_FORM));
        }
        if route == Route::Logout {
            let cookie = self.access.log_out(head);
            return Reply::Answer(Answer::see("/login").with("set-cookie", cookie));
        }
        act(route, visitor, form, view)
    }

    /// Whether the token of a form with a file is this visitor's.
    ///
    /// # Errors
    /// With the answer.
    pub fn is_own_form(
        &self,
        visitor: &Visitor,
        token: &str,
        now: Timestamp,
    ) -> Result<(), Answer> {
        match self.access.is_own_form(visitor, token, now) {
            true => Ok(()),
            false => Err(Answer::text(403, OLD_FORM)),
        }
    }

    fn restore(&self, visitor: &Visitor, head: &Head, body: &[u8], now: Timestamp) -> Reply {
        let kind = head.content_type.as_deref().unwrap_or_default();
        let file = multipart::Multipart::of(kind).and_then(|mut form| {
            let mut file = form.take(body).ok()?;
            let token = form.field("token")?.to_owned();
            file.extend(form.finish().ok()?);
            Some((token, file))
        });
        let Some((token, file)) = file else {
            return Reply::Answer(Answer::text(400, multipart::Broken.to_string()));
        };
        match self.is_own_form(visitor, &token, now) {
            Err(answer) => Reply::Answer(answer),
            Ok(()) => {
                let empty = EmptyElements::ClearUnlessSecret;
                Reply::Order(Order::Configure { file, empty }, Then::Restore)
            }
        }
    }

    /// The answer to an order; `outcome` is what the device says, `None` if it says nothing any more.
    pub fn ordered(
        &mut self,
        visitor: &Visitor,
        then: &Then,
        outcome: Option<Result<(), LocalRefusal>>,
        view: &View,
    ) -> Answer {
        let refusal = match (outcome, then) {
            (None, _) => {
                return Answer::text(503, NO_ANSWER).with("retry-after", "5");
            }
            (Some(Err(refusal)), _) => refusal,
            (Some(Ok(())), Then::Acs(_)) => return Answer::see("/admin/acs?done=saved"),
            (Some(Ok(())), Then::Firmware) => return Answer::see("/admin/maintenance?done=asked"),
            (Some(Ok(())), Then::Restore) => {
                return Answer::see("/admin/maintenance?done=restored");
            }
            (Some(Ok(())), Then::Password) => return Answer::see("/login"),
            (Some(Ok(())), Then::Script(line)) => return Answer::text(200, *line),
            (Some(Ok(())), Then::Tab(tab, _, applies)) => {
                let done = match applies {
                    Applies::AtOnce => "?done=saved",
                    Applies::AfterReboot => "?done=restart",
                };
                return Answer::see(&format!("{}{done}", tab.path));
            }
            (Some(Ok(())), Then::Restart) => {
                let line = "The device restarts. The status page is back after a moment.";
                return Answer::html(200, maintenance::restarting(view, visitor, line));
            }
        };
        refused(visitor, then, &refusal, view)
    }
}
