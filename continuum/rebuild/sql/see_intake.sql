-- The reference data (when it was stored is not in the log), and how the live requests ended. The log
-- may have endings of other requests, from before the database was reset.
CREATE TEMPORARY VIEW compared AS
SELECT 'catalog' AS table_name, number::text AS key,
       hash_record_extended(ROW (number, kind, id, body), 0) AS checksum
  FROM catalog
 UNION ALL
SELECT 'endings', tracking_number, hash_record_extended(ROW (tracking_number, ended), 0)
  FROM requests
 WHERE ended IS NOT NULL
   AND tracking_number IN (SELECT tracking_number FROM public.requests);
