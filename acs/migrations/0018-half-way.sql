-- The version a device was last seen with on its way over several images: with an older one it has come back.
ALTER TABLE campaign_device ADD COLUMN reached TEXT NOT NULL DEFAULT '';
