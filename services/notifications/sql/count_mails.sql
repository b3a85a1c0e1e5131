SELECT state, stage, status, count(*)
  FROM mails
 GROUP BY state, stage, status;
