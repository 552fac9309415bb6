-- The version a device was last seen with on its way over several images: with an older one it has come back.
ALTER TABLE campaign_device ADD COLUMN reached TEXT NOT NULL DEFAULT '';

-- What devices of a model have taught, each for itself: a model learns only what several of them agree on.
CREATE TABLE learned_vote (
    number INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    device INTEGER NOT NULL,
    learned TEXT NOT NULL,
    UNIQUE (model, device)
) STRICT;
CREATE INDEX learned_vote_by_device ON learned_vote (device);
-- What is known of models was taught by one device each.
DELETE FROM learned_of_model;
