//! The door: the form that asks for a name and a password, and the one that replaces a password.

use super::access::{Role, Visitor};
use super::form::Form;
use super::html::Html;
use super::layout::{alarm, bare, note, open_form, page};
use super::message::Answer;
use super::view::{Standing, View};
use crate::device::orders::Order;
use crate::device::password;

/// The form that asks who it is.
pub fn login(trouble: Option<&str>, status: u16) -> Answer {
    let mut html = Html::new();
    html.raw("<h1>Log in</h1>\n");
    if let Some(trouble) = trouble {
        alarm(&mut html, &[trouble.to_owned()]);
    }
    html.raw("<form method=\"post\" action=\"/login\">\n<label for=\"name\">Name</label>\n")
        .raw("<input type=\"text\" id=\"name\" name=\"name\" autocomplete=\"username\" ")
        .raw("autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"256\" required autofocus>\n")
        .raw("<label for=\"password\">Password</label>\n<input type=\"password\" id=\"password\" ")
        .raw("name=\"password\" autocomplete=\"current-password\" maxlength=\"256\" required>\n")
        .raw("<button type=\"submit\">Log in</button>\n</form>\n");
    Answer::html(status, bare("Log in", html))
}

/// The form that replaces the account's password.
pub fn change(view: &View, visitor: &Visitor, trouble: &[String], done: bool) -> String {
    let mut html = Html::new();
    if visitor.standing == Standing::FromTheFactory {
        html.raw("<p class=\"note\">This account still has the password of the factory, which stands in ")
            .raw("every manual. Choose one of your own; then the other pages open.</p>\n");
    }
    if done {
        note(
            &mut html,
            "The password is changed. Everybody else who was logged in with the one before is out.",
        );
    }
    if !trouble.is_empty() {
        alarm(&mut html, trouble);
    }
    open_form(&mut html, visitor, "/password");
    html.raw("<fieldset><legend>Password of this account</legend>\n");
    for (name, label, hint, complete) in [
        ("current", "Present password", "", "current-password"),
        (
            "new",
            "Another password",
            "8 to 127 characters without blanks, of three kinds: capitals, small letters, digits, others.",
            "new-password",
        ),
        ("again", "The same again", "", "new-password"),
    ] {
        html.raw("<div class=\"field\"><label for=\"")
            .raw(name)
            .raw("\">")
            .raw(label);
        html.raw("</label>\n<input type=\"password\" id=\"")
            .raw(name)
            .raw("\" name=\"")
            .raw(name);
        html.raw("\" autocomplete=\"")
            .raw(complete)
            .raw("\" maxlength=\"256\" required>\n");
        if !hint.is_empty() {
            html.raw("<p class=\"hint\">").raw(hint).raw("</p>\n");
        }
        html.raw("</div>\n");
    }
    html.raw("</fieldset>\n<div class=\"bar\"><button type=\"submit\">Change the password</button></div>\n</form>\n");
    page(view, visitor, "/password", "Password", html)
}

/// What the form asks for.
///
/// # Errors
/// With what is wrong with it.
pub fn asked(view: &View, visitor: &Visitor, form: &Form) -> Result<Order, Vec<String>> {
    let (current, new) = (form.exactly("current"), form.exactly("new"));
    let mut trouble = Vec::new();
    if !password::matches(visitor.account.password.reveal(), current) {
        trouble.push("The present password is not the one you have typed.".to_owned());
    }
    if let Err(why) = password::check(new) {
        trouble.push(format!("It cannot be the password: {why}."));
    } else if new == current || new == visitor.account.name {
        trouble.push("Choose another one: it is the present password, or the name.".to_owned());
    }
    if new != form.exactly("again") {
        trouble.push("The two are not the same. Type it again.".to_owned());
    }
    if !trouble.is_empty() {
        return Err(trouble);
    }
    let which = match visitor.role {
        Role::Admin => "Admin",
        Role::User => "Guest",
    };
    let name = format!("{}X_CISCO_ATA.Router.Web_Login_{which}_Password", view.root);
    Ok(Order::Change(vec![(name, new.to_owned())]))
}
