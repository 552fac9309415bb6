# The root object of InternetGatewayDevice:1 (TR-098) as a small router with telephone ports fills it.
# The format is described in README.md.

[]
  DeviceSummary                    ro string(1024)          inform = @device_summary
  LANDeviceNumberOfEntries         ro unsignedInt           = @entries
  WANDeviceNumberOfEntries         ro unsignedInt           = @entries

[Services.]

[DeviceInfo.]
  Manufacturer                     ro string(64)            = @manufacturer
  ManufacturerOUI                  ro string(6)             = @oui
  ModelName                        ro string(64)            = @model_name
  Description                      ro string(256)           = Analog telephone adapter with router
  ProductClass                     ro string(64)            = @product_class
  SerialNumber                     ro string(64)            = @serial
  HardwareVersion                  ro string(64)            inform = @hardware_version
  SoftwareVersion                  ro string(64)            inform active = @software_version
  SpecVersion                      ro string(16)            inform = 1.0
  ProvisioningCode                 rw string(64)            inform active
  UpTime                           ro unsignedInt           deny-active = @up_time
  FirstUseDate                     ro dateTime              = @first_use_date
  DeviceLog                        ro string(32768)         deny-active = @device_log
  VendorConfigFileNumberOfEntries  ro unsignedInt           = @entries
  VendorLogFileNumberOfEntries     ro unsignedInt           = @entries

[Time.]
  Enable                           rw boolean               view=X_CISCO_ATA.Router.Time_Setup.Time_Mode
  Status                           ro enum(Disabled|Unsynchronized|Synchronized|Error_FailedToSynchronize) = @time_status
  NTPServer1                       rw string(64)            view=X_CISCO_ATA.Router.Time_Setup.Time_Server
  # The device asks one server; the second is kept for servers that write both.
  NTPServer2                       rw string(64)
  CurrentLocalTime                 ro dateTime              deny-active = @current_local_time
  LocalTimeZone                    rw string(6)             view=X_CISCO_ATA.Router.Time_Setup.Time_Zone as=zone-offset
  # Written as the zone code of the device ("-08 1 1"), not in the POSIX form.
  LocalTimeZoneName                rw string(64)            view=X_CISCO_ATA.Router.Time_Setup.Time_Zone

[Layer3Forwarding.]
  DefaultConnectionService         ro string(256)           = InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANIPConnection.1
  ForwardNumberOfEntries           ro unsignedInt

[LANDevice.{i}.] ro init=1 max=1 count=LANDeviceNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{1}
  LANEthernetInterfaceNumberOfEntries   ro unsignedInt      = @entries
  LANUSBInterfaceNumberOfEntries        ro unsignedInt
  LANWLANConfigurationNumberOfEntries   ro unsignedInt

[LANDevice.{i}.LANHostConfigManagement.]
  DHCPServerConfigurable           ro boolean               = 1
  DHCPServerEnable                 rw boolean               view=X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.DHCP_Server
  MinAddress                       rw ipv4?                 view=X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.Starting_IP
  SubnetMask                       rw ipv4?                 view=X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.Subnet_Mask
  DNSServers                       rw ipv4?                 view=X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.Static_DNS
  DomainName                       rw string(64)            view=X_CISCO_ATA.Router.Internet_Option.Domain_Name
  IPRouters                        rw ipv4?                 view=X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.Default_Gateway
  IPInterfaceNumberOfEntries       ro unsignedInt           = @entries

[LANDevice.{i}.LANHostConfigManagement.IPInterface.{i}.] ro init=1 max=1 count=IPInterfaceNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{2}
  Enable                           ro boolean               = 1
  IPInterfaceIPAddress             rw ipv4?                 view=X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.Local_IP
  IPInterfaceSubnetMask            rw ipv4?                 view=X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.Subnet_Mask
  IPInterfaceAddressingType        ro enum(DHCP|Static|AutoIP) = Static

[LANDevice.{i}.LANEthernetInterfaceConfig.{i}.] ro init=1 max=1 count=LANEthernetInterfaceNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{2}
  Enable                           ro boolean               = 1
  Status                           ro enum(Up|NoLink|Error|Disabled) = NoLink
  Name                             ro string(16)            = br1
  MACAddress                       ro mac?
  MaxBitRate                       ro enum(10|100|1000|10000|Auto) = Auto
  DuplexMode                       ro enum(Half|Full|Auto)  = Auto

[LANDevice.{i}.Hosts.]
  HostNumberOfEntries              ro unsignedInt           = @entries

[LANDevice.{i}.Hosts.Host.{i}.] ro max=64 count=HostNumberOfEntries
  IPAddress                        ro ipv4?
  AddressSource                    ro enum(DHCP|Static|AutoIP) = DHCP
  LeaseTimeRemaining               ro int[-1:]              deny-active
  MACAddress                       ro mac?
  HostName                         ro string(64)
  InterfaceType                    ro enum(Ethernet|USB|802.11|HomePNA|HomePlug|MoCA|Other) = Ethernet
  Active                           ro boolean

[WANDevice.{i}.] ro init=1 max=1 count=WANDeviceNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{1}
  WANConnectionNumberOfEntries     ro unsignedInt           = @entries

