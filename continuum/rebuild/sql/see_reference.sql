-- The copy of the reference data (when it was stored is not in the log), and its gates.
CREATE TEMPORARY VIEW compared AS
SELECT 'catalog' AS table_name, number::text AS key,
       hash_record_extended(ROW (number, kind, id, body), 0) AS checksum
  FROM catalog
 UNION ALL
SELECT 'gates', topic || ' ' || subject, hash_record_extended(ROW (topic, subject, last), 0)
  FROM gates
 WHERE last > 0
   AND topic = 'cri.int.reference.v1';
