//! What every page has: the head, the way to the other pages, and one heading.

use super::access::{Role, Visitor};
use super::html::Html;
use super::view::{Standing, View};

/// The pages that are no tabs of parameters: path, the tab they stand below, name, who sees it.
const PAGES: [(&str, &str, &str, Role); 5] = [
    ("/", "Status", "Status", Role::User),
    ("/admin/acs", "Administration", "ACS", Role::Admin),
    ("/admin/log", "Administration", "Log", Role::Admin),
    (
        "/admin/maintenance",
        "Administration",
        "Maintenance",
        Role::Admin,
    ),
    ("/password", "Account", "Password", Role::User),
];

/// The tabs of the first row, in their order.
const GROUPS: [&str; 6] = [
    "Status",
    "Quick Setup",
    "Network Setup",
    "Voice",
    "Administration",
    "Account",
];

/// A page with this title, at this path.
pub fn page(
    view: &View,
    visitor: &Visitor,
    path: &str,
    title: &'static str,
    content: Html,
) -> String {
    let product = view.product.first().map_or("", |(_, name)| name);
    let mut html = head(title);
    html.raw("<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<div class=\"top\"><p class=\"brand\">")
        .text(product)
        .raw("</p><p class=\"who\">")
        .text(&visitor.account.name)
        .raw("</p>\n");
    html.raw("<form method=\"post\" action=\"/logout\" class=\"out\"><input type=\"hidden\" name=\"token\" value=\"")
        .text(&visitor.token)
        .raw("\"><button type=\"submit\">Log out</button></form></div>\n");
    if visitor.standing == Standing::Own {
        menu(&mut html, view, visitor, path);
    }
    html.raw("</header>\n<main id=\"main\" tabindex=\"-1\">\n<h1>")
        .raw(title)
        .raw("</h1>\n");
    foot(html, content)
}

/// A page for somebody who has not come in: it says nothing of the device.
pub fn bare(title: &'static str, content: Html) -> String {
    let mut html = head(title);
    html.raw("<main id=\"main\" class=\"door\">\n");
    foot(html, content)
}

fn head(title: &'static str) -> Html {
    let mut html = Html::new();
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
        .raw(title)
        .raw(" - Telephone adapter</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n");
    html
}

fn foot(html: Html, content: Html) -> String {
    let mut written = html.finish();
    written.push_str(&content.finish());
    written.push_str("</main>\n</body>\n</html>\n");
    written
}

/// Two rows: the tabs, and the pages of the one that is open.
fn menu(html: &mut Html, view: &View, visitor: &Visitor, path: &str) {
    let tabs = view.tabs.iter().map(|tab| (tab.path, tab.group, tab.name));
    let may_see = |role: Role| role == Role::User || visitor.role == Role::Admin;
    let others = PAGES.iter().filter(|(.., role)| may_see(*role));
    let others = others.map(|(path, group, name, _)| (*path, *group, *name));
    let all: Vec<(&'static str, &'static str, &'static str)> = tabs.chain(others).collect();
    let open = all.iter().find(|(target, ..)| *target == path);
    let open = open.map_or("", |(_, group, _)| group);
    let below: Vec<_> = all.iter().filter(|(_, of, _)| *of == open).collect();
    // The page that is open is told once, in the row where it can be chosen.
    let current = if below.len() > 1 { "true" } else { "page" };
    html.raw("<nav class=\"tabs\" aria-label=\"Tabs\"><ul>\n");
    for group in GROUPS {
        if let Some((target, ..)) = all.iter().find(|(_, of, _)| *of == group) {
            link(html, target, group, (group == open).then_some(current));
        }
    }
    html.raw("</ul></nav>\n");
    if below.len() > 1 {
        html.raw("<nav class=\"pages\" aria-label=\"Pages\"><ul>\n");
        for (target, _, name) in below {
            link(html, target, name, (*target == path).then_some("page"));
        }
        html.raw("</ul></nav>\n");
    }
}

fn link(html: &mut Html, target: &'static str, name: &'static str, current: Option<&'static str>) {
    html.raw("<li><a href=\"").raw(target).raw("\"");
    if let Some(current) = current {
        html.raw(" aria-current=\"").raw(current).raw("\"");
    }
    html.raw(">").raw(name).raw("</a></li>\n");
}

/// The beginning of a form that changes something.
pub fn open_form(html: &mut Html, visitor: &Visitor, action: &'static str) {
    html.raw("<form method=\"post\" action=\"")
        .raw(action)
        .raw("\" autocomplete=\"off\">\n<input type=\"hidden\" name=\"token\" value=\"")
        .text(&visitor.token)
        .raw("\">\n");
}

/// The beginning of a form that brings a file.
pub fn open_file_form(html: &mut Html, visitor: &Visitor, action: &'static str) {
    html.raw("<form method=\"post\" action=\"")
        .raw(action)
        .raw("\" enctype=\"multipart/form-data\">\n<input type=\"hidden\" name=\"token\" value=\"")
        .text(&visitor.token)
        .raw("\">\n");
}

/// Something that went well.
pub fn note(html: &mut Html, line: &'static str) {
    html.raw("<p class=\"note\" role=\"status\">")
        .raw(line)
        .raw("</p>\n");
}

/// Something that did not.
pub fn alarm(html: &mut Html, lines: &[String]) {
    html.raw("<div class=\"alarm\" role=\"alert\">\n");
    for line in lines {
        html.raw("<p>").text(line).raw("</p>\n");
    }
    html.raw("</div>\n");
}
