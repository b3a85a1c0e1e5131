SELECT inreplyto, message_type, subject, data
  FROM answers
 WHERE inreplyto = ANY ($1::text[]);
