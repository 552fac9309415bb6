//! Every limit of the wire in one place, each with its reason.

/// Bytes of one envelope before its sender is known. TR-069 3.5 wants 32,768 accepted from an ACS;
/// an Inform of an analog telephone adapter stays below 8 kB.
pub const ENVELOPE_BYTES_UNAUTHENTICATED: usize = 1024 * 1024;

/// Bytes of one envelope from a peer that has proved who it is: a whole tree of 20,000 parameters fits.
pub const ENVELOPE_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of one envelope an agent takes from its ACS; a SetParameterValues of the whole ATA tree has 200 kB.
pub const AGENT_ENVELOPE_BYTES: usize = 512 * 1024;

/// Open elements inside one another. The deepest CWMP message has eight.
pub const DEPTH: usize = 32;

/// Attributes of one element. An envelope has five, anything else at most three.
pub const ATTRIBUTES: usize = 64;

/// Bytes of all attributes of one element together.
pub const ATTRIBUTES_BYTES: usize = 8 * 1024;

/// Bytes of one element's name with its prefix.
pub const NAME_BYTES: usize = 256;

/// Bytes of one text: the longest value a model knows is a configuration file of 32,768 characters.
pub const TEXT_BYTES: usize = 1024 * 1024;

/// Elements of one list. A GetParameterNamesResponse of the largest model seen has 40,000.
pub const LIST_ITEMS: usize = 100_000;

/// Events of one Inform (TR-069 A.3.3.1).
pub const EVENTS: usize = 64;

/// Characters of a CommandKey or ParameterKey (TR-069 A.3).
pub const KEY_CHARS: usize = 32;

/// Characters of text taken over from a peer into our own records: fault strings, keys beyond their limit.
pub const PEER_TEXT_CHARS: usize = 1024;

/// How often one request is sent again after fault 8005 in one session (TR-069 A6, 3.7.1.6).
pub const RETRY_REQUESTS: u8 = 3;

/// Requests of one kind of peer in one session, so that a device that never lets a session end is ended.
pub const SESSION_REQUESTS: u32 = 4096;

/// Redirects followed one after the other (TR-069 3.4.2).
pub const REDIRECTS: u8 = 5;

/// Bytes of cookies kept for one session; TR-069 3.4.2 asks for at least 512.
pub const COOKIE_BYTES: usize = 8 * 1024;

/// Bytes of an `Authorization` or `WWW-Authenticate` header that is read at all.
pub const AUTH_HEADER_BYTES: usize = 4 * 1024;

/// Bytes of one DHCP option that names the ACS; what fits into one packet.
pub const DISCOVERY_OPTION_BYTES: usize = 1500;

/// Characters of an ACS URL learnt from DHCP: ManagementServer.URL takes no more.
pub const DISCOVERY_URL_CHARS: usize = 256;
/// Bytes of one STUN message: it has to go through every network in one datagram (RFC 5389 7.1 wants 548).
pub const STUN_BYTES: usize = 1500;

/// Attributes of one STUN message; a request of TR-069 has five, the busiest of other uses a dozen.
pub const STUN_ATTRIBUTES: usize = 32;

/// Bytes of one text in a STUN message; a STUNUsername has at most 256 characters (RFC 5389 15.3: 513 bytes).
pub const STUN_TEXT_BYTES: usize = 512;

/// Bytes of one UDP connection request: one datagram (TR-069 G.2.2.3); with the longest names it has 1,300.
pub const UDP_CONNECTION_REQUEST_BYTES: usize = 2048;

/// Header lines of one UDP connection request; it needs none.
pub const UDP_CONNECTION_REQUEST_HEADERS: usize = 32;

/// Bytes of one stanza of XMPP; the list of features of a server has 2 kB (RFC 6120 13.12 wants 10,000).
pub const XMPP_STANZA_BYTES: usize = 32 * 1024;

/// Open elements of a stanza inside one another; those we know have four.
pub const XMPP_DEPTH: usize = 16;

/// Attributes of one element of a stanza.
pub const XMPP_ATTRIBUTES: usize = 32;

/// Rounds of a password's hash an XMPP server may ask for; usual are 4,096 to 10,000, and each costs a device time.
pub const SCRAM_ITERATIONS: u32 = 100_000;
