-- A digest whose unknown outcome was settled stays counted as unknown.
SELECT CASE WHEN state IN ('counted_as_delivered', 'dropped') THEN 'outcome_unknown' ELSE state END
           AS outcome, count(*)
  FROM mails
 WHERE kind = 'digest'
   AND state NOT IN ('prepared', 'sending', 'try_later')
 GROUP BY outcome;
