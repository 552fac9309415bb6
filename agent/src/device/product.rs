//! What all devices of one type share: the schema, and where the parameters lie that the device itself reads.

use crate::diagnostics::{Description, echo};
use crate::provisioning::settings::Settings;
use data_model::OperatorError;
use data_model::device_type::DeviceType;
use data_model::schema::{Address, Instances, NodeId, NodeKind, NotificationRule, Source};
use std::sync::Arc;

/// A device type, prepared for use.
#[derive(Debug)]
pub struct Product {
    /// The type.
    pub ty: Arc<DeviceType>,
    /// Parameters the device reads itself.
    pub known: Known,
    /// Parameters that stand in every Inform.
    pub forced_inform: Vec<NodeId>,
    /// Parameters whose changes are notified unless somebody turns it off.
    pub notified: Vec<NodeId>,
    /// Its diagnostics objects.
    pub diagnostics: Vec<Description>,
    /// Its UDPEchoConfig object.
    pub echo: Option<NodeId>,
    /// Tables' instances are counted by the tree; every other computed name must be known to [`super::facts`].
    pub root: &'static str,
}

/// Where the parameters lie that the device reads itself.
#[derive(Debug)]
pub struct Known {
    /// ManagementServer.URL
    pub url: Address,
    /// ManagementServer.Username
    pub username: Address,
    /// ManagementServer.Password
    pub password: Address,
    /// ManagementServer.PeriodicInformEnable
    pub periodic_enable: Address,
    /// ManagementServer.PeriodicInformInterval
    pub periodic_interval: Address,
    /// ManagementServer.PeriodicInformTime
    pub periodic_time: Address,
    /// ManagementServer.ConnectionRequestUsername
    pub connection_request_username: Address,
    /// ManagementServer.ConnectionRequestPassword
    pub connection_request_password: Address,
    /// ManagementServer.ConnectionRequestURL
    pub connection_request_url: Address,
    /// DeviceInfo.SoftwareVersion
    pub software_version: Address,
    /// ManagementServer.CWMPRetryMinimumWaitInterval, if the model has it
    pub retry_minimum: Option<Address>,
    /// ManagementServer.CWMPRetryIntervalMultiplier, if the model has it
    pub retry_multiplier: Option<Address>,
    /// ManagementServer.EnableCWMP, if the model has it
    pub enable_cwmp: Option<Address>,
    /// ManagementServer.DefaultActiveNotificationThrottle, if the model has it
    pub throttle: Option<Address>,
    /// ManagementServer.HeartbeatPolicy, if the model has it
    pub heartbeat: Option<HeartbeatPolicy>,
    /// What is set of lightweight notifications, if the model has them
    pub lightweight: Option<Lightweight>,
    /// ManagementServer.InstanceMode, if the model has it
    pub instance_mode: Option<Address>,
    /// ManagementServer.AutoCreateInstances, if the model has it
    pub auto_create: Option<Address>,
    /// ManagementServer.InstanceWildcardsSupported, if the model has it
    pub wildcards: Option<Address>,
    /// The columns of ManagementServer.InformParameter, if the model has it
    pub inform_parameter: Option<InformParameter>,
    /// ManagementServer.HTTPCompression, if the model has it
    pub http_compression: Option<Address>,
    /// ManagementServer.ScheduleReboot, if the model has it
    pub schedule_reboot: Option<Address>,
    /// ManagementServer.DelayReboot, if the model has it
    pub delay_reboot: Option<Address>,
    /// BulkData.Enable, if the model has it
    pub bulk_data: Option<Address>,
    /// ManagementServer.HTTPConnectionRequestEnable, if the model has it
    pub http_calls: Option<Address>,
    /// What calls by UDP are set up with, if the model has it
    pub udp_calls: Option<UdpCalls>,
    /// What calls over XMPP are set up with, if the model has it
    pub xmpp_calls: Option<XmppCalls>,
    /// The oldest firmware an upgrade may go back to, if the model has such a limit.
    pub downgrade_limit: Option<Address>,
    /// What decides whether a line may register, if the model has it.
    pub registrars: Option<Registrars>,
    /// The parameters of the vendor's own provisioning, if the model has all of them.
    pub provisioning: Option<Box<Settings>>,
}

/// Where a line registers, and where it may.
#[derive(Debug)]
pub struct Registrars {
    /// X_CISCO_ATA.System.Restricted_Access_Domains
    pub domains: Address,
    /// X_CISCO_ATA.Line.{i}.Proxy
    pub proxy: NodeId,
}

/// The parameters of ManagementServer.HeartbeatPolicy.
#[derive(Debug)]
pub struct HeartbeatPolicy {
    /// Enable
    pub enable: Address,
    /// ReportingInterval
    pub interval: Address,
    /// InitiationTime
    pub time: Address,
}

/// The parameters of lightweight notifications in ManagementServer.
#[derive(Debug)]
pub struct Lightweight {
    /// LightweightNotificationProtocolsUsed
    pub protocols_used: Address,
    /// LightweightNotificationTriggerInterval
    pub trigger_interval: Address,
    /// LightweightNotificationTriggerTime
    pub trigger_time: Address,
    /// UDPLightweightNotificationHost
    pub host: Address,
    /// UDPLightweightNotificationPort
    pub port: Address,
}

