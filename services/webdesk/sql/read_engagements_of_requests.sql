SELECT engagement_id, provider, tracking_number, state, is_stopped, told, milestones, sentence, number
  FROM engagements
 WHERE tracking_number = ANY ($1::text[])
 ORDER BY engagement_id
   FOR UPDATE;
