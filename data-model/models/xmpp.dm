# XMPP connections, over which the ACS can call a device (TR-181 issue 2; the statistics are left out).
# The format is described in README.md.

[XMPP.]
  ConnectionNumberOfEntries        ro unsignedInt           = @entries
  SupportedServerConnectAlgorithms ro list(enum(DNS-SRV|DNS|ServerTable)) = DNS-SRV,DNS,ServerTable

[XMPP.Connection.{i}.] rw max=4 count=ConnectionNumberOfEntries
  Enable                           rw boolean
  Username                         rw string(256)
  Password                         rw string(256)           secret
  Domain                           rw string(64)
  Resource                         rw string(64)
  JabberID                         ro string                = @xmpp_jabber_id
  Status                           ro enum(Enabled|Disabled|Unknown|Dormant|Connecting|ServerNotPresent|Error_Misconfigured|Error_AuthenticationFailure|Error) = @xmpp_status
  LastChangeDate                   ro dateTime              = @xmpp_last_change
  ServerConnectAlgorithm           rw enum(DNS-SRV|DNS|ServerTable) = DNS-SRV
  KeepAliveInterval                rw long[-1:]             = -1
  ServerConnectAttempts            rw unsignedInt           = 16
  ServerRetryInitialInterval       rw unsignedInt[1:65535]  = 60
  ServerRetryIntervalMultiplier    rw unsignedInt[1000:65535] = 2000
  ServerRetryMaxInterval           rw unsignedInt[1:]       = 30720
  UseTLS                           rw boolean
  TLSEstablished                   ro boolean               = @xmpp_tls
  ServerNumberOfEntries            ro unsignedInt           = @entries

[XMPP.Connection.{i}.Server.{i}.] rw max=8 count=ServerNumberOfEntries
  Enable                           rw boolean
  Priority                         rw unsignedInt[0:65535]
  Weight                           rw long[-1:65535]        = -1
  ServerAddress                    rw string(256)
  Port                             rw unsignedInt[1:65535]  = 5222
