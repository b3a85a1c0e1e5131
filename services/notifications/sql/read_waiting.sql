-- Locks all mails of one contact that wait for a digest that is due. `others` are as in claim_mails.
WITH recipient AS (
    SELECT audience, contact_id
      FROM mails
     WHERE state IN ('prepared', 'try_later')
       AND digest_at IS NOT NULL
       AND due_at <= now()
       AND template = ANY ($1::text[])
     ORDER BY due_at, number, mail_id
     LIMIT 1
)
SELECT mail_id, notice, audience, contact_id, correlation, key, published, tries,
       coalesce(first_tried_at, prepared_at), prepared_at, fact, about, number, kind, facts,
       ARRAY(SELECT ROW(other.kind, other.state, other.number > waiting.number)
               FROM mails AS other
              WHERE other.about = waiting.about
                AND other.audience = waiting.audience
                AND other.mail_id <> waiting.mail_id
              ORDER BY other.number) AS others,
       digest_at
  FROM mails AS waiting
  JOIN recipient USING (audience, contact_id)
 WHERE state IN ('prepared', 'try_later')
   AND digest_at IS NOT NULL
   AND due_at <= now()
   AND template = ANY ($1::text[])
 ORDER BY number, mail_id
   FOR UPDATE OF waiting;
