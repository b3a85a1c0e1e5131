-- A second decision for one (fact, audience) is a bug: the key is not softened.
INSERT INTO notices (
       fact, audience, subject, decided_at, message_type, message_id, participantsequence, because)
SELECT fact, audience, subject, $8::timestamptz, message_type, message_id, participantsequence,
       because
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bigint[],
              $7::text[])
    AS decided (fact, audience, subject, message_type, message_id, participantsequence, because);
