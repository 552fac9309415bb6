//! What an administrator may have the device do: ask for firmware, restart, go back to the factory's state.

use super::access::Visitor;
use super::html::Html;
use super::layout::{alarm, note, open_form, page};
use super::view::View;
use crate::device::orders::Order;
use cwmp::rpc::RequestDownload;

/// The page with the buttons.
pub fn buttons(view: &View, visitor: &Visitor, done: Option<&str>, trouble: &[String]) -> String {
    let mut html = Html::new();
    if done == Some("asked") {
        note(
            &mut html,
            "The device asks its ACS for new firmware in its next session. Whether there is any, the ACS decides.",
        );
    }
    if !trouble.is_empty() {
        alarm(&mut html, trouble);
    }
    html.raw("<h2>Firmware</h2>\n<p>The device asks its ACS for the firmware it should run.</p>\n");
    open_form(&mut html, visitor, "/admin/request-download");
    html.raw("<button type=\"submit\">Ask for new firmware</button>\n</form>\n")
        .raw("<h2>Restart</h2>\n<p>Calls are cut off. The device is back after a moment.</p>\n");
    open_form(&mut html, visitor, "/admin/reboot");
    html.raw("<button type=\"submit\">Restart</button>\n</form>\n")
        .raw("<h2>Factory reset</h2>\n<p>Everything that was set is lost.</p>\n")
        .raw("<p><a href=\"/admin/factory-reset\">Reset to the factory's state</a> (asks again)</p>\n");
    page(view, visitor, "/admin/maintenance", "Maintenance", html)
}

/// Asks again before everything is lost.
pub fn confirm_reset(view: &View, visitor: &Visitor) -> String {
    let mut html = Html::new();
    html.raw("<p class=\"alarm\">Lines, ACS, passwords and every other setting go back to what the factory and the ")
        .raw("installer put in. This page then opens with the password of the configuration file, and is closed ")
        .raw("if there is none.</p>\n");
    open_form(&mut html, visitor, "/admin/factory-reset");
    html.raw("<p><input type=\"checkbox\" id=\"sure\" name=\"sure\" value=\"yes\" required>")
        .raw("<label class=\"beside\" for=\"sure\">I want to lose these settings</label></p>\n")
        .raw("<button type=\"submit\">Reset</button>\n</form>\n")
        .raw("<p><a href=\"/admin/maintenance\">Back, without a reset</a></p>\n");
    page(view, visitor, "/admin/factory-reset", "Factory reset", html)
}

/// The device is about to stop.
pub fn restarting(view: &View, visitor: &Visitor) -> String {
    let mut html = Html::new();
    note(
        &mut html,
        "The device restarts. The status page is back after a moment.",
    );
    html.raw("<p><a href=\"/\">Status</a></p>\n");
    page(view, visitor, "", "Restart", html)
}

/// The order behind the button: any firmware the ACS thinks right (TR-069 A.4.2.2).
pub fn firmware() -> Order {
    Order::RequestDownload(Box::new(RequestDownload {
        file_type: "1 Firmware Upgrade Image".into(),
        file_type_arg: Vec::new(),
    }))
}
