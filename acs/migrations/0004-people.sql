-- Which devices somebody may see: lists of tags in JSON, of each of which a device must carry one; none for all devices.
ALTER TABLE user ADD COLUMN scope TEXT NOT NULL DEFAULT '[]';
-- Whether the password may only be used to choose another one.
ALTER TABLE user ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;

ALTER TABLE token ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN kind TEXT NOT NULL DEFAULT 'sign_in';
ALTER TABLE token ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN scope TEXT NOT NULL DEFAULT '[]';
ALTER TABLE token ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
CREATE INDEX token_by_user ON token (user, id);

-- Whether the device is to be given others in its next session.
ALTER TABLE credentials ADD COLUMN rotate INTEGER NOT NULL DEFAULT 0;

-- What was there before a change and after it, without secrets; and the hash that binds a line to those before it.
-- Lines from before the chain was begun have none.
ALTER TABLE audit ADD COLUMN before TEXT;
ALTER TABLE audit ADD COLUMN after TEXT;
ALTER TABLE audit ADD COLUMN hash BLOB;
