SELECT message_id, actor, kind, tracking_number, item_id, reason, sent_at, answer, reasons,
       answered_at
  FROM acts
 WHERE message_id = $1;
