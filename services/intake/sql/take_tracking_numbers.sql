SELECT nextval('tracking_numbers')
  FROM generate_series(1, $1::integer);
