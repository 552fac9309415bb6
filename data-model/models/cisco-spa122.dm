# What the SPA122 has and the ATA 191/192 lacks.
# The format is described in README.md.

[X_CISCO_ATA.System.] xml=* text=yes-no
  Syslog_Server                              rw host?
  Debug_Server                               rw host?
  Debug_Level                                rw unsignedInt            = 3
  Station_Name                               rw string

# The Linksys key system; what else Force_LAN_Codec may hold is not known.
[X_CISCO_ATA.SIP.] xml=* text=yes-no
  Linksys_Key_System                         rw boolean                = 0
  Multicast_Address                          rw string                 = 224.168.168.168:6061
  Key_System_Auto_Discovery                  rw boolean                = 1
  Key_System_IP_Address                      rw ipv4?
  Force_LAN_Codec                            rw string                 = none

[X_CISCO_ATA.Line.{i}.] xml=*_{1}_ text=yes-no
  SIP_Debug_Option                           rw string                 = none

[X_CISCO_ATA.Router.WAN_VLAN_Setting.] xml=router-configuration/WAN_VLAN_Setting/* text=0-1
  # Spelt so on the device; takes the place of WAN_VLAN_ID.
  WAN_VALN_ID                                rw unsignedInt[1:4094]    = 1

# That the MAIL_ elements stand in this section is inferred.
[X_CISCO_ATA.Router.Log_Configuration.] xml=router-configuration/Log_Configuration/* text=0-1
  MAIL_Sender                                rw string
  MAIL_Receiver                              rw string
  MAIL_Subject                               rw string
  MAIL_Smtp_Server                           rw host?
  MAIL_Smtp_Port                             rw unsignedInt[1:65535]   = 25
  MAIL_Log_Count                             rw unsignedInt            = 100
  MAIL_Interval                              rw unsignedInt            = 60
  MAIL_Smtp_User                             rw string
  MAIL_Smtp_Passwd                           rw string                 secret

[X_CISCO_ATA.Router.Log_Configuration.KERNEL.] xml=router-configuration/Log_Configuration/KERNEL/* text=0-1
  Enable                                     rw boolean                = 0
  Priority                                   rw unsignedInt            = 3
  RAM                                        rw boolean                = 0
  Syslog                                     rw boolean                = 0
  MAIL                                       rw boolean                = 0

[X_CISCO_ATA.Router.Log_Configuration.System.] xml=router-configuration/Log_Configuration/System/* text=0-1
  Enable                                     rw boolean                = 0
  Priority                                   rw unsignedInt            = 3
  RAM                                        rw boolean                = 0
  Syslog                                     rw boolean                = 0
  MAIL                                       rw boolean                = 0

[X_CISCO_ATA.Router.About_Product.] xml=router-configuration/About_Product/*
  Firmware_Version                           ro string                 = @software_version
  Model                                      ro string                 = @model_name
  Product_ID                                 ro string                 = @product_class
  Version_ID                                 ro string                 = @hardware_version
  Serial_Number                              ro string                 = @serial
