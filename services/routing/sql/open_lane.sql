SELECT *
  FROM open_lane_2($1::text, $2::text, $3::text[], $4::integer);
