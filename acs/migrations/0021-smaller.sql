-- What is kept of every device, in fewer bytes.

-- Keys of shapes are small numbers: every snapshot has one.
CREATE TABLE shape_again (
    id INTEGER PRIMARY KEY,
    -- The first bytes of SHA-256 of the names.
    hash INTEGER NOT NULL UNIQUE,
    names BLOB NOT NULL,
    sample BLOB NOT NULL
) STRICT;
INSERT INTO shape_again (hash, names, sample) SELECT id, names, sample FROM shape;

-- The values of a device that differ from those of the sample of its shape; and when each value was seen, as runs,
-- nothing if it was all of them at `at`.
CREATE TABLE snapshot_again (
    device INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    vals BLOB NOT NULL,
    times BLOB NOT NULL
) STRICT;
INSERT INTO snapshot_again (device, at, shape, vals, times)
    SELECT n.device, n.at, h.id, differences_of(h.sample, n.bytes, n.vals), n.times
    FROM snapshot n JOIN shape_again h ON h.hash = n.shape ORDER BY n.device;
DROP TABLE snapshot;
DROP TABLE shape;
ALTER TABLE snapshot_again RENAME TO snapshot;
ALTER TABLE shape_again RENAME TO shape;

UPDATE informed SET list = packed_in_words(list);

CREATE TABLE device_health_again (
    device INTEGER PRIMARY KEY,
    state TEXT NOT NULL DEFAULT 'ok',
    -- A list of {"reason", "severity", "detail"}.
    reasons TEXT NOT NULL DEFAULT '[]',
    since INTEGER NOT NULL DEFAULT 0,
    -- JSON, packed; nothing if there are none.
    facts BLOB NOT NULL DEFAULT x'',
    version INTEGER NOT NULL DEFAULT 0,
    stale INTEGER NOT NULL DEFAULT 0,
    check_at INTEGER,
    overdue_at INTEGER
) STRICT;
INSERT INTO device_health_again (device, state, reasons, since, facts, version, stale, check_at, overdue_at)
    SELECT device, state, reasons, since, packed_in_words(facts), version, stale, check_at, overdue_at
    FROM device_health ORDER BY device;
DROP TABLE device_health;
ALTER TABLE device_health_again RENAME TO device_health;
CREATE INDEX device_health_stale ON device_health (device) WHERE stale = 1;
CREATE INDEX device_health_check ON device_health (check_at) WHERE check_at IS NOT NULL;
CREATE INDEX device_health_overdue ON device_health (device) WHERE overdue_at IS NOT NULL;
CREATE INDEX device_health_state ON device_health (state, device);

-- Lines of every device: words that are always the same are made of a number, and times of those that were there before.
CREATE TABLE line_state_again (
    device INTEGER NOT NULL,
    port INTEGER NOT NULL,
    -- The registration, in the order of the cases below.
    code INTEGER NOT NULL,
    -- The device's own word, if it is not the usual one.
    own TEXT,
    since INTEGER NOT NULL,
    -- Milliseconds after `since` when it was last reported.
    later INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    state TEXT NOT NULL GENERATED ALWAYS AS (CASE code WHEN 0 THEN 'registered' WHEN 1 THEN 'registering'
        WHEN 2 THEN 'not_registered' WHEN 3 THEN 'error' ELSE 'disabled' END) VIRTUAL,
    said TEXT NOT NULL GENERATED ALWAYS AS (coalesce(own, CASE code WHEN 0 THEN 'Up' WHEN 1 THEN 'Registering'
        WHEN 2 THEN 'Unregistering' WHEN 3 THEN 'Error' ELSE 'Disabled' END)) VIRTUAL,
    at INTEGER NOT NULL GENERATED ALWAYS AS (since + later) VIRTUAL,
    PRIMARY KEY (device, port)
) STRICT, WITHOUT ROWID;
INSERT INTO line_state_again (device, port, code, own, since, later, rank)
    SELECT device, port, CASE state WHEN 'registered' THEN 0 WHEN 'registering' THEN 1 WHEN 'not_registered' THEN 2
           WHEN 'error' THEN 3 ELSE 4 END, said, since, at - since, rank
    FROM line_state ORDER BY device, port;
UPDATE line_state_again SET own = NULL WHERE own = (CASE code WHEN 0 THEN 'Up' WHEN 1 THEN 'Registering'
    WHEN 2 THEN 'Unregistering' WHEN 3 THEN 'Error' ELSE 'Disabled' END);
DROP TABLE line_state;
ALTER TABLE line_state_again RENAME TO line_state;

-- The identity of a device is made of its parts, as that of nearly every device can be; what is in an index is there.
CREATE TABLE device_again (
    id INTEGER PRIMARY KEY,
    -- The identity, where it is more than the parts in a row.
    encoded TEXT,
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
    inform_hash INTEGER NOT NULL DEFAULT 0,
    profile_stamp INTEGER NOT NULL DEFAULT 0,
    profile_key TEXT NOT NULL DEFAULT '',
    profile_fault TEXT,
    profile_failed_stamp INTEGER NOT NULL DEFAULT 0,
    profile_at INTEGER,
    revision INTEGER NOT NULL DEFAULT 0,
    profile_waits INTEGER NOT NULL DEFAULT 0,
    profile_opens INTEGER NOT NULL DEFAULT 0,
    profile_digest INTEGER NOT NULL DEFAULT 0,
    profile_tries INTEGER NOT NULL DEFAULT 0,
    identity TEXT NOT NULL GENERATED ALWAYS AS (coalesce(encoded, oui || '-' || CASE product_class WHEN '' THEN ''
        ELSE product_class || '-' END || serial_number)) VIRTUAL
) STRICT;
INSERT INTO device_again (id, encoded, manufacturer, oui, product_class, serial_number, software_version,
        hardware_version, root, connection_request_url, parameter_key, address, cwmp_version, first_seen, last_boot,
        last_bootstrap, inform_hash, profile_stamp, profile_key, profile_fault, profile_failed_stamp, profile_at,
        revision, profile_waits, profile_opens, profile_digest, profile_tries)
    SELECT id, nullif(identity, oui || '-' || CASE product_class WHEN '' THEN '' ELSE product_class || '-' END
           || serial_number), manufacturer, oui, product_class, serial_number, software_version, hardware_version, root,
           connection_request_url, parameter_key, address, cwmp_version, first_seen, last_boot, last_bootstrap,
           inform_hash, profile_stamp, profile_key, profile_fault, profile_failed_stamp, profile_at, revision,
           profile_waits, profile_opens, profile_digest, profile_tries
    FROM device ORDER BY id;
DROP TABLE device;
ALTER TABLE device_again RENAME TO device;
CREATE INDEX device_by_product ON device (product_class, software_version);
CREATE INDEX device_by_serial_number ON device (serial_number);
CREATE INDEX device_waits ON device (profile_opens) WHERE profile_waits != 0;
CREATE INDEX device_by_version ON device (software_version);
CREATE INDEX device_by_identity ON device (identity);
CREATE INDEX device_profile_failed ON device (profile_failed_stamp) WHERE profile_failed_stamp != 0;
