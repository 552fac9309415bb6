//! CWMP (TR-069), pure: bytes and time in, messages and deadlines out.
//!
//! - [`envelope`] and [`xml`] read and write the SOAP envelope, [`rpc`] the messages in it; [`message`] is
//!   the table that ties names to types.
//! - [`fault`], [`event`], [`keys`], [`version`], [`device_id`] are the vocabulary.
//! - [`session`] holds the two session machines, one for each side.
//! - [`side`] holds protocols beside it: how the ACS is found, how a device is called and notifies by UDP and XMPP, TFTP.
//! - [`http`] holds what the protocol needs of HTTP: authentication for both roles, and cookies.
//!
//! Nothing here names a socket, a file, a clock, a source of randomness or an async runtime.

pub mod device_id;
pub mod envelope;
pub mod event;
pub mod fault;
pub mod http;
pub mod keys;
pub mod limits;
pub mod message;
pub mod rpc;
pub mod session;
pub mod side;
pub mod version;
pub mod xml;

pub use device_id::DeviceId;
pub use envelope::{Envelope, Header};
pub use event::{Event, EventCode};
pub use fault::{Fault, FaultCode, ParameterFault};
pub use keys::{CommandKey, ParameterKey};
pub use message::{AcsRequest, AcsResponse, CpeRequest, CpeResponse, FromAcs, FromCpe};
pub use version::{CwmpVersion, Namespace};
