-- Since when no mail reaches each participant with an open request, offer or engagement. LIMIT 1 in place of
-- EXISTS, which Postgres may answer by reading the whole table.
SELECT since
  FROM reach
 WHERE NOT is_reached
   AND coalesce(
       (SELECT tracking_number
          FROM requests
         WHERE requests.participant = reach.participant
           AND status NOT IN ('closed', 'ineligible', 'withdrawn')
         LIMIT 1),
       (SELECT tracking_number
          FROM requests
         WHERE requests.provider = reach.participant
           AND status NOT IN ('closed', 'ineligible', 'withdrawn')
         LIMIT 1)) IS NOT NULL;
