//! Who may go where on the page, and what is there: every route has its page, its order or its refusal here.

use super::access::{Came, Role, Visitor};
use super::acs_settings::{self, Notice, Typed};
use super::dump::Document;
use super::fields::{self, Asked, Told};
use super::form::Form;
use super::message::{Answer, Head};
use super::route::Route;
use super::tabs::Tab;
use super::view::{Accounts, Standing, View};
use super::{Reply, Then, login, maintenance, status};
use crate::device::orders::{AskedUrl, LocalRefusal, Order};

/// Why nothing could be changed while a session is open.
const IN_SESSION: &str = "Nothing was changed: the device talks with its ACS, and meanwhile only the ACS changes \
                          settings. Send the form again in a moment.";
/// Why nobody was asked.
const NO_ACS: &str =
    "Nobody was asked: the device has no ACS, or TR-069 is off. Set the URL of the ACS first.";

/// What is said of a form that was filled in from what is no longer set.
const OUTDATED: &str = "Nothing was changed: the device was set otherwise since this page was opened. What you have \
                        typed is still here; look through it and submit it again.";

/// Whether somebody who has come in may go there.
pub(super) fn may_go(
    route: Route,
    visitor: &Visitor,
    head: &Head,
    accounts: &Accounts,
) -> Result<(), Answer> {
    let on_the_way = matches!(route, Route::Password | Route::Logout | Route::Style);
    if visitor.standing == Standing::FromTheFactory && !on_the_way {
        return Err(match head.only_reads() && visitor.came == Came::BySession {
            true => Answer::see("/password"),
            false => Answer::text(403, "Replace the factory's password first, at /password."),
        });
    }
    if route.role() == Role::Admin && visitor.role != Role::Admin {
        return Err(Answer::text(403, "Only the administrator may do this."));
    }
    // A link anywhere must not restart the device for whoever is logged in: the browser has to say that it was here.
    // One also sends a password by itself that was typed in once; a script sends it because it is told to.
    let said = head.fetch_site.is_some() || head.referer.is_some();
    let by_itself = visitor.came == Came::BySession || head.browser && head.authorization.is_some();
    if route.acts_on_get() && head.only_reads() && by_itself && !said {
        return Err(Answer::text(
            403,
            "This comes from nowhere the browser tells.",
        ));
    }
    let firmware = matches!(route, Route::Firmware | Route::Upgrade);
    if firmware && !accounts.remote.admits_firmware(head.from) {
        let why = "Firmware is not taken from far away (Web_Remote_Upgrade).";
        return Err(Answer::text(403, why));
    }
    Ok(())
}

/// Whether it may be asked for in this way.
pub(super) fn may_ask(route: Route, head: &Head) -> Result<(), Answer> {
    let allowed = route.allowed();
    if !allowed.split(", ").any(|method| method == head.method) {
        let answer = Answer::text(405, "This is not done so.");
        return Err(answer.with("allow", allowed));
    }
    if head.only_reads() && !route.acts_on_get() {
        return Ok(());
    }
    if !head.is_from_here() {
        return Err(Answer::text(403, "This comes from another site."));
    }
    let kind = head.content_type.as_deref().unwrap_or_default();
    match head.only_reads() || route.takes().is_type(kind) {
        true => Ok(()),
        false => Err(Answer::text(415, "Only forms are taken.")),
    }
}

pub(super) fn style() -> Answer {
    Answer {
        content_type: "text/css; charset=utf-8",
        ..Answer::html(200, include_str!("style.css").to_owned())
    }
}

