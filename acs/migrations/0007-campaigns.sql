-- campaigns: stages, windows, ways over several images, the voice gate, a trail for each device, and the freeze calendar
ALTER TABLE campaign ADD COLUMN plan TEXT NOT NULL DEFAULT '{}';
-- The campaign it takes back.
ALTER TABLE campaign ADD COLUMN rollback_of INTEGER;
-- The open stage, from zero.
ALTER TABLE campaign ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN reason TEXT;
ALTER TABLE campaign ADD COLUMN started INTEGER;
ALTER TABLE campaign ADD COLUMN ended INTEGER;
-- Those of `forgiven` that are of the open stage.
ALTER TABLE campaign ADD COLUMN forgiven_in_stage INTEGER NOT NULL DEFAULT 0;
-- When a person last let it go on: what ended before does not count among the last ones.
ALTER TABLE campaign ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0;
-- The stage a person has let it go on after although it fell short.
ALTER TABLE campaign ADD COLUMN waived INTEGER;
UPDATE campaign SET started = created;

ALTER TABLE campaign_device ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
-- Its time zone, once it was looked up.
ALTER TABLE campaign_device ADD COLUMN zone TEXT;
ALTER TABLE campaign_device ADD COLUMN from_version TEXT NOT NULL DEFAULT '';
-- The image it is to get in the end, if that is not the one of the campaign, and the version that is.
ALTER TABLE campaign_device ADD COLUMN target_file INTEGER;
ALTER TABLE campaign_device ADD COLUMN target TEXT NOT NULL DEFAULT '';
-- The version it must report for its present download.
ALTER TABLE campaign_device ADD COLUMN wanted TEXT NOT NULL DEFAULT '';
ALTER TABLE campaign_device ADD COLUMN hops INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaign_device ADD COLUMN started INTEGER;
-- Windows that passed without it.
ALTER TABLE campaign_device ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;
-- When a call was first found on it.
ALTER TABLE campaign_device ADD COLUMN busy_since INTEGER;
-- The parameters of the lines that were registered before, and until when they have to be again.
ALTER TABLE campaign_device ADD COLUMN lines TEXT;
ALTER TABLE campaign_device ADD COLUMN gate_until INTEGER;
UPDATE campaign_device SET
    target = (SELECT target_version FROM campaign WHERE id = campaign_device.campaign),
    wanted = (SELECT target_version FROM campaign WHERE id = campaign_device.campaign);

-- All that is counted of a campaign is counted from this index alone.
DROP INDEX campaign_device_by_step;
CREATE INDEX campaign_device_by_step ON campaign_device (campaign, step, stage, zone);
CREATE INDEX campaign_device_on_its_way ON campaign_device (campaign) WHERE step = 'pending' AND hops > 0;
CREATE INDEX campaign_device_ended ON campaign_device (campaign, updated) WHERE step IN ('done', 'failed');

CREATE TABLE campaign_event (
    campaign INTEGER NOT NULL,
    device INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    step TEXT NOT NULL,
    task INTEGER,
    text TEXT NOT NULL,
    fault TEXT,
    PRIMARY KEY (campaign, device, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_event_by_device ON campaign_event (device);

-- Files an unfinished campaign needs besides its own.
CREATE TABLE campaign_file (
    campaign INTEGER NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (campaign, file)
) STRICT, WITHOUT ROWID;

CREATE TABLE freeze (
    number INTEGER PRIMARY KEY,
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

ALTER TABLE file ADD COLUMN minimum_version TEXT NOT NULL DEFAULT '';
ALTER TABLE file ADD COLUMN verification TEXT NOT NULL DEFAULT 'unverified';
