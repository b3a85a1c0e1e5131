SELECT month, sha256, published_at
  FROM releases
 ORDER BY month DESC;
