SELECT body
  FROM panels
 WHERE hash = $1::bytea;
