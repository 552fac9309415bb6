//! The settings of the ACS: shown, changed, and refused with a reason (TR-069 3.1).

use super::access::Visitor;
use super::form::Form;
use super::html::Html;
use super::layout::{alarm, note, open_form, page};
use super::view::{View, without_credentials};
use crate::device::orders::Order;

/// What stands in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    url: String,
    username: String,
}

impl Typed {
    /// What is set.
    pub fn of(view: &View) -> Typed {
        Typed {
            url: shown_url(view),
            username: view.acs.username.clone(),
        }
    }
}

/// The URL in the form. One with credentials in it is shown without them, and stays as it is unless it is changed.
fn shown_url(view: &View) -> String {
    let url = &view.acs.url;
    match url.contains('@') {
        true => without_credentials(url),
        false => url.clone(),
    }
}

/// The page. `typed` is what the fields hold, `notice` what happened before.
pub fn settings(view: &View, visitor: &Visitor, typed: &Typed, notice: &Notice) -> String {
    let mut html = Html::new();
    match notice {
        Notice::Nothing => {}
        Notice::Note(line) => note(&mut html, line),
        Notice::Alarm(lines) => alarm(&mut html, lines),
    }
    open_form(&mut html, visitor, "/admin/acs");
    // What the form was filled in from: the ACS may change it before the form comes back.
    let shown = Typed::of(view);
    for (name, value) in [
        ("shown-url", &shown.url),
        ("shown-username", &shown.username),
    ] {
        html.raw("<input type=\"hidden\" name=\"")
            .raw(name)
            .raw("\" value=\"")
            .text(value)
            .raw("\">\n");
    }
    html.raw("<label for=\"url\">URL of the ACS</label>\n")
        .raw("<input type=\"url\" id=\"url\" name=\"url\" maxlength=\"256\" aria-describedby=\"url-hint\" value=\"")
        .text(&typed.url)
        .raw("\">\n<p class=\"hint\" id=\"url-hint\">It begins with http:// or https://. ")
        .raw("Without one the device waits to be told by DHCP. ")
        .raw("Another ACS is greeted as by a device that is new to it.</p>\n")
        .raw("<label for=\"username\">User name there</label>\n")
        .raw("<input type=\"text\" id=\"username\" name=\"username\" maxlength=\"256\" aria-describedby=\"user-hint\" value=\"")
        .text(&typed.username)
        .raw("\">\n<p class=\"hint\" id=\"user-hint\">Empty for the identity of the device.</p>\n")
        .raw("<label for=\"password\">Password there</label>\n")
        .raw("<input type=\"password\" id=\"password\" name=\"password\" maxlength=\"256\" ")
        .raw("autocomplete=\"new-password\" aria-describedby=\"password-hint\">\n")
        .raw("<p class=\"hint\" id=\"password-hint\">It is never shown. ")
        .raw(match view.acs.has_password {
            true => "One is set; it stays if this is left empty.",
            false => "None is set.",
        })
        .raw("</p>\n<p><input type=\"checkbox\" id=\"forget\" name=\"forget\" value=\"yes\">")
        .raw("<label class=\"beside\" for=\"forget\">Forget the password</label></p>\n")
        .raw("<button type=\"submit\">Save</button>\n</form>\n");
    page(view, visitor, "/admin/acs", "ACS", html)
}

/// What is to be told above the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Nothing.
    Nothing,
    /// Something went well.
    Note(&'static str),
    /// Something did not.
    Alarm(Vec<String>),
}

/// What a form asks for: the change, if anything differs, and what was typed.
pub fn asked(view: &View, form: &Form) -> (Option<Order>, Typed) {
    let typed = Typed {
        url: form.get("url").to_owned(),
        username: form.get("username").to_owned(),
    };
    let mut changes = Vec::new();
    let mut change = |name: &str, value: &str| {
        let name = format!("{}ManagementServer.{name}", view.root);
        changes.push((name, value.to_owned()));
    };
    let before = Typed::of(view);
    // Only what the person has edited is changed: a field left alone must not undo what the ACS has set meanwhile.
    let shown = |name: &str, present: String| match form.has(name) {
        true => form.get(name).to_owned(),
        false => present,
    };
    if typed.url != shown("shown-url", before.url) {
        change("URL", &typed.url);
    }
    if typed.username != shown("shown-username", before.username) {
        change("Username", &typed.username);
    }
    match (form.exactly("password"), form.get("forget")) {
        ("", "yes") => change("Password", ""),
        ("", _) => {}
        (password, _) => change("Password", password),
    }
    let order = (!changes.is_empty()).then_some(Order::Change(changes));
    (order, typed)
}

/// The reasons of a refusal in the words of the form.
pub fn reasons(view: &View, refused: &[(String, String)]) -> Vec<String> {
    let label = |name: &str| match name.strip_prefix(view.root) {
        Some("ManagementServer.URL") => "URL of the ACS".to_owned(),
        Some("ManagementServer.Username") => "User name there".to_owned(),
        Some("ManagementServer.Password") => "Password there".to_owned(),
        Some(_) | None => name.to_owned(),
    };
    let mut lines = vec!["Nothing was changed.".to_owned()];
    lines.extend(
        refused
            .iter()
            .map(|(name, why)| format!("{}: {why}", label(name))),
    );
    lines
}
