SELECT month, sha256, published_at, body::text AS body
  FROM releases
 WHERE month = $1;
