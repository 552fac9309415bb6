# VoiceService:1 (TR-104 issue 1) for a SIP adapter with two telephone ports; mounted below Services.
#
# Profile n holds line n and nothing else, so that every leaf of a profile or line has exactly one counterpart among the
# ATA parameters: {2} is the profile and therefore the line. Leaves without a view have no counterpart there.
# The format is described in README.md.

[]
  VoiceServiceNumberOfEntries         ro unsignedInt           = @entries

[VoiceService.{i}.] ro init=1 max=1 count=VoiceServiceNumberOfEntries
  Alias                               rw alias(64)              deny-active = cpe-{1}
  VoiceProfileNumberOfEntries         ro unsignedInt           = @entries

[VoiceService.{i}.Capabilities.]
  MaxProfileCount                     ro unsignedInt           deny-active = 2
  MaxLineCount                        ro unsignedInt           deny-active = 2
  MaxSessionsPerLine                  ro unsignedInt           deny-active = 2
  MaxSessionCount                     ro unsignedInt           deny-active = 4
  SignalingProtocols                  ro list(string,256)      deny-active = SIP/2.0
  Regions                             ro list(string,256)      deny-active
  RTCP                                ro boolean               deny-active = 1
  SRTP                                ro boolean               deny-active = 1
  SRTPKeyingMethods                   ro list(enum(Null|Static|SDP|IKE),256) deny-active = SDP
  SRTPEncryptionKeySizes              ro list(unsignedInt,256) deny-active = 128,256
  RTPRedundancy                       ro boolean               deny-active = 0
  DSCPCoupled                         ro boolean               deny-active = 0
  EthernetTaggingCoupled              ro boolean               deny-active = 1
  PSTNSoftSwitchOver                  ro boolean               deny-active = 0
  FaxT38                              ro boolean               deny-active = 1
  FaxPassThrough                      ro boolean               deny-active = 1
  ModemPassThrough                    ro boolean               deny-active = 1
  ToneGeneration                      ro boolean               deny-active = 1
  ToneDescriptionsEditable            ro boolean               deny-active = 0
  PatternBasedToneGeneration          ro boolean               deny-active = 0
  FileBasedToneGeneration             ro boolean               deny-active = 0
  RingGeneration                      ro boolean               deny-active = 1
  RingDescriptionsEditable            ro boolean               deny-active = 0
  PatternBasedRingGeneration          ro boolean               deny-active = 0
  RingPatternEditable                 ro boolean               deny-active = 0
  FileBasedRingGeneration             ro boolean               deny-active = 0
  DigitMap                            ro boolean               deny-active = 0
  NumberingPlan                       ro boolean               deny-active = 0
  ButtonMap                           ro boolean               deny-active = 0
  VoicePortTests                      ro boolean               deny-active = 1

[VoiceService.{i}.Capabilities.SIP.]
  Role                                ro enum(UserAgent|BackToBackUserAgents|OutboundProxy) deny-active = UserAgent
  Extensions                          ro list(string,256)      deny-active = PRACK,SUBSCRIBE,NOTIFY,REFER,INFO,UPDATE
  Transports                          ro list(enum(UDP|TCP|TLS|SCTP),256) deny-active = UDP,TCP,TLS
  URISchemes                          ro list(string,256)      deny-active = sip
  EventSubscription                   ro boolean               deny-active = 0
  ResponseMap                         ro boolean               deny-active = 0

[VoiceService.{i}.Capabilities.Codecs.{i}.] ro init=4 max=4
  Alias                               rw alias(64)              deny-active = cpe-{2}
  EntryID                             ro unsignedInt[1:]       deny-active = {2}
  Codec                               ro string(64)            deny-active
  BitRate                             ro unsignedInt           deny-active
  PacketizationPeriod                 ro list(unsignedInt,64)  deny-active = 10,20,30,40,50,60
  SilenceSuppression                  ro boolean               deny-active = 1

[VoiceService.1.Capabilities.Codecs.1.] factory
  Codec = G.711MuLaw
  BitRate = 64000
[VoiceService.1.Capabilities.Codecs.2.] factory
  Codec = G.711ALaw
  BitRate = 64000
