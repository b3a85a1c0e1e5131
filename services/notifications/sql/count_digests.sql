SELECT state, count(*)
  FROM mails
 WHERE kind = 'digest'
   AND state NOT IN ('prepared', 'sending', 'try_later')
 GROUP BY state;
