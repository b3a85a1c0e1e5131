-- All that most batches need: requests, then numbers, each locked in key order, so that two
-- overlapping batches queue up behind each other; and the version of the catalog.
WITH concerned AS MATERIALIZED (
    SELECT tracking_number, participant, agency_name, cri_type, agency_class, state, sworn_band,
           topics, service_forms, wished_from, wished_until, contact_ids, status, since, sentence,
           provider_sentence, program, provider, offer_id, expires_at, engagement_id, published
      FROM requests
     WHERE tracking_number = ANY ($1::text[])
     ORDER BY tracking_number
       FOR UPDATE),
numbered AS MATERIALIZED (
    SELECT topic, subject, last
      FROM sequences
     WHERE (topic, subject) IN (SELECT * FROM unnest($2::text[], $3::text[]))
     ORDER BY topic, subject
       FOR UPDATE)
SELECT NULL AS topic, NULL AS subject, NULL::bigint AS last, ROW (concerned.*)::request_row AS request
  FROM concerned
 UNION ALL
SELECT topic, subject, last, NULL
  FROM numbered
 UNION ALL
SELECT NULL, NULL, coalesce(max(number), 0), NULL
  FROM catalog;
