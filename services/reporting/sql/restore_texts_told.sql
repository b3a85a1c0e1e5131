-- The texts themselves are kept for a day; the log has their numbers for ever.
INSERT INTO sequences (topic, subject, last)
SELECT 'cri.int.texts.v1', subject, max((convert_from(value, 'UTF8')::jsonb -> 'data' ->> 'texts')::bigint)
  FROM announced
 WHERE topic = 'cri.int.reporting.v1'
   AND type IN ('gov.cri.reporting.report_read.v1', 'gov.cri.reporting.report_status_changed.v1')
   AND convert_from(value, 'UTF8')::jsonb -> 'data' ->> 'texts' IS NOT NULL
 GROUP BY subject
 ORDER BY subject
    ON CONFLICT (topic, subject) DO UPDATE
   SET last = greatest(sequences.last, excluded.last);
