-- The time zone that a contact named: when it may be called. Restricted, as the table is.
ALTER TABLE contacts ADD COLUMN zone text;
