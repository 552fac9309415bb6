-- What people write down about a device, for whoever looks at it next.
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- The user's name.
    by TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX note_by_device ON note (device);
