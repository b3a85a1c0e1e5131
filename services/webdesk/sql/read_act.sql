SELECT message_id, kind, about, said, sent_at, state, reasons
  FROM provider_acts
 WHERE message_id = $1
   AND provider = $2;
