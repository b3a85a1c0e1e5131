SELECT event_id, engagement_id, event, number, applied, settled_at, hash, due_at
  FROM said
 WHERE engagement_id = ANY($1::text[]);
