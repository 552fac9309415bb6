-- How many sessions in a row have broken off over a task that runs.
ALTER TABLE task ADD COLUMN broken INTEGER NOT NULL DEFAULT 0;

-- What waits outside of sessions is looked through at every turn of the clock: by its age, not by all open tasks.
CREATE INDEX task_transferring ON task (updated) WHERE state = 'waiting_for_transfer';
CREATE INDEX task_rebooting ON task (updated) WHERE state = 'waiting_for_reboot';
CREATE INDEX task_left ON task (expires) WHERE state = 'running' AND expires IS NOT NULL;
