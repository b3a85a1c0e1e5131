-- Locks contacts by their keys against batches that set them or hand them on (see load_batch_2).
SELECT pg_advisory_xact_lock(1668247156, place)
  FROM (SELECT DISTINCT hashtext(key) & 255 AS place
          FROM unnest($1::text[]) AS asked (key)
         ORDER BY place) AS places;
