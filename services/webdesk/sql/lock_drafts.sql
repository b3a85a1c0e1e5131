-- Locks drafts against answers, with which they are kept longer.
SELECT draft_id
  FROM drafts
 WHERE draft_id = ANY ($1::uuid[])
 ORDER BY draft_id
   FOR UPDATE;
