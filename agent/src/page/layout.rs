//! What every page has: the head, the way to the other pages, and one heading.

use super::access::{Role, Visitor};
use super::html::Html;
use super::view::View;

/// The pages, in the order of the menu: path, name, who sees it.
const PAGES: [(&str, &str, Role); 5] = [
    ("/", "Status", Role::User),
    ("/settings", "Settings", Role::User),
    ("/admin/acs", "ACS", Role::Admin),
    ("/admin/log", "Log", Role::Admin),
    ("/admin/maintenance", "Maintenance", Role::Admin),
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
    let mut html = Html::new();
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
        .raw(title)
        .raw(" - ")
        .text(product)
        .raw("</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n")
        .raw("<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<p>")
        .text(product)
        .raw("</p>\n<nav aria-label=\"Pages\">\n<ul>\n");
    let may_see = |role: Role| role == Role::User || visitor.role == Role::Admin;
    for (target, name, _) in PAGES.into_iter().filter(|(_, _, role)| may_see(*role)) {
        html.raw("<li><a href=\"").raw(target).raw("\"");
        if target == path {
            html.raw(" aria-current=\"page\"");
        }
        html.raw(">").raw(name).raw("</a></li>\n");
    }
    html.raw("</ul>\n</nav>\n</header>\n<main id=\"main\" tabindex=\"-1\">\n<h1>")
        .raw(title)
        .raw("</h1>\n");
    let mut written = html.finish();
    written.push_str(&content.finish());
    written.push_str("</main>\n</body>\n</html>\n");
    written
}

/// The beginning of a form that changes something.
pub fn open_form(html: &mut Html, visitor: &Visitor, action: &'static str) {
    html.raw("<form method=\"post\" action=\"")
        .raw(action)
        .raw("\" autocomplete=\"off\">\n<input type=\"hidden\" name=\"token\" value=\"")
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
