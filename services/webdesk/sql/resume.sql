-- Ends the sessions that were unused longest, so that a draft has at most $3 with the new one.
  WITH draft AS (
       SELECT draft_id
         FROM drafts
        WHERE resume_hash = $2
          AND expires_at > now()
       ),
       ended AS (
       DELETE FROM sessions
        WHERE id_hash IN (SELECT id_hash
                            FROM sessions
                            JOIN draft USING (draft_id)
                           ORDER BY seen_at DESC
                          OFFSET $3::bigint - 1)
       )
INSERT INTO sessions (id_hash, draft_id)
SELECT $1, draft_id
  FROM draft
RETURNING draft_id;
