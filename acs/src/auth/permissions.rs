//! What each role may do, and what is open to people whose scope is part of the fleet. Pure: tables, and who passes.

use crate::store::{Role, TaskKind};
use schemars::JsonSchema;
use serde::Serialize;

/// Something one may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read what is no secret.
    See,
    /// Help somebody with a device: call it, read from it, restart it, run its diagnostics.
    Help,
    /// Change devices and what they are given.
    Operate,
    /// Change people and settings, and forget devices.
    Administer,
    /// Read and check the audit trail.
    Audit,
    /// See a secret; each time leaves a line in the audit trail.
    Reveal,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 6] = [
        Permission::See,
        Permission::Help,
        Permission::Operate,
        Permission::Administer,
        Permission::Audit,
        Permission::Reveal,
    ];

    /// Its word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Permission::See => "see",
            Permission::Help => "help",
            Permission::Operate => "operate",
            Permission::Administer => "administer",
            Permission::Audit => "audit",
            Permission::Reveal => "reveal",
        }
    }
}

/// What a role may do.
pub const fn of(role: Role) -> &'static [Permission] {
    match role {
        Role::Viewer => &[Permission::See],
        Role::HelpDesk => &[Permission::See, Permission::Help],
        Role::Operator => &[Permission::See, Permission::Help, Permission::Operate],
        Role::Admin => &Permission::ALL,
        Role::Auditor => &[Permission::See, Permission::Audit],
    }
}

/// Whether a role may do this.
pub fn allows(role: Role, permission: Permission) -> bool {
    of(role).contains(&permission)
}

/// Whether one role may do nothing that another may not.
pub fn is_at_most(role: Role, other: Role) -> bool {
    of(role).iter().all(|permission| allows(other, *permission))
}

/// What queueing or withdrawing a task of this kind takes.
pub const fn of_task(kind: &TaskKind) -> Permission {
    match kind {
        TaskKind::GetParameterValues { .. }
        | TaskKind::GetParameterNames { .. }
        | TaskKind::GetParameterAttributes { .. }
        | TaskKind::GetQueuedTransfers
        | TaskKind::GetAllQueuedTransfers
        | TaskKind::GetRpcMethods
        | TaskKind::GetOptions { .. }
        | TaskKind::Discover
        | TaskKind::Refresh { .. }
        | TaskKind::FetchLog { .. }
        | TaskKind::BackupConfiguration { .. }
        | TaskKind::RunDiagnostic { .. }
        | TaskKind::Reboot => Permission::Help,
        TaskKind::SetParameterValues { .. }
        | TaskKind::AddObject { .. }
        | TaskKind::DeleteObject { .. }
        | TaskKind::SetParameterAttributes { .. }
        | TaskKind::FactoryReset
        | TaskKind::RestoreConfiguration { .. }
        | TaskKind::ScheduleDownload { .. }
        | TaskKind::Upload { .. }
        | TaskKind::ScheduleInform { .. }
        | TaskKind::CancelTransfer { .. }
        | TaskKind::ChangeDuState { .. }
        | TaskKind::SetVouchers { .. }
        | TaskKind::Download { .. }
        | TaskKind::DownloadProfile => Permission::Operate,
    }
}

/// Whether a request reads or changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads.
    Read,
    /// It changes something.
    Change,
}

/// Whether people whose scope is part of the fleet may ask at this address at all; `route` as it stands in
/// docs/API.md. What is not named here concerns the whole fleet and is closed to them (case A12). The handlers behind
/// those that are named look at one device through `devices::find`, or leave out what is not in the scope.
pub fn is_open_to_part_of_the_fleet(access: Access, route: &str) -> bool {
    let below = |base: &str| {
        route
            .strip_prefix(base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let own = [
        "/session",
        "/password",
        "/tokens",
        "/tokens/{token}",
        "/queries",
        "/queries/{name}",
        "/queries/check",
    ];
    // What is on their devices; to bind and to unbind changes whose it is.
    let on_devices = [
        "/accounts/{account}",
        "/accounts/{account}/lines/{port}",
        "/campaigns/{campaign}/start",
        "/campaigns/{campaign}/pause",
        "/campaigns/{campaign}/resume",
        "/campaigns/{campaign}/abort",
        "/campaigns/{campaign}/rollback",
        "/campaigns/{campaign}",
        "/campaigns/estimate",
        "/campaigns",
    ];
    if below("/operations")
        || below("/diagnostics")
        || below("/devices/{device}")
        || below("/tasks/{task}")
        || own.contains(&route)
    {
        return true;
    }
    if on_devices.contains(&route) {
        return true;
    }
    let lists = [
        "/devices",
        "/devices/count",
        "/devices/groups",
        "/devices.csv",
        "/summary",
        "/files",
        "/files/{file}",
        "/lines",
        "/accounts",
        "/groups",
        "/groups/{name}",
        "/campaigns/{campaign}/devices",
        "/campaigns/{campaign}/devices/{device}",
        "/campaigns/{campaign}/report",
        "/freezes",
    ];
    access == Access::Read && lists.contains(&route)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers A14.
    #[test]
    fn each_role_may_do_what_it_is_for() {
        let may = |role| of(role).iter().map(|permission| permission.word());
        let table = Role::ALL.map(|role| may(role).collect::<Vec<_>>().join(" "));
        let expected = [
            "see",
            "see help",
            "see help operate",
            "see help operate administer audit reveal",
            "see audit",
        ];
        assert_eq!(table, expected);
        assert!(is_at_most(Role::HelpDesk, Role::Operator));
        assert!(!is_at_most(Role::Auditor, Role::Operator));
        assert!(!is_at_most(Role::Operator, Role::Auditor));
        assert!(
            Role::ALL
                .iter()
                .all(|role| is_at_most(*role, Role::Admin) && is_at_most(*role, *role))
        );
    }

    /// Covers A12.
    #[test]
    fn what_concerns_the_whole_fleet_is_closed_to_people_with_a_part_of_it() {
        use Access::{Change, Read};
        for (access, route, open) in [
            (Read, "/devices", true),
            (Change, "/devices", false),
            (Read, "/devices.csv", true),
            (Change, "/queries/{name}", true),
            (Read, "/devices/{device}", true),
            (Change, "/devices/{device}/tasks", true),
            (Read, "/devices/{device}report", false),
            (Change, "/tasks/{task}", true),
            (Change, "/tokens", true),
            (Read, "/diagnostics/{diagnostic}", true),
            (Change, "/diagnostics", true),
            (Change, "/operations", true),
            (Read, "/operations/{operation}/devices", true),
            (Read, "/health", false),
            (Read, "/profiles", false),
            (Change, "/profiles/{name}", false),
            (Read, "/campaigns", true),
            (Change, "/campaigns/{campaign}/start", true),
            (Read, "/campaigns/{campaign}/report", true),
            (Change, "/freezes", false),
            (Read, "/lines", true),
            (Read, "/accounts", true),
            (Change, "/accounts/{account}/lines/{port}", true),
            (Change, "/accounts/{account}/device", false),
            (Read, "/groups", true),
            (Change, "/groups/{name}", false),
            (Read, "/quarantine", false),
            (Read, "/users", false),
            (Read, "/audit", false),
            (Read, "/a-route-of-tomorrow", false),
        ] {
            let is_open = is_open_to_part_of_the_fleet(access, route);
            assert_eq!(is_open, open, "{access:?} {route}");
        }
    }
}
