//! A tab as a form: its fields are shown, and what was typed becomes one change, all or none.

use super::access::Visitor;
use super::form::Form;
use super::html::Html;
use super::layout::{alarm, note, open_form, page};
use super::tabs::{Field, Section, Shown, Tab, Widget, editable, seen};
use super::view::View;
use crate::device::orders::Order;
use crate::device::password;
use data_model::schema::Applies;

/// What is told with a tab.
#[derive(Debug, Default)]
pub struct Told<'a> {
    /// What was typed, if it was refused.
    pub typed: Option<&'a Form>,
    /// Parameters, and what is wrong with what was typed for them.
    pub wrong: &'a [(String, String)],
    /// What is wrong with the whole.
    pub trouble: &'a [String],
    /// What has gone well.
    pub done: Option<&'a str>,
}

/// The page of a tab.
pub fn tab(view: &View, visitor: &Visitor, tab: &Tab, told: &Told<'_>) -> String {
    let mut html = Html::new();
    match told.done {
        Some("saved") => note(&mut html, "Saved. It is in force."),
        Some("restart") => note(
            &mut html,
            "Saved. Some of it takes effect with the next restart of the device (Maintenance).",
        ),
        Some("nothing") => note(&mut html, "Nothing was changed: the form held what is set."),
        Some(_) | None => {}
    }
    let known = |name: &str| editable(&view.sections).any(|field| field.parameter == name);
    let mut lines = told.trouble.to_vec();
    if !told.wrong.is_empty() {
        lines.insert(
            0,
            "Nothing was changed. See the fields with a mark.".to_owned(),
        );
        let elsewhere = told.wrong.iter().filter(|(name, _)| !known(name));
        lines.extend(elsewhere.map(|(name, why)| format!("{name}: {why}")));
    }
    if !lines.is_empty() {
        alarm(&mut html, &lines);
    }
    if view.sections.len() > 3 {
        html.raw("<nav class=\"contents\" aria-label=\"Sections\"><ul>\n");
        for (number, section) in view.sections.iter().enumerate() {
            html.raw("<li><a href=\"#s")
                .text(&number.to_string())
                .raw("\">");
            html.text(&section.title).raw("</a></li>\n");
        }
        html.raw("</ul></nav>\n");
    }
    let changes = editable(&view.sections).next().is_some();
    if changes {
        open_form(&mut html, visitor, tab.path);
        html.raw("<input type=\"hidden\" name=\"seen\" value=\"")
            .text(&seen(&view.sections))
            .raw("\">\n");
    }
    for (number, part) in view.sections.iter().enumerate() {
        section(&mut html, number, part, told);
    }
    if changes {
        html.raw("<div class=\"bar\"><button type=\"submit\">Submit</button>\n")
            .raw("<a class=\"button\" href=\"")
            .raw(tab.path)
            .raw("\">Undo</a></div>\n</form>\n");
    }
    page(view, visitor, tab.path, tab.name, html)
}

fn section(html: &mut Html, number: usize, section: &Section, told: &Told<'_>) {
    html.raw("<fieldset id=\"s")
        .text(&number.to_string())
        .raw("\"><legend>");
    html.text(&section.title).raw("</legend>\n");
    for field in &section.fields {
        let wrong = told.wrong.iter().find(|(name, _)| *name == field.parameter);
        match field.editable {
            true => control(html, field, told.typed, wrong.map(|(_, why)| why.as_str())),
            false => shown(html, field),
        }
    }
    html.raw("</fieldset>\n");
}

/// A value that is only shown.
fn shown(html: &mut Html, field: &Field) {
    html.raw("<div class=\"field shown\"><span class=\"label\">")
        .text(&field.label);
    html.raw("</span><output>");
    match &field.value {
        Shown::Value(value) if value.is_empty() => {
            html.raw("<span class=\"none\">none</span>");
        }
        Shown::Value(value) => {
            let choice = match &field.widget {
                Widget::Choice(choices) => choices.iter().find(|(known, _)| known == value),
                Widget::Number(..) | Widget::Text(_) | Widget::Password => None,
            };
            html.text(choice.map_or(value, |(_, name)| name));
        }
        Shown::SecretSet => {
            html.raw("<span class=\"none\">set, not shown</span>");
        }
        Shown::SecretUnset => {
            html.raw("<span class=\"none\">not set</span>");
        }
    }
    html.raw("</output></div>\n");
}

