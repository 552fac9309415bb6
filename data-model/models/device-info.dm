# What stands below DeviceInfo under either root; its own parameters are declared with the root.
# The format is described in README.md.

# Filled in by a Download of type 3; entry 1 is the profile of the device.
[DeviceInfo.VendorConfigFile.{i}.] ro init=1 max=4 count=VendorConfigFileNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{1}
  Name                             ro string(64)            = flat-profile
  Version                          ro string(16)
  Date                             ro dateTime
  Description                      ro string(256)           = Configuration profile of the device

[DeviceInfo.VendorLogFile.{i}.] ro init=1 max=1 count=VendorLogFileNumberOfEntries
  Alias                            rw alias(64)              deny-active = cpe-{1}
  Name                             ro string(64)            = messages
  MaximumSize                      ro unsignedInt           = 204800
  Persistent                       ro boolean

[DeviceInfo.MemoryStatus.]
  Total                            ro unsignedInt           = @memory_total
  Free                             ro unsignedInt           deny-active = @memory_free

[DeviceInfo.ProcessStatus.]
  CPUUsage                         ro unsignedInt[0:100]    deny-active = @cpu_usage
  ProcessNumberOfEntries           ro unsignedInt           = @entries

[DeviceInfo.ProcessStatus.Process.{i}.] ro max=256 count=ProcessNumberOfEntries
  PID                              ro unsignedInt           = @process_pid
  Command                          ro string(256)           = @process_command
  Size                             ro unsignedInt           deny-active = @process_size
  Priority                         ro unsignedInt[0:99]     = @process_priority
  CPUTime                          ro unsignedInt           deny-active = @process_cpu_time
  State                            ro enum(Running|Sleeping|Stopped|Idle|Uninterruptible|Zombie) deny-active = @process_state
