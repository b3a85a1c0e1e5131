SELECT setval('tracking_numbers', nextval('tracking_numbers') + $1::bigint) - $1::bigint;
