SELECT body -> 'roles' AS roles
  FROM catalog
 WHERE kind = 'staff' AND id = $2 AND body ->> 'participant' = $1
 ORDER BY number DESC
 LIMIT 1;
