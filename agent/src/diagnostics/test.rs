//! What is to be measured, read from the parameters of a diagnostics object. Everything is checked here, once.

use super::{Host, Kind};
use crate::limits::{
    TEST_BLOCK_BYTES, TEST_BYTES, TEST_HOSTS, TEST_LOOKUPS, TEST_MS, TEST_PACKETS, TEST_REPETITIONS,
};
use http::Uri;

/// A test for the shell to carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestJob {
    /// Comes back with [`crate::device::Input::TestEnded`].
    pub number: u32,
    /// What is to be measured.
    pub test: Test,
}

/// What is to be measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Echo requests to one host.
    Ping(Ping),
    /// The way to a host.
    Route(Route),
    /// Name lookups.
    Lookup(Lookup),
    /// Fetching a file.
    Download(Download),
    /// Sending a file.
    Upload(Upload),
    /// Which of several hosts is nearest.
    Selection(Selection),
    /// Datagrams to the echo service of one host.
    Echo(Echo),
    /// How the device itself does.
    SelfTest,
    /// Whether a telephone is connected to the port with this number.
    PhonePort(u32),
}

/// Which addresses of a host are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The first, of whatever version.
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// What every probe of a host is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Which addresses are used.
    pub version: Version,
    /// How long an answer may take.
    pub timeout_ms: u32,
    /// Bytes behind the header.
    pub block_bytes: u32,
    /// The DiffServ code point.
    pub dscp: u32,
}

/// Input of IPPing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// Whom.
    pub host: Host,
    /// How often.
    pub repetitions: u32,
    /// With what.
    pub probe: Probe,
}

/// Input of TraceRoute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where to.
    pub host: Host,
    /// Probes for each hop.
    pub tries: u32,
    /// The farthest hop.
    pub max_hops: u32,
    /// With what.
    pub probe: Probe,
}

/// Input of NSLookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The name.
    pub name: Host,
    /// The server to ask, with its port; the device's own without one.
    pub server: Option<(Host, u16)>,
    /// How long an answer may take.
    pub timeout_ms: u32,
    /// How often.
    pub repetitions: u32,
}

/// Input of DownloadDiagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// What to fetch.
    pub url: Uri,
    /// The DiffServ code point.
    pub dscp: u32,
}

/// Input of UploadDiagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Where to send it.
    pub url: Uri,
    /// How much.
    pub bytes: u64,
    /// The DiffServ code point.
    pub dscp: u32,
}

/// How the hosts of a selection are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// By echo requests.
    Icmp,
    /// By datagrams to their echo port.
    UdpEcho,
}

/// Input of ServerSelectionDiagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Among whom, as the ACS has written them.
    pub hosts: Vec<Host>,
    /// How they are asked.
    pub protocol: Protocol,
    /// How often each.
    pub repetitions: u32,
    /// With what.
    pub probe: Probe,
}

/// Input of UDPEchoDiagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// Whom.
    pub host: Host,
    /// At which port.
    pub port: u16,
    /// How often.
    pub repetitions: u32,
    /// Milliseconds from one packet to the next.
    pub pause_ms: u32,
    /// Whether each packet is reported.
    pub each: Each,
    /// With what.
    pub probe: Probe,
}

/// Whether the packets of a test are reported one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    /// They are.
    Reported,
    /// Only what they add up to.
    Counted,
}

/// Why a test cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The parameter of the object.
    pub parameter: &'static str,
    /// What is wrong with it.
    pub why: String,
}

/// The parameters of one diagnostics object by name; `None` for those the model does not have.
pub struct Settings<'a> {
    /// Gives the value of a parameter.
    pub value: &'a dyn Fn(&str) -> Option<String>,
    /// The last instance number on the way to the object.
    pub instance: Option<u32>,
}

