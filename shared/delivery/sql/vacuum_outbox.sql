-- Autovacuum comes once a minute; a busy outbox has turned over many times by then.
VACUUM (TRUNCATE FALSE) outbox;
