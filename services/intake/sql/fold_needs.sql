-- The last free text stated for each request. fold_counts.sql raises `confided` afterwards.
INSERT INTO words (tracking_number, said)
SELECT DISTINCT ON (subject) subject, convert_from(value, 'UTF8')::json -> 'data'
  FROM announced
  JOIN requests
    ON requests.tracking_number = announced.subject
 WHERE type = 'gov.cri.intake.need_stated.v1'
   AND announced.number > requests.confided
 ORDER BY subject, number DESC
    ON CONFLICT (tracking_number) DO UPDATE
   SET said = excluded.said;
