-- What selectors of profiles ask for, so that a device of which it changes is compared anew; and what the operator chose
-- to be indexed. `kind`: chosen and parameter (paths, both are kept in the index), attribute, campaign.
CREATE TABLE watched (
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (kind, what)
) STRICT, WITHOUT ROWID;

-- The devices a campaign is restricted to, as lists of tags: those of whoever began it.
ALTER TABLE campaign ADD COLUMN scope TEXT NOT NULL DEFAULT '[]';
-- Counts how often somebody has begun to write the devices of a draft, or has changed it: only the last one goes on.
ALTER TABLE campaign ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
