-- All open ones, then the $2 that ended last.
SELECT engagement_id, provider, tracking_number, state, is_stopped, told, milestones, sentence, number
  FROM engagements
 WHERE provider = $1
   AND (state = 'open'
        OR engagement_id IN (
            SELECT engagement_id
              FROM engagements
             WHERE provider = $1
               AND state <> 'open'
             ORDER BY changed_at DESC
             LIMIT $2))
 ORDER BY state <> 'open', changed_at DESC;
