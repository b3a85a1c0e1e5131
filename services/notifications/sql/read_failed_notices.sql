-- For each of the notices $1 to the audiences $2 that was mailed, its last failed mail; null if one of its mails
-- was delivered, may have been, or is still tried, or if the notice is settled. They need no lock: only one
-- reader at a time takes in settlements of the same subject, and nothing else changes a mail that has failed.
SELECT named.notice AS of, named.audience AS to_whom, failed.*
  FROM unnest($1::uuid[], $2::text[]) AS named (notice, audience)
  LEFT JOIN LATERAL (
       SELECT mail_id, notice, audience, contact_id, correlation, key, published, tries,
              coalesce(first_tried_at, prepared_at) AS first_tried_at, prepared_at
         FROM mails
        WHERE mails.notice = named.notice
          AND mails.audience = named.audience
          AND state IN ('refused', 'gave_up')
          AND NOT EXISTS (
              SELECT
                FROM mails AS other
                LEFT JOIN settlements ON settlements.mail_id = other.mail_id
                 AND settlements.how = 'told_otherwise'
               WHERE other.notice = named.notice
                 AND other.audience = named.audience
                 AND (settlements.mail_id IS NOT NULL
                      OR other.state NOT IN ('refused', 'gave_up', 'cancelled')))
        ORDER BY prepared_at DESC, mail_id
        LIMIT 1) AS failed ON true
 WHERE EXISTS (
       SELECT
         FROM mails
        WHERE mails.notice = named.notice
          AND mails.audience = named.audience);