/// The columns of ManagementServer.InformParameter.
#[derive(Debug)]
pub struct InformParameter {
    /// Enable
    pub enable: NodeId,
    /// ParameterName
    pub parameter_name: NodeId,
    /// EventList
    pub event_list: NodeId,
}

/// Where in ManagementServer it stands how the device is called by UDP (TR-069 Annex G).
#[derive(Debug)]
pub struct UdpCalls {
    /// STUNEnable
    pub enable: Address,
    /// STUNServerAddress
    pub server: Address,
    /// STUNServerPort
    pub port: Address,
    /// STUNUsername
    pub username: Address,
    /// STUNPassword
    pub password: Address,
    /// STUNMaximumKeepAlivePeriod
    pub maximum: Address,
    /// STUNMinimumKeepAlivePeriod
    pub minimum: Address,
    /// UDPConnectionRequestAddress
    pub address: Address,
    /// UDPConnectionRequestAddressNotificationLimit, which Device:2 does not have
    pub notification_limit: Option<Address>,
}

/// Where in ManagementServer it stands how the device is called over XMPP (TR-069 Annex K).
#[derive(Debug)]
pub struct XmppCalls {
    /// ConnReqXMPPConnection
    pub connection: Address,
    /// ConnReqAllowedJabberIDs
    pub allowed: Address,
    /// ConnReqJabberID
    pub jabber_id: Address,
}

impl XmppCalls {
    fn of(find: impl Fn(&str) -> Option<Address>) -> Option<XmppCalls> {
        Some(XmppCalls {
            connection: find("ConnReqXMPPConnection")?,
            allowed: find("ConnReqAllowedJabberIDs")?,
            jabber_id: find("ConnReqJabberID")?,
        })
    }
}

impl UdpCalls {
    fn of(find: impl Fn(&str) -> Option<Address>) -> Option<UdpCalls> {
        Some(UdpCalls {
            enable: find("STUNEnable")?,
            server: find("STUNServerAddress")?,
            port: find("STUNServerPort")?,
            username: find("STUNUsername")?,
            password: find("STUNPassword")?,
            maximum: find("STUNMaximumKeepAlivePeriod")?,
            minimum: find("STUNMinimumKeepAlivePeriod")?,
            address: find("UDPConnectionRequestAddress")?,
            notification_limit: find("UDPConnectionRequestAddressNotificationLimit"),
        })
    }
}

impl Product {
    /// The product of this name.
    ///
    /// # Errors
    /// If there is none, or its models lack what every device needs.
    pub fn load(name: &str) -> Result<Arc<Product>, OperatorError> {
        let Some(ty) = data_model::catalogue::device_type(name) else {
            return Err(OperatorError::new(
                format!("there is no device type `{name}`"),
                "it is not in the catalogue",
                format!("use one of: {}", data_model::catalogue::names().join(", ")),
            ));
        };
        Ok(Arc::new(Product::new(ty)?))
    }

    fn new(ty: Arc<DeviceType>) -> Result<Product, OperatorError> {
        let schema = &ty.schema;
        let root = match schema.node(schema.root()).name.as_ref() {
            "InternetGatewayDevice" => "InternetGatewayDevice.",
            _ => "Device.",
        };
        let maybe = |name: &str| schema.lookup(&format!("{root}{name}"));
        let must = |name: &str| {
            maybe(name).ok_or_else(|| {
                OperatorError::new(
                    format!("device type `{}` cannot be used", ty.name),
                    format!("its models have no {root}{name}"),
                    "add the parameter to one of the type's models",
                )
            })
        };
        let known = Known {
            url: must("ManagementServer.URL")?,
            username: must("ManagementServer.Username")?,
            password: must("ManagementServer.Password")?,
            periodic_enable: must("ManagementServer.PeriodicInformEnable")?,
            periodic_interval: must("ManagementServer.PeriodicInformInterval")?,
            periodic_time: must("ManagementServer.PeriodicInformTime")?,
            connection_request_username: must("ManagementServer.ConnectionRequestUsername")?,
            connection_request_password: must("ManagementServer.ConnectionRequestPassword")?,
            connection_request_url: must("ManagementServer.ConnectionRequestURL")?,
            software_version: must("DeviceInfo.SoftwareVersion")?,
            retry_minimum: maybe("ManagementServer.CWMPRetryMinimumWaitInterval"),
            retry_multiplier: maybe("ManagementServer.CWMPRetryIntervalMultiplier"),
            enable_cwmp: maybe("ManagementServer.EnableCWMP"),
            throttle: maybe("ManagementServer.DefaultActiveNotificationThrottle"),
            heartbeat: heartbeat_policy(maybe),
            lightweight: lightweight(maybe),
            instance_mode: maybe("ManagementServer.InstanceMode"),
            auto_create: maybe("ManagementServer.AutoCreateInstances"),
            wildcards: maybe("ManagementServer.InstanceWildcardsSupported"),
            inform_parameter: inform_parameter(maybe),
            http_compression: maybe("ManagementServer.HTTPCompression"),
            schedule_reboot: maybe("ManagementServer.ScheduleReboot"),
            delay_reboot: maybe("ManagementServer.DelayReboot"),
            bulk_data: maybe("BulkData.Enable"),
            http_calls: maybe("ManagementServer.HTTPConnectionRequestEnable"),
            udp_calls: UdpCalls::of(|name| maybe(&format!("ManagementServer.{name}"))),
            xmpp_calls: XmppCalls::of(|name| maybe(&format!("ManagementServer.{name}"))),
            registrars: registrars(maybe),
            provisioning: Settings::find(maybe),
            downgrade_limit: maybe("X_CISCO_ATA.Provisioning.Downgrade_Rev_Limit"),
        };
        let forced_inform = parameters(&ty, |parameter| parameter.forced_inform);
        let notified = parameters(&ty, |parameter| match parameter.notification {
            NotificationRule::ForcedActive | NotificationRule::DefaultActive => true,
            NotificationRule::Free | NotificationRule::CanDeny => false,
        });
        Ok(Product {
            known,
            forced_inform,
            notified,
            diagnostics: Description::all(&ty.schema),
            echo: echo::find_object(&ty.schema),
            root,
            ty,
        })
    }

