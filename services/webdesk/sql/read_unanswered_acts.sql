SELECT message_id, kind, about, said
  FROM provider_acts
 WHERE message_id = ANY ($1::text[])
   AND state = 'sent'
 ORDER BY message_id
   FOR UPDATE;
