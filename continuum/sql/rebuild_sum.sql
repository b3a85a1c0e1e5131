-- Rows and checksum of every table, in 1024 parts by key. The same statement reads the live tables
-- and the rebuilt ones, as search_path says. A sum does not depend on the order of the rows.
SELECT 'requests' AS table_name, hashtext(t.tracking_number) & 1023 AS part, count(*) AS count,
       sum(hash_record_extended(t, 0)) AS checksum
  FROM requests AS t
 GROUP BY part
 UNION ALL
SELECT 'timeline', hashtext(t.tracking_number) & 1023 AS part, count(*),
       sum(hash_record_extended(t, 0))
  FROM timeline AS t
 GROUP BY part
 UNION ALL
SELECT 'programs', hashtext(t.program) & 1023 AS part, count(*), sum(hash_record_extended(t, 0))
  FROM programs AS t
 GROUP BY part
 UNION ALL
SELECT 'gates', hashtext(topic || ' ' || subject) & 1023 AS part, count(*),
       sum(hash_record_extended(ROW (topic, subject, last), 0))
  FROM gates
 WHERE last > 0
 GROUP BY part;
