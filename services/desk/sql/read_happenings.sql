SELECT request_id, event_id, number, at, type, sentence, data
  FROM happenings
 WHERE request_id = $1
 ORDER BY at, number, event_id;
