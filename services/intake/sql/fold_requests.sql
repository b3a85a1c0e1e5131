-- Requests as accepted; fold_counts.sql brings them up to date. Only its inbound record has the content
-- of a submission, so that is filled in when the record is replayed.
INSERT INTO requests (tracking_number, request_id, participant, reference, content, first_record,
                      facts, published, confided, accepted_at)
SELECT accepted.subject,
       (accepted.facts ->> 'request_id')::uuid,
       accepted.facts ->> 'participant',
       accepted.facts ->> 'reference',
       '',
       accepted.cause,
       accepted.facts,
       0,
       0,
       accepted.at
  FROM (SELECT subject, cause, at, convert_from(value, 'UTF8')::json -> 'data' AS facts
          FROM announced
         WHERE type = 'gov.cri.intake.request_accepted.v1') AS accepted
 ORDER BY accepted.subject
    ON CONFLICT (tracking_number) DO NOTHING;
