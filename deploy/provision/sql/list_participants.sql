SELECT DISTINCT ON (id) id,
       body->>'kind' AS kind,
       body->>'name' AS name,
       (body->>'effective_until')::timestamptz AS effective_until,
       coalesce(body->>'reached_by' = 'desk', false) AS reached_by_desk
  FROM catalog
 WHERE kind = 'participant'
 ORDER BY id, number DESC;
