# ManagementServer: how the device and its ACS reach each other (TR-181 issue 1, TR-098; proxied devices are left out).
# The format is described in README.md.

[ManagementServer.]
  EnableCWMP                       rw boolean               view=X_CISCO_ATA.Router.TR_069.TR_069_Status
  URL                              rw string(256)
  Username                         rw string(256)
  Password                         rw string(256)           secret
  PeriodicInformEnable             rw boolean               = 1
  PeriodicInformInterval           rw unsignedInt[1:]       = 86400
  PeriodicInformTime               rw dateTime
  ParameterKey                     ro string(32)            inform deny-active = @parameter_key
  ConnectionRequestURL             ro string(256)           inform active-default = @connection_request_url
  ConnectionRequestUsername        rw string(256)
  ConnectionRequestPassword        rw string(256)           secret
  UpgradesManaged                  rw boolean
  DefaultActiveNotificationThrottle   rw unsignedInt
  CWMPRetryMinimumWaitInterval     rw unsignedInt[1:65535]  = 5
  CWMPRetryIntervalMultiplier      rw unsignedInt[1000:65535] = 2000
  HTTPConnectionRequestEnable      rw boolean               = 1
  UDPConnectionRequestAddress      ro string(256)           active-default = @udp_connection_request_address
  UDPConnectionRequestAddressNotificationLimit   rw unsignedInt
  STUNEnable                       rw boolean
  STUNServerAddress                rw string(256)
  STUNServerPort                   rw unsignedInt[0:65535]  = 3478
  STUNUsername                     rw string(256)
  STUNPassword                     rw string(256)           secret
  # -1 sets no maximum.
  STUNMaximumKeepAlivePeriod       rw int[-1:]              = -1
  STUNMinimumKeepAlivePeriod       rw unsignedInt           = 30
  NATDetected                      ro boolean               = @nat_detected
  AliasBasedAddressing             ro boolean               inform = 1
  InstanceMode                     rw enum(InstanceNumber|InstanceAlias) = InstanceNumber
  AutoCreateInstances              rw boolean
  HTTPCompressionSupported         ro list(enum(GZIP|Compress|Deflate)) = GZIP,Deflate
  HTTPCompression                  rw enum(Disabled|GZIP|Deflate) = Disabled
  SupportedConnReqMethods          ro list(enum(HTTP|STUN|XMPP)) = HTTP,STUN,XMPP
  ConnReqXMPPConnection            rw string(256)
  ConnReqAllowedJabberIDs          rw list(string(256))
  ConnReqJabberID                  ro string                active-default = @connection_request_jabber_id
  InformParameterNumberOfEntries   ro unsignedInt           = @entries

[ManagementServer.AutonomousTransferCompletePolicy.]
  Enable                           rw boolean
  TransferTypeFilter               rw enum(Upload|Download|Both) = Both
  ResultTypeFilter                 rw enum(Success|Failure|Both) = Both
  FileTypeFilter                   rw list(string,1024)

[ManagementServer.InformParameter.{i}.] rw max=32 count=InformParameterNumberOfEntries
  # The device names each instance it adds, so it is only empty where there is none.
  Alias                            rw alias?(64)
  Enable                           rw boolean
  ParameterName                    rw string(256)
  EventList                        rw list(string)