fn control(html: &mut Html, field: &Field, typed: Option<&Form>, wrong: Option<&str>) {
    html.raw("<div class=\"field");
    if wrong.is_some() {
        html.raw(" wrong");
    }
    html.raw("\"><label for=\"")
        .text(&field.key)
        .raw("\">")
        .text(&field.label);
    if field.applies == Applies::AfterReboot {
        html.raw(" <span class=\"tag\">after restart</span>");
    }
    html.raw("</label>\n");
    let value = match (&field.value, typed) {
        (Shown::Value(_), Some(form)) if form.has(&field.key) => form.get(&field.key),
        (Shown::Value(value), _) => value.as_str(),
        (Shown::SecretSet | Shown::SecretUnset, _) => "",
    };
    input(html, field, value, wrong.is_some());
    if let Some(why) = wrong {
        html.raw("<p class=\"error\" id=\"e-")
            .text(&field.key)
            .raw("\">");
        html.text(why).raw("</p>\n");
    }
    if !field.hint.is_empty() {
        html.raw("<p class=\"hint\">")
            .text(&field.hint)
            .raw("</p>\n");
    }
    if field.value == Shown::SecretSet {
        html.raw("<p class=\"hint\"><input type=\"checkbox\" id=\"c-")
            .text(&field.key);
        html.raw("\" name=\"clear.")
            .text(&field.key)
            .raw("\" value=\"yes\"><label class=\"beside\" for=\"c-");
        html.text(&field.key).raw("\">Take it away</label></p>\n");
    }
    html.raw("</div>\n");
}

fn input(html: &mut Html, field: &Field, value: &str, wrong: bool) {
    let choices = match &field.widget {
        Widget::Choice(choices) => Some(choices),
        Widget::Number(..) | Widget::Text(_) | Widget::Password => None,
    };
    html.raw(match (&field.widget, choices) {
        (_, Some(_)) => "<select",
        // A number field of a browser says nothing of what it does not take: the device says it better.
        (Widget::Number(..), _) => "<input type=\"text\" inputmode=\"numeric\"",
        (Widget::Password, _) => {
            "<input type=\"password\" autocomplete=\"new-password\" maxlength=\"256\""
        }
        _ => "<input type=\"text\" spellcheck=\"false\"",
    });
    html.raw(" id=\"")
        .text(&field.key)
        .raw("\" name=\"")
        .text(&field.key)
        .raw("\"");
    if wrong {
        html.raw(" aria-invalid=\"true\" aria-describedby=\"e-")
            .text(&field.key)
            .raw("\"");
    }
    match (&field.widget, &field.value) {
        (Widget::Text(Some(chars)), _) => {
            html.raw(" maxlength=\"").text(&chars.to_string()).raw("\"");
        }
        (Widget::Password, Shown::SecretSet) => {
            html.raw(" placeholder=\"unchanged\"");
        }
        _ => {}
    }
    let Some(choices) = choices else {
        html.raw(" value=\"").text(value).raw("\">\n");
        return;
    };
    html.raw(">");
    let known = choices.iter().any(|(choice, _)| choice == value);
    let other = (!known).then(|| (value.to_owned(), value.to_owned()));
    for (choice, name) in other.iter().chain(choices) {
        html.raw("<option value=\"").text(choice);
        html.raw(if choice == value {
            "\" selected>"
        } else {
            "\">"
        });
        html.text(name).raw("</option>");
    }
    html.raw("</select>\n");
}

/// What a form asks for.
#[derive(Debug)]
pub enum Asked {
    /// Nothing: it holds what is set.
    Nothing,
    /// This change; whether all of it is in force at once.
    Change(Order, Applies),
    /// It names what is not this visitor's to change.
    Forbidden,
    /// What it was filled in from is no longer so.
    Outdated,
    /// These parameters cannot have what was typed.
    Wrong(Vec<(String, String)>),
}

/// Looks at a form of a tab.
pub fn asked(view: &View, form: &Form) -> Asked {
    let is_own = |name: &str| {
        matches!(name, "token" | "seen")
            || editable(&view.sections)
                .any(|field| field.key == name.strip_prefix("clear.").unwrap_or(name))
    };
    if !form.names().all(is_own) {
        return Asked::Forbidden;
    }
    if form.get("seen") != seen(&view.sections) {
        return Asked::Outdated;
    }
    let (mut changes, mut wrong) = (Vec::new(), Vec::new());
    let mut applies = Applies::AtOnce;
    for field in editable(&view.sections).filter(|field| form.has(&field.key)) {
        let typed = match &field.value {
            Shown::Value(value) if form.get(&field.key) == value.trim() => continue,
            Shown::Value(_) => form.get(&field.key),
            Shown::SecretSet | Shown::SecretUnset => {
                let clear = form.get(&format!("clear.{}", field.key)) == "yes";
                match form.exactly(&field.key) {
                    // It is never shown, so empty means that it stays.
                    "" if !clear => continue,
                    typed => typed,
                }
            }
        };
        if field.key.starts_with("Router.Web_Login_")
            && field.widget == Widget::Password
            && let Err(why) = password::check(typed)
        {
            wrong.push((field.parameter.clone(), why.to_owned()));
        }
        if field.applies == Applies::AfterReboot {
            applies = Applies::AfterReboot;
        }
        changes.push((field.parameter.clone(), typed.to_owned()));
    }
    match (wrong.is_empty(), changes.is_empty()) {
        (false, _) => Asked::Wrong(wrong),
        (true, true) => Asked::Nothing,
        (true, false) => Asked::Change(Order::Change(changes), applies),
    }
}
