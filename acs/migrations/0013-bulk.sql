-- One thing done with many devices.
CREATE TABLE operation (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    -- What is done, with its secrets sealed, and its word.
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- The file of the library it gives, if it gives one.
    file INTEGER,
    -- The query that has found the devices; none if they were named.
    query TEXT,
    expires_secs INTEGER NOT NULL,
    concurrency INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    created_by TEXT NOT NULL,
    -- The user behind created_by, and the devices this user has.
    owner TEXT NOT NULL,
    scope TEXT NOT NULL,
    created INTEGER NOT NULL,
    ended INTEGER,
    -- Whether a device of it has not ended.
    open INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX operation_open ON operation (id) WHERE open = 1;
CREATE INDEX operation_ended ON operation (ended) WHERE open = 0;

CREATE TABLE operation_device (
    operation INTEGER NOT NULL,
    device INTEGER NOT NULL,
    step TEXT NOT NULL,
    task INTEGER,
    -- Why it came to nothing.
    code INTEGER,
    why TEXT,
    updated INTEGER NOT NULL,
    PRIMARY KEY (operation, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_device_by_step ON operation_device (operation, step);
CREATE INDEX operation_device_by_task ON operation_device (task) WHERE task IS NOT NULL;
CREATE INDEX operation_device_by_device ON operation_device (device);
