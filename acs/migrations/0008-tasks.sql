-- Tasks of a device are worked off by priority, then by age.
ALTER TABLE task ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
-- What an attempt under way has to remember over a broken session.
ALTER TABLE task ADD COLUMN progress TEXT;
-- A hash of what an idempotency key was first used for; absent for tasks of earlier versions.
ALTER TABLE task ADD COLUMN asked BLOB;
-- The word of the kind, for lists over the fleet.
ALTER TABLE task ADD COLUMN word TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(kind) THEN json_extract(kind, '$.kind') END) VIRTUAL;
DROP INDEX task_open;
CREATE INDEX task_open ON task (device, id)
    WHERE state IN ('queued', 'running', 'waiting_for_transfer', 'waiting_for_reboot');
-- Not those that are open: questions about them have an index that is small.
CREATE INDEX task_by_end ON task (state, id) WHERE state IN ('done', 'failed', 'expired', 'cancelled');
CREATE INDEX task_by_word ON task (word, id);

-- When each value of a snapshot was seen: runs of neighbours that were seen together.
ALTER TABLE snapshot ADD COLUMN times BLOB NOT NULL DEFAULT x'';

-- What was learned of how a device wants to be asked.
CREATE TABLE learned (
    device INTEGER PRIMARY KEY,
    learned TEXT NOT NULL
) STRICT;

-- The same for a model, which a device that is met for the first time begins with.
CREATE TABLE learned_of_model (
    model TEXT PRIMARY KEY,
    learned TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Files that devices have sent.
CREATE TABLE device_file (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    task INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    file_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX device_file_by_device ON device_file (device, id);
CREATE UNIQUE INDEX device_file_by_task ON device_file (task);

-- Changes of chosen parameters.
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    value TEXT NOT NULL
) STRICT;
CREATE INDEX history_by_device ON history (device, name, id);
