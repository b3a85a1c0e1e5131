-- All that a batch reads of others, in one round trip. Messages and references are written only
-- under the checkpoint of their participant's one topic, which the batch holds.
SELECT 'message' AS what, participant, source, id, content, first_record, 0::bigint AS number
  FROM messages
  JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (participant, source, id)
 USING (participant, source, id)
 UNION ALL
SELECT 'reference', participant, reference, '', content, first_record, 0
  FROM requests
  JOIN unnest($4::text[], $5::text[]) AS asked (participant, reference)
 USING (participant, reference)
 UNION ALL
SELECT 'number', topic, subject, '', NULL, '', last
  FROM sequences
  JOIN unnest($6::text[], $7::text[]) AS asked (topic, subject)
 USING (topic, subject)
 UNION ALL
SELECT 'fresh', '', '', '', NULL, '', nextval('tracking_numbers')
  FROM generate_series(1, $8::integer)
 UNION ALL
SELECT 'version', '', '', '', NULL, '', coalesce(max(number), 0)
  FROM catalog;
