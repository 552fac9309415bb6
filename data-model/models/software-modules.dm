# Software modules: packages that ChangeDUState installs, and what they run (TR-181 issue 2 SoftwareModules). Run levels
# are not supported, and modules add nothing to the data model. Units are read-only tables: ChangeDUState alone, or a
# person at the device, adds rows.
# The format is described in README.md.

[SoftwareModules.]
  ExecEnvNumberOfEntries           ro unsignedInt           = @entries
  DeploymentUnitNumberOfEntries    ro unsignedInt           = @entries
  ExecutionUnitNumberOfEntries     ro unsignedInt           = @entries

[SoftwareModules.ExecEnv.{i}.] ro init=1 max=1 count=ExecEnvNumberOfEntries
  Enable                           rw boolean               = 1
  Status                           ro enum(Up|Error|Disabled) view=SoftwareModules.ExecEnv.{1}.Enable as=map(Up=1|Disabled=0)
  Alias                            rw alias(64)             deny-active = cpe-{1}
  Name                             ro string(32)            = modules
  # What a package has to be made for.
  Type                             ro string(64)            = Dialtone-Modules-1
  CurrentRunLevel                  ro int[-1:65535]         = -1
  Vendor                           ro string(128)           = Dialtone
  Version                          ro string(32)            = 1
  ParentExecEnv                    ro string
  # Kilobytes; the sum of all installed modules.
  AllocatedDiskSpace               ro int[-1:]              = 4096
  AvailableDiskSpace               ro int[-1:]              deny-active = @module_disk_free
  AllocatedMemory                  ro int[-1:]              = -1
  AvailableMemory                  ro int[-1:]              deny-active = -1
  ActiveExecutionUnits             ro list(string)          deny-active = @modules_active
  ProcessorRefList                 ro list(string)

[SoftwareModules.DeploymentUnit.{i}.] ro max=8 count=DeploymentUnitNumberOfEntries
  UUID                             ro string(36)
  DUID                             ro string(64)
  Alias                            rw alias?(64)            deny-active
  Name                             ro string(64)
  Status                           ro enum(Installing|Installed|Updating|Uninstalling|Uninstalled) deny-active = Installed
  Resolved                         ro boolean               = 1
  URL                              ro string(1024)
  Description                      ro string(256)
  Vendor                           ro string(128)
  Version                          ro string(32)
  VendorLogList                    ro list(string)
  VendorConfigList                 ro list(string)
  ExecutionUnitList                ro list(string)
  ExecutionEnvRef                  ro string

[SoftwareModules.ExecutionUnit.{i}.] ro max=8 count=ExecutionUnitNumberOfEntries
  EUID                             ro string(64)
  Alias                            rw alias?(64)            deny-active
  Name                             ro string(32)
  ExecEnvLabel                     ro string(64)
  Status                           ro enum(Idle|Starting|Active|Stopping) active-default = Idle
  # Reads as the empty text; what is written is done at once.
  RequestedState                   rw enum?(Idle|Active)
  ExecutionFaultCode               ro enum(NoFault|FailureOnStart|FailureOnAutoStart|FailureOnStop|FailureWhileActive|DependencyFailure|UnStartable) = NoFault
  ExecutionFaultMessage            ro string(256)
  AutoStart                        rw boolean               = 1
  Vendor                           ro string(128)
  Version                          ro string(32)
  Description                      ro string(256)
  DiskSpaceInUse                   ro int[-1:]              deny-active = -1
  MemoryInUse                      ro int[-1:]              deny-active = -1
  References                       ro list(string)
  AssociatedProcessList            ro list(string)
  VendorLogList                    ro list(string)
  VendorConfigList                 ro list(string)
  SupportedDataModelList           ro list(string)
  ExecutionEnvRef                  ro string

# Which changes of modules the ACS hears of that it has not asked for.
[ManagementServer.DUStateChangeComplPolicy.]
  Enable                           rw boolean
  OperationTypeFilter              rw list(enum(Install|Update|Uninstall))
  ResultTypeFilter                 rw enum(Success|Failure|Both) = Both
  FaultCodeFilter                  rw list(enum(9001|9003|9012|9013|9015|9016|9017|9018|9022|9023|9024|9025|9026|9027|9028|9029|9030|9031|9032))
