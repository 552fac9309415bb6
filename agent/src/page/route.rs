//! Where something is on the page: who may go there, how, and what is sent along.

use super::access::Role;
use super::tabs::{self, Tab};

/// Where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// How the device stands.
    Status,
    /// The look of the pages.
    Style,
    /// The door.
    Login,
    /// The way out.
    Logout,
    /// The account's own password.
    Password,
    /// Parameters.
    Tab(&'static Tab),
    /// The settings of the ACS.
    Acs,
    /// The log.
    Log,
    /// Buttons.
    Maintenance,
    /// Firmware the ACS chooses.
    RequestDownload,
    /// Firmware a person sends.
    Firmware,
    /// A backup a person sends.
    Restore,
    /// A restart: by the button, and as an action URL.
    Reboot,
    /// Everything is forgotten.
    FactoryReset,
    /// The configuration as a document (action URL).
    ConfigXml,
    /// How the device stands as a document (action URL).
    StatusXml,
    /// A resync (action URL).
    Resync,
    /// An upgrade (action URL).
    Upgrade,
}

/// What a request brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// The fields of a form.
    Form,
    /// A form with a file of at most a configuration's length.
    File,
    /// A document, bare.
    Document,
    /// A form with an image, which is not kept in memory.
    Image,
}

impl Route {
    /// What is at a path.
    pub fn of(path: &str) -> Option<Route> {
        Some(match path {
            "/" => Route::Status,
            "/style.css" => Route::Style,
            "/login" => Route::Login,
            "/logout" => Route::Logout,
            "/password" => Route::Password,
            "/admin/acs" => Route::Acs,
            "/admin/log" => Route::Log,
            "/admin/maintenance" => Route::Maintenance,
            "/admin/request-download" => Route::RequestDownload,
            "/admin/firmware" => Route::Firmware,
            "/admin/restore" => Route::Restore,
            "/admin/reboot" => Route::Reboot,
            "/admin/factory-reset" => Route::FactoryReset,
            "/admin/config.xml" => Route::ConfigXml,
            "/admin/status.xml" => Route::StatusXml,
            "/admin/resync" => Route::Resync,
            "/admin/upgrade" => Route::Upgrade,
            _ => return tabs::at(path).map(Route::Tab),
        })
    }

    /// Who may go there. What of a tab a user sees is another question.
    pub fn role(self) -> Role {
        match self {
            Route::Status
            | Route::Style
            | Route::Login
            | Route::Logout
            | Route::Password
            | Route::Tab(_) => Role::User,
            Route::Acs
            | Route::Log
            | Route::Maintenance
            | Route::RequestDownload
            | Route::Firmware
            | Route::Restore
            | Route::Reboot
            | Route::FactoryReset
            | Route::ConfigXml
            | Route::StatusXml
            | Route::Resync
            | Route::Upgrade => Role::Admin,
        }
    }

    /// The tab, if it is one.
    pub fn tab(self) -> Option<&'static Tab> {
        if let Route::Tab(tab) = self {
            return Some(tab);
        }
        None
    }

    /// Whether scripts come here, with their password in each request.
    pub fn is_for_scripts(self) -> bool {
        match self {
            Route::ConfigXml
            | Route::StatusXml
            | Route::Resync
            | Route::Upgrade
            | Route::Reboot => true,
            Route::Status
            | Route::Style
            | Route::Login
            | Route::Logout
            | Route::Password
            | Route::Tab(_)
            | Route::Acs
            | Route::Log
            | Route::Maintenance
            | Route::RequestDownload
            | Route::Firmware
            | Route::Restore
            | Route::FactoryReset => false,
        }
    }

    /// Whether even a GET does something.
    pub fn acts_on_get(self) -> bool {
        matches!(self, Route::Resync | Route::Upgrade | Route::Reboot)
    }

    /// The methods it takes.
    pub fn allowed(self) -> &'static str {
        match self {
            Route::Status | Route::Style | Route::Log | Route::Maintenance | Route::StatusXml => {
                "GET, HEAD"
            }
            Route::Login
            | Route::Password
            | Route::Tab(_)
            | Route::Acs
            | Route::FactoryReset
            | Route::ConfigXml => "GET, HEAD, POST",
            Route::Resync | Route::Upgrade => "GET",
            Route::Reboot => "GET, POST",
            Route::Logout | Route::RequestDownload | Route::Firmware | Route::Restore => "POST",
        }
    }

    /// What a POST brings along.
    pub fn takes(self) -> Takes {
        match self {
            Route::Firmware => Takes::Image,
            Route::Restore => Takes::File,
            Route::ConfigXml => Takes::Document,
            Route::Login
            | Route::Logout
            | Route::Password
            | Route::Tab(_)
            | Route::Acs
            | Route::RequestDownload
            | Route::Reboot
            | Route::FactoryReset => Takes::Form,
            Route::Status
            | Route::Style
            | Route::Log
            | Route::Maintenance
            | Route::StatusXml
            | Route::Resync
            | Route::Upgrade => Takes::Nothing,
        }
    }
}

impl Takes {
    /// Whether a body of this type can be it.
    pub fn is_type(self, content_type: &str) -> bool {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        match self {
            Takes::Form => kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"),
            Takes::File | Takes::Image => kind.eq_ignore_ascii_case("multipart/form-data"),
            // `curl --data-binary` calls everything a form.
            Takes::Document | Takes::Nothing => true,
        }
    }
}
