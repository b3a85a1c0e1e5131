-- A digest of unknown outcome is not finished until a person settles it.
SELECT state AS outcome, count(*)
  FROM mails
 WHERE kind = 'digest'
   AND state NOT IN ('prepared', 'sending', 'try_later', 'outcome_unknown')
 GROUP BY outcome;
