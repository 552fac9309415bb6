-- The user behind created_by of a run, and the devices this user has; none for runs that were begun without being told.
ALTER TABLE diagnostic_run ADD COLUMN owner TEXT;
ALTER TABLE diagnostic_run ADD COLUMN scope TEXT NOT NULL DEFAULT '[]';
