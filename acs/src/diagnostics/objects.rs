//! Where a measurement stands in a device's tree, and how its arguments are called there.

use crate::store::Diagnostic;
use data_model::XsdType;

/// The objects a measurement may be asked for by, the most likely one first: TR-181, TR-098 with the vendor's own
/// roots, TR-106 (`Device:1`), and TR-104 of both versions.
pub fn candidates(diagnostic: &Diagnostic, root: &str) -> Vec<String> {
    let places: Vec<String> = match diagnostic {
        Diagnostic::IpPing(_) => names(&[
            "IP.Diagnostics.IPPing.",
            "LAN.IPPingDiagnostics.",
            "IPPingDiagnostics.",
        ]),
        Diagnostic::TraceRoute(_) => names(&[
            "IP.Diagnostics.TraceRoute.",
            "LAN.TraceRouteDiagnostics.",
            "TraceRouteDiagnostics.",
        ]),
        Diagnostic::NsLookup(_) => names(&[
            "DNS.Diagnostics.NSLookupDiagnostics.",
            "NSLookupDiagnostics.",
        ]),
        Diagnostic::Download(_) => names(&[
            "IP.Diagnostics.DownloadDiagnostics.",
            "DownloadDiagnostics.",
        ]),
        Diagnostic::Upload(_) => {
            names(&["IP.Diagnostics.UploadDiagnostics.", "UploadDiagnostics."])
        }
        Diagnostic::UdpEcho(_) => {
            names(&["IP.Diagnostics.UDPEchoDiagnostics.", "UDPEchoDiagnostics."])
        }
        Diagnostic::LineTest(line) => {
            let port = line.port.unwrap_or(1);
            let service = "Services.VoiceService.1.";
            vec![
                format!("{service}PhyInterface.{port}.Tests."),
                format!("{service}POTS.FXS.{port}.DiagTests."),
            ]
        }
    };
    let mut places: Vec<String> = places
        .into_iter()
        .map(|place| format!("{root}{place}"))
        .collect();
    // Of an InternetGatewayDevice the plain names are the standard ones.
    if root == "InternetGatewayDevice." && places.len() > 1 && !is_line(diagnostic) {
        places.reverse();
    }
    places
}

fn is_line(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic, Diagnostic::LineTest(_))
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|name| (*name).to_owned()).collect()
}

/// The names a state has.
pub const STATES: [&str; 2] = ["DiagnosticsState", "TestState"];

/// One argument for the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name in the object.
    pub name: &'static str,
    /// Its type.
    pub ty: XsdType,
    /// Its value.
    pub value: String,
    /// Whether a person has asked for it: then an object that does not have it cannot be used.
    pub wish: Wish,
}

/// Why an argument has its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Somebody wants it so.
    Explicit,
    /// It is the usual one; what an earlier measurement has left must not count.
    Usual,
}

/// Every argument of a measurement.
pub fn arguments(diagnostic: &Diagnostic) -> Vec<Argument> {
    let mut list = List(Vec::new());
    match diagnostic {
        Diagnostic::IpPing(ping) => {
            list.text("Host", &ping.host);
            list.number("NumberOfRepetitions", ping.repetitions, 4);
            list.number("Timeout", ping.timeout_ms, 5000);
            list.number("DataBlockSize", ping.block_bytes, 56);
            list.number("DSCP", ping.dscp, 0);
            list.interface(ping.interface.as_deref());
        }
        Diagnostic::TraceRoute(route) => {
            list.text("Host", &route.host);
            list.number("NumberOfTries", route.tries, 3);
            list.number("Timeout", route.timeout_ms, 1000);
            list.number("DataBlockSize", route.block_bytes, 38);
            list.number("DSCP", route.dscp, 0);
            list.number("MaxHopCount", route.max_hops, 30);
            list.interface(route.interface.as_deref());
        }
        Diagnostic::NsLookup(lookup) => {
            list.text("HostName", &lookup.name);
            match &lookup.server {
                Some(server) => list.text("DNSServer", server),
                None => list.usual("DNSServer", XsdType::String, String::new()),
            }
            list.number("Timeout", lookup.timeout_ms, 5000);
            list.number("NumberOfRepetitions", lookup.repetitions, 1);
            list.interface(lookup.interface.as_deref());
        }
        Diagnostic::Download(download) => {
            list.text("DownloadURL", &download.url);
            list.number("DSCP", download.dscp, 0);
            list.interface(download.interface.as_deref());
        }
        Diagnostic::Upload(upload) => {
            list.text("UploadURL", &upload.url);
            list.number("TestFileLength", Some(upload.bytes), 0);
            list.number("DSCP", upload.dscp, 0);
            list.interface(upload.interface.as_deref());
        }
        Diagnostic::UdpEcho(echo) => {
            list.text("Host", &echo.host);
            list.number("Port", echo.port, 7);
            list.number("NumberOfRepetitions", echo.repetitions, 10);
            list.number("Timeout", echo.timeout_ms, 1000);
            list.number("DataBlockSize", echo.block_bytes, 24);
            list.number("DSCP", echo.dscp, 0);
            list.number("InterTransmissionTime", echo.pause_ms, 100);
            list.interface(echo.interface.as_deref());
        }
        Diagnostic::LineTest(line) => {
            if let Some(test) = &line.test {
                list.text("TestSelector", test);
            }
        }
    }
    list.0
}

struct List(Vec<Argument>);

impl List {
    fn push(&mut self, name: &'static str, ty: XsdType, value: String, wish: Wish) {
        self.0.push(Argument {
            name,
            ty,
            value,
            wish,
        });
    }

    fn text(&mut self, name: &'static str, value: &str) {
        self.push(name, XsdType::String, value.to_owned(), Wish::Explicit);
    }

    fn usual(&mut self, name: &'static str, ty: XsdType, value: String) {
        self.push(name, ty, value, Wish::Usual);
    }

    fn number(&mut self, name: &'static str, value: Option<u32>, usual: u32) {
        let wish = if value.is_some() {
            Wish::Explicit
        } else {
            Wish::Usual
        };
        let value = value.unwrap_or(usual).to_string();
        self.push(name, XsdType::UnsignedInt, value, wish);
    }

    fn interface(&mut self, value: Option<&str>) {
        if let Some(value) = value {
            self.text("Interface", value);
        }
    }
}