[VoiceService.1.Capabilities.Codecs.3.] factory
  Codec = G.729a
  BitRate = 8000
[VoiceService.1.Capabilities.Codecs.4.] factory
  Codec = G.726
  BitRate = 32000

[VoiceService.{i}.VoiceProfile.{i}.] ro init=2 max=2 count=VoiceProfileNumberOfEntries
  Alias                               rw alias(64)              deny-active = cpe-{2}
  Enable                              rw enum(Disabled|Enabled) = Enabled
  Reset                               rw boolean               = @trigger
  NumberOfLines                       ro unsignedInt           = @entries
  Name                                rw string(64)            = Line {2}
  SignalingProtocol                   rw enum(SIP/2.0|SIP)     = SIP/2.0
  # 0 sets no limit below that of the device.
  MaxSessions                         rw unsignedInt
  DTMFMethod                          rw enum(InBand|RFC2833|SIPInfo|X_CISCO_Auto) view=X_CISCO_ATA.Line.{2}.DTMF_Tx_Method as=map(InBand=InBand|RFC2833=AVT|SIPInfo=INFO|X_CISCO_Auto=Auto)
  # Empty: DTMFMethod holds for G.711 as well.
  DTMFMethodG711                      rw enum?(InBand|RFC2833|SIPInfo)
  STUNEnable                          rw boolean               view=X_CISCO_ATA.SIP.STUN_Enable
  STUNServer                          rw string(256)           view=X_CISCO_ATA.SIP.STUN_Server

[VoiceService.{i}.VoiceProfile.{i}.ServiceProviderInfo.]
  Name                                rw string(256)
  URL                                 rw string(256)
  ContactPhoneNumber                  rw string(32)
  EmailAddress                        rw string(256)

# The mapping this follows binds transport and port to the first line of a profile; profile n has line n only.
[VoiceService.{i}.VoiceProfile.{i}.SIP.]
  ProxyServer                         rw string(256)           view=X_CISCO_ATA.Line.{2}.Proxy as=host
  ProxyServerPort                     rw unsignedInt[0:65535]  view=X_CISCO_ATA.Line.{2}.Proxy as=port(5060)
  ProxyServerTransport                rw enum(UDP|TCP|TLS|X_CISCO_AUTO) view=X_CISCO_ATA.Line.{2}.SIP_Transport as=map(UDP=UDP|TCP=TCP|TLS=TLS|X_CISCO_AUTO=AUTO)
  RegistrarServer                     rw string(256)           view=X_CISCO_ATA.Line.{2}.Registrar_Server as=host
  RegistrarServerPort                 rw unsignedInt[0:65535]  view=X_CISCO_ATA.Line.{2}.Registrar_Server as=port(5060)
  RegistrarServerTransport            rw enum(UDP|TCP|TLS|X_CISCO_AUTO) view=X_CISCO_ATA.Line.{2}.SIP_Transport as=map(UDP=UDP|TCP=TCP|TLS=TLS|X_CISCO_AUTO=AUTO)
  UserAgentDomain                     rw string(256)
  UserAgentPort                       rw unsignedInt[0:65535]  view=X_CISCO_ATA.Line.{2}.SIP_Port
  UserAgentTransport                  rw enum(UDP|TCP|TLS|X_CISCO_AUTO) view=X_CISCO_ATA.Line.{2}.SIP_Transport as=map(UDP=UDP|TCP=TCP|TLS=TLS|X_CISCO_AUTO=AUTO)
  OutboundProxy                       rw string(256)           view=X_CISCO_ATA.Line.{2}.Outbound_Proxy as=host
  OutboundProxyPort                   rw unsignedInt[0:65535]  view=X_CISCO_ATA.Line.{2}.Outbound_Proxy as=port(5060)
  Organization                        rw string(256)
  # The interval of registrations; what is asked of the registrar is RegisterExpires.
  RegistrationPeriod                  rw unsignedInt[1:]       = 3600
  TimerT1                             rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.SIP_T1 as=times(1000)
  TimerT2                             rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.SIP_T2 as=times(1000)
  TimerT4                             rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.SIP_T4 as=times(1000)
  TimerB                              rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.SIP_Timer_B as=times(1000)
  TimerD                              rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.SIP_Timer_D as=times(1000)
  TimerF                              rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.SIP_Timer_F as=times(1000)
  TimerH                              rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.SIP_Timer_H as=times(1000)
  TimerJ                              rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.SIP_Timer_J as=times(1000)
  InviteExpires                       rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.INVITE_Expires
  ReInviteExpires                     rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.ReINVITE_Expires
  RegisterExpires                     rw unsignedInt[1:]       view=X_CISCO_ATA.Line.{2}.Register_Expires
  RegistersMinExpires                 rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.Reg_Min_Expires
  RegisterRetryInterval               rw unsignedInt[1:]       view=X_CISCO_ATA.SIP.Reg_Retry_Intvl
  # Digest of inbound INVITEs against the credentials of the line.
  InboundAuth                         rw enum(None|Digest)     view=X_CISCO_ATA.Line.{2}.Auth_INVITE as=map(None=0|Digest=1)
  UseCodecPriorityInSDPResponse       rw boolean
  DSCPMark                            rw unsignedInt[0:63]     view=X_CISCO_ATA.Line.{2}.SIP_ToS_DiffServ_Value as=dscp
  # Priority of the Ethernet tag; -1 cannot be chosen here.
  EthernetPriorityMark                rw int[0:7]              view=X_CISCO_ATA.Line.{2}.SIP_CoS_Value

