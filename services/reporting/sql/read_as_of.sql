SELECT as_of, now() AS at
  FROM read_to;
