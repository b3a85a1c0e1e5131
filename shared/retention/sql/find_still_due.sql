-- Those of the keys $10, which are locked, that are due all the same (see find_due): by their keys, because
-- others wait for the locks.
SELECT key
  FROM retained
 WHERE what = $1
   AND key = ANY ($10::text[])
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
   AND (own_of IS NULL OR own_of <> ALL ($9::text[]));
