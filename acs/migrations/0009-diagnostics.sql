-- What devices were asked to measure; the key is that of the task that carries it out.
CREATE TABLE diagnostic (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    kind TEXT NOT NULL,
    diagnostic TEXT NOT NULL,
    state TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created INTEGER NOT NULL,
    asked INTEGER,
    ended INTEGER,
    result TEXT,
    fault TEXT,
    run INTEGER
) STRICT;
CREATE INDEX diagnostic_by_device ON diagnostic (device, id);
CREATE INDEX diagnostic_open ON diagnostic (device, kind) WHERE state IN ('queued', 'measuring');

-- A measurement of many devices.
CREATE TABLE diagnostic_run (
    id INTEGER PRIMARY KEY,
    diagnostic TEXT NOT NULL,
    limit_secs INTEGER NOT NULL,
    expires_secs INTEGER NOT NULL,
    concurrency INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created INTEGER NOT NULL,
    -- Whether a device of it has not ended.
    open INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX diagnostic_run_open ON diagnostic_run (id) WHERE open = 1;

CREATE TABLE diagnostic_run_device (
    run INTEGER NOT NULL,
    device INTEGER NOT NULL,
    state TEXT NOT NULL,
    diagnostic INTEGER,
    PRIMARY KEY (run, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX diagnostic_run_device_by_state ON diagnostic_run_device (run, state);

-- How devices stand, and what that was concluded from. A row for each device.
CREATE TABLE device_health (
    device INTEGER PRIMARY KEY,
    state TEXT NOT NULL DEFAULT 'ok',
    -- A list of {"reason", "severity", "detail"}.
    reasons TEXT NOT NULL DEFAULT '[]',
    since INTEGER NOT NULL DEFAULT 0,
    facts TEXT NOT NULL DEFAULT '{}',
    -- Counts changes of the facts.
    version INTEGER NOT NULL DEFAULT 0,
    -- Whether the facts have changed since they were last looked at.
    stale INTEGER NOT NULL DEFAULT 0,
    -- When time alone may change the state.
    check_at INTEGER,
    -- The last Inform of a device that is overdue.
    overdue_at INTEGER
) STRICT;
CREATE INDEX device_health_stale ON device_health (device) WHERE stale = 1;
CREATE INDEX device_health_check ON device_health (check_at) WHERE check_at IS NOT NULL;
CREATE INDEX device_health_overdue ON device_health (device) WHERE overdue_at IS NOT NULL;
CREATE INDEX device_health_state ON device_health (state, device);
INSERT INTO device_health (device, stale) SELECT id, 1 FROM device;

-- The reasons of devices that are not well, one by one, to be counted and found by.
CREATE TABLE device_health_reason (
    reason TEXT NOT NULL,
    device INTEGER NOT NULL,
    PRIMARY KEY (reason, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_health_reason_of ON device_health_reason (device);

-- How a device can be called besides its URL, as it has told itself, and what has reached it last.
CREATE TABLE device_reach (
    device INTEGER PRIMARY KEY,
    udp_address TEXT,
    nat_detected INTEGER,
    stun_enable INTEGER,
    jabber_id TEXT,
    worked TEXT
) STRICT;

-- Calls of devices, the last few of each.
CREATE TABLE device_call (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL,
    at INTEGER NOT NULL,
    way TEXT,
    outcome TEXT NOT NULL,
    why TEXT,
    took_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX device_call_by_device ON device_call (device, id);
