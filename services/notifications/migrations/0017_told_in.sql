-- The digest that tells a mail, which is then not sent by itself.
ALTER TABLE mails ADD COLUMN told_in uuid;