[VoiceService.{i}.VoiceProfile.{i}.RTP.]
  LocalPortMin                        rw unsignedInt[0:65535]  view=X_CISCO_ATA.SIP.RTP_Port_Min
  LocalPortMax                        rw unsignedInt[0:65535]  view=X_CISCO_ATA.SIP.RTP_Port_Max
  DSCPMark                            rw unsignedInt[0:63]     view=X_CISCO_ATA.Line.{2}.RTP_ToS_DiffServ_Value as=dscp
  EthernetPriorityMark                rw int[0:7]              view=X_CISCO_ATA.Line.{2}.RTP_CoS_Value
  TelephoneEventPayloadType           rw unsignedInt[0:128]    view=X_CISCO_ATA.SIP.AVT_Dynamic_Payload

# The ATA knows one number for both leaves: 0 is off; switched on without an interval it sends every five seconds, the
# minimum of RFC 3550.
[VoiceService.{i}.VoiceProfile.{i}.RTP.RTCP.]
  Enable                              rw boolean               view=X_CISCO_ATA.SIP.RTCP_Tx_Interval as=nonzero(5)
  TxRepeatInterval                    rw unsignedInt           view=X_CISCO_ATA.SIP.RTCP_Tx_Interval as=times(1000)

[VoiceService.{i}.VoiceProfile.{i}.FaxT38.]
  Enable                              rw boolean               view=X_CISCO_ATA.Line.{2}.FAX_Enable_T38
  HighSpeedRedundancy                 rw unsignedInt[0:3]      view=X_CISCO_ATA.Line.{2}.FAX_T38_Redundancy

[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.] ro init=1 max=1 count=NumberOfLines
  Alias                               rw alias(64)              deny-active = cpe-{3}
  Enable                              rw enum(Disabled|Enabled) view=X_CISCO_ATA.Line.{2}.Line_Enable as=map(Disabled=0|Enabled=1)
  DirectoryNumber                     rw string(32)            view=X_CISCO_ATA.Line.{2}.User_ID
  Status                              ro enum(Up|Initializing|Registering|Unregistering|Error|Testing|Quiescent|Disabled) = @line_status
  CallState                           ro enum(Idle|Calling|Ringing|Connecting|InCall|Hold|Disconnecting) deny-active view=X_CISCO_ATA.Status.Line.{2}.Call.1.State as=map(Idle=Idle|Calling=Dialing|Calling=Calling|Connecting=Proceeding|Ringing=Ringing|Connecting=Answering|InCall=Connected|InCall=Resuming|Hold=Hold|Hold=Holding|Disconnecting=Reorder)
  # Line n is wired to port n.
  PhyReferenceList                    rw list(unsignedInt[1:2],32) = {2}

