//! Which diagnostics objects a device type has, and what is particular about each.

use data_model::schema::{NodeId, NodeKind, Schema};

/// What a diagnostics object measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// IPPing of TR-106, TR-098 and TR-181.
    IpPing,
    /// TraceRoute of the same.
    TraceRoute,
    /// NSLookup of TR-157.
    NsLookup,
    /// DownloadDiagnostics of TR-143.
    Download,
    /// UploadDiagnostics of TR-143.
    Upload,
    /// ServerSelectionDiagnostics of TR-143.
    ServerSelection,
    /// UDPEchoDiagnostics of TR-143.
    UdpEcho,
    /// SelfTestDiagnostics of TR-157.
    SelfTest,
    /// PhyInterface.Tests of TR-104: is there a telephone?
    PhonePort,
}

/// The objects by the names they have in the models of the Broadband Forum, whatever they stand in.
const OBJECTS: [(&str, Kind); 13] = [
    ("IPPingDiagnostics", Kind::IpPing),
    ("IPPing", Kind::IpPing),
    ("TraceRouteDiagnostics", Kind::TraceRoute),
    ("TraceRoute", Kind::TraceRoute),
    ("NSLookupDiagnostics", Kind::NsLookup),
    ("DownloadDiagnostics", Kind::Download),
    ("UploadDiagnostics", Kind::Upload),
    ("ServerSelectionDiagnostics", Kind::ServerSelection),
    (
        "X_DIALTONE_ServerSelectionDiagnostics",
        Kind::ServerSelection,
    ),
    ("UDPEchoDiagnostics", Kind::UdpEcho),
    ("SelfTestDiagnostics", Kind::SelfTest),
    ("Tests", Kind::PhonePort),
    ("DiagTests", Kind::PhonePort),
];

/// One diagnostics object of a device type.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// What it measures.
    pub kind: Kind,
    /// The object.
    pub object: NodeId,
    /// Its state.
    pub state: NodeId,
}

impl Description {
    /// Every diagnostics object of a schema: an object of a known name with a state in it.
    pub fn all(schema: &Schema) -> Vec<Description> {
        let objects = schema
            .nodes()
            .filter(|(_, node)| matches!(node.kind, NodeKind::Object));
        let described = objects.filter_map(|(object, node)| {
            let (_, kind) = OBJECTS.iter().find(|(name, _)| *name == &*node.name)?;
            let state_name = match kind {
                Kind::PhonePort => "TestState",
                Kind::IpPing
                | Kind::TraceRoute
                | Kind::NsLookup
                | Kind::Download
                | Kind::Upload
                | Kind::ServerSelection
                | Kind::UdpEcho
                | Kind::SelfTest => "DiagnosticsState",
            };
            let state = child(schema, object, state_name)?;
            Some(Description {
                kind: *kind,
                object,
                state,
            })
        });
        described.collect()
    }
}

/// What stands in an object under a name.
pub(crate) fn child(schema: &Schema, object: NodeId, name: &str) -> Option<NodeId> {
    let children = schema.children(object).iter();
    children
        .copied()
        .find(|child| *schema.node(*child).name == *name)
}
