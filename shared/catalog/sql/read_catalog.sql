SELECT number, kind, id, body::text AS body
  FROM catalog
 WHERE number > $1
 ORDER BY number;
