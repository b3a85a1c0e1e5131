DELETE FROM drafts
 WHERE draft_id = ANY ($1::uuid[]);
