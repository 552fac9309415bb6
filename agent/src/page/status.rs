//! How the device stands: for both accounts. What only reads is here; nothing on these pages changes anything.

use super::access::Visitor;
use super::html::Html;
use super::layout::page;
use super::view::{View, without_credentials};

/// The first page.
pub fn status(view: &View, visitor: &Visitor) -> String {
    let mut html = Html::new();
    html.raw("<div class=\"cards\">\n");
    table(&mut html, "Product", &view.product);
    table(&mut html, "Network and system", &view.system);
    lines(&mut html, view);
    acs(&mut html, view);
    sessions(&mut html, view);
    html.raw("</div>\n");
    page(view, visitor, "/", "Status", html)
}

fn table(html: &mut Html, title: &'static str, rows: &[(&'static str, String)]) {
    html.raw("<section>\n<h2>")
        .raw(title)
        .raw("</h2>\n<table>\n");
    for (name, value) in rows {
        html.row(name, value);
    }
    html.raw("</table>\n</section>\n");
}

fn lines(html: &mut Html, view: &View) {
    html.raw("<section class=\"all\">\n<h2>Lines</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Lines\">\n<table>\n<thead><tr>")
        .raw("<th scope=\"col\">Line</th><th scope=\"col\">User</th><th scope=\"col\">Handset</th>")
        .raw("<th scope=\"col\">Registration</th><th scope=\"col\">Last registered</th>")
        .raw("<th scope=\"col\">Message waiting</th></tr></thead>\n<tbody>\n");
    for line in &view.lines {
        let handset = match line.hook.as_str() {
            "On" => "on hook",
            "Off" => "off hook",
            other => other,
        };
        html.raw("<tr><td>").text(&line.number.to_string());
        for value in [
            line.user.as_str(),
            handset,
            &line.registration,
            &line.registered_at,
        ] {
            html.raw("</td><td>").text(value);
        }
        let waiting = if line.message_waiting { "yes" } else { "no" };
        html.raw("</td><td>").raw(waiting).raw("</td></tr>\n");
    }
    html.raw("</tbody>\n</table>\n</div>\n</section>\n");
}

fn acs(html: &mut Html, view: &View) {
    let acs = &view.acs;
    html.raw("<section>\n<h2>ACS</h2>\n<table>\n")
        .row("URL", &without_credentials(&acs.url))
        .row("TR-069", if acs.enabled { "on" } else { "off" })
        .row(
            "Session",
            if acs.in_session {
                "open"
            } else {
                "none at present"
            },
        )
        .row("Connection requests at", &acs.called_at);
    let period = acs.period_secs.as_deref();
    let period = period.map_or("off".to_owned(), |secs| format!("every {secs} s"));
    html.row("Periodic Inform", &period)
        .raw("</table>\n</section>\n");
}

fn sessions(html: &mut Html, view: &View) {
    html.raw("<section class=\"all\">\n<h2>Last sessions with the ACS</h2>\n");
    if view.sessions.is_empty() {
        html.raw("<p>None since the device has started.</p>\n</section>\n");
        return;
    }
    html.raw("<table>\n<thead><tr><th scope=\"col\">Ended</th><th scope=\"col\">Events</th>")
        .raw("<th scope=\"col\">Outcome</th></tr></thead>\n<tbody>\n");
    for (at, told) in &view.sessions {
        let (events, outcome) = match told.split_once(": failed, ") {
            Some((events, why)) => (events, format!("failed: {why}")),
            None => (told.as_str(), "good".to_owned()),
        };
        html.raw("<tr><td>").text(at).raw("</td><td>").text(events);
        html.raw("</td><td>").text(&outcome).raw("</td></tr>\n");
    }
    html.raw("</tbody>\n</table>\n</section>\n");
}

/// The log.
pub fn log(view: &View, visitor: &Visitor) -> String {
    let mut html = Html::new();
    html.raw("<p>The youngest lines stand last. Times are UTC.</p>\n")
        .raw("<pre tabindex=\"0\" role=\"region\" aria-label=\"Log\">")
        .text(&view.log)
        .raw("</pre>\n");
    page(view, visitor, "/admin/log", "Log", html)
}
