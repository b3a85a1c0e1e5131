INSERT INTO needs (tracking_number, need)
SELECT tracking_number, need
  FROM unnest($1::text[], $2::text[]) AS stated (tracking_number, need)
 ORDER BY tracking_number
    ON CONFLICT (tracking_number) DO UPDATE
   SET need = excluded.need;