impl Test {
    /// Reads what an object asks for.
    ///
    /// # Errors
    /// Names the first parameter that cannot be used.
    pub fn read(kind: Kind, settings: &Settings<'_>) -> Result<Test, Unusable> {
        match kind {
            Kind::IpPing => settings.ping().map(Test::Ping),
            Kind::TraceRoute => settings.route().map(Test::Route),
            Kind::NsLookup => settings.lookup().map(Test::Lookup),
            Kind::Download => Ok(Test::Download(Download {
                url: settings.url("DownloadURL")?,
                dscp: settings.number("DSCP", 0, 63)?,
            })),
            Kind::Upload => Ok(Test::Upload(Upload {
                url: settings.url("UploadURL")?,
                bytes: settings.number("TestFileLength", 1, TEST_BYTES)?.into(),
                dscp: settings.number("DSCP", 0, 63)?,
            })),
            Kind::ServerSelection => settings.selection().map(Test::Selection),
            Kind::UdpEcho => settings.echo().map(Test::Echo),
            Kind::SelfTest => Ok(Test::SelfTest),
            Kind::PhonePort => Ok(Test::PhonePort(settings.instance.unwrap_or(1))),
        }
    }
}

impl Settings<'_> {
    fn ping(&self) -> Result<Ping, Unusable> {
        let ping = Ping {
            host: self.host("Host")?,
            repetitions: self.number("NumberOfRepetitions", 1, TEST_REPETITIONS)?,
            probe: self.probe(56)?,
        };
        fits_time(&[ping.repetitions], ping.probe.timeout_ms)?;
        Ok(ping)
    }

    fn route(&self) -> Result<Route, Unusable> {
        let tries = match (self.value)("NumberOfTries") {
            Some(_) => self.number("NumberOfTries", 1, 3)?,
            // TR-106 has no such parameter; 3 is what TR-098 says of it.
            None => 3,
        };
        let route = Route {
            host: self.host("Host")?,
            tries,
            max_hops: self.number("MaxHopCount", 1, 64)?,
            probe: self.probe(38)?,
        };
        fits_time(&[route.tries, route.max_hops], route.probe.timeout_ms)?;
        Ok(route)
    }

    fn lookup(&self) -> Result<Lookup, Unusable> {
        let lookup = Lookup {
            name: self.host("HostName")?,
            server: self.server("DNSServer")?,
            timeout_ms: self.number("Timeout", 1, TEST_MS)?,
            repetitions: self.number("NumberOfRepetitions", 1, TEST_LOOKUPS)?,
        };
        fits_time(&[lookup.repetitions], lookup.timeout_ms)?;
        Ok(lookup)
    }

    fn selection(&self) -> Result<Selection, Unusable> {
        let parameter = "HostList";
        let list = self.text(parameter);
        let hosts: Result<Vec<Host>, String> = list
            .split(',')
            .map(|host| Host::parse(host.trim()))
            .collect();
        let hosts = hosts.map_err(|why| Unusable { parameter, why })?;
        if hosts.len() > TEST_HOSTS {
            let why = format!("there are more than {TEST_HOSTS} hosts");
            return Err(Unusable { parameter, why });
        }
        let selection = Selection {
            protocol: match self.text("Protocol").as_str() {
                "UDP Echo" => Protocol::UdpEcho,
                _ => Protocol::Icmp,
            },
            repetitions: self.number("NumberOfRepetitions", 1, TEST_REPETITIONS)?,
            probe: self.probe(56)?,
            hosts,
        };
        let count = selection.hosts.len() as u32;
        fits_time(&[count, selection.repetitions], selection.probe.timeout_ms)?;
        Ok(selection)
    }

    fn echo(&self) -> Result<Echo, Unusable> {
        let (each, most) = match self.text("EnableIndividualPacketResults").as_str() {
            "1" => (Each::Reported, TEST_PACKETS),
            _ => (Each::Counted, TEST_REPETITIONS),
        };
        let echo = Echo {
            host: self.host("Host")?,
            port: self.number("Port", 1, u16::MAX.into())? as u16,
            repetitions: self.number("NumberOfRepetitions", 1, most)?,
            pause_ms: self.number("InterTransmissionTime", 1, u16::MAX.into())?,
            each,
            probe: self.probe(24)?,
        };
        let longest_ms = echo.probe.timeout_ms.saturating_add(echo.pause_ms);
        fits_time(&[echo.repetitions], longest_ms)?;
        Ok(echo)
    }

    fn probe(&self, block_bytes: u32) -> Result<Probe, Unusable> {
        let own = |name, or, low, high| match (self.value)(name) {
            Some(_) => self.number(name, low, high),
            None => Ok(or),
        };
        Ok(Probe {
            version: match self.text("ProtocolVersion").as_str() {
                "IPv4" => Version::V4,
                "IPv6" => Version::V6,
                _ => Version::Any,
            },
            timeout_ms: self.number("Timeout", 1, TEST_MS)?,
            block_bytes: own("DataBlockSize", block_bytes, 1, TEST_BLOCK_BYTES)?,
            dscp: own("DSCP", 0, 0, 63)?,
        })
    }

    fn text(&self, parameter: &str) -> String {
        (self.value)(parameter).unwrap_or_default()
    }

    fn host(&self, parameter: &'static str) -> Result<Host, Unusable> {
        Host::parse(&self.text(parameter)).map_err(|why| Unusable { parameter, why })
    }

    /// A server by name or address, with a port behind a colon if it is not the usual one.
    fn server(&self, parameter: &'static str) -> Result<Option<(Host, u16)>, Unusable> {
        let text = self.text(parameter);
        if text.is_empty() {
            return Ok(None);
        }
        let unusable = |why| Unusable { parameter, why };
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.starts_with('[') => {
                (host, Some(port))
            }
            Some(_) | None => (text.as_str(), None),
        };
        let port = match port.map(str::parse::<u16>) {
            None => 53,
            Some(Ok(port)) if port > 0 => port,
            Some(_) => return Err(unusable("its port is none".into())),
        };
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = Host::parse(bare.unwrap_or(host)).map_err(unusable)?;
        Ok(Some((host, port)))
    }

    /// TR-143 knows HTTP and FTP; this device has HTTP, and takes no credentials (TR-143: authentication is not used).
    fn url(&self, parameter: &'static str) -> Result<Uri, Unusable> {
        let unusable = |why: &str| Unusable {
            parameter,
            why: why.into(),
        };
        let text = self.text(parameter);
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unusable("a URL holds no such characters"));
        }
        let uri = crate::device::exchange::absolute(&text);
        let uri = uri.ok_or_else(|| unusable("it is not an absolute http URL"))?;
        if !uri
            .scheme_str()
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
        {
            return Err(unusable("only http is measured"));
        }
        if uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
        {
            return Err(unusable("it must not hold credentials"));
        }
        let host = uri.host().unwrap_or_default();
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        Host::parse(bare.unwrap_or(host)).map_err(|why| unusable(&why))?;
        Ok(uri)
    }

    fn number(&self, parameter: &'static str, low: u32, high: u32) -> Result<u32, Unusable> {
        let number = self.text(parameter).parse::<u32>().ok();
        let number = number.filter(|number| (low..=high).contains(number));
        number.ok_or_else(|| Unusable {
            parameter,
            why: format!("this device takes {low} to {high}"),
        })
    }
}

/// The whole test, if no probe is answered.
fn fits_time(counts: &[u32], timeout_ms: u32) -> Result<(), Unusable> {
    let counts = counts.iter().map(|count| u64::from(*count));
    let longest = counts.product::<u64>().saturating_mul(timeout_ms.into());
    if longest <= TEST_MS.into() {
        return Ok(());
    }
    Err(Unusable {
        parameter: "Timeout",
        why: format!("the test could take {longest} ms; at most {TEST_MS}"),
    })
}
