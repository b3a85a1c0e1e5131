SELECT topic, tracking_number, sequence, type, event_id, provider
  FROM timeline
 WHERE tracking_number = ANY ($1::text[]);
