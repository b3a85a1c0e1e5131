-- Texts of assessments that have ended, by the records of their messages.
DELETE FROM drafts
 WHERE cause = ANY ($1::text[]);
