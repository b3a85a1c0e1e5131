-- Skips gates at 0: they are stubs for waiting records. Who has taken an item is not in the log.
CREATE TEMPORARY VIEW compared AS
SELECT 'cases' AS table_name, t.tracking_number AS key, hash_record_extended(t, 0) AS checksum
  FROM cases AS t
 UNION ALL
SELECT 'happenings', t.request_id, hash_record_extended(t, 0)
  FROM happenings AS t
 UNION ALL
SELECT 'notices', t.notice || ' ' || t.audience, hash_record_extended(t, 0)
  FROM notices AS t
 UNION ALL
SELECT 'work_items', item_id,
       hash_record_extended(
           ROW (item_id, kind, request_id, participant, about, why, otherwise, number, opened_at,
                due_at, closed_at, closed_because),
           0)
  FROM work_items
 UNION ALL
SELECT 'said', t.engagement_id || ' ' || t.event_id, hash_record_extended(t, 0)
  FROM said AS t
 UNION ALL
SELECT 'report_states', t.engagement_id || ' ' || t.report_id, hash_record_extended(t, 0)
  FROM report_states AS t
 UNION ALL
SELECT 'catalog', number::text, hash_record_extended(ROW (number, kind, id, body), 0)
  FROM catalog
 UNION ALL
SELECT 'gates', topic || ' ' || subject, hash_record_extended(ROW (topic, subject, last), 0)
  FROM gates
 WHERE last > 0;
