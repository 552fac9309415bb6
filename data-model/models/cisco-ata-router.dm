# The router half of the Cisco ATA 191/192 configuration: one object for each section of
# router-configuration. Dumps of both models print all of it, though forwarding, DMZ, passthrough and the
# DHCP server have an effect on the ATA 192 only.
# The format is described in README.md.

[X_CISCO_ATA.Router.] xml=router-configuration/* text=0-1
  Bonjour_Enable                             rw boolean                = 1
  Reset_Button_Enable                        rw boolean                = 1
  # A dump of an ATA 191 prints 0: see the device types.
  Router_Mode                                rw enum(0=Bridge|1=NAT)   reboot = 1
  # Bridge mode only: losing the WAN link then restarts the device even with the LAN link up.
  Monitor_WAN_Port_Only                      rw boolean                = 0
  Web_Login_Admin_Name                       rw string                 = admin
  # Factory values; the web page asks for at least 8 characters of three classes at first login.
  Web_Login_Admin_Password                   rw string(127)            secret = admin
  Web_Login_Guest_Name                       rw string                 = cisco
  Web_Login_Guest_Password                   rw string(127)            secret = cisco

[X_CISCO_ATA.Router.WAN_Basic_Setting.] xml=router-configuration/WAN_Basic_Setting/* text=0-1
  WAN_Stack_Mode                             rw enum(0="IPv4 Only"|1="IPv6 Only"|2=Dual) reboot = 0
  WAN_Signal_Preference                      rw enum(0=IPv4|1=IPv6)    = 0
  WAN_Media_Preference                       rw enum(0=IPv4|1=IPv6)    = 0

[X_CISCO_ATA.Router.WAN_Interface.] xml=router-configuration/WAN_Interface/* text=0-1
  WAN_Connection_Type                        rw enum(dh=DHCP|st=Static|pp=PPPoE) reboot = dh
  WAN_DHCP_MTU_Mode                          rw enum(0=Auto|1=Manual)  reboot = 0
  # 0 while the mode is automatic.
  WAN_DHCP_MTU_Size                          rw unsignedInt[0,576:1492] reboot = 0
  WAN_Static_MTU_Mode                        rw enum(0=Auto|1=Manual)  reboot = 0
  WAN_Static_MTU_Size                        rw unsignedInt[0,576:1492] reboot = 0
  WAN_PPPoE_MTU_Mode                         rw enum(0=Auto|1=Manual)  reboot = 0
  WAN_PPPoE_MTU_Size                         rw unsignedInt[0,576:1492] reboot = 0
  # address:mask:gateway[:dns[:dns[:dns]]].
  WAN_Static_IP_NET                          rw static-net             reboot = 0.0.0.0:0.0.0.0:0.0.0.0
  WAN_PPPoE_User_Name                        rw string(64)             reboot
  WAN_PPPoE_Password                         rw string(64)             secret reboot
  WAN_PPPoE_Service_Name                     rw string(64)             reboot
  # type:idle minutes:30; type 0 keeps alive, 1 connects on demand.
  WAN_PPPoE_Keep_Alive                       rw keep-alive             = 0:5:30

[X_CISCO_ATA.Router.WAN_IP6_Setting.] xml=router-configuration/WAN_IP6_Setting/* text=0-1
  WAN_IP6_Allow_AutoConfig                   rw boolean                = 1
  WAN_IP6_Connection_Type                    rw enum(0=DHCPv6|1=Static|2=PPPoEv6) reboot = 0
  WAN_Static_IP6_Address                     rw ipv6?                  reboot
  WAN_Static_IP6_Prefix_Length               rw unsignedInt[1:128]     reboot = 64
  # Spelt so on the device.
  WAN_Static_IP6_Gatway                      rw ipv6?                  reboot

[X_CISCO_ATA.Router.PHY_Port_Setting.] xml=router-configuration/PHY_Port_Setting/* text=0-1
  Flow_Control                               rw boolean                = 1
  Speed_Duplex                               rw enum(auto|10h|10f|100h|100f) = auto

[X_CISCO_ATA.Router.MAC_Address_Clone.] xml=router-configuration/MAC_Address_Clone/* text=0-1
  MAC_Address_Clone_Enabled                  rw boolean                reboot = 0
  MAC_Address_Clone_Address                  rw mac                    reboot = 00:00:00:00:00:00

[X_CISCO_ATA.Router.Internet_Option.] xml=router-configuration/Internet_Option/* text=0-1
  # The model name: see the device types.
  Host_Name                                  rw string                 = ATA191-MPP
  Domain_Name                                rw string
  DNS_Order                                  rw enum(0=Manual|1=Manual-DHCP|2=DHCP-Manual) = 2
  # address[:address].
  DNS                                        rw ipv4-colons?
  DNS6_Order                                 rw enum(0=Manual|1=Manual-DHCP|2=DHCP-Manual) = 2
  DNS6                                       rw string

[X_CISCO_ATA.Router.DHCP_Server_Pool.]

[X_CISCO_ATA.Router.DHCP_Server_Pool.Rule.] xml=router-configuration/DHCP_Server_Pool/Rule/* text=0-1
  DHCP_Server                                rw boolean                = 1
  Local_IP                                   rw ipv4                   reboot = 192.168.15.1
  Subnet_Mask                                rw enum(255.255.255.0|255.255.255.128|255.255.255.192|255.255.255.224|255.255.255.240|255.255.255.248|255.255.255.252) reboot = 255.255.255.0
  # Reservations as "mac ip on name", separated by semicolons.
  DHCP_Client_Table                          rw reservations?
  Option_66                                  rw enum(0=None|2="Remote TFTP Server"|3="Manual TFTP Server") = 0
  TFTP_IP                                    rw ipv4                   = 0.0.0.0
  Option_67                                  rw string
  Option_159                                 rw url?
  Option_160                                 rw url?
  DNS_Proxy                                  rw boolean                = 1
  Starting_IP                                rw ipv4                   = 192.168.15.100
  Max_DHCP_User                              rw unsignedInt[1:]        = 50
  # Minutes; 0 for a day, 9999 for ever.
  Client_Lease_Time                          rw unsignedInt            = 0
  Static_DNS                                 rw ipv4                   = 0.0.0.0
  Default_Gateway                            rw ipv4                   = 192.168.15.1

[X_CISCO_ATA.Router.LAN_IP6_Setting.] xml=router-configuration/LAN_IP6_Setting/* text=0-1
  LAN_IP6_Address_Assign_Type                rw enum(0=SLAAC|1=DHCPv6) = 0
  LAN_DHCP6_Delegation_Enable                rw boolean                = 0
  LAN_IP6_Prefix                             rw ipv6                   = 2001::

[X_CISCO_ATA.Router.WAN_VLAN_Setting.] xml=router-configuration/WAN_VLAN_Setting/* text=0-1
  WAN_VLAN_Enable                            rw boolean                reboot = 0
  # 3 in every dump of an ATA; the text says 1.
  WAN_VLAN_ID                                rw unsignedInt[1:4094]    reboot = 3

[X_CISCO_ATA.Router.CLDP_Setting.] xml=router-configuration/CLDP_Setting/* text=0-1
  CDP_ENABLE                                 rw boolean                = 1
  LLDP_ENABLE                                rw boolean                = 1
  LAYER2_LOGGING_ENABLE                      rw boolean                = 0

[X_CISCO_ATA.Router.Single_Port_Forwarding.] xml=router-configuration/Single_Port_Forwarding/* text=0-1
  # Numbers of the rules in use, joined by colons. A rule is
  # enabled:name:br1:external port:internal port:tcp|udp|both:address.
  Single_Port_Forwarding_Index               rw rule-index?
  Rule0                                      rw forward?
  Rule1                                      rw forward?
  Rule2                                      rw forward?
  Rule3                                      rw forward?
  Rule4                                      rw forward?
  Rule5                                      rw forward?
  Rule6                                      rw forward?
  Rule7                                      rw forward?
  Rule8                                      rw forward?
  Rule9                                      rw forward?

[X_CISCO_ATA.Router.Port_Range_Forwarding.] xml=router-configuration/Port_Range_Forwarding/* text=0-1
  # Numbers of the rules in use, joined by colons. A rule is
  # enabled:name:br1:first port:last port:tcp|udp|both:address.
  Port_Range_Forwarding_Index                rw rule-index?
  Rule0                                      rw forward-range?
  Rule1                                      rw forward-range?
  Rule2                                      rw forward-range?
  Rule3                                      rw forward-range?
  Rule4                                      rw forward-range?
  Rule5                                      rw forward-range?
  Rule6                                      rw forward-range?
  Rule7                                      rw forward-range?
  Rule8                                      rw forward-range?
  Rule9                                      rw forward-range?

[X_CISCO_ATA.Router.SNMP.] xml=router-configuration/SNMP/* text=0-1
  SNMP_Enabled                               rw boolean                = 0
  # address/mask; zeros for any.
  SNMP_Trusted_IP                            rw ipv4-mask              = 0.0.0.0/0.0.0.0
  SNMP_Trusted_IP6                           rw ipv6                   = ::
  SNMP_Trusted_IP6_Prefix_Length             rw unsignedInt[0:128]     = 0
  Get_Community                              rw string                 secret = public
  Set_Community                              rw string                 secret = private
  SNMPV3                                     rw boolean                = 0
  RW_User                                    rw string                 = v3rwuser
  Auth_Protocol                              rw enum(MD5|SHA|SHA256|SHA512) = MD5
  Auth_Password                              rw string                 secret = 1111111111
  Privacy_Protocol                           rw enum(None|DES|AES)     = DES
  Privacy_Password                           rw string                 secret = 1111111111
  TRAP_IP_Address                            rw ipv4                   = 192.168.15.100
  TRAP_Port                                  rw unsignedInt[162,1025:65535] = 162
  TRAP_SNMP_Version                          rw enum(v1|v2c|v3)        = v1

[X_CISCO_ATA.Router.Time_Setup.] xml=router-configuration/Time_Setup/* text=0-1
  # Hours from UTC and two numbers that pick the rule of the zone: "+01 2 2" is Germany.
  Time_Zone                                  rw zone                   = -08 1 1
  Auto_Adjust_Clock                          rw boolean                = 1
  # start=m/d/wd/hh[:mm[:ss]];end=...;save=h; wins over the rule of the zone.
  Daylight_Saving_Time_Rule                  rw dst-rule?
  Time_Server_Mode                           rw enum(auto|manual)      = auto
  Time_Server                                rw host?                  = 0.ciscosb.pool.ntp.org
  # Seconds between two questions to the time server.
  Resync_Timer                               rw unsignedInt            = 3600
  Auto_Recovery_System_Time                  rw boolean                = 0
  Time_Mode                                  rw enum(0=Manual|1=Auto)  = 1

[X_CISCO_ATA.Router.QoS_Bandwidth_Control.]

[X_CISCO_ATA.Router.QoS_Bandwidth_Control.WAN.] xml=router-configuration/QoS_Bandwidth_Control/WAN/* text=0-1
  # Both in the text of the guide only.
  QoS_Always_ON                              rw enum(0="only while phone in use"|1=always) = 0
  Upstream_Bandwidth                         rw unsignedInt            = 10000

[X_CISCO_ATA.Router.HTTP_Proxy.] xml=router-configuration/HTTP_Proxy/* text=0-1
  Proxy_Mode                                 rw enum(Off|Auto|Manual)  = Off
  # Yes and No here, unlike the rest of this half.
  Use_Auto_Discovery__WPAD_                  rw boolean                text=yes-no = 1
  PAC_URL                                    rw url?
  Proxy_Server_Requires_Authentication       rw boolean                text=yes-no = 0
  Proxy_Host                                 rw host?
  Proxy_Port                                 rw unsignedInt[2:65535]   = 3128
  Proxy_Username                             rw string
  Proxy_Password                             rw string                 secret

[X_CISCO_ATA.Router.Software_DMZ.] xml=router-configuration/Software_DMZ/* text=0-1
  # There is one rule only.
  Rule_Number                                rw unsignedInt[1]         = 1

[X_CISCO_ATA.Router.Software_DMZ.Rule1.] xml=router-configuration/Software_DMZ/Rule1/* text=0-1
  Status                                     rw boolean                = 0
  Private_IP                                 rw ipv4                   = 0.0.0.0

[X_CISCO_ATA.Router.VPN_Passthrough.] xml=router-configuration/VPN_Passthrough/* text=0-1
  IPSec_Passthrough                          rw boolean                = 1
  PPTP_Passthrough                           rw boolean                = 1
  L2TP_Passthrough                           rw boolean                = 1

[X_CISCO_ATA.Router.Web_Management.] xml=router-configuration/Web_Management/* text=0-1
  Admin_Access                               rw boolean                = 1
  # A release note says that changing these needs a power cycle.
  Web_Utility_Access_HTTP                    rw boolean                reboot = 0
  Web_Utility_Access_HTTPS                   rw boolean                reboot = 1
  Web_Remote_Management                      rw boolean                = 0
  Remote_Web_Utility_Access                  rw enum(0=HTTP|1=HTTPS)   reboot = 0
  Web_Remote_Upgrade                         rw boolean                = 0
  Allowed_Remote_IP_Type                     rw enum(0="listed address"|1=any) = 1
  # An address and the last octet of the range, with a blank between.
  Allowed_Remote_IP_Address                  rw ipv4-range             = 0.0.0.0 0
  # 80 in dumps of older firmware.
  Remote_Management_Port                     rw unsignedInt[1:65535]   = 443

[X_CISCO_ATA.Router.TR_069.] xml=router-configuration/TR_069/* text=0-1
  # The device fills in the connection request; ManagementServer stores all but the first and the last.
  TR_069_Status                              rw boolean                = 0
  TR_069_ACS_URL                             rw same                   view=ManagementServer.URL
  TR_069_ACS_Username                        rw same                   view=ManagementServer.Username
  TR_069_ACS_Password                        rw same                   view=ManagementServer.Password
  TR_069_Connection_Request_URL              ro same                   view=ManagementServer.ConnectionRequestURL
  TR_069_Connection_Request_Username         rw same                   view=ManagementServer.ConnectionRequestUsername
  TR_069_Connection_Request_Password         rw same                   view=ManagementServer.ConnectionRequestPassword
  TR_069_Periodic_Inform_Interval            rw same                   view=ManagementServer.PeriodicInformInterval
  TR_069_Periodic_Inform_Enable              rw same                   view=ManagementServer.PeriodicInformEnable
  # Printed by dumps, described nowhere.
  TR_069_Loopback_Binding                    rw boolean                = 0

[X_CISCO_ATA.Router.Log_Configuration.] xml=router-configuration/Log_Configuration/* text=0-1
  # 0 default, 1 preset, 2 telephony, 3 SIP, 4 UI, 5 network, 6 media, 7 system, 8 web, 9 NTP,
  # 10 CDP and LLDP, 11 security, 12 to 14 the signal processor.
  Log_Module                                 rw list(unsignedInt[0:14]) = 0
  # Kilobytes; half of the dumps print 512.
  RAM_Log_Size                               rw unsignedInt[128:1024]  = 200
  Syslog_Server_IP                           rw ipv4?
  Syslog_Server_IP6                          rw ipv6?
  Syslog_Server_Port                         rw unsignedInt[1:65535]   = 514
  Event_Log_Server                           rw host?(128)
  Event_Log_Port                             rw unsignedInt[1:65535]   = 514
  # Sum of 1 device, 2 system, 4 configuration, 8 registration.
  Event_Log_Flag                             rw unsignedInt[0:15]      = 15
  PRT_Upload_Url                             rw url?(256)
  PRT_Upload_Method                          rw enum(0=POST|1=PUT)     = 0
  # Minutes between two problem reports, 0 for none.
  PRT_Max_Timer                              rw unsignedInt[0,15:1440] = 0
  # Macro template.
  PRT_Name                                   rw string

[X_CISCO_ATA.Router.SSH.] xml=router-configuration/SSH/* text=0-1
  SSH_ACCESS                                 rw boolean                = 0
  SSH_User_ID                                rw string
  SSH_Password                               rw string                 secret
