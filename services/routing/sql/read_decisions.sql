SELECT tracking_number, number, hash, record
  FROM decisions
 WHERE (tracking_number, number) > ($1::text, $2::integer)
 ORDER BY tracking_number, number
 LIMIT $3::integer;
