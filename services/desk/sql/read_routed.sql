SELECT request_id, status, since, provider
  FROM cases
 WHERE request_id = ANY($1::text[]);
