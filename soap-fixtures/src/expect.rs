//! What has to become of a message that breaks a rule: the file beside it, `bad-<why>.expect.toml`.

use serde::Deserialize;

/// The contents of an expectation file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Who receives the message.
    pub to: Side,
    /// What the receiver does.
    pub answer: Answer,
    /// What else it takes to find the message wrong.
    #[serde(default)]
    pub needs: Needs,
    /// Every parameter a fault to SetParameterValues names, in any order. Nothing is said if this is empty.
    #[serde(default)]
    pub parameters: Vec<ParameterExpect>,
    /// Which rule the message breaks, in one sentence.
    pub why: String,
    /// Requirements and cases this is a case of, by ID.
    pub covers: Vec<String>,
}

/// One of the two ends of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The device.
    Cpe,
    /// The server.
    Acs,
}

impl Side {
    /// The opposite end.
    #[must_use]
    pub const fn other(self) -> Side {
        match self {
            Side::Cpe => Side::Acs,
            Side::Acs => Side::Cpe,
        }
    }
}

/// How a receiver shows that it found a message wrong. In no case does the message change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Answer {
    /// `"400"`: an ACS answers HTTP 400 without an envelope; a device, which cannot, ends the session as failed.
    BadRequest,
    /// `"fault 9003"`: a SOAP fault with this code in the next message; the session goes on, unless the message
    /// was an Inform.
    Fault(u16),
    /// `"unusable"`: a response that breaks the schema. Responses are not answered with faults: the ACS counts
    /// its request as failed and goes on; a device, whose requests are all about events, ends the session.
    Unusable,
}

impl TryFrom<String> for Answer {
    type Error = String;

    fn try_from(text: String) -> Result<Answer, String> {
        match text.as_str() {
            "400" => Ok(Answer::BadRequest),
            "unusable" => Ok(Answer::Unusable),
            other => {
                let code = other
                    .strip_prefix("fault ")
                    .and_then(|code| code.parse().ok());
                code.map(Answer::Fault)
                    .ok_or_else(|| format!("`{other}` is no answer"))
            }
        }
    }
}

/// How much of a receiver must be there to find a message wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// Nothing but the message: its XML, its envelope or its arguments are wrong.
    #[default]
    Message,
    /// The state of the session: which versions were offered, and whose turn it is.
    Session,
    /// A device with its tree; the names are those of an ATA 192.
    Device,
}

/// One parameter of a fault to SetParameterValues.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterExpect {
    /// Its name as the message has it.
    pub name: String,
    /// Its own fault code.
    pub fault: u16,
}
