-- Every revision of a profile as it was written; those of profiles that were removed stay.
CREATE TABLE profile_revision (
    profile TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    person TEXT NOT NULL,
    comment TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (profile, revision)
) STRICT, WITHOUT ROWID;

-- Which revision of a profile is in force: for everybody, and for the devices of the stages that were reached.
CREATE TABLE publication (
    profile TEXT PRIMARY KEY,
    published INTEGER,
    published_at INTEGER,
    published_by TEXT,
    staged INTEGER,
    staged_at INTEGER,
    staged_by TEXT,
    stages TEXT,
    reached INTEGER
) STRICT;

-- Profiles from before there were revisions: who wrote them and when stands in the trail.
INSERT INTO profile_revision (profile, revision, at, person, comment, content)
    SELECT p.name, p.revision,
           coalesce((SELECT max(a.at) FROM audit a
                     WHERE a.action = 'profile.put' AND a.subject = p.name || ' revision ' || p.revision), 0),
           coalesce((SELECT max(a.actor) FROM audit a
                     WHERE a.action = 'profile.put' AND a.subject = p.name || ' revision ' || p.revision), ''),
           '',
           json_object('name', p.name, 'revision', p.revision, 'selector', json(p.selector),
                       'precedence', p.precedence, 'values', json(p.vals))
    FROM profile p WHERE json_valid(p.selector) AND json_valid(p.vals);
INSERT INTO publication (profile, published, published_at, published_by)
    SELECT r.profile, r.revision, r.at, r.person FROM profile_revision r;
DROP TABLE profile;

-- The stamp of the profiles a device was compared with outside its window, and when the next one opens.
ALTER TABLE device ADD COLUMN profile_waits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN profile_opens INTEGER NOT NULL DEFAULT 0;
CREATE INDEX device_waits ON device (profile_opens) WHERE profile_waits != 0;
-- A hash of what was desired when the device last agreed; zero for not known.
ALTER TABLE device ADD COLUMN profile_digest INTEGER NOT NULL DEFAULT 0;

-- What a device has refused of its profiles. Values stand as hashes.
CREATE TABLE refusal (
    device INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    profile TEXT NOT NULL,
    revision INTEGER NOT NULL,
    code INTEGER NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    software_version TEXT NOT NULL,
    PRIMARY KEY (device, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX refusal_by_profile ON refusal (profile, code, name);

-- Rows that are about to be made on a device, so that they are found again if nobody hears of them.
CREATE TABLE adding (
    device INTEGER NOT NULL,
    row TEXT NOT NULL,
    adding TEXT NOT NULL,
    PRIMARY KEY (device, row)
) STRICT, WITHOUT ROWID;
