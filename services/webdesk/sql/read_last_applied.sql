SELECT message_id, kind, about, said, sent_at, state, reasons
  FROM provider_acts
 WHERE provider = $1
   AND kind = $2
   AND state = 'applied'
 ORDER BY sent_at DESC
 LIMIT 1;
