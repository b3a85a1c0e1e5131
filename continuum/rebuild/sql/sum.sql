-- Rows and checksum of every table, in 1024 parts by key. The same statement reads the live tables
-- and the rebuilt ones, as the view does. A sum does not depend on the order of the rows.
SELECT table_name, hashtext(key) & 1023 AS part, count(*) AS count, sum(checksum) AS checksum
  FROM compared
 GROUP BY table_name, part;
