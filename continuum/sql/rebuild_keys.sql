-- The keys of some parts of one table, each with the count and the checksum of its rows.
SELECT t.tracking_number AS key, 1::bigint AS count, hash_record_extended(t, 0)::numeric AS checksum
  FROM requests AS t
 WHERE $1::text = 'requests'
   AND hashtext(t.tracking_number) & 1023 = ANY ($2::integer[])
 UNION ALL
SELECT t.tracking_number, count(*), sum(hash_record_extended(t, 0))
  FROM timeline AS t
 WHERE $1 = 'timeline'
   AND hashtext(t.tracking_number) & 1023 = ANY ($2)
 GROUP BY t.tracking_number
 UNION ALL
SELECT t.program, 1, hash_record_extended(t, 0)
  FROM programs AS t
 WHERE $1 = 'programs'
   AND hashtext(t.program) & 1023 = ANY ($2)
 UNION ALL
SELECT topic || ' ' || subject, 1, hash_record_extended(ROW (topic, subject, last), 0)
  FROM gates
 WHERE $1 = 'gates'
   AND last > 0
   AND hashtext(topic || ' ' || subject) & 1023 = ANY ($2);
