-- Whom an account belongs to, by what a device says when it asks where it belongs; it is told once.
CREATE TABLE binding (
    id INTEGER PRIMARY KEY,
    binding TEXT NOT NULL,
    told TEXT
) STRICT;

-- What a device has reported of itself, packed; later reports are laid over it.
CREATE TABLE report (
    device INTEGER PRIMARY KEY,
    report BLOB NOT NULL
) STRICT;
