SELECT topic, sequence, type, at, status, provider, detail, event_id, clock, due_at
  FROM timeline
 WHERE tracking_number = $1
 ORDER BY at, topic, sequence;
