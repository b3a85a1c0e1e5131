-- Skips gates at 0: they are stubs for waiting records.
CREATE TEMPORARY VIEW compared AS
SELECT 'requests' AS table_name, t.tracking_number AS key, hash_record_extended(t, 0) AS checksum
  FROM requests AS t
 UNION ALL
SELECT 'timeline', t.tracking_number, hash_record_extended(t, 0)
  FROM timeline AS t
 UNION ALL
SELECT 'programs', t.program, hash_record_extended(t, 0)
  FROM programs AS t
 UNION ALL
SELECT 'catalog', number::text, hash_record_extended(ROW (number, kind, id, body), 0)
  FROM catalog
 UNION ALL
SELECT 'gates', topic || ' ' || subject, hash_record_extended(ROW (topic, subject, last), 0)
  FROM gates
 WHERE last > 0;
