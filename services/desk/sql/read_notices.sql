SELECT notice, audience, fact_type, channel, outcome, because, at, mail, mail_outcome
  FROM notices
 WHERE request_id = $1
 ORDER BY at, audience;