# AuthUserName is the User ID, as in the mapping this follows; a separate authentication name is X_CISCO_AuthID.
[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.SIP.]
  AuthUserName                        rw string(128)           view=X_CISCO_ATA.Line.{2}.User_ID
  AuthPassword                        rw string(128)           view=X_CISCO_ATA.Line.{2}.Password
  URI                                 rw string(389)           view=X_CISCO_ATA.Line.{2}.SIP_URI

[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.CallingFeatures.]
  CallerIDEnable                      rw boolean               view=X_CISCO_ATA.User.{2}.Block_CID_Setting as=map(0=1|1=0)
  CallerIDName                        rw string(256)           view=X_CISCO_ATA.Line.{2}.Display_Name
  CallWaitingEnable                   rw boolean               view=X_CISCO_ATA.User.{2}.CW_Setting
  MaxSessions                         ro unsignedInt           = 2
  CallForwardUnconditionalEnable      rw boolean               view=X_CISCO_ATA.Line.{2}.Cfwd_All_Serv
  CallForwardUnconditionalNumber      rw string(39)            view=X_CISCO_ATA.User.{2}.Cfwd_All_Dest
  CallForwardOnBusyEnable             rw boolean               view=X_CISCO_ATA.Line.{2}.Cfwd_Busy_Serv
  CallForwardOnBusyNumber             rw string(39)            view=X_CISCO_ATA.User.{2}.Cfwd_Busy_Dest
  CallForwardOnNoAnswerEnable         rw boolean               view=X_CISCO_ATA.Line.{2}.Cfwd_No_Ans_Serv
  CallForwardOnNoAnswerNumber         rw string(39)            view=X_CISCO_ATA.User.{2}.Cfwd_No_Ans_Dest
  CallTransferEnable                  rw boolean               view=X_CISCO_ATA.Line.{2}.Attn_Transfer_Serv
  MWIEnable                           rw boolean               view=X_CISCO_ATA.Line.{2}.MWI_Serv
  MessageWaiting                      ro boolean               view=X_CISCO_ATA.User.{2}.Message_Waiting
  AnonymousCallBlockEnable            rw boolean               view=X_CISCO_ATA.User.{2}.Block_ANC_Setting
  # Spelt so in the standard: anonymous calls, the opposite of CallerIDEnable.
  AnonymousCalEnable                  rw boolean               view=X_CISCO_ATA.User.{2}.Block_CID_Setting
  DoNotDisturbEnable                  rw boolean               view=X_CISCO_ATA.User.{2}.DND_Setting
  CallReturnEnable                    rw boolean               view=X_CISCO_ATA.Line.{2}.Call_Return_Serv
  RepeatDialEnable                    rw boolean               view=X_CISCO_ATA.Line.{2}.Call_Redial_Serv

# Gains in tenths of a decibel; the ATA has one setting for both ports.
[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.VoiceProcessing.]
  TransmitGain                        rw int                   view=X_CISCO_ATA.Regional.FXS_Port_Input_Gain as=times(10)
  ReceiveGain                         rw int                   view=X_CISCO_ATA.Regional.FXS_Port_Output_Gain as=times(10)
  EchoCancellationEnable              rw boolean               view=X_CISCO_ATA.Line.{2}.Echo_Canc_Enable
  EchoCancellationInUse               ro boolean

[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.Codec.]
  TransmitCodec                       ro string(64)            view=X_CISCO_ATA.Status.Line.{2}.Call.1.Encoder as=map(G.711MuLaw=G711u|G.711ALaw=G711a|G.729a=G729a|G.726=G726-32)
  ReceiveCodec                        ro string(64)            view=X_CISCO_ATA.Status.Line.{2}.Call.1.Decoder as=map(G.711MuLaw=G711u|G.711ALaw=G711a|G.729a=G729a|G.726=G726-32)
  TransmitBitRate                     ro unsignedInt
  ReceiveBitRate                      ro unsignedInt
  TransmitSilenceSuppression          ro boolean
  ReceiveSilenceSuppression           ro boolean
  TransmitPacketizationPeriod         ro unsignedInt

