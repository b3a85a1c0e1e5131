-- Whether what was told is emailed to the contact, too. NULL: told before this was noted.
ALTER TABLE told ADD COLUMN by_mail boolean;
