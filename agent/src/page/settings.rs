//! The table `[page]` of a configuration.

use super::limits::PASSWORD_CHARS;
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
}

impl Default for PageSettings {
    fn default() -> PageSettings {
        PageSettings {
            enabled: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            password: Secret::default(),
            user_password: Secret::default(),
        }
    }
}

impl PageSettings {
    /// Whether there is a page.
    pub fn is_shown(&self) -> bool {
        self.enabled
            .unwrap_or(!self.password.is_empty() || !self.user_password.is_empty())
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
            if !password.is_empty() && !PASSWORD_CHARS.contains(&chars) {
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
