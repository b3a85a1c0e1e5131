SELECT engagement_id, provider, tracking_number, state, is_stopped, told, milestones, sentence, number
  FROM engagements
 WHERE provider = $1
 ORDER BY state <> 'open', changed_at DESC
 LIMIT $2;
