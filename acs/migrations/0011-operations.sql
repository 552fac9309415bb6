-- operations

-- Devices whose messages are kept, and until when.
CREATE TABLE trace_switch (
    device INTEGER PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;

-- Sessions with their messages, packed; secrets are masked before they get here.
CREATE TABLE traced_session (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    begin INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    events TEXT NOT NULL,
    rpcs INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    complete INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    messages BLOB NOT NULL
) STRICT;
CREATE INDEX traced_session_by_device ON traced_session (device, id);

-- One row: the bytes of all of them.
CREATE TABLE traced_bytes (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO traced_bytes (id, bytes) VALUES (1, 0);
CREATE TRIGGER traced_session_comes AFTER INSERT ON traced_session
BEGIN
    UPDATE traced_bytes SET bytes = bytes + NEW.bytes;
END;
CREATE TRIGGER traced_session_goes AFTER DELETE ON traced_session
BEGIN
    UPDATE traced_bytes SET bytes = bytes - OLD.bytes;
END;
