# Diagnostics that stand at the top of either root: throughput and echo of TR-143, name lookup of TR-157.
# The format is described in README.md.

[Capabilities.]

[Capabilities.PerformanceDiagnostic.]
  DownloadTransports               ro list(enum(HTTP|FTP))  = HTTP
  UploadTransports                 ro list(enum(HTTP|FTP))  = HTTP

[DownloadDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Completed|Error_InitConnectionFailed|Error_NoResponse|Error_TransferFailed|Error_PasswordRequestFailed|Error_LoginFailed|Error_NoTransferMode|Error_NoPASV|Error_IncorrectSize|Error_Timeout) deny-active = None
  Interface                        rw string(256)
  DownloadURL                      rw string(256)
  DSCP                             rw unsignedInt[0:63]
  EthernetPriority                 rw unsignedInt[0:7]
  ROMTime                          ro dateTime              deny-active
  BOMTime                          ro dateTime              deny-active
  EOMTime                          ro dateTime              deny-active
  TestBytesReceived                ro unsignedInt           deny-active
  TotalBytesReceived               ro unsignedInt           deny-active
  TCPOpenRequestTime               ro dateTime              deny-active
  TCPOpenResponseTime              ro dateTime              deny-active

[UploadDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Completed|Error_InitConnectionFailed|Error_NoResponse|Error_PasswordRequestFailed|Error_LoginFailed|Error_NoTransferMode|Error_NoPASV|Error_NoCWD|Error_NoSTOR|Error_NoTransferComplete) deny-active = None
  Interface                        rw string(256)
  UploadURL                        rw string(256)
  DSCP                             rw unsignedInt[0:63]
  EthernetPriority                 rw unsignedInt[0:7]
  TestFileLength                   rw unsignedInt
  ROMTime                          ro dateTime              deny-active
  BOMTime                          ro dateTime              deny-active
  EOMTime                          ro dateTime              deny-active
  TotalBytesSent                   ro unsignedInt           deny-active
  TCPOpenRequestTime               ro dateTime              deny-active
  TCPOpenResponseTime              ro dateTime              deny-active

[UDPEchoConfig.]
  Enable                           rw boolean
  Interface                        rw string(256)
  SourceIPAddress                  rw ipv4?
  UDPPort                          rw unsignedInt[0:65535]  = 7
  EchoPlusEnabled                  rw boolean
  EchoPlusSupported                ro boolean               = 1
  PacketsReceived                  ro unsignedInt           deny-active
  PacketsResponded                 ro unsignedInt           deny-active
  BytesReceived                    ro unsignedInt           deny-active
  BytesResponded                   ro unsignedInt           deny-active
  TimeFirstPacketReceived          ro dateTime              deny-active
  TimeLastPacketReceived           ro dateTime              deny-active

[UDPEchoDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Completed|Error_CannotResolveHostName|Error_Internal|Error_Other) deny-active = None
  Interface                        rw string(256)
  Host                             rw string(256)           deny-active
  Port                             rw unsignedInt[1:65535]  deny-active = 7
  NumberOfRepetitions              rw unsignedInt[1:]       deny-active = 1
  Timeout                          rw unsignedInt[1:]       deny-active = 5000
  DataBlockSize                    rw unsignedInt[1:65535]  deny-active = 24
  DSCP                             rw unsignedInt[0:63]     deny-active
  InterTransmissionTime            rw unsignedInt[1:65535]  deny-active = 1000
  IPAddressUsed                    ro string(45)            deny-active
  SuccessCount                     ro unsignedInt           deny-active
  FailureCount                     ro unsignedInt           deny-active
  AverageResponseTime              ro unsignedInt           deny-active
  MinimumResponseTime              ro unsignedInt           deny-active
  MaximumResponseTime              ro unsignedInt           deny-active
  EnableIndividualPacketResults    rw boolean               deny-active
  IndividualPacketResultNumberOfEntries ro unsignedInt      deny-active = @entries

[UDPEchoDiagnostics.IndividualPacketResult.{i}.] ro max=100 count=IndividualPacketResultNumberOfEntries
  PacketSuccess                    ro boolean               deny-active
  PacketSendTime                   ro dateTime              deny-active
  PacketReceiveTime                ro dateTime              deny-active
  TestGenSN                        ro unsignedInt           deny-active
  TestRespSN                       ro unsignedInt           deny-active
  TestRespRcvTimeStamp             ro unsignedInt           deny-active
  TestRespReplyTimeStamp           ro unsignedInt           deny-active
  TestRespReplyFailureCount        ro unsignedInt           deny-active

[NSLookupDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Complete|Error_DNSServerNotResolved|Error_Internal|Error_Other) deny-active = None
  Interface                        rw string(256)
  HostName                         rw string(256)
  DNSServer                        rw string(256)
  Timeout                          rw unsignedInt           = 5000
  NumberOfRepetitions              rw unsignedInt           = 1
  SuccessCount                     ro unsignedInt           deny-active
  ResultNumberOfEntries            ro unsignedInt           deny-active = @entries

[NSLookupDiagnostics.Result.{i}.] ro max=32 count=ResultNumberOfEntries
  Status                           ro enum(Success|Error_DNSServerNotAvailable|Error_HostNameNotResolved|Error_Timeout|Error_Other) deny-active = Success
  AnswerType                       ro enum(None|Authoritative|NonAuthoritative) deny-active = None
  HostNameReturned                 ro string(256)           deny-active
  IPAddresses                      ro list(string)          deny-active
  DNSServerIP                      ro string                deny-active
  ResponseTime                     ro unsignedInt           deny-active

[SelfTestDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Complete|Error_Internal|Error_Other) deny-active = None
  Results                          ro string(1024)          deny-active

# IP.Diagnostics.ServerSelectionDiagnostics of Device:2, which neither of these roots has; hence the prefix.
[X_DIALTONE_ServerSelectionDiagnostics.]
  DiagnosticsState                 rw enum(Requested|Canceled;None|Complete|Error_CannotResolveHostName|Error_Internal|Error_Other) deny-active = None
  Interface                        rw string(256)
  ProtocolVersion                  rw enum(Any|IPv4|IPv6)   = Any
  Protocol                         rw enum(ICMP|"UDP Echo") = ICMP
  HostList                         rw list(string)
  NumberOfRepetitions              rw unsignedInt[1:]       = 3
  Timeout                          rw unsignedInt[1:]       = 1000
  FastestHost                      ro string(256)           deny-active
  MinimumResponseTime              ro unsignedInt           deny-active
  AverageResponseTime              ro unsignedInt           deny-active
  MaximumResponseTime              ro unsignedInt           deny-active
  IPAddressUsed                    ro string(45)            deny-active