[WANDevice.{i}.WANCommonInterfaceConfig.]
  WANAccessType                    ro enum(DSL|Ethernet|POTS) = Ethernet
  Layer1UpstreamMaxBitRate         ro unsignedInt           = 100000000
  Layer1DownstreamMaxBitRate       ro unsignedInt           = 100000000
  PhysicalLinkStatus               ro enum(Up|Down|Initializing|Unavailable) = Up
  TotalBytesSent                   ro unsignedInt           deny-active
  TotalBytesReceived               ro unsignedInt           deny-active
  TotalPacketsSent                 ro unsignedInt           deny-active
  TotalPacketsReceived             ro unsignedInt           deny-active

[WANDevice.{i}.WANConnectionDevice.{i}.] ro init=1 max=1 count=WANConnectionNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{2}
  WANIPConnectionNumberOfEntries   ro unsignedInt           = @entries
  WANPPPConnectionNumberOfEntries  ro unsignedInt

# Addresses are read from the interface, however it got them, and written to the static settings.
[WANDevice.{i}.WANConnectionDevice.{i}.WANIPConnection.{i}.] ro init=1 max=1 count=WANIPConnectionNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{3}
  Enable                           ro boolean               = 1
  ConnectionStatus                 ro enum(Unconfigured|Connecting|Connected|PendingDisconnect|Disconnecting|Disconnected) = Connected
  PossibleConnectionTypes          ro list(enum(Unconfigured|IP_Routed|IP_Bridged)) = IP_Routed,IP_Bridged
  ConnectionType                   rw enum(IP_Routed|IP_Bridged) view=X_CISCO_ATA.Router.Router_Mode as=map(IP_Routed=1|IP_Bridged=0)
  Name                             ro string(256)           = br0
  Uptime                           ro unsignedInt           deny-active = @up_time
  LastConnectionError              ro enum(ERROR_NONE|ERROR_COMMAND_ABORTED|ERROR_NOT_ENABLED_FOR_INTERNET|ERROR_USER_DISCONNECT|ERROR_ISP_DISCONNECT|ERROR_IDLE_DISCONNECT|ERROR_FORCED_DISCONNECT|ERROR_NO_CARRIER|ERROR_IP_CONFIGURATION|ERROR_UNKNOWN) = ERROR_NONE
  RSIPAvailable                    ro boolean
  NATEnabled                       rw boolean               view=X_CISCO_ATA.Router.Router_Mode
  AddressingType                   rw enum(DHCP|Static|X_CISCO_PPPoE) view=X_CISCO_ATA.Router.WAN_Interface.WAN_Connection_Type as=map(DHCP=dh|Static=st|X_CISCO_PPPoE=pp)
  ExternalIPAddress                rw ipv4?                 inform active-default view=X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET as=field(1,0.0.0.0) = @local_ip
  SubnetMask                       rw ipv4?                 view=X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET as=field(2,0.0.0.0) = @subnet_mask
  DefaultGateway                   rw ipv4?                 view=X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET as=field(3,0.0.0.0) = @default_gateway
  DNSServers                       rw list(ipv4,64)         view=X_CISCO_ATA.Router.Internet_Option.DNS as=colons = @dns_servers
  MACAddress                       rw mac?                  view=X_CISCO_ATA.Router.MAC_Address_Clone.MAC_Address_Clone_Address = @mac_address
  MACAddressOverride               rw boolean               view=X_CISCO_ATA.Router.MAC_Address_Clone.MAC_Address_Clone_Enabled

[WANDevice.{i}.WANConnectionDevice.{i}.WANIPConnection.{i}.Stats.]
  EthernetBytesSent                ro unsignedInt           deny-active
  EthernetBytesReceived            ro unsignedInt           deny-active
  EthernetPacketsSent              ro unsignedInt           deny-active
  EthernetPacketsReceived          ro unsignedInt           deny-active

[IPPingDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Complete|Error_CannotResolveHostName|Error_Internal|Error_Other) deny-active = None
  Interface                        rw string(256)
  Host                             rw string(256)
  NumberOfRepetitions              rw unsignedInt[1:]       = 4
  Timeout                          rw unsignedInt[1:]       = 5000
  DataBlockSize                    rw unsignedInt[1:65535]  = 56
  DSCP                             rw unsignedInt[0:63]
  SuccessCount                     ro unsignedInt           deny-active
  FailureCount                     ro unsignedInt           deny-active
  AverageResponseTime              ro unsignedInt           deny-active
  MinimumResponseTime              ro unsignedInt           deny-active
  MaximumResponseTime              ro unsignedInt           deny-active
  # UDP where the system allows this program no ICMP: then a closed port answers.
  X_DIALTONE_ProbedBy              ro enum(None|ICMP|UDP|Simulation) deny-active = None

[TraceRouteDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Complete|Error_CannotResolveHostName|Error_MaxHopCountExceeded) deny-active = None
  Interface                        rw string(256)
  Host                             rw string(256)
  NumberOfTries                    rw unsignedInt[1:3]      = 3
  Timeout                          rw unsignedInt[1:]       = 5000
  DataBlockSize                    rw unsignedInt[1:65535]  = 38
  DSCP                             rw unsignedInt[0:63]
  MaxHopCount                      rw unsignedInt[1:64]     = 30
  ResponseTime                     ro unsignedInt           deny-active
  RouteHopsNumberOfEntries         ro unsignedInt           deny-active = @entries

[TraceRouteDiagnostics.RouteHops.{i}.] ro max=64 count=RouteHopsNumberOfEntries
  HopHost                          ro string(256)           deny-active
  HopHostAddress                   ro string                deny-active
  HopErrorCode                     ro unsignedInt           deny-active
  HopRTTimes                       ro list(unsignedInt,16)  deny-active
