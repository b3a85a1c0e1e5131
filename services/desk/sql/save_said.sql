INSERT INTO said (event_id, engagement_id, event, number, applied, settled_at, hash, due_at)
SELECT event_id, engagement_id, event, number, applied, settled_at, hash, due_at
  FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::timestamptz[],
           $7::text[], $8::timestamptz[]
       ) AS given (event_id, engagement_id, event, number, applied, settled_at, hash, due_at)
 ORDER BY event_id
    ON CONFLICT (event_id) DO UPDATE
   SET event      = excluded.event,
       number     = excluded.number,
       applied    = excluded.applied,
       settled_at = excluded.settled_at,
       hash       = excluded.hash,
       due_at     = excluded.due_at;
