INSERT INTO words (tracking_number, said)
SELECT tracking_number, said
  FROM unnest($1::text[], $2::json[]) AS stated (tracking_number, said)
 ORDER BY tracking_number
    ON CONFLICT (tracking_number) DO UPDATE
   SET said = excluded.said;
