# The Line 1 and Line 2 tabs of the Cisco ATA 191/192: one instance for each telephone port.
# The format is described in README.md.

[X_CISCO_ATA.Line.{i}.] ro init=2 max=2 xml=*_{1}_ text=yes-no
  -- General --
  Line_Enable                        rw boolean                = 1

  -- Streaming Audio Server (SAS) --
  SAS_Enable                         rw boolean                = 0
  SAS_DLG_Refresh_Intvl              rw unsignedInt[0:255]     = 30
  SAS_Inbound_RTP_Sink               rw host?(63)

  -- NAT Settings --
  NAT_Mapping_Enable                 rw boolean                = 0
  NAT_Keep_Alive_Enable              rw boolean                = 0
  # $NOTIFY, $OPTIONS, $REGISTER or the message itself; one dump prints $OPTIONS.
  NAT_Keep_Alive_Msg                 rw string                 = $NOTIFY
  # $PROXY or host[:port].
  NAT_Keep_Alive_Dest                rw string                 = $PROXY

  -- Network Settings --
  SIP_ToS_DiffServ_Value             rw hexbyte                = 0x68
  SIP_CoS_Value                      rw unsignedInt[0:7]       = 3
  RTP_ToS_DiffServ_Value             rw hexbyte                = 0xb8
  RTP_CoS_Value                      rw unsignedInt[0:7]       = 6
  Network_Jitter_Level               rw enum(low|medium|high|"very high"|"extremely high") = high
  Jitter_Buffer_Adjustment           rw boolean                = 1

  -- SIP Settings --
  # AUTO asks DNS for NAPTR records; TLS forces SRTP.
  SIP_Transport                      rw enum(UDP|TCP|TLS|AUTO) = UDP
  # 5060 on line 1, 5061 on line 2: see the device types.
  SIP_Port                           rw unsignedInt[1:65535]   = 5060
  SIP_100REL_Enable                  rw boolean                = 0
  EXT_SIP_Port                       rw unsignedInt?[1:65535]
  Auth_Resync-Reboot                 rw boolean                = 1
  SIP_Proxy-Require                  rw string
  SIP_Remote-Party-ID                rw boolean                = 1
  SIP_GUID                           rw boolean                = 0
  RTP_Log_Intvl                      rw unsignedInt            = 0
  Restrict_Source_IP                 rw boolean                = 0
  Referor_Bye_Delay                  rw unsignedInt            = 4
  Refer_Target_Bye_Delay             rw unsignedInt            = 0
  Referee_Bye_Delay                  rw unsignedInt            = 0
  Refer-To_Target_Contact            rw boolean                = 0
  Sticky_183                         rw boolean                = 0
  Auth_INVITE                        rw boolean                = 0
  Reply_182_On_Call_Waiting          rw boolean                = 0
  Use_Anonymous_With_RPID            rw boolean                = 1
  Use_Local_Addr_In_FROM             rw boolean                = 0
  Broadsoft_ALTC                     rw boolean                = 0
  TLS_Name_Validate                  rw boolean                = 1
  Auth_Support_RFC8760               rw boolean                = 0
  MediaSec_Request                   rw boolean                = 0
  MediaSec_Over_TLS_Only             rw boolean                = 0

  -- Call Feature Settings --
  Blind_Attn-Xfer_Enable             rw boolean                = 0
  MOH_Server                         rw string
  Xfer_When_Hangup_Conf              rw boolean                = 1
  Conference_Bridge_URL              rw string
  Conference_Bridge_Ports            rw unsignedInt[3:10]      = 3
  Enable_IP_Dialing                  rw boolean                = 0
  # Comma list of patterns.
  Emergency_Number                   rw string(63)
  Mailbox_ID                         rw string
  Feature_Key_Sync                   rw boolean                = 0
  # One dump prints Strict, from a laboratory.
  Secure_Call_Option                 rw enum(Optional|Strict)  = Optional

  -- E911 Geolocation Configuration --
  Company_UUID                       rw string(128)
  Primary_Request_URL                rw url?(255)
  Secondary_Request_URL              rw url?(255)

  -- Proxy and Registration --
  # host[:port][:p=priority][:w=weight][:A=addresses], several of them joined by |.
  Proxy                              rw string
  Outbound_Proxy                     rw string
  Survivability_Proxy                rw string
  Use_Outbound_Proxy                 rw boolean                = 0
  Use_OB_Proxy_In_Dialog             rw boolean                = 1
  Registrar_Server                   rw host?(63)
  Register                           rw boolean                = 1
  Make_Call_Without_Reg              rw boolean                = 0
  Register_Expires                   rw unsignedInt[0:2147483647] = 3600
  Ans_Call_Without_Reg               rw boolean                = 0
  Use_DNS_SRV                        rw boolean                = 0
  DNS_SRV_Auto_Prefix                rw boolean                = 0
  Proxy_Fallback_Intvl               rw unsignedInt[0:65535]   = 3600
  Survivability_Proxy_Fallback_Intvl rw unsignedInt            = 30
  Proxy_Redundancy_Method            rw enum(Normal|"Based on SRV Port") = Normal
  Mailbox_Subscribe_URL              rw string
  Mailbox_Subscribe_Expires          rw unsignedInt[0:2147483647] = 2147483647
  # Dumps print No; the administrator's guide says yes.
  Auto_Register_When_Failover        rw boolean                = 0

  -- Subscriber Information --
  Display_Name                       rw string
  User_ID                            rw string(63)
  # Also authenticates a NOTIFY that asks for a resync or restart.
  Password                           rw string(128)            secret
  Use_Auth_ID                        rw boolean                = 0
  Auth_ID                            rw string
  Reversed_Auth_Realm                rw string
  Resident_Online_Number             rw string
  # sip:user@host:port.
  SIP_URI                            rw string

  -- Supplementary Service Subscription --
  Call_Waiting_Serv                  rw boolean                = 1
  Block_CID_Serv                     rw boolean                = 1
  Block_ANC_Serv                     rw boolean                = 1
  Dist_Ring_Serv                     rw boolean                = 1
  Cfwd_All_Serv                      rw boolean                = 1
  Cfwd_Busy_Serv                     rw boolean                = 1
  Cfwd_No_Ans_Serv                   rw boolean                = 1
  Cfwd_Sel_Serv                      rw boolean                = 1
  Cfwd_Last_Serv                     rw boolean                = 1
  Block_Last_Serv                    rw boolean                = 1
  Accept_Last_Serv                   rw boolean                = 1
  DND_Serv                           rw boolean                = 1
  CID_Serv                           rw boolean                = 1
  CWCID_Serv                         rw boolean                = 1
  Call_Return_Serv                   rw boolean                = 1
  Call_Redial_Serv                   rw boolean                = 1
  Call_Back_Serv                     rw boolean                = 1
  Three_Way_Call_Serv                rw boolean                = 1
  Three_Way_Conf_Serv                rw boolean                = 1
  Attn_Transfer_Serv                 rw boolean                = 1
  Unattn_Transfer_Serv               rw boolean                = 1
  MWI_Serv                           rw boolean                = 1
  VMWI_Serv                          rw boolean                = 1
  Speed_Dial_Serv                    rw boolean                = 1
  Secure_Call_Serv                   rw boolean                = 1
  Referral_Serv                      rw boolean                = 1
  Feature_Dial_Serv                  rw boolean                = 1
  Service_Announcement_Serv          rw boolean                = 0
  Reuse_CID_Number_As_Name           rw boolean                = 1
  CONFCID_Serv                       rw boolean                = 1

  -- Audio Configuration --
  Preferred_Codec                    rw enum(G711u|G711a|G726-32|G729a) = G711u
  Second_Preferred_Codec             rw enum(Unspecified|G711u|G711a|G726-32|G729a) = Unspecified
  Third_Preferred_Codec              rw enum(Unspecified|G711u|G711a|G726-32|G729a) = Unspecified
  Use_Pref_Codec_Only                rw boolean                = 0
  Codec_Negotiation                  rw enum(Default|"List All") = Default
  G729a_Enable                       rw boolean                = 1
  Silence_Supp_Enable                rw boolean                = 0
  G726-32_Enable                     rw boolean                = 1
  Silence_Threshold                  rw enum(low|medium|high)  = medium
  FAX_V21_Detect_Enable              rw boolean                = 1
  Echo_Canc_Enable                   rw boolean                = 1
  FAX_CNG_Detect_Enable              rw boolean                = 1
  FAX_Passthru_Codec                 rw enum(G711u|G711a)      = G711u
  FAX_Codec_Symmetric                rw boolean                = 1
  DTMF_Process_INFO                  rw boolean                = 1
  # Dumps print ReINVITE; the guide's text says NSE.
  FAX_Passthru_Method                rw enum(None|NSE|ReINVITE) = ReINVITE
  DTMF_Process_AVT                   rw boolean                = 1
  FAX_Process_NSE                    rw boolean                = 1
  DTMF_Tx_Method                     rw enum(InBand|AVT|INFO|Auto) = Auto
  FAX_Disable_ECAN                   rw boolean                = 0
  DTMF_Tx_Mode                       rw enum(Strict|Normal)    = Strict
  # Milliseconds.
  DTMF_Tx_Strict_Hold_Off_Time       rw unsignedInt[40:]       = 70
  # Dumps print Yes; the guide's text says no.
  FAX_Enable_T38                     rw boolean                = 1
  Hook_Flash_Tx_Method               rw enum(None|AVT|INFO)    = None
  # The upper limit is not certain, so none is set.
  FAX_T38_Redundancy                 rw unsignedInt            = 1
  FAX_T38_ECM_Enable                 rw boolean                = 1
  FAX_Tone_Detect_Mode               rw enum("caller or callee"|"caller only"|"callee only") = caller or callee
  Symmetric_RTP                      rw boolean                = 0
  FAX_T38_Return_to_Voice            rw boolean                = 0
  Modem_Line                         rw boolean                = 0
  RTP_to_Proxy_in_Remote_Hold        rw boolean                = 0
  Encryption_Method                  rw enum("AES 128"|"AES 256 GCM") = AES 128

  -- Dial Plan --
  Dial_Plan                          rw dialplan               = (*xx|[3469]11|0|00|[2-9]xxxxxx|1xxx[2-9]xxxxxxS0|xxxxxxxxxxxx.)

  -- FXS Port Polarity Configuration --
  Idle_Polarity                      rw enum(Forward|Reverse)  = Forward
  Caller_Conn_Polarity               rw enum(Forward|Reverse)  = Forward
  Callee_Conn_Polarity               rw enum(Forward|Reverse)  = Forward
  # Printed by dumps, described nowhere.
  Profile_Stamp                      rw string

  -- Further Settings --
  # Named by the guide, missing from dumps.
  Use_Remote_Pref_Codec              rw boolean                = 0
