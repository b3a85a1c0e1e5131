-- The keys of some parts of one table, each with the count and the checksum of its rows.
SELECT key, count(*) AS count, sum(checksum) AS checksum
  FROM compared
 WHERE table_name = $1::text
   AND hashtext(key) & 1023 = ANY ($2::integer[])
 GROUP BY key;
