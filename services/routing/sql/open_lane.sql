SELECT *
  FROM open_lane_2($1::text, $2::text, $3::boolean, $4::text[], $5::integer);
