-- At most $10 rows of the kind $1 that have been kept long enough, up to $2, and that no hold covers:
-- $3 everything, $4 requests, $5 participants, $6 and $7 contacts, $8 subscriptions. $9: participants that
-- are registered. Of some keys: find_still_due.
SELECT key
  FROM retained
 WHERE what = $1
   AND earliest <= $2
   AND since <= $2
   AND NOT $3::boolean
   AND NOT requests && $4::text[]
   AND (participant IS NULL OR participant <> ALL ($5::text[]))
   AND NOT EXISTS (
       SELECT
         FROM unnest($6::text[], $7::text[]) AS held (participant, contact_id)
        WHERE held.participant = retained.participant
          AND held.contact_id = retained.contact_id)
   AND (subscription_id IS NULL OR subscription_id <> ALL ($8::text[]))
   AND (own_of IS NULL OR own_of <> ALL ($9::text[]))
 LIMIT $10;
