INSERT INTO sessions (id_hash, draft_id)
SELECT $1, draft_id
  FROM drafts
 WHERE resume_hash = $2
   AND expires_at > now()
RETURNING draft_id;
