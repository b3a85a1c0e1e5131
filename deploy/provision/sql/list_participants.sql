SELECT DISTINCT ON (id) id,
       body->>'kind' AS kind,
       body->>'name' AS name,
       (body->>'effective_until')::timestamptz AS effective_until
  FROM catalog
 WHERE kind = 'participant'
 ORDER BY id, number DESC;
