SELECT setval('queue_numbers', nextval('queue_numbers') + $1::bigint) - $1::bigint;
