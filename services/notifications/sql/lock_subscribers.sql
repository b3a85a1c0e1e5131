-- Locks the subscribers with these keys or addresses. `kinds` are their subscriptions.
SELECT audience, address, zone, mailed_at,
       ARRAY(SELECT ROW(kind, state, cadence, program, since)
               FROM subscriptions
              WHERE subscriptions.audience = subscribers.audience
              ORDER BY kind) AS kinds
  FROM subscribers
 WHERE audience = ANY ($1::text[])
    OR address = ANY ($2::text[])
 ORDER BY audience
   FOR UPDATE;
