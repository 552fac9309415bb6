-- What has happened, for whoever follows it: the event stream and webhooks. Bounded by a job.
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    device INTEGER,
    data TEXT NOT NULL
) STRICT;

-- Who is told. `collected` is the last event that was looked at for it.
CREATE TABLE webhook (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    kinds TEXT NOT NULL,
    secret BLOB NOT NULL,
    enabled INTEGER NOT NULL,
    created INTEGER NOT NULL,
    collected INTEGER NOT NULL
) STRICT;

-- What it is still to be told, or could not be. Delivered ones are gone.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event INTEGER NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER,
    why TEXT
) STRICT;
CREATE INDEX delivery_due ON delivery (due) WHERE due IS NOT NULL;
CREATE INDEX delivery_of ON delivery (webhook, id);

-- Requests with an Idempotency-Key, and what they were answered; without an answer as long as they are carried out.
CREATE TABLE request (
    key BLOB PRIMARY KEY,
    asked BLOB NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER,
    body BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX request_at ON request (at);
