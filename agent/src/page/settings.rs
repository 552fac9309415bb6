//! The table `[page]` of a configuration.

use super::access::Policy;
use crate::limits::PAGE_PASSWORD_CHARS;
use data_model::{OperatorError, Secret, configuration};
use serde::Deserialize;
use std::net::SocketAddr;

/// The device's web page.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageSettings {
    /// Whether it is shown; if that is not said, it is if there is a password.
    pub enabled: Option<bool>,
    /// Where; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The administrator's password from the factory; a parameter of the device, so the ACS may change it.
    #[serde(deserialize_with = "configuration::secret")]
    pub password: Secret,
    /// The user's.
    #[serde(deserialize_with = "configuration::secret")]
    pub user_password: Secret,
    /// Whether action URLs take `xuser` and `xpassword` in their query, as the maker's scripts send them. Whoever sees
    /// a URL on its way, or in a log of a proxy, has the password then.
    pub credentials_in_query: bool,
}

impl Default for PageSettings {
    fn default() -> PageSettings {
        PageSettings {
            enabled: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            password: Secret::default(),
            user_password: Secret::default(),
            credentials_in_query: false,
        }
    }
}

impl PageSettings {
    /// Whether there is a page.
    pub fn is_shown(&self) -> bool {
        self.enabled
            .unwrap_or(!self.password.is_empty() || !self.user_password.is_empty())
    }

    /// What the installer has decided about who may come in.
    pub fn policy(&self) -> Policy {
        Policy {
            // Without a password of its own the page is only there for whoever has asked for it.
            first_login: self.enabled == Some(true),
            credentials_in_query: self.credentials_in_query,
        }
    }

    /// Looks at the passwords. One the page would not open with is a mistake better told at the start.
    ///
    /// # Errors
    /// Names the setting.
    pub fn check(&self) -> Result<(), OperatorError> {
        let settings = [
            ("page.password", &self.password),
            ("page.user_password", &self.user_password),
        ];
        for (name, password) in settings {
            let chars = password.reveal().chars().count();
            if !password.is_empty() && !PAGE_PASSWORD_CHARS.contains(&chars) {
                return Err(OperatorError::new(
                    "the device's web page could not be opened",
                    format!("`{name}` has {chars} characters"),
                    format!("set `{name}` to a password of 8 to 127 characters"),
                ));
            }
        }
        Ok(())
    }
}
