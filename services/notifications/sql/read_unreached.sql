-- Since when no mail reaches each participant with an open request, offer or engagement.
SELECT since
  FROM reach
 WHERE NOT is_reached
   AND (EXISTS (
       SELECT
         FROM requests
        WHERE requests.participant = reach.participant
          AND status NOT IN ('closed', 'ineligible', 'withdrawn'))
    OR EXISTS (
       SELECT
         FROM requests
        WHERE requests.provider = reach.participant
          AND status NOT IN ('closed', 'ineligible', 'withdrawn')));
