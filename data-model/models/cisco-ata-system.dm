# The System and Provisioning tabs of the Cisco ATA 191/192: vendor subtree X_CISCO_ATA.
# The format is described in README.md.

[X_CISCO_ATA.]

[X_CISCO_ATA.System.] xml=* text=yes-no
  -- System Configuration --
  # Comma list; when set, SIP requests are answered only for these servers and domains.
  Restricted_Access_Domains          rw string
  IVR_Admin_Passwd                   rw digits?                secret
  Network_Startup_Delay              rw unsignedInt            = 3

  -- Miscellaneous Settings --
  # Dumps print No; the guide's text calls Yes the default.
  DNS_Query_TTL_Ignore               rw boolean                = 0
  Survivability_Test_Mode            rw boolean                = 0

  -- Security Settings --
  # TR-069 may stop working while this is on. That it needs a restart is inferred.
  FIPS_Mode                          rw enum(Disabled|Enabled) reboot = Disabled
  TLS_Min_Version                    rw enum("TLS 1.0"|"TLS 1.1"|"TLS 1.2"|"TLS 1.3") = TLS 1.1
  # Printed by dumps, described nowhere.
  DevTest_Password                   rw string                 secret

  -- Further Settings --
  # Named by the guide, missing from dumps of the ATA; default of the SPA122.
  Enable_Web_Admin_Access            rw boolean                = 1

[X_CISCO_ATA.Provisioning.] xml=* text=yes-no
  -- Account Profile --
  # Account for the 401 challenge of a profile server. The user may change both.
  User_ID                            rw string                 ua=rw
  Password                           rw string                 secret ua=rw

  -- Configuration Profile --
  Provision_Enable                   rw boolean                = 1
  Resync_On_Reset                    rw boolean                = 1
  # Seconds in steps of 20, 0 for none; dumps print 2 all the same.
  Resync_Random_Delay                rw unsignedInt            = 2
  # While set it suspends Resync_Periodic.
  Resync_At__HHmm_                   rw hhmm?
  # Seconds; below 600 counts as 600.
  Resync_At_Random_Delay             rw unsignedInt            = 600
  # Seconds as n[+r][,n[+r]]...; runs only after a first success; 0 or empty for never.
  Resync_Periodic                    rw delays?                = 3600
  Resync_Error_Retry_Delay           rw delays?                = 3600
  Forced_Resync_Delay                rw unsignedInt            = 14400
  Resync_From_SIP                    rw boolean                = 1
  Resync_After_Upgrade_Attempt       rw boolean                = 1
  # Conditional expressions.
  Resync_Trigger_1                   rw trigger?
  Resync_Trigger_2                   rw trigger?
  Resync_Fails_On_FNF                rw boolean                = 1
  HTTPS_Name_Validate                rw boolean                = 1
  # $PSN is 191 or 192.
  Profile_Rule                       rw rule?                  = /ata$PSN.cfg
  Profile_Rule_B                     rw rule?
  Profile_Rule_C                     rw rule?
  Profile_Rule_D                     rw rule?
  # In order of precedence.
  DHCP_Option_To_Use                 rw list(enum?(66|150|159|160)) = 66,160,159,150
  # Scheme of a rule that names no server.
  Transport_Protocol                 rw enum(none|tftp|http|https) = https
  # Macro templates; empty for no message.
  Log_Resync_Request_Msg             rw string                 = $PN $MAC -- Requesting resync $SCHEME://$SERVIP:$PORT$PATH
  Log_Resync_Success_Msg             rw string                 = $PN $MAC -- Successful resync $SCHEME://$SERVIP:$PORT$PATH
  Log_Resync_Failure_Msg             rw string                 = $PN $MAC -- Resync failed: $ERR
  Report_Rule                        rw report-rules?
  # Printed by dumps, described nowhere.
  SP_Default                         rw string

  -- Firmware Upgrade --
  Upgrade_Enable                     rw boolean                = 1
  Upgrade_Error_Retry_Delay          rw delays?                = 3600
  # Images older than this version are refused.
  Downgrade_Rev_Limit                rw string
  Upgrade_Rule                       rw rule?
  # Macro templates; empty for no message.
  Log_Upgrade_Request_Msg            rw string                 = $PN $MAC -- Requesting upgrade $SCHEME://$SERVIP:$PORT$PATH
  Log_Upgrade_Success_Msg            rw string                 = $PN $MAC -- Successful upgrade $SCHEME://$SERVIP:$PORT$PATH -- $ERR
  Log_Upgrade_Failure_Msg            rw string                 = $PN $MAC -- Upgrade failed: $ERR
  # Printed by dumps, described nowhere.
  License_Keys                       rw string
  Recovery_URL                       rw string

  -- CA Settings --
  # May hold macros.
  Custom_CA_URL                      rw url?

  -- MIC Cert Settings --
  MIC_Cert_Refresh_Enable            rw boolean                = 0
  MIC_Cert_Refresh_Rule              rw rule?                  = http://sudirenewal.cisco.com/

  -- General Purpose Parameters --
  # Readable as $A to $P in rules; may hold an alias map, a POST template or a key.
  GPP_A                              rw string
  GPP_B                              rw string
  GPP_C                              rw string
  GPP_D                              rw string
  GPP_E                              rw string
  GPP_F                              rw string
  GPP_G                              rw string
  GPP_H                              rw string
  GPP_I                              rw string
  GPP_J                              rw string
  GPP_K                              rw string
  GPP_L                              rw string
  GPP_M                              rw string
  GPP_N                              rw string
  GPP_O                              rw string
  GPP_P                              rw string
  # Readable as $SA to $SD in the options of a rule only.
  GPP_SA                             rw string                 secret
  GPP_SB                             rw string                 secret
  GPP_SC                             rw string                 secret
  GPP_SD                             rw string                 secret