    /// The names of computed parameters in this product's models.
    pub fn computed_names(&self) -> Vec<&str> {
        let schema = &self.ty.schema;
        let names = schema.nodes().filter_map(|(_, node)| match &node.kind {
            NodeKind::Parameter(parameter) => match &parameter.source {
                Source::Computed(name) => Some(name.as_ref()),
                Source::Stored | Source::View(_) => None,
            },
            NodeKind::Object | NodeKind::Table(_) => None,
        });
        names.collect()
    }
}

fn heartbeat_policy(maybe: impl Fn(&str) -> Option<Address>) -> Option<HeartbeatPolicy> {
    Some(HeartbeatPolicy {
        enable: maybe("ManagementServer.HeartbeatPolicy.Enable")?,
        interval: maybe("ManagementServer.HeartbeatPolicy.ReportingInterval")?,
        time: maybe("ManagementServer.HeartbeatPolicy.InitiationTime")?,
    })
}

fn registrars(maybe: impl Fn(&str) -> Option<Address>) -> Option<Registrars> {
    Some(Registrars {
        domains: maybe("X_CISCO_ATA.System.Restricted_Access_Domains")?,
        proxy: maybe("X_CISCO_ATA.Line.1.Proxy")?.node,
    })
}

fn inform_parameter(maybe: impl Fn(&str) -> Option<Address>) -> Option<InformParameter> {
    // Where the columns lie does not depend on the instance.
    Some(InformParameter {
        enable: maybe("ManagementServer.InformParameter.1.Enable")?.node,
        parameter_name: maybe("ManagementServer.InformParameter.1.ParameterName")?.node,
        event_list: maybe("ManagementServer.InformParameter.1.EventList")?.node,
    })
}

fn lightweight(maybe: impl Fn(&str) -> Option<Address>) -> Option<Lightweight> {
    Some(Lightweight {
        protocols_used: maybe("ManagementServer.LightweightNotificationProtocolsUsed")?,
        trigger_interval: maybe("ManagementServer.LightweightNotificationTriggerInterval")?,
        trigger_time: maybe("ManagementServer.LightweightNotificationTriggerTime")?,
        host: maybe("ManagementServer.UDPLightweightNotificationHost")?,
        port: maybe("ManagementServer.UDPLightweightNotificationPort")?,
    })
}

fn parameters(
    ty: &DeviceType,
    wanted: impl Fn(&data_model::schema::Parameter) -> bool,
) -> Vec<NodeId> {
    let nodes = ty.schema.nodes().filter(|(_, node)| match &node.kind {
        NodeKind::Parameter(parameter) => wanted(parameter),
        NodeKind::Object | NodeKind::Table(_) => false,
    });
    nodes.map(|(id, _)| id).collect()
}

/// Every address of a node on a device, one for each instance of the tables above it.
pub fn addresses_of(tree: &crate::tree::Tree, node: NodeId) -> Vec<Address> {
    let schema = &tree.device_type().schema;
    let mut tables = Vec::new();
    let mut current = schema.node(node).parent;
    while let Some(id) = current {
        if let NodeKind::Table(table) = &schema.node(id).kind {
            tables.push((id, table));
        }
        current = schema.node(id).parent;
    }
    let mut found = vec![Instances::default()];
    for (id, table) in tables.into_iter().rev() {
        let deeper = found.iter().flat_map(|above| {
            let address = Address {
                node: id,
                instances: *above,
            };
            let numbers = tree.instances_of(table, &address).into_owned();
            numbers
                .into_iter()
                .filter_map(move |number| above.push(number))
        });
        found = deeper.collect();
    }
    found
        .into_iter()
        .map(|instances| Address { node, instances })
        .collect()
}
