-- How many comparisons in a row a passing fault of the device has ended.
ALTER TABLE device ADD COLUMN profile_tries INTEGER NOT NULL DEFAULT 0;
