-- What the bytes of a device's file are sealed with; sealed itself.
ALTER TABLE device_file ADD COLUMN key TEXT;
