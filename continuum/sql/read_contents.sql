SELECT key, value, headers
  FROM read_contents($1::bigint);
