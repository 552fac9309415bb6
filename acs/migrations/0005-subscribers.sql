-- Subscribers with their lines, which device they have, groups; and who is kept apart.
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    -- The operator's own text for it.
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    notes TEXT NOT NULL,
    -- Variables for templates, as a JSON object.
    variables TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_by_text ON account (account);

CREATE TABLE line (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    port INTEGER NOT NULL,
    number TEXT NOT NULL,
    user TEXT NOT NULL,
    -- The SIP password, as `lines::seal` makes it.
    password BLOB NOT NULL,
    display_name TEXT NOT NULL,
    proxy TEXT NOT NULL,
    -- Further variables of the line, as a JSON object.
    options TEXT NOT NULL,
    enabled INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX line_by_port ON line (account, port);
CREATE INDEX line_by_number ON line (number);
CREATE INDEX line_by_user ON line (user);

-- Which account a device has. A row without an account is a device that had one: its lines are to be empty.
CREATE TABLE held (
    device INTEGER PRIMARY KEY,
    account INTEGER,
    since INTEGER NOT NULL,
    -- What templates go on using once the account is gone: the last values of what is neither a line's own nor secret.
    remains TEXT NOT NULL DEFAULT '{}'
) STRICT;
-- An account is on one device at a time: two that register as the same user would steal each other's calls.
CREATE UNIQUE INDEX held_by_account ON held (account) WHERE account IS NOT NULL;

-- The registration of a line as its device last reported it, by the telephone port.
CREATE TABLE line_state (
    device INTEGER NOT NULL,
    port INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- The device's own word.
    said TEXT NOT NULL,
    -- Since when it is so, and when it was last reported.
    since INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (device, port)
) STRICT, WITHOUT ROWID;
CREATE INDEX line_state_by_state ON line_state (state, device);

CREATE TABLE variable_group (
    name TEXT PRIMARY KEY,
    tag TEXT NOT NULL,
    precedence INTEGER NOT NULL,
    variables TEXT NOT NULL
) STRICT;
CREATE INDEX variable_group_by_tag ON variable_group (tag);

-- Devices that may inform and get nothing.
CREATE TABLE walled (
    device INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    why TEXT NOT NULL,
    since INTEGER NOT NULL,
    replaced_by INTEGER
) STRICT;

-- Bindings by their account; those of activation codes end.
ALTER TABLE binding ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE binding ADD COLUMN expires INTEGER;
UPDATE binding SET account = coalesce(json_extract(binding, '$.account'), '') WHERE json_valid(binding);
CREATE INDEX binding_by_account ON binding (account);
CREATE INDEX binding_by_end ON binding (expires) WHERE expires IS NOT NULL;
CREATE INDEX variable_account ON variable (value) WHERE name = 'account';
