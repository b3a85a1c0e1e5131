SELECT topic, subject, from_number, until_number, noticed_at
  FROM lost_numbers
 WHERE noticed_at > now() - interval '1 day'
 ORDER BY noticed_at, topic, subject;
