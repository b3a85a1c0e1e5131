-- Since when no mail reaches each participant with an open request, offer or engagement. The first one is asked
-- for, as EXISTS may be answered by reading the whole table.
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
