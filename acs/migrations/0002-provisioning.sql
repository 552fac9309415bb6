-- What the provisioning server knows of a device. Keys are sealed with the key of the data folder; a token stands as its hash.
CREATE TABLE provisioned (
    device INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    token BLOB NOT NULL,
    -- Whether the device has fetched with it.
    used INTEGER NOT NULL DEFAULT 0,
    since INTEGER NOT NULL,
    next_key BLOB,
    next_token BLOB,
    next_since INTEGER
) STRICT;
CREATE UNIQUE INDEX provisioned_token ON provisioned (token);
CREATE UNIQUE INDEX provisioned_next_token ON provisioned (next_token) WHERE next_token IS NOT NULL;

-- Until when a device gets its first profile without having proved who it is.
CREATE TABLE provisioning_window (
    device INTEGER PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;

-- Requests of devices for their profiles, the last few of each.
CREATE TABLE contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL,
    at INTEGER NOT NULL,
    contact TEXT NOT NULL
) STRICT;
CREATE INDEX contact_by_device ON contact (device, id);

-- Devices by the MAC address people have given them.
CREATE INDEX variable_mac ON variable (value) WHERE name = 'mac';
