# What ManagementServer has in Device:2 only (TR-181 issue 2).
# The format is described in README.md.

[ManagementServer.]
  ScheduleReboot                   rw dateTime
  # Seconds from the end of the session that sets it; -1 for none, and again with every reboot.
  DelayReboot                      rw int[-1:]              = -1
  InstanceWildcardsSupported       ro boolean               = 1
  LightweightNotificationProtocolsSupported   ro list(enum(UDP)) = UDP
  LightweightNotificationProtocolsUsed   rw list(enum(UDP))
  # Seconds; with 0 passive lightweight notifications wait for an active one.
  LightweightNotificationTriggerInterval   rw unsignedInt
  LightweightNotificationTriggerTime   rw dateTime
  # Without a host those of the ACS.
  UDPLightweightNotificationHost   rw string(256)
  UDPLightweightNotificationPort   rw unsignedInt[1:65535] = 7547

[ManagementServer.HeartbeatPolicy.]
  Enable                           rw boolean
  ReportingInterval                rw unsignedInt[30:]      = 86400
  InitiationTime                   rw dateTime
