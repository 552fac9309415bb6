# The status pages of the Cisco ATA 191/192: read-only, with the names of status.xml.
# The format is described in README.md.

[X_CISCO_ATA.Status.]

[X_CISCO_ATA.Status.Product.] status=*
  Product_Name                     ro string                = @model_name
  Serial_Number                    ro string                = @serial
  Software_Version                 ro string                = @software_version
  Hardware_Version                 ro string                = @hardware_version
  # Twelve hexadecimal digits.
  MAC_Address                      ro string                = @mac_address_plain
  Client_Certificate               ro enum(Installed|"Not Installed") = Not Installed
  Customization                    ro enum(Open|Pending|"Custom Pending"|Acquired|Unavailable|Aborted) = Open

[X_CISCO_ATA.Status.System.] status=*
  # m/d/yyyy hh:mm:ss.
  Current_Time                     ro string                deny-active = @status_time
  # hh:mm:ss, from the first day on with "N days and" before it.
  Elapsed_Time                     ro string                deny-active = @status_elapsed
  RTP_Packets_Sent                 ro unsignedInt           deny-active
  RTP_Bytes_Sent                   ro unsignedInt           deny-active
  RTP_Packets_Recv                 ro unsignedInt           deny-active
  RTP_Bytes_Recv                   ro unsignedInt           deny-active
  SIP_Messages_Sent                ro unsignedInt           deny-active
  SIP_Bytes_Sent                   ro unsignedInt           deny-active
  SIP_Messages_Recv                ro unsignedInt           deny-active
  SIP_Bytes_Recv                   ro unsignedInt           deny-active
  External_IP                      ro ipv4?                 = @external_ip

# Five of these stand in status.xml once for each line without an index.
[X_CISCO_ATA.Status.Line.{i}.] ro init=2 max=2 status=*_{1}_ text=yes-no
  # On is on-hook.
  Hook_State                       ro enum(On|Off)          = On
  Registration_State               ro string                status=* = @registration_state
  Last_Registration_At             ro string                status=*
  Next_Registration_In             ro string                deny-active status=*
  Message_Waiting                  ro boolean               status=* view=X_CISCO_ATA.User.{1}.Message_Waiting
  Mapped_SIP_Port                  ro unsignedInt?[0:65535] status=*
  Call_Back_Active                 ro boolean
  Last_Called_Number               ro string
  Last_Caller_Number               ro string

[X_CISCO_ATA.Status.Line.{i}.Call.{i}.] ro init=2 max=2 status=Call_{2}_*_{1}_ text=yes-no
  State                            ro enum(Idle|Dialing|Calling|Proceeding|Ringing|Answering|Connected|Hold|Holding|Resuming|Reorder) deny-active = Idle
  Tone                             ro enum(None|Dial|"2nd Dial"|"Outside Dial"|"Ring Back"|Ring|Busy|Reorder|SIT1|SIT2|SIT3|SIT4|"Call Waiting"|"Call Forward"|Conference|Prompt|Confirmation|Message-Waiting) deny-active = None
  Encoder                          ro string                deny-active
  Decoder                          ro string                deny-active
  FAX                              ro boolean               deny-active
  Type                             ro enum?(Inbound|Outbound) deny-active
  Remote_Hold                      ro boolean               deny-active
  Callback                         ro boolean               deny-active
  Peer_Name                        ro string                deny-active
  Peer_Phone                       ro string                deny-active
  # hh:mm:ss.
  Duration                         ro string                deny-active
  Packets_Sent                     ro unsignedInt           deny-active
  Packets_Recv                     ro unsignedInt           deny-active
  Bytes_Sent                       ro unsignedInt           deny-active
  Bytes_Recv                       ro unsignedInt           deny-active
  # Milliseconds, as are the next two.
  Decode_Latency                   ro unsignedInt           deny-active
  Jitter                           ro unsignedInt           deny-active
  Round_Trip_Delay                 ro unsignedInt           deny-active
  Packets_Lost                     ro unsignedInt           deny-active
  Packet_Error                     ro unsignedInt           deny-active

[X_CISCO_ATA.Status.Provisioning.] status=*
  Custom_CA_Provisioning_Status    ro string
  Custom_CA_Info                   ro string                = Not Installed
  Provisioning_Profile             ro string
  Provision_Status                 ro string
  Provisioning_Failure_Reason      ro string
  MIC_Cert_Provisioning_Status     ro string
  MIC_Cert_Info                    ro string
  MIC_CA_Info                      ro string

# Texts of the element router-status.
[X_CISCO_ATA.Status.Router.] status=router-status/*
  Status_WAN                       ro string
  Status_LAN                       ro string
  WAN_Interface                    ro string
  LAN_Interface                    ro string
  DHCP_Server                      ro string
  Status_LED                       ro string
  Login_User_Name                  ro string
  # The key of a live web session: never shown.
  Session_ID                       ro string                secret
  Time_Sync_State                  ro string
  Time_Setting_Valid               ro string
