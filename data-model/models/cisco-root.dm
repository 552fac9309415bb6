# Cisco's own leaves at the root, with the names the MPP telephones use.
# The format is described in README.md.

[]
  X_CISCO_RestrictedAccessDomains   rw same  view=X_CISCO_ATA.System.Restricted_Access_Domains
  X_CISCO_EnableWebAdminAccess      rw same  view=X_CISCO_ATA.System.Enable_Web_Admin_Access
  X_CISCO_HostName                  rw same  view=X_CISCO_ATA.Router.Internet_Option.Host_Name
  X_CISCO_UpgradeErrorRetryDelay    rw same  view=X_CISCO_ATA.Provisioning.Upgrade_Error_Retry_Delay
  X_CISCO_UpgradeRule               rw same  view=X_CISCO_ATA.Provisioning.Upgrade_Rule
  X_CISCO_ProfileRule               rw same  view=X_CISCO_ATA.Provisioning.Profile_Rule
  X_CISCO_Domain                    rw same  view=X_CISCO_ATA.Router.Internet_Option.Domain_Name
