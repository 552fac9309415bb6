-- What the fleet query language needs: indexes of what people filter by, chosen parameters, saved queries.

CREATE INDEX device_by_version ON device (software_version);
CREATE INDEX device_by_identity ON device (identity);
CREATE INDEX task_failed ON task (updated) WHERE state = 'failed';
CREATE INDEX device_profile_failed ON device (profile_failed_stamp) WHERE profile_failed_stamp != 0;

-- Parameters the operator chose, as paths with wildcards. `complete`: 0 while devices that were there before are still
-- read, 1 once every device is, -1 if it is not chosen any more and its rows are still to be removed.
CREATE TABLE indexed_pattern (
    pattern TEXT PRIMARY KEY,
    complete INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE indexed_name (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE indexed_value (
    device INTEGER NOT NULL,
    name INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (device, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX indexed_by_value ON indexed_value (name, value, device);

CREATE TABLE saved_query (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    shared INTEGER NOT NULL,
    query TEXT NOT NULL,
    fields TEXT NOT NULL,
    updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
