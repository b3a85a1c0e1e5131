-- Autovacuum looks once a minute; a busy outbox has been emptied and filled many times by then.
VACUUM (TRUNCATE FALSE) outbox;
