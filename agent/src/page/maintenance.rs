//! What an administrator may have the device do: ask for firmware, restart, go back to the factory's state.

use super::access::Visitor;
use super::html::Html;
use super::layout::{alarm, note, open_file_form, open_form, page};
use super::view::View;
use crate::device::orders::Order;
use cwmp::rpc::RequestDownload;

/// The page with the buttons.
pub fn buttons(view: &View, visitor: &Visitor, done: Option<&str>, trouble: &[String]) -> String {
    let mut html = Html::new();
    match done {
        Some("asked") => note(
            &mut html,
            "The device asks its ACS for new firmware in its next session. Whether there is any, the ACS decides.",
        ),
        Some("restored") => note(&mut html, "The configuration is taken over."),
        Some(_) | None => {}
    }
    if !trouble.is_empty() {
        alarm(&mut html, trouble);
    }
    html.raw("<fieldset><legend>Configuration</legend>\n")
        .raw("<p>A backup holds every setting but passwords and keys. Put back, it leaves those as they are.</p>\n")
        .raw("<p><a class=\"button\" href=\"/admin/config.xml\" download>Save a backup</a> ")
        .raw("<a class=\"button\" href=\"/admin/status.xml\" download>Save the status</a></p>\n");
    open_file_form(&mut html, visitor, "/admin/restore");
    html.raw("<label for=\"backup\">Put a backup back</label>\n")
        .raw("<input type=\"file\" id=\"backup\" name=\"file\" accept=\".xml,.cfg,.gz\" required>\n")
        .raw("<button type=\"submit\">Put back</button>\n</form>\n</fieldset>\n")
        .raw("<fieldset><legend>Firmware</legend>\n<p>The device asks its ACS for the firmware it should run.</p>\n");
    open_form(&mut html, visitor, "/admin/request-download");
    html.raw("<button type=\"submit\">Ask for new firmware</button>\n</form>\n");
    open_file_form(&mut html, visitor, "/admin/firmware");
    html.raw("<label for=\"image\">Send an image</label>\n")
        .raw("<input type=\"file\" id=\"image\" name=\"file\" aria-describedby=\"image-hint\" required>\n")
        .raw("<p class=\"hint\" id=\"image-hint\">Only signed images are taken. The device restarts into it, and goes ")
        .raw("back to the present one if it does not prove itself.</p>\n")
        .raw("<button type=\"submit\">Send</button>\n</form>\n</fieldset>\n")
        .raw("<fieldset><legend>Restart</legend>\n<p>Calls are cut off. The device is back after a moment.</p>\n");
    open_form(&mut html, visitor, "/admin/reboot");
    html.raw("<button type=\"submit\">Restart</button>\n</form>\n</fieldset>\n")
        .raw("<fieldset><legend>Factory reset</legend>\n<p>Everything that was set is lost.</p>\n")
        .raw("<p><a class=\"button danger\" href=\"/admin/factory-reset\">Reset to the factory's state</a> ")
        .raw("(asks again)</p>\n</fieldset>\n");
    page(view, visitor, "/admin/maintenance", "Maintenance", html)
}

/// Asks again before everything is lost.
pub fn confirm_reset(view: &View, visitor: &Visitor) -> String {
    let mut html = Html::new();
    html.raw("<p class=\"alarm\">Lines, ACS, passwords and every other setting go back to what the factory and the ")
        .raw("installer put in. This page then opens with the password of the configuration file, and without one is closed ")
        .raw("or asks for one of your own.</p>\n");
    open_form(&mut html, visitor, "/admin/factory-reset");
    html.raw("<p><input type=\"checkbox\" id=\"sure\" name=\"sure\" value=\"yes\" required>")
        .raw("<label class=\"beside\" for=\"sure\">I want to lose these settings</label></p>\n")
        .raw("<button type=\"submit\">Reset</button>\n</form>\n")
        .raw("<p><a href=\"/admin/maintenance\">Back, without a reset</a></p>\n");
    page(view, visitor, "/admin/factory-reset", "Factory reset", html)
}

/// The device is about to stop.
pub fn restarting(view: &View, visitor: &Visitor, line: &'static str) -> String {
    let mut html = Html::new();
    note(&mut html, line);
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
