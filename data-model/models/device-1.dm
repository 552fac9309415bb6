# The root object of Device:1 (TR-106, TR-181 issue 1) as an analog telephone adapter fills it.
# The format is described in README.md.

[]
  DeviceSummary                    ro string(1024)          inform = @device_summary

[Services.]

[DeviceInfo.]
  Manufacturer                     ro string(64)            = @manufacturer
  ManufacturerOUI                  ro string(6)             = @oui
  ModelName                        ro string(64)            deny-active = @model_name
  Description                      ro string(256)           deny-active = Analog telephone adapter
  ProductClass                     ro string(64)            = @product_class
  SerialNumber                     ro string(64)            = @serial
  HardwareVersion                  ro string(64)            inform = @hardware_version
  # The schema of Device:1 marks nothing as forced; SoftwareVersion and ProvisioningCode follow the other roots.
  SoftwareVersion                  ro string(64)            inform active = @software_version
  ProvisioningCode                 rw string(64)            active
  DeviceStatus                     ro enum(Up|Initializing|Error|Disabled) = @device_status
  UpTime                           ro unsignedInt           deny-active = @up_time
  FirstUseDate                     ro dateTime              deny-active = @first_use_date
  DeviceLog                        ro string(32768)         deny-active = @device_log
  VendorConfigFileNumberOfEntries  ro unsignedInt           = @entries
  VendorLogFileNumberOfEntries     ro unsignedInt           = @entries

[GatewayInfo.]
  ManufacturerOUI                  ro string(6)             active-default
  ProductClass                     ro string(64)            active-default
  SerialNumber                     ro string(64)            active-default

[Config.]
  PersistentData                   rw string(256)

[Time.]
  Enable                           rw boolean               view=X_CISCO_ATA.Router.Time_Setup.Time_Mode
  Status                           ro enum(Disabled|Unsynchronized|Synchronized|Error_FailedToSynchronize) = @time_status
  NTPServer1                       rw string(64)            view=X_CISCO_ATA.Router.Time_Setup.Time_Server
  # The ATA asks one server; the second is kept for servers that write both.
  NTPServer2                       rw string(64)
  CurrentLocalTime                 ro dateTime              deny-active = @current_local_time
  # Written as the zone code of the ATA ("-08 1 1"), not in the POSIX form.
  LocalTimeZone                    rw string(256)           view=X_CISCO_ATA.Router.Time_Setup.Time_Zone

[UserInterface.]
  ISPName                          rw string(64)
  ISPHelpDesk                      rw string(32)
  ISPHomePage                      rw string(256)
  ISPHelpPage                      rw string(256)
  AvailableLanguages               ro list(string,256)      = en
  CurrentLanguage                  rw enum(en)              = en

# The one network interface of the device, towards the provider: the WAN side of the router half. Addresses are read
# from the interface, however it got them, and written to the static settings.
[LAN.]
  AddressingType                   rw enum(DHCP|Static|X_CISCO_PPPoE) view=X_CISCO_ATA.Router.WAN_Interface.WAN_Connection_Type as=map(DHCP=dh|Static=st|X_CISCO_PPPoE=pp)
  IPAddress                        rw ipv4?                 inform view=X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET as=field(1,0.0.0.0) = @local_ip
  SubnetMask                       rw ipv4?                 view=X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET as=field(2,0.0.0.0) = @subnet_mask
  DefaultGateway                   rw ipv4?                 view=X_CISCO_ATA.Router.WAN_Interface.WAN_Static_IP_NET as=field(3,0.0.0.0) = @default_gateway
  DNSServers                       rw list(ipv4,256)        view=X_CISCO_ATA.Router.Internet_Option.DNS as=colons = @dns_servers
  MACAddress                       rw mac?                  view=X_CISCO_ATA.Router.MAC_Address_Clone.MAC_Address_Clone_Address = @mac_address
  MACAddressOverride               rw boolean               view=X_CISCO_ATA.Router.MAC_Address_Clone.MAC_Address_Clone_Enabled
  DHCPOptionNumberOfEntries        ro unsignedInt           = @entries

# Entry n is the n-th option of DHCP_Option_To_Use: Tag its code (0 if there are fewer than n), Request whether there is
# one, Value what the server sent for it.
[LAN.DHCPOption.{i}.] ro init=4 max=4 count=DHCPOptionNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{1}
  Request                          rw boolean               view=X_CISCO_ATA.Provisioning.DHCP_Option_To_Use as=has-item({1})
  Tag                              rw unsignedInt[0:254]    view=X_CISCO_ATA.Provisioning.DHCP_Option_To_Use as=item({1},0)
  Value                            ro base64(255)           = @dhcp_option_value

[LAN.Stats.]
  ConnectionUpTime                 ro unsignedInt           deny-active
  TotalBytesSent                   ro unsignedInt           deny-active
  TotalBytesReceived               ro unsignedInt           deny-active
  TotalPacketsSent                 ro unsignedInt           deny-active
  TotalPacketsReceived             ro unsignedInt           deny-active
  CurrentDayInterval               ro unsignedInt           deny-active
  CurrentDayBytesSent              ro unsignedInt           deny-active
  CurrentDayBytesReceived          ro unsignedInt           deny-active
  CurrentDayPacketsSent            ro unsignedInt           deny-active
  CurrentDayPacketsReceived        ro unsignedInt           deny-active
  QuarterHourInterval              ro unsignedInt           deny-active
  QuarterHourBytesSent             ro unsignedInt           deny-active
  QuarterHourBytesReceived         ro unsignedInt           deny-active
  QuarterHourPacketsSent           ro unsignedInt           deny-active
  QuarterHourPacketsReceived       ro unsignedInt           deny-active

[LAN.IPPingDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Complete|Error_CannotResolveHostName|Error_Internal|Error_Other) deny-active = None
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

[LAN.TraceRouteDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Complete|Error_CannotResolveHostName|Error_MaxHopCountExceeded|Error_Internal|Error_Other) deny-active = None
  Host                             rw string(256)
  Timeout                          rw unsignedInt[1:]       = 5000
  DataBlockSize                    rw unsignedInt[1:65535]  = 38
  MaxHopCount                      rw unsignedInt[1:64]     = 30
  DSCP                             rw unsignedInt[0:63]
  ResponseTime                     ro unsignedInt           deny-active
  NumberOfRouteHops                ro unsignedInt           deny-active = @entries

[LAN.TraceRouteDiagnostics.RouteHops.{i}.] ro max=64 count=NumberOfRouteHops
  HopHost                          ro string(256)           deny-active

[Ethernet.]
  X_CISCO_CDP                      rw same                   view=X_CISCO_ATA.Router.CLDP_Setting.CDP_ENABLE
  X_CISCO_LLDP                     rw same                   view=X_CISCO_ATA.Router.CLDP_Setting.LLDP_ENABLE
  X_CISCO_EnableVLAN               rw same                   view=X_CISCO_ATA.Router.WAN_VLAN_Setting.WAN_VLAN_Enable
  X_CISCO_VLANID                   rw same                   view=X_CISCO_ATA.Router.WAN_VLAN_Setting.WAN_VLAN_ID