pub(super) fn read(route: Route, visitor: &Visitor, head: &Head, view: &View) -> Reply {
    let done = head.target.done();
    let url = || AskedUrl {
        text: head.target.query.clone(),
        from: head.from,
    };
    let body = match route {
        Route::Style => return Reply::Answer(style()),
        Route::Status => status::status(view, visitor),
        Route::Log => status::log(view, visitor),
        Route::Password => login::change(view, visitor, &[], done.is_some()),
        Route::Maintenance => maintenance::buttons(view, visitor, done, &[]),
        Route::FactoryReset => maintenance::confirm_reset(view, visitor),
        Route::ConfigXml => return Reply::Document(Document::Configuration),
        Route::StatusXml => return Reply::Document(Document::Status),
        Route::Tab(_) if view.sections.is_empty() => {
            let why = "Nothing of this is for this account.";
            return Reply::Answer(Answer::text(403, why));
        }
        Route::Tab(tab) => {
            let told = Told {
                done,
                ..Told::default()
            };
            fields::tab(view, visitor, tab, &told)
        }
        Route::Acs => {
            let notice = match done {
                Some("saved") => {
                    Notice::Note("Saved. The device uses it from its next session on.")
                }
                Some("nothing") => Notice::Note("Nothing was changed: the form held what is set."),
                Some(_) | None => Notice::Nothing,
            };
            acs_settings::settings(view, visitor, &Typed::of(view), &notice)
        }
        Route::Resync => {
            let url = (!head.target.query.is_empty()).then(url);
            return Reply::Order(Order::Resync(url), Then::Script("The device resyncs."));
        }
        Route::Upgrade if head.target.query.is_empty() => {
            let why = "Say what to upgrade to: /admin/upgrade?scheme://server/path";
            return Reply::Answer(Answer::text(400, why));
        }
        Route::Upgrade => {
            let then =
                Then::Script("The device fetches the image, and restarts if it is a good one.");
            return Reply::Order(Order::Upgrade(url()), then);
        }
        Route::Reboot => {
            return Reply::Order(Order::Restart, Then::Script("The device restarts."));
        }
        // Who is in has no business at the door; the others take no GET.
        Route::Login
        | Route::Logout
        | Route::RequestDownload
        | Route::Firmware
        | Route::Restore => {
            return Reply::Answer(Answer::see("/"));
        }
    };
    Reply::Answer(Answer::html(200, body))
}

pub(super) fn act(route: Route, visitor: &Visitor, form: Form, view: &View) -> Reply {
    match route {
        Route::Tab(tab) => submit(tab, visitor, form, view),
        Route::Password => match login::asked(view, visitor, &form) {
            Ok(order) => Reply::Order(order, Then::Password),
            Err(trouble) => {
                let body = login::change(view, visitor, &trouble, false);
                Reply::Answer(Answer::html(422, body))
            }
        },
        Route::Acs => match acs_settings::asked(view, &form) {
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
        // They take no POST, or not one that gets here.
        Route::Status
        | Route::Style
        | Route::Login
        | Route::Logout
        | Route::Log
        | Route::Maintenance
        | Route::Firmware
        | Route::Restore
        | Route::ConfigXml
        | Route::StatusXml
        | Route::Resync
        | Route::Upgrade => Reply::Answer(Answer::see("/")),
    }
}

fn submit(tab: &'static Tab, visitor: &Visitor, form: Form, view: &View) -> Reply {
    let told = |status: u16, wrong: &[(String, String)], trouble: &[String]| {
        let told = Told {
            typed: Some(&form),
            wrong,
            trouble,
            done: None,
        };
        Reply::Answer(Answer::html(status, fields::tab(view, visitor, tab, &told)))
    };
    match fields::asked(view, &form) {
        Asked::Change(order, applies) => Reply::Order(order, Then::Tab(tab, form, applies)),
        Asked::Nothing => Reply::Answer(Answer::see(&format!("{}?done=nothing", tab.path))),
        Asked::Forbidden => {
            Reply::Answer(Answer::text(403, "That is not this account's to change."))
        }
        Asked::Outdated => told(409, &[], &[OUTDATED.to_owned()]),
        Asked::Wrong(wrong) => told(422, &wrong, &[]),
    }
}

pub(super) fn refused(
    visitor: &Visitor,
    then: &Then,
    refusal: &LocalRefusal,
    view: &View,
) -> Answer {
    let (status, reasons) = match refusal {
        LocalRefusal::InSession => (409, vec![IN_SESSION.to_owned()]),
        LocalRefusal::NoAcs => (409, vec![NO_ACS.to_owned()]),
        LocalRefusal::SwitchedOff(name) => (403, vec![format!("The setting {name} forbids it.")]),
        LocalRefusal::Unusable(why) => (422, vec![format!("Nothing was changed: {why}")]),
        LocalRefusal::Values(refused) => (422, acs_settings::reasons(view, refused)),
    };
    let body = match then {
        Then::Acs(typed) => acs_settings::settings(view, visitor, typed, &Notice::Alarm(reasons)),
        Then::Firmware | Then::Restart | Then::Restore => {
            maintenance::buttons(view, visitor, None, &reasons)
        }
        Then::Password => login::change(view, visitor, &reasons, false),
        Then::Script(_) => return Answer::text(status, reasons.join("\n")),
        Then::Tab(tab, form, _) => {
            let (wrong, trouble) = match refusal {
                LocalRefusal::Values(refused) => (&refused[..], &[][..]),
                LocalRefusal::InSession
                | LocalRefusal::NoAcs
                | LocalRefusal::SwitchedOff(_)
                | LocalRefusal::Unusable(_) => (&[][..], &reasons[..]),
            };
            let told = Told {
                typed: Some(form),
                wrong,
                trouble,
                done: None,
            };
            fields::tab(view, visitor, tab, &told)
        }
    };
    Answer::html(status, body)
}
