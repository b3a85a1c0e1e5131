-- Sorts by number: a message that kept its old number may stand behind one with a newer number.
WITH taken AS (
    DELETE FROM outbox
     WHERE topic LIKE 'cri.out.%'
    RETURNING event_id, topic, key, value, headers, appended_at, type, subject, correlation, cause,
              inreplyto
)
INSERT INTO outbox (
           event_id, topic, key, value, headers, appended_at, type, subject, correlation, cause,
           inreplyto)
SELECT event_id, topic, key, value, headers, appended_at, type, subject, correlation, cause, inreplyto
  FROM taken
 ORDER BY topic, (convert_from(value, 'UTF8')::json ->> 'participantsequence')::bigint NULLS LAST;
