SELECT engagement_id, provider, tracking_number, state, is_stopped, told, milestones, sentence, number
  FROM engagements
 WHERE engagement_id = $1
   AND provider = $2;
