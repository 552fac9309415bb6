-- Times are milliseconds since 1970 in UTC; keys are 64 bit integers; states are the words of the API.

-- What a device says about itself and what we think of it; changes seldom.
CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL,
    manufacturer TEXT NOT NULL,
    oui TEXT NOT NULL,
    product_class TEXT NOT NULL,
    serial_number TEXT NOT NULL,
    software_version TEXT NOT NULL DEFAULT '',
    hardware_version TEXT NOT NULL DEFAULT '',
    root TEXT NOT NULL DEFAULT '',
    connection_request_url TEXT NOT NULL DEFAULT '',
    parameter_key TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    cwmp_version TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_boot INTEGER,
    last_bootstrap INTEGER,
    -- A hash of everything an Inform says that does not change from one to the next.
    inform_hash INTEGER NOT NULL DEFAULT 0,
    profile_stamp INTEGER NOT NULL DEFAULT 0,
    profile_key TEXT NOT NULL DEFAULT '',
    profile_fault TEXT,
    profile_failed_stamp INTEGER NOT NULL DEFAULT 0,
    profile_at INTEGER,
    -- Counts changes of tags and variables.
    revision INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX device_by_product ON device (product_class, software_version);
CREATE INDEX device_by_serial_number ON device (serial_number);

-- What every Inform changes: as narrow as can be.
CREATE TABLE seen (
    id INTEGER PRIMARY KEY,
    last_inform INTEGER NOT NULL,
    informs INTEGER NOT NULL
) STRICT;

CREATE TABLE tag (
    device INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (device, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_by_tag ON tag (tag, device);

CREATE TABLE variable (
    device INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (device, name)
) STRICT, WITHOUT ROWID;

-- Names, types and access of parameters, once for all devices that have the same ones; and one device's values, which
-- those of all others are packed against.
CREATE TABLE shape (
    id INTEGER PRIMARY KEY,
    names BLOB NOT NULL,
    sample BLOB NOT NULL
) STRICT;

-- The values of a device, in the order of its shape.
CREATE TABLE snapshot (
    device INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    vals BLOB NOT NULL
) STRICT;

-- What Informs have said since the snapshot was last written.
CREATE TABLE informed (
    device INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    list BLOB NOT NULL
) STRICT;

CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    expires INTEGER,
    not_before INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    result TEXT,
    fault TEXT,
    campaign INTEGER,
    idempotency_key TEXT,
    file INTEGER
) STRICT;
CREATE INDEX task_by_device ON task (device, id);
CREATE INDEX task_open ON task (device, id) WHERE state IN ('queued', 'running', 'waiting_for_transfer');
CREATE INDEX task_expires ON task (expires) WHERE state = 'queued' AND expires IS NOT NULL;
CREATE UNIQUE INDEX task_once ON task (device, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE profile (
    name TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    selector TEXT NOT NULL,
    precedence INTEGER NOT NULL,
    vals TEXT NOT NULL
) STRICT;

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    file_type TEXT NOT NULL,
    product_class TEXT NOT NULL,
    version TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE campaign (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    file INTEGER NOT NULL,
    target_version TEXT NOT NULL,
    selector TEXT NOT NULL,
    concurrency INTEGER NOT NULL,
    failure_limit INTEGER NOT NULL,
    -- Failures before the last time a person let it go on; they do not count against the limit any more.
    forgiven INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE campaign_device (
    campaign INTEGER NOT NULL,
    device INTEGER NOT NULL,
    step TEXT NOT NULL,
    task INTEGER,
    fault TEXT,
    updated INTEGER NOT NULL,
    PRIMARY KEY (campaign, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_device_by_step ON campaign_device (campaign, step);
CREATE INDEX campaign_device_under_way ON campaign_device (device) WHERE step IN ('upgrading', 'verifying');

CREATE TABLE credentials (
    device INTEGER PRIMARY KEY,
    verifier BLOB,
    pending BLOB,
    call_username TEXT NOT NULL DEFAULT '',
    call_password TEXT NOT NULL DEFAULT '',
    pending_call_username TEXT NOT NULL DEFAULT '',
    pending_call_password TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE user (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE token (
    hash BLOB PRIMARY KEY,
    user TEXT NOT NULL,
    role TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- One row, one number: what the last write of `check` was. Nobody reads it.
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
