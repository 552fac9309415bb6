-- What selectors of profiles ask for, so that a device of which it changes is compared anew; and what the operator chose
-- to be indexed. `kind`: chosen and parameter (paths, both are kept in the index), attribute, campaign.
CREATE TABLE watched (
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (kind, what)
) STRICT, WITHOUT ROWID;
