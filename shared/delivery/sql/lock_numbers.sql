SELECT *
  FROM unnest(lock_numbers_1($1::text[], $2::text[]));
