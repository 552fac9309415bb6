//! What the menu says, each sentence a value with a text.

use std::fmt;

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spoken {
    /// The menu is open.
    Menu,
    /// The menu wants its password.
    Password,
    /// A setting and its value.
    Value {
        /// What it is.
        what: &'static str,
        /// Its value, in words.
        value: String,
    },
    /// A setting that has no value.
    NoValue(&'static str),
    /// A value is wanted.
    Enter {
        /// Of what.
        what: &'static str,
        /// How it is typed.
        how: String,
    },
    /// What has been typed, and what can be done with it.
    Entered(String),
    /// A reset wants to be confirmed.
    Confirm(Reset),
    /// The value is kept, and holds after the hang-up.
    Saved(&'static str),
    /// What was typed is forgotten.
    Cancelled,
    /// What users may change is as it came from the factory.
    UserResetDone,
    /// The device restarts.
    Restarting,
    /// The device goes back to the state it left the factory in.
    Resetting,
    /// The menu is over.
    Goodbye,
    /// The menu is over because nobody pressed a key.
    TimedOut,
    /// Something is wrong, and nothing has changed.
    Wrong(Wrong),
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The password.
    Password,
    /// Too many passwords.
    Closed,
    /// There is no such option.
    Option(String),
    /// This product has no such setting.
    NotAvailable(&'static str),
    /// The setting holds for static addresses only.
    NotStatic(&'static str),
    /// The value, and how it is typed.
    Value {
        /// Of what.
        what: &'static str,
        /// Why, or how it is typed.
        why: String,
    },
    /// More keys than any value has.
    TooLong,
    /// The key means nothing here; what can be pressed.
    Key(&'static str),
    /// `Protect_IVR_FactoryReset`
    Protected,
    /// The ACS is at work on the configuration.
    Busy,
    /// The device does not take the value.
    Refused {
        /// Of what.
        what: &'static str,
        /// Why.
        why: String,
    },
}

/// Which reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// Everything.
    Factory,
    /// What users may change.
    User,
}

impl Spoken {
    /// Whether it tells of something that was not done.
    pub const fn is_wrong(&self) -> bool {
        matches!(self, Spoken::Wrong(_))
    }
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spoken::Menu => f.write_str("Configuration menu. Enter an option, then pound."),
            Spoken::Password => f.write_str("Enter the administrator's password, then pound."),
            Spoken::Value { what, value } => write!(f, "The {what} is {value}."),
            Spoken::NoValue(what) => write!(f, "There is no {what}."),
            Spoken::Enter { what, how } => write!(f, "Enter the {what}: {how}, then pound."),
            Spoken::Entered(value) => write!(
                f,
                "You entered {value}. Press 1 to save, 2 to review, 3 to enter it again, star to cancel."
            ),
            Spoken::Confirm(Reset::Factory) => {
                f.write_str("All settings will be lost. Press 1 to reset, star to cancel.")
            }
            Spoken::Confirm(Reset::User) => {
                f.write_str("The user's settings will be lost. Press 1 to reset, star to cancel.")
            }
            Spoken::Saved(what) => write!(f, "The {what} is saved. Hang up to apply it."),
            Spoken::Cancelled => f.write_str("Cancelled."),
            Spoken::UserResetDone => {
                f.write_str("The user's settings are reset. Hang up to apply it.")
            }
            Spoken::Restarting => f.write_str("The device restarts."),
            Spoken::Resetting => f.write_str("The device resets to the factory's state."),
            Spoken::Goodbye => f.write_str("Goodbye."),
            Spoken::TimedOut => f.write_str("No key was pressed for a minute. Goodbye."),
            Spoken::Wrong(wrong) => wrong.fmt(f),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Password => f.write_str("The password is wrong."),
            Wrong::Closed => {
                f.write_str("The password was wrong too often. Try again in a minute.")
            }
            Wrong::Option(code) => write!(f, "There is no option {code}."),
            Wrong::NotAvailable(what) => write!(f, "This device has no {what}."),
            Wrong::NotStatic(what) => write!(
                f,
                "The {what} can be set for static addressing only. Choose static addressing first."
            ),
            Wrong::Value { what, why } => write!(f, "This is no {what}. Enter {why}."),
            Wrong::TooLong => f.write_str("The entry is too long."),
            Wrong::Key(keys) => write!(f, "This key means nothing here. Press {keys}."),
            Wrong::Protected => {
                f.write_str("The factory reset is not allowed from this telephone.")
            }
            Wrong::Busy => {
                f.write_str("The provider is configuring the device. Try again in a moment.")
            }
            Wrong::Refused { what, why } => write!(f, "The {what} is not saved: {why}."),
        }
    }
}