# Enable and Priority order this list only; the ATA's own choice is X_CISCO_PreferredCodec to X_CISCO_PreferredCodec3.
[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.Codec.List.{i}.] ro init=4 max=4
  Alias                               rw alias(64)              deny-active = cpe-{4}
  EntryID                             ro unsignedInt[1:]       = {4}
  Codec                               ro string(64)
  BitRate                             ro unsignedInt
  PacketizationPeriod                 rw list(unsignedInt,64)  = 30
  SilenceSuppression                  rw boolean               view=X_CISCO_ATA.Line.{2}.Silence_Supp_Enable
  Enable                              rw boolean               = 1
  Priority                            rw unsignedInt[1:]       = {4}

[VoiceService.1.VoiceProfile.*.Line.*.Codec.List.1.] factory
  Codec = G.711MuLaw
  BitRate = 64000
[VoiceService.1.VoiceProfile.*.Line.*.Codec.List.2.] factory
  Codec = G.711ALaw
  BitRate = 64000
[VoiceService.1.VoiceProfile.*.Line.*.Codec.List.3.] factory
  Codec = G.729a
  BitRate = 8000
[VoiceService.1.VoiceProfile.*.Line.*.Codec.List.4.] factory
  Codec = G.726
  BitRate = 32000

[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.Session.{i}.] ro max=2
  SessionStartTime                    ro dateTime              deny-active
  SessionDuration                     ro unsignedInt           deny-active
  FarEndIPAddress                     ro string                deny-active
  FarEndUDPPort                       ro unsignedInt[0:65535]  deny-active
  LocalUDPPort                        ro unsignedInt[0:65535]  deny-active

[VoiceService.{i}.VoiceProfile.{i}.Line.{i}.Stats.]
  ResetStatistics                     rw boolean               = @trigger
  PacketsSent                         ro unsignedInt           deny-active
  PacketsReceived                     ro unsignedInt           deny-active
  BytesSent                           ro unsignedInt           deny-active
  BytesReceived                       ro unsignedInt           deny-active
  PacketsLost                         ro unsignedInt           deny-active
  Overruns                            ro unsignedInt           deny-active
  Underruns                           ro unsignedInt           deny-active
  IncomingCallsReceived               ro unsignedInt           deny-active
  IncomingCallsAnswered               ro unsignedInt           deny-active
  IncomingCallsConnected              ro unsignedInt           deny-active
  IncomingCallsFailed                 ro unsignedInt           deny-active
  OutgoingCallsAttempted              ro unsignedInt           deny-active
  OutgoingCallsAnswered               ro unsignedInt           deny-active
  OutgoingCallsConnected              ro unsignedInt           deny-active
  OutgoingCallsFailed                 ro unsignedInt           deny-active
  CallsDropped                        ro unsignedInt           deny-active
  TotalCallTime                       ro unsignedInt           deny-active
  ServerDownTime                      ro unsignedInt           deny-active
  ReceivePacketLossRate               ro unsignedInt[0:100]    deny-active
  FarEndPacketLossRate                ro unsignedInt[0:100]    deny-active
  ReceiveInterarrivalJitter           ro unsignedInt           deny-active
  FarEndInterarrivalJitter            ro unsignedInt           deny-active
  RoundTripDelay                      ro unsignedInt           deny-active
  AverageReceiveInterarrivalJitter    ro unsignedInt           deny-active
  AverageFarEndInterarrivalJitter     ro unsignedInt           deny-active
  AverageRoundTripDelay               ro unsignedInt           deny-active

[VoiceService.{i}.PhyInterface.{i}.] ro init=2 max=2
  Alias                               rw alias(64)              deny-active = cpe-{2}
  PhyPort                             ro string(2)             = {2}
  InterfaceID                         ro unsignedInt[1:]       = {2}
  Description                         ro string(32)            = PHONE {2}

[VoiceService.{i}.PhyInterface.{i}.Tests.]
  TestState                           rw enum(Requested;None|Complete|Error_TestNotSupported) = None
  TestSelector                        rw enum(PhoneConnectivityTest) = PhoneConnectivityTest
  PhoneConnectivity                   ro boolean
