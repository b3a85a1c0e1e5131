-- The rows were locked in key order before.
UPDATE requests
   SET facts     = changed.facts,
       published = changed.published,
       confided  = changed.confided,
       ended     = changed.ended
  FROM unnest($1::text[], $2::json[], $3::bigint[], $4::bigint[], $5::text[])
       AS changed (tracking_number, facts, published, confided, ended)
 WHERE requests.tracking_number = changed.tracking_number;
