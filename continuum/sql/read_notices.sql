SELECT fact, audience, decided_at, message_type, participantsequence, because
  FROM notices
 WHERE subject = $1
 ORDER BY decided_at, audience;
